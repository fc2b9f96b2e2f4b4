"""Bars on their way into Backtrader's lines: equal however they are delivered, stamped by their close."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import backtrader as bt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot import Feed
from btbot.bars import COLUMNS, Bars
from btbot.errors import StrategyError
from btbot.feed import Request, host_times
from btbot.timeframe import Timeframe

MODES = [(True, True), (True, False), (False, False)]
LAST_SECOND = 4_102_444_800  # 2100-01-01


def make_bars(count=7, timeframe="1h", start_ms=1_709_164_800_000):
    rng = np.random.default_rng(3)
    close = 100 + rng.normal(0, 1, count)
    step = Timeframe.parse(timeframe)
    time = start_ms + np.arange(count) * step.ms
    return Bars("X/Y", step, time, close - 0.1, close + 1, close - 1, close, rng.random(count))


@given(st.lists(st.integers(0, LAST_SECOND), min_size=1, max_size=30))
def test_host_times_are_bit_equal_to_date2num_of_whole_seconds(seconds):
    found = host_times(np.array(seconds, dtype=np.int64) * 1_000)
    expected = [bt.date2num(dt.datetime(1970, 1, 1) + dt.timedelta(seconds=second)) for second in seconds]  # noqa: DTZ001
    assert found.tobytes() == np.array(expected, dtype=float).tobytes()


def test_host_times_come_back_as_the_same_moment():
    bars = make_bars(500, "1m")
    for ms, number in zip(bars.close_time, host_times(bars.close_time), strict=True):
        assert bt.num2date(number) == dt.datetime(1970, 1, 1) + dt.timedelta(milliseconds=int(ms))  # noqa: DTZ001


class Copy(bt.Strategy):
    """Writes down what it sees."""

    def __init__(self):
        self.rows = []

    def next(self):
        data = self.data
        self.rows.append((data.datetime[0], *(getattr(data, name)[0] for name in COLUMNS), data.openinterest[0]))


@pytest.mark.parametrize(("preload", "runonce"), MODES)
def test_every_way_of_cerebro_delivers_the_same_bars(preload, runonce):
    bars = make_bars()
    feed = Feed()
    feed.hold(bars)
    cerebro = bt.Cerebro(stdstats=False, preload=preload, runonce=runonce)
    cerebro.adddata(feed)
    cerebro.addstrategy(Copy)
    (strategy,) = cerebro.run()
    expected = [
        (time, *(float(getattr(bars, name)[at]) for name in COLUMNS), 0.0)
        for at, time in enumerate(host_times(bars.close_time))
    ]
    assert strategy.rows == expected


def test_preload_equals_loading_bar_by_bar():
    bars = make_bars(50)
    fast, slow, cerebro = Feed(), Feed(), bt.Cerebro()
    for feed in (fast, slow):
        feed.hold(bars)
        cerebro.adddata(feed)
        feed._start()
    fast.preload()
    while slow.load():
        pass
    for name in (*COLUMNS, "openinterest", "datetime"):
        assert getattr(fast.lines, name).array == getattr(slow.lines, name).array
    assert fast.buflen() == slow.buflen() == 50


def test_feed_can_be_started_again():
    feed = Feed()
    feed.hold(make_bars(3))
    for _ in range(2):
        cerebro = bt.Cerebro(stdstats=False, preload=False, runonce=False)
        cerebro.adddata(feed)
        cerebro.addstrategy(Copy)
        assert len(cerebro.run()[0].rows) == 3


def test_bars_carry_the_time_of_their_close():
    feed = Feed()
    feed.hold(make_bars(2, "4h"))
    feed.preload()
    assert bt.num2date(feed.lines.datetime.array[0]) == dt.datetime(2024, 2, 29, 4)  # noqa: DTZ001
    assert bt.num2date(feed.lines.datetime.array[1]) == dt.datetime(2024, 2, 29, 8)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "unit", "compression"),
    [
        ("30s", bt.TimeFrame.Seconds, 30), ("1m", bt.TimeFrame.Minutes, 1), ("15m", bt.TimeFrame.Minutes, 15),
        ("1h", bt.TimeFrame.Minutes, 60), ("4h", bt.TimeFrame.Minutes, 240), ("1d", bt.TimeFrame.Days, 1),
        ("3d", bt.TimeFrame.Days, 3), ("1w", bt.TimeFrame.Weeks, 1), ("90s", bt.TimeFrame.Seconds, 90),
    ],
)  # fmt: skip
def test_timeframe_in_the_words_of_the_host(text, unit, compression):
    feed = Feed()
    feed.hold(make_bars(2, text))
    assert (feed._timeframe, feed._compression) == (unit, compression)
    assert (feed.p.timeframe, feed.p.compression) == (unit, compression)
    assert feed._name == "X/Y"


def test_missing_read_says_what_to_write():
    class Silent(Feed):
        pass

    with pytest.raises(StrategyError) as caught:
        Silent().read(Request("X/Y", Timeframe.parse("1h"), Path()))
    assert str(caught.value) == "feed Silent: read(self, request) is missing; return a DataFrame"
