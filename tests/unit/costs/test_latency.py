"""Latency: the bar in which an order arrives, and the expected price there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.costs import arrival, arrival_bar, price_at

MINUTE = 60_000
prices = st.floats(0.01, 1e6)


@pytest.mark.parametrize(
    ("latency_ms", "expected"),
    [(0, 0.0), (1, 1 / 60_000), (15_000, 0.25), (59_999, 59_999 / 60_000), (60_000, -1.0), (90_000, -1.0)],
)
def test_in_the_bar_after_the_close(latency_ms, expected):
    assert arrival(600_000, latency_ms, 600_000, MINUTE) == expected


@pytest.mark.parametrize(("latency_ms", "expected"), [(60_000, 0.0), (75_000, 0.25), (119_999, 59_999 / 60_000)])
def test_in_the_second_bar(latency_ms, expected):
    assert arrival(600_000, latency_ms, 660_000, MINUTE) == expected


def test_an_order_that_waited_through_a_gap_is_there_at_the_open():
    assert arrival(600_000, 15_000, 900_000, MINUTE) == 0.0


@settings(deadline=None)
@given(latency_ms=st.integers(0, 100 * MINUTE))
def test_arrives_in_exactly_one_of_the_bars_that_follow(latency_ms):
    fractions = [arrival(0, latency_ms, k * MINUTE, MINUTE) for k in range(101)]
    first = next(k for k, fraction in enumerate(fractions) if fraction >= 0.0)
    assert first == latency_ms // MINUTE
    assert fractions[first] == (latency_ms % MINUTE) / MINUTE
    assert set(fractions[:first]) <= {-1.0}
    assert set(fractions[first + 1 :]) <= {0.0}


def test_bars():
    assert arrival_bar(7, 0) == 8
    assert arrival_bar(7, 3) == 11


@pytest.mark.parametrize(("fraction", "expected"), [(0.0, 100.0), (0.25, 102.0), (0.5, 104.0), (1.0, 108.0)])
def test_price_on_the_straight_line(fraction, expected):
    assert price_at(100.0, 108.0, fraction) == expected


def test_prices_of_arrays():
    line = price_at(np.array([100.0, 10.0]), np.array([110.0, 6.0]), np.array([0.5, 0.25]))
    assert line.tolist() == [105.0, 9.0]


@given(first=prices, last=prices, fraction=st.floats(0, 1, exclude_max=True))
def test_price_lies_between_open_and_close(first, last, fraction):
    price = price_at(first, last, fraction)
    assert min(first, last) * (1 - 1e-15) <= price <= max(first, last) * (1 + 1e-15)
    assert price_at(first, last, 0.0) == first


def test_mean_of_a_simulated_brownian_bridge():
    rng = np.random.default_rng(5)
    steps = rng.normal(0.0, 1.0, (20_000, 20))
    walk = np.cumsum(steps, axis=1)
    time = np.arange(1, 21) / 20
    bridge = 100.0 + walk - time * (walk[:, -1:] - 8.0)
    for index, fraction in ((4, 0.25), (14, 0.75)):
        assert bridge[:, index].mean() == pytest.approx(price_at(100.0, 108.0, fraction), abs=0.06)
