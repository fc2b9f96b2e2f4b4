"""Two timeframes of one market, and one market of two exchanges, side by side."""

import asyncio

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.data.check import check
from btbot.data.check.buckets import in_decimals, whole_buckets
from btbot.data.check.checking import against_stored
from btbot.data.check.sampling import sample
from btbot.data.store.columns import Columns
from btbot.exchange.client import Candles
from btbot.timeframe import Timeframe

MINUTE, HOUR = 60_000, 3_600_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z
M15, H1 = Timeframe.parse("15m"), Timeframe.parse("1h")


def market(count=400, *, symbol="BTC/USDT", timeframe="15m", seed=1, skip=()):
    """A random walk in cents with volumes of three decimals."""
    wanted, count = count, 1_000
    rng = np.random.default_rng(seed)
    close = np.round(30_000 + np.cumsum(rng.normal(0, 30, count)), 2)
    open_ = np.r_[30_000.0, close[:-1]]
    high = np.round(np.maximum(open_, close) + rng.exponential(9, count), 2)
    low = np.round(np.minimum(open_, close) - rng.exponential(9, count), 2)
    volume = np.round(rng.exponential(10, count), 3)
    length = Timeframe.parse(timeframe)
    keep = ~np.isin(np.arange(count), list(skip)) & (np.arange(count) < wanted)
    columns = [column[keep] for column in (open_, high, low, close, volume)]
    return Bars(symbol, length, (BEGIN + np.arange(count) * length.ms)[keep], *columns)


def changed(bars, at, **values):
    columns = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close", "volume")}
    for name, value in values.items():
        columns[name][at] = value
    return Bars(bars.symbol, bars.timeframe, bars.time, *columns.values())


def columns_of(bars):
    return Columns(bars.time, np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume]))


def said(findings, kind):
    return [(finding.severity, finding.text) for finding in findings if finding.kind == kind]


def test_an_hour_is_what_its_quarters_make(store, monkeypatch):
    monkeypatch.setattr("btbot.data.check.comparing.ROWS", 64)
    quarters = market()
    store.write(quarters, exchange="x")
    store.write(changed(quarters.resample("1h"), 5, high=99_999.0, volume=1.0), exchange="x")
    finer, hourly = check(store, symbols=["BTC/USDT"])
    assert said(finer.findings, "timeframes") == []
    assert said(hourly.findings, "timeframes") == [(
        "warning", "1 of 100 candles are not what those of 15m make: high of 1, volume of 1, first at 2021-01-01T05:00:00Z; "
        "one of the two is wrong, or the exchange counts them differently: compare both with btbot data check --against x",
    )]  # fmt: skip


def test_hours_without_all_their_quarters_are_not_compared(lite):
    quarters = market(skip=(17,))
    lite.write(quarters, exchange="x")
    lite.write(market().resample("1h"), exchange="x")
    assert said(check(lite)[1].findings, "timeframes") == [("notice", "99 candles are what those of 15m make")]


def test_every_timeframe_is_compared_with_the_next_finer_of_which_it_is_made(lite):
    quarters = market(960)
    for length in ("15m", "1h", "4h", "6h"):
        lite.write(quarters.resample(length), exchange="x")
    assert [said(one.findings, "timeframes") for one in check(lite)] == [
        [],
        [("notice", "240 candles are what those of 15m make")],
        [("notice", "60 candles are what those of 1h make")],
        [("notice", "40 candles are what those of 1h make")],
    ]


def test_only_whole_buckets_are_made_by_hand():
    minutes = np.array([0, 1, 2, 5, 6, 7, 8, 9, 10, 11])
    values = np.column_stack([minutes + 1.0, minutes + 2.0, minutes + 0.5, minutes + 1.5, minutes * 0 + 0.1])
    found = whole_buckets(Columns(BEGIN + minutes * MINUTE, values), Timeframe.parse("1m"), Timeframe.parse("5m"))
    assert found.time.tolist() == [BEGIN + 5 * MINUTE]
    assert found.values.tolist() == [[6.0, 11.0, 5.5, 10.5, 0.5]]
    assert len(whole_buckets(Columns(np.array([BEGIN + 7]), values[:1]), Timeframe.parse("1m"), H1).time) == 0


def test_volumes_keep_the_decimals_of_their_parts():
    quarters = market()
    made = whole_buckets(columns_of(quarters), M15, H1)
    exact = [round(sum(round(volume * 1_000) for volume in four)) / 1_000 for four in quarters.volume.reshape(-1, 4)]
    assert in_decimals(made, columns_of(quarters)).values[:, 4].tolist() == exact
    assert made.values[:, 4].tolist() != exact


def test_weeks_are_made_from_monday():
    days = market(30, timeframe="1d")
    made = whole_buckets(columns_of(days), days.timeframe, Timeframe.parse("1w"))
    assert [str(np.datetime64(int(time), "ms"))[:10] for time in made.time] == [
        "2021-01-04",
        "2021-01-11",
        "2021-01-18",
    ]


def compared(lite, ours, theirs, tolerance=0.002):
    lite.write(ours, exchange="binance")
    lite.write(theirs, exchange="kraken")
    of = next(one for one in lite.series() if one.exchange == "binance")
    other = [one for one in lite.series() if one.exchange == "kraken"]
    return [(one.severity, one.text) for one in against_stored(lite, of, other, tolerance=tolerance)]


