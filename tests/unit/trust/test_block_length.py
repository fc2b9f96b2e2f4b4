"""Block lengths against those of arch 8.0.0, `arch.bootstrap.optimal_block_length`, an independent implementation."""

import numpy as np
import pytest

from btbot.trust.block_length import block_length


@pytest.mark.parametrize(
    ("memory", "expected"), [(0.2, 5.563790475237784), (0.5, 11.723385192128006), (0.8, 19.11251505649716), (-0.4, 7.634993699198695)]
)  # fmt: skip
def test_autoregressive_series(memory, expected):
    shocks = np.random.default_rng(11).standard_normal(1000)
    series = np.empty(1000)
    series[0] = shocks[0]
    for at in range(1, 1000):
        series[at] = memory * series[at - 1] + shocks[at]
    assert block_length(series) == pytest.approx(expected, rel=1e-9)


def test_a_series_without_memory_is_resampled_day_by_day():
    assert block_length(np.random.default_rng(11).standard_normal(1000)) == 1.0


def test_a_random_walk_has_the_longest_blocks():
    walk = np.cumsum(np.random.default_rng(0).standard_normal(400))
    assert 20.0 < block_length(walk) <= 60.0


def test_what_is_too_short_or_constant_has_no_memory():
    assert block_length(np.arange(11.0)) == 1.0
    assert block_length(np.zeros(100)) == 1.0
    assert block_length(np.empty(0)) == 1.0
