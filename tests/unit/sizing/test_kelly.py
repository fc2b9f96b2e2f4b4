"""Kelly's fraction: hand-computed, and against the growth it is meant to maximise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.sizing import kelly_percent

counts = st.integers(1, 500)
sums = st.floats(0.01, 100)


def full(wins, losses, sum_win, sum_loss):
    return kelly_percent(wins, losses, sum_win, sum_loss, 1.0, 1.0, 1, 0.1)


def test_kellys_own_example_of_even_odds():
    # 60 % wins, wins as large as losses: f = p - q = 0.2
    assert full(60, 40, 6.0, -4.0) == pytest.approx(0.2, rel=1e-14)


def test_payoff_of_two():
    # p = 0.5, b = 0.04 / 0.02 = 2: f = 0.5 - 0.5 / 2 = 0.25
    assert full(20, 20, 0.8, -0.4) == pytest.approx(0.25, rel=1e-14)


def test_one_small_win_and_one_small_loss():
    # p = 0.5, b = 2 again: neither the number of trades nor their scale enters.
    assert full(1, 1, 0.002, -0.001) == pytest.approx(0.25, rel=1e-14)


def test_the_sign_of_the_losses_does_not_matter():
    assert full(20, 20, 0.8, 0.4) == full(20, 20, 0.8, -0.4)


def test_half_kelly_and_the_cap():
    assert kelly_percent(20, 20, 0.8, -0.4, 0.5, 1.0, 30, 0.1) == pytest.approx(0.125, rel=1e-14)
    assert kelly_percent(20, 20, 0.8, -0.4, 0.5, 0.05, 30, 0.1) == 0.05


@pytest.mark.parametrize(("wins", "expected"), [(0, 0.1), (28, 0.1), (29, 0.5)])
def test_the_first_trades_use_the_initial_percent(wins, expected):
    # With one loss as large as the mean win, f = p - q; half of it is near 0.5 once 30 trades are closed.
    got = kelly_percent(wins, 1, 0.02 * wins, -0.02, 0.5, 1.0, 30, 0.1)
    assert got == pytest.approx(expected, abs=0.04)


def test_before_the_first_trade():
    assert kelly_percent(0, 0, 0.0, 0.0, 0.5, 1.0, 0, 0.1) == 0.1
    assert kelly_percent(0, 0, 0.0, 0.0, 0.5, 0.05, 30, 0.1) == 0.05


@pytest.mark.parametrize(("wins", "sum_win"), [(0, 0.0), (10, 0.0), (10, 0.1)])
def test_no_edge_no_position(wins, sum_win):
    assert full(wins, 40, sum_win, -1.0) == 0.0


@pytest.mark.parametrize(("losses", "sum_loss"), [(0, 0.0), (10, 0.0)])
def test_nothing_ever_lost(losses, sum_loss):
    wins = 40 - losses
    got = kelly_percent(wins, losses, 1.0, sum_loss, 0.5, 1.0, 30, 0.1)
    assert got == pytest.approx(0.5 * wins / 40, rel=1e-14)


@given(counts, counts, sums, sums)
def test_maximises_the_growth_of_a_bet_on_these_odds(wins, losses, sum_win, sum_loss):
    win_rate = wins / (wins + losses)
    payoff = (sum_win / wins) / (sum_loss / losses)
    best = full(wins, losses, sum_win, sum_loss)

    def growth(share):
        return win_rate * np.log1p(payoff * share) + (1 - win_rate) * np.log1p(-share)

    others = np.linspace(0.0, 0.999, 200)
    assert growth(min(best, 1 - 1e-12)) >= growth(others).max() - 1e-9


@given(counts, counts, sums, sums, st.floats(0.1, 1), st.floats(0.01, 2), st.floats(1, 10))
def test_range_and_scale(wins, losses, sum_win, sum_loss, fraction, cap, factor):
    got = kelly_percent(wins, losses, sum_win, sum_loss, fraction, cap, 1, 0.1)
    assert 0.0 <= got <= cap
    scaled = kelly_percent(wins, losses, sum_win * factor, sum_loss * factor, fraction, cap, 1, 0.1)
    assert scaled == pytest.approx(got, abs=1e-12)
    richer = kelly_percent(wins, losses, sum_win * factor, sum_loss, fraction, cap, 1, 0.1)
    assert richer >= got - 1e-15