def test_two_exchanges_that_agree(lite):
    ours = market(timeframe="1h")
    theirs = changed(market(timeframe="1h", skip=(399,)), 10, close=ours.close[10] * 1.001)
    assert compared(lite, ours, theirs) == [(
        "notice", "399 candles compared with BTC/USDT 1h of kraken spot, no closes more than 0.002 apart: "
        "the middle one of all differences is 0, the largest 0.000999 at 2021-01-01T10:00:00Z; 0 are only here, 0 only there",
    )]  # fmt: skip


def test_a_close_beyond_the_tolerance_is_named(lite):
    ours = market(timeframe="1h", skip=(50, 51))
    theirs = changed(market(timeframe="1h", skip=(20,)), 30, close=1.02 * market(timeframe="1h", skip=(20,)).close[30])
    assert compared(lite, ours, theirs) == [(
        "warning", "397 candles compared with BTC/USDT 1h of kraken spot: 1 of their closes are more than 0.002 apart: the middle "
        "one of all differences is 0, the largest 0.0196 at 2021-01-02T07:00:00Z; 1 are only here, 2 only there",
    )]  # fmt: skip


def test_another_market_altogether_is_an_error(lite):
    ((severity, text),) = compared(lite, market(timeframe="1h"), market(timeframe="1h", seed=2))
    assert severity == "error"
    assert text.startswith("400 candles compared with BTC/USDT 1h of kraken spot: 3")


@pytest.mark.parametrize("late", [-1, 1, 2])
def test_candles_that_are_stamped_otherwise_are_found(lite, late):
    ours = market(timeframe="1h")
    theirs = Bars(ours.symbol, H1, ours.time - late * HOUR, ours.open, ours.high, ours.low, ours.close, ours.volume)
    word = f"{late} candle{'' if late == 1 else 's'}"
    assert compared(lite, ours, theirs) == [(
        "error", f"{400 - abs(late)} candles compared with BTC/USDT 1h of kraken spot: those of BTC/USDT 1h of kraken spot fit "
        f"when moved by {word}; one of the two is of another time zone, or takes the close of a candle as its time: import it again",
    )]  # fmt: skip


def test_the_other_exchange_may_have_a_finer_timeframe(lite):
    quarters = market()
    ((severity, text),) = compared(lite, quarters.resample("1h"), quarters)
    assert (severity, text) == (
        "notice", "100 candles compared with BTC/USDT 15m of kraken spot, no closes more than 0.002 apart: the middle one of "
        "all differences is 0, the largest 0; 0 are only here, 0 only there",
    )  # fmt: skip


def test_a_price_that_is_none_is_far_apart(lite):
    ((severity, text),) = compared(lite, changed(market(timeframe="1h"), 7, close=0.0), market(timeframe="1h"))
    assert severity == "warning"
    assert "1 of their closes are more than 0.002 apart" in text
    assert "the largest inf at 2021-01-01T07:00:00Z" in text


def test_nothing_in_common_is_said(lite):
    early = market(10, timeframe="1h")
    late = Bars("BTC/USDT", H1, early.time + 100 * HOUR, *columns_of(early).values.T)
    assert compared(lite, early, late) == [
        ("warning", "BTC/USDT 1h of kraken spot has no candle at a time of this series; nothing was compared")
    ]


class Exchange:
    """What an exchange has, without an exchange."""

    name, market, rests, trades_by_id = "binance", "spot", False, True

    def __init__(self, bars, limit=50):
        self.held, self.limit, self.asked = columns_of(bars), limit, []

    def candle_limit(self, timeframe):
        return self.limit

    async def candles(self, symbol, timeframe, start_ms, limit):
        self.asked.append((symbol, str(timeframe), (start_ms - BEGIN) // timeframe.ms, limit))
        at = self.held.time >= start_ms
        return Candles(self.held.time[at][:limit], self.held.values[at][:limit])


def sampled(lite, ours, theirs, *, pages=3, tolerance=None, limit=50):
    lite.write(ours, exchange="binance")
    exchange = Exchange(theirs, limit)
    (one,) = check(lite)
    found = asyncio.run(sample(lite, exchange, one, pages=pages, tolerance=tolerance))
    return exchange.asked, [(finding.severity, finding.text) for finding in found]


def test_the_exchange_is_asked_here_and_there(lite):
    ours = market(400, timeframe="1h")
    asked, found = sampled(lite, ours, market(500, timeframe="1h"))
    assert asked == [("BTC/USDT", "1h", at, 50) for at in (0, 175, 350)]
    assert found == [("notice", "150 candles compared with what binance answers, all the same; 0 are only here, 0 only there")]  # fmt: skip


def test_a_short_series_is_asked_for_once(lite):
    ours = market(30, timeframe="1h")
    asked, found = sampled(lite, ours, market(500, timeframe="1h"), pages=10)
    assert len(asked) == 1
    assert found[0][1].startswith("30 candles compared")


def test_what_the_exchange_has_otherwise_is_an_error(lite):
    ours = changed(market(400, timeframe="1h", skip=(20,)), 10, volume=1.0)
    _, found = sampled(lite, ours, market(500, timeframe="1h"))
    assert found == [(
        "error", "149 candles compared with what binance answers: 1 differ, first at 2021-01-01T10:00:00Z; 0 are only here, "
        "1 only there; either the exchange changed them or something else wrote them here: import or download them again",
    )]  # fmt: skip


def test_what_only_the_exchange_has_is_a_warning(lite):
    _, found = sampled(lite, market(400, timeframe="1h", skip=(20,)), market(500, timeframe="1h"))
    assert found[0][0] == "warning"


def test_an_exchange_without_an_answer(lite):
    _, found = sampled(lite, market(40, timeframe="1h"), market(0, timeframe="1h"))
    assert found == [("warning", "what binance answers has no candle at a time of this series; nothing was compared")]
