"""The figures that Bailey and Lopez de Prado (2014) print, and the exact expected maximum."""

import math

import numpy as np
import pytest

from btbot.trust.deflated_sharpe import deflated_sharpe, expected_max_sharpe, expected_maximum
from btbot.trust.probabilistic_sharpe import probabilistic_sharpe

DAILY = 2.5 / 250**0.5
SHAPE = {"observations": 1250, "skewness": -3.0, "kurtosis": 10.0}
VARIANCE = 0.5 / 250


def test_the_example_of_the_paper():
    assert expected_max_sharpe(100, VARIANCE) == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(DAILY, trials=100, variance=VARIANCE, **SHAPE) == pytest.approx(0.9004, abs=5e-5)


def test_with_46_trials_it_would_have_passed():
    assert deflated_sharpe(DAILY, trials=46, variance=VARIANCE, **SHAPE) == pytest.approx(0.9505, abs=5e-5)


def test_a_single_trial_is_not_deflated():
    alone = probabilistic_sharpe(DAILY, 0.0, **SHAPE)
    assert deflated_sharpe(DAILY, trials=1, variance=VARIANCE, **SHAPE) == alone


@pytest.mark.parametrize("trials", [2, 10, 100, 1000])
def test_the_approximation_is_close_to_the_exact_value(trials):
    x = np.linspace(-9.0, 9.0, 200_001)
    density = np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)
    below = np.cumsum(density) * (x[1] - x[0])
    exact = float(np.sum(x * trials * density * below ** (trials - 1)) * (x[1] - x[0]))
    assert expected_maximum(trials) == pytest.approx(exact, abs=0.045)


def test_more_trials_promise_more():
    values = [expected_maximum(trials) for trials in (0.5, 1.0, 1.2, 1.5, 2.0, 5.0, 1e3, 1e6)]
    assert values[:2] == [0.0, 0.0]
    assert values == sorted(values)
    assert values[-1] == pytest.approx(4.87, abs=0.01)
