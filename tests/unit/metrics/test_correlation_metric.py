"""Correlation of daily returns over shared days."""

import math

import numpy as np
import pytest

from btbot.metrics.correlation import correlations

DAYS = np.arange(4, dtype=np.int64)


def test_by_hand():
    # Means 2 and 4; deviations (-1, 0, 1) and (-1, 2, -1); sums of products 0, so the correlation is 0.
    found = correlations([(DAYS[:3], np.array([1.0, 2.0, 3.0])), (DAYS[:3], np.array([3.0, 6.0, 3.0]))])
    assert found == pytest.approx(np.eye(2))
    # Deviations (-1, 0, 1) and (-2, 1, 1): 3 / sqrt(2 * 6).
    found = correlations([(DAYS[:3], np.array([1.0, 2.0, 3.0])), (DAYS[:3], np.array([1.0, 4.0, 4.0]))])
    assert found[0, 1] == found[1, 0] == pytest.approx(3 / math.sqrt(12))


def test_only_shared_days_count():
    one = (DAYS, np.array([9.0, 1.0, 2.0, 3.0]))
    other = (DAYS[1:], np.array([2.0, 4.0, 6.0]))
    assert correlations([one, other])[0, 1] == 1.0


def test_not_a_number_without_days_or_variation():
    flat = (DAYS, np.zeros(4))
    moving = (DAYS, np.array([1.0, 2.0, 0.0, 1.0]))
    found = correlations([flat, moving, (DAYS + 3, moving[1])])
    assert np.isnan(found[~np.eye(3, dtype=bool)]).all()
    assert np.diag(found).tolist() == [1.0, 1.0, 1.0]
