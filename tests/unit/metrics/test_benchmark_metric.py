"""Buy and hold against values computed by hand."""

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.metrics.benchmark import buy_and_hold
from btbot.timeframe import Timeframe

HOUR = 3_600_000


def market(first_bar, closes, symbol="BTC/USDT", timeframe="1h"):
    close = np.array(closes, dtype=float)
    length = Timeframe.parse(timeframe).ms
    time = first_bar * HOUR + np.arange(len(close), dtype=np.int64) * length
    return Bars(symbol, Timeframe(length), time, close, close, close, close, np.ones(len(close)))


def test_one_symbol_is_bought_at_its_first_close():
    held = market(0, [50, 60, 40])
    assert buy_and_hold({"A": held}, held.close_time, 1_000.0).tolist() == [1_000.0, 1_200.0, 800.0]


def test_a_symbol_that_joins_later_is_cash_until_then_and_keeps_its_last_close():
    early, late = market(0, [10, 20]), market(2, [5, 10])
    closes = np.arange(1, 5, dtype=np.int64) * HOUR
    wanted = [1_000.0, 1_500.0, 1_500.0, 2_000.0]
    assert buy_and_hold({"A": early, "B": late}, closes, 1_000.0).tolist() == wanted


def test_bars_before_the_run_do_not_matter():
    held = market(0, [1, 50, 60])
    assert buy_and_hold({"A": held}, held.close_time[1:], 100.0) == pytest.approx([100.0, 120.0])


def test_symbols_of_different_timeframes_are_valued_at_the_last_known_close():
    slow, fast = market(0, [10, 30], timeframe="2h"), market(0, [1, 1, 1, 1])
    assert buy_and_hold({"A": slow, "B": fast}, fast.close_time, 100.0).tolist() == [
        100.0,
        100.0,
        100.0,
        200.0,
    ]


def test_nothing_to_hold():
    assert buy_and_hold({}, np.arange(3), 100.0).tolist() == [100.0] * 3
    assert buy_and_hold({"A": market(0, [1])}, np.arange(5, 7) * HOUR, 100.0).tolist() == [100.0] * 2
    assert len(buy_and_hold({"A": market(0, [1])}, np.empty(0, np.int64), 100.0)) == 0
