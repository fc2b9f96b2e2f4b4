"""Figures of trades against values computed by hand and against plain loops."""

import math
from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.metrics import trades as formulas

PNL = np.array([10.0, -4.0, 0.0, 6.0, 2.0, -1.0, -3.0, -2.0])
FORMULAS = [
    formulas.win_rate,
    formulas.profit_factor,
    formulas.payoff_ratio,
    formulas.expectancy,
    formulas.average_win,
    formulas.average_loss,
    formulas.largest_win,
    formulas.largest_loss,
]


def test_literal_values():
    assert formulas.win_rate(PNL) == 3 / 8
    assert formulas.gross_profit(PNL) == 18.0
    assert formulas.gross_loss(PNL) == -10.0
    assert formulas.profit_factor(PNL) == 1.8
    assert formulas.expectancy(PNL) == 1.0
    assert formulas.average_win(PNL) == 6.0
    assert formulas.average_loss(PNL) == -2.5
    assert formulas.payoff_ratio(PNL) == 2.4
    assert formulas.largest_win(PNL) == 10.0
    assert formulas.largest_loss(PNL) == -4.0
    assert formulas.longest_winning_streak(PNL) == 2
    assert formulas.longest_losing_streak(PNL) == 3
    assert formulas.streak_extremes(PNL) == (10.0, -6.0)


@pytest.mark.parametrize("formula", FORMULAS)
def test_without_a_trade_nothing_is_defined(formula):
    assert math.isnan(formula(np.empty(0)))


def test_without_a_trade_counts_and_sums_are_zero():
    empty = np.empty(0)
    assert formulas.longest_winning_streak(empty) == formulas.longest_losing_streak(empty) == 0
    assert formulas.gross_profit(empty) == formulas.gross_loss(empty) == 0.0
    assert formulas.streak_extremes(empty) == (0.0, 0.0)


def test_without_a_loss():
    wins = np.array([1.0, 3.0])
    assert formulas.profit_factor(wins) == math.inf
    assert math.isnan(formulas.largest_loss(wins))
    assert math.isnan(formulas.payoff_ratio(wins))
    assert math.isnan(formulas.profit_factor(np.array([0.0])))


def test_without_a_win():
    losses = np.array([-1.0, -3.0])
    assert formulas.profit_factor(losses) == 0.0
    assert formulas.win_rate(losses) == 0.0
    assert math.isnan(formulas.largest_win(losses))
    assert formulas.streak_extremes(losses) == (0.0, -4.0)


@given(st.lists(st.integers(-3, 3), max_size=60))
def test_streaks_equal_a_plain_count(outcomes):
    pnl = np.array(outcomes, dtype=float)
    runs = [(sign, list(part)) for sign, part in groupby(outcomes, key=np.sign)]
    assert formulas.longest_winning_streak(pnl) == max((len(p) for s, p in runs if s > 0), default=0)
    assert formulas.longest_losing_streak(pnl) == max((len(p) for s, p in runs if s < 0), default=0)
    best = max((float(sum(p)) for s, p in runs if s > 0), default=0.0)
    worst = min((float(sum(p)) for s, p in runs if s < 0), default=0.0)
    assert formulas.streak_extremes(pnl) == (best, worst)


def test_closed_trades_are_in_the_order_of_their_exits():
    exits = pd.to_datetime(["2024-01-03", "2024-01-01", None, "2024-01-03"], utc=True)
    frame = pd.DataFrame(
        {"pnl": [1.0, 2.0, 3.0, 4.0], "exit_time": exits, "exit_reason": ["signal", "stop", "open", "signal"]}
    )
    assert formulas.closing_order(frame).tolist() == [1, 0, 3]
    assert formulas.closed_trades(frame)["pnl"].tolist() == [2.0, 1.0, 4.0]
    assert formulas.closing_order(frame.iloc[:0]).tolist() == []


def test_an_empty_table_without_types_has_no_closed_trades():
    assert formulas.closing_order(pd.DataFrame(columns=["pnl", "exit_time", "exit_reason"])).tolist() == []
