"""Holes are filled with recorded candles only, marked, and what stays open is said with the reason."""

import asyncio

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from btbot.bars import Bars
from btbot.data.check import Finer, Second, by_asking, by_donor, check, repair
from btbot.data.check.donors import stored
from btbot.data.check.repairing import targets
from btbot.data.download import Job, fetch_spans
from btbot.data.store import Channel
from btbot.data.store.columns import EMPTY, Columns
from btbot.exchange.client import Candles, Listing
from btbot.timeframe import Timeframe

HOUR = 3_600_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z
M15, H1 = Timeframe.parse("15m"), Timeframe.parse("1h")


def quarters(count=400, *, factor=1.0, symbol="BTC/USDT"):
    rng = np.random.default_rng(1)
    close = np.round(30_000 + np.cumsum(rng.normal(0, 30, 2_000)), 2) * factor
    open_ = np.r_[30_000.0 * factor, close[:-1]]
    columns = (open_, np.maximum(open_, close) + 1, np.minimum(open_, close) - 1, close, np.round(rng.exponential(10, 2_000), 3))  # fmt: skip
    return Bars(symbol, M15, BEGIN + np.arange(count) * M15.ms, *(column[:count] for column in columns))


def exact(bars):
    """Hours of quarters, with volumes of three decimals as an exchange sends them."""
    whole = bars.resample("1h")
    return Bars(whole.symbol, H1, whole.time, whole.open, whole.high, whole.low, whole.close, np.round(whole.volume, 3))


def without(bars, *positions):
    keep = ~np.isin(np.arange(len(bars)), positions)
    return Bars(bars.symbol, bars.timeframe, bars.time[keep], *(getattr(bars, name)[keep] for name in ("open", "high", "low", "close", "volume")))  # fmt: skip


def with_value(bars, at, name, value):
    columns = {key: getattr(bars, key).copy() for key in ("open", "high", "low", "close", "volume")}
    columns[name][at] = value
    return Bars(bars.symbol, bars.timeframe, bars.time, *columns.values())


def told(outcomes):
    return [
        ((one.hole.start - BEGIN) // HOUR, one.hole.bars, one.hole.kind, one.filled, one.source, one.reason)
        for one in outcomes
    ]


def hourly(store):
    return store.get_bars("BTC/USDT", "1h", exchange="binance")


def fill_finer(store, **options):
    ways = [by_donor(store, Finer(store), **options)]
    return repair(store, check(store, timeframe=H1), ways)


def test_a_perpetual_does_not_stand_for_a_spot_market(lite):
    truth = exact(quarters())
    lite.write(without(truth, 10), exchange="binance")
    lite.write(truth, exchange="kraken", market="perpetual")
    kraken = stored(lite, [one for one in lite.series() if one.exchange == "kraken"])
    ways = [by_donor(lite, Second(lite, "kraken", kraken, tolerance=0.1))]
    found = told(repair(lite, check(lite, exchange="binance"), ways))
    assert found == [(10, 1, "unexplained", 0, "", "kraken has no candle there")]
    lite.write(truth, exchange="kraken")
    kraken = stored(lite, [one for one in lite.series() if one.exchange == "kraken"])
    ways = [by_donor(lite, Second(lite, "kraken", kraken, tolerance=0.1))]
    assert told(repair(lite, check(lite, exchange="binance"), ways)) == [(10, 1, "unexplained", 1, "kraken", "")]


def test_hours_are_made_of_quarters_exactly_and_marked(store):
    truth = exact(quarters())
    store.write(quarters(), exchange="binance")
    store.write(without(truth, 10, 11, 12, 50), exchange="binance")
    assert told(fill_finer(store)) == [
        (10, 3, "unexplained", 3, "made of 15m", ""),
        (50, 1, "unexplained", 1, "made of 15m", ""),
    ]
    assert hourly(store).fingerprint == truth.fingerprint
    channel = Channel("binance", "spot", "BTC/USDT", timeframe=H1)
    assert [((one.start - BEGIN) // HOUR, one.rows, one.changed, one.source) for one in store.downloads.history(channel)] == [
        (10, 3, 0, "repair: made of 15m"),
        (50, 1, 0, "repair: made of 15m"),
    ]  # fmt: skip
    _, found = check(store)
    assert [(part.source, (part.start - BEGIN) // HOUR, part.bars) for part in found.repaired] == [
        ("repair: made of 15m", 10, 3),
        ("repair: made of 15m", 50, 1),
    ]
    assert ("notice", "4 candles repaired (made of 15m), first 2021-01-01T10:00:00Z") in [
        (finding.severity, finding.text) for finding in found.findings
    ]
    assert fill_finer(store) == []


def test_an_hour_without_all_its_quarters_stays_open(lite):
    lite.write(without(quarters(), 41), exchange="binance")
    lite.write(without(exact(quarters()), 10, 11), exchange="binance")
    lite.write(without(exact(quarters()).resample("4h"), 2), exchange="binance")
    assert told(fill_finer(lite)) == [
        (10, 2, "unexplained", 1, "made of 15m", "7 candles of 15m are there, which make 1"),
        (10, 1, "unexplained", 0, "", "7 candles of 15m are there, which make 1"),
    ]
    four = repair(lite, check(lite, timeframe=Timeframe.parse("4h")), [by_donor(lite, Finer(lite))])
    assert told(four) == [
        (
            8,
            1,
            "unexplained",
            0,
            "",
            "3 candles of 1h are there, which make 0; 15 candles of 15m are there, which make 0",
        )
    ]


def test_without_a_finer_timeframe_nothing_is_made(lite):
    lite.write(without(exact(quarters()), 10), exchange="binance")
    lite.write(quarters(symbol="ETH/USDT"), exchange="binance")
    lite.write(quarters(), exchange="binance", market="perpetual")
    assert told(fill_finer(lite)) == [(10, 1, "unexplained", 0, "", "no finer timeframe of this market is stored")]


def test_a_flawed_candle_is_replaced_and_kept_as_a_revision(store):
    truth = exact(quarters())
    store.write(quarters(), exchange="binance")
    store.write(with_value(with_value(truth, 20, "high", 1.0), 21, "low", -1.0), exchange="binance")
    assert told(fill_finer(store)) == [(20, 2, "flawed", 2, "made of 15m", "")]
    assert hourly(store).fingerprint == truth.fingerprint
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM candle_revisions")).scalar() == 2


def test_a_dry_run_writes_nothing(lite):
    lite.write(quarters(), exchange="binance")
    lite.write(without(exact(quarters()), 10), exchange="binance")
    before = hourly(lite).fingerprint
    assert told(fill_finer(lite, dry_run=True)) == [(10, 1, "unexplained", 1, "made of 15m", "")]
    assert hourly(lite).fingerprint == before
    assert lite.downloads.history() == []


def test_candles_that_somebody_else_wrote_meanwhile_stay(lite):
    lite.write(quarters(), exchange="binance")
    lite.write(without(exact(quarters()), 10, 11), exchange="binance")
    checked = check(lite, timeframe=H1)
    other = with_value(exact(quarters()), 10, "volume", 77.0).slice(10, 11)
    lite.write(other, exchange="binance")
    repair(lite, checked, [by_donor(lite, Finer(lite))])
    assert hourly(lite).volume[10] == 77.0
    assert len(hourly(lite)) == 100


def second(store, ours, theirs, tolerance=0.002):
    store.write(ours, exchange="binance")
    store.write(theirs, exchange="kraken")
    donor = Second(store, "kraken", stored(store, [one for one in store.series() if one.exchange == "kraken"]), tolerance=tolerance)  # fmt: skip
    return told(repair(store, check(store, exchange="binance"), [by_donor(store, donor)]))


def test_a_second_exchange_fills_what_its_closes_vouch_for(store):
    theirs = exact(quarters(factor=1.001))
    assert second(store, without(exact(quarters()), 10, 11, 12), theirs) == [(10, 3, "unexplained", 3, "kraken", "")]
    assert hourly(store).close[10:13].tolist() == theirs.close[10:13].tolist()
    assert [one.repaired[0].source for one in check(store, exchange="binance")] == ["repair: kraken"]


@pytest.mark.parametrize(
    ("theirs", "reason"),
    [
        (exact(quarters(factor=1.01)), "closes of kraken differ by 1.00% at 2021-01-01T05:00:00Z, more than the tolerance of 0.20%"),
        (exact(quarters(factor=1.003)), "closes of kraken differ by 0.30% at 2021-01-01T05:00:00Z, more than the tolerance of 0.20%"),
        (with_value(exact(quarters()), 14, "close", 31_000.0), "closes of kraken differ by 3."),
        (without(exact(quarters()), 9), "the candle beside the hole at 2021-01-01T09:00:00Z is not there to be compared with that of kraken"),
        (without(exact(quarters()), 12), "the candle beside the hole at 2021-01-01T12:00:00Z is not there to be compared with that of kraken"),
        (without(exact(quarters()), 10, 11), "kraken has no candle there"),
        (quarters(symbol="ETH/USDT"), "kraken has no candle there"),
    ],
)  # fmt: skip
def test_a_second_exchange_that_does_not_agree_gives_nothing(lite, theirs, reason):
    ((at, bars, kind, filled, source, said),) = second(lite, without(exact(quarters()), 10, 11), theirs)
    assert (at, bars, kind, filled, source) == (10, 2, "unexplained", 0, "")
    assert said.startswith(reason)
    assert len(hourly(lite)) == 98


def test_what_the_second_exchange_lacks_stays_open(lite):
    found = second(lite, without(exact(quarters()), 10, 11, 12), without(exact(quarters()), 11))
    assert found == [
        (10, 3, "unexplained", 2, "kraken", "kraken has 2 of 3"),
        (11, 1, "unexplained", 0, "", "kraken has 2 of 3"),
    ]
    assert len(hourly(lite)) == 99


def test_the_finer_timeframe_of_the_second_exchange_serves(lite):
    assert second(lite, without(exact(quarters()), 10, 11), quarters()) == [(10, 2, "unexplained", 2, "kraken", "")]


def test_flawed_candles_of_a_donor_are_not_taken(lite):
    theirs = with_value(exact(quarters()), 10, "low", -5.0)
    assert second(lite, without(exact(quarters()), 10), theirs) == [(10, 1, "unexplained", 0, "", "kraken has 0 of 1")]


def test_one_way_after_the_other(lite):
    lite.write(without(quarters(), 41), exchange="binance")
    lite.write(without(exact(quarters()), 10, 11), exchange="binance")
    lite.write(exact(quarters()), exchange="kraken")
    kraken = stored(lite, [one for one in lite.series() if one.exchange == "kraken"])
    ways = [by_donor(lite, Finer(lite)), by_donor(lite, Second(lite, "kraken", kraken, tolerance=0.01))]
    assert told(repair(lite, check(lite, exchange="binance", timeframe=H1), ways)) == [
        (10, 2, "unexplained", 1, "made of 15m", "7 candles of 15m are there, which make 1"),
        (10, 1, "unexplained", 1, "kraken", ""),
    ]
    assert hourly(lite).fingerprint == exact(quarters()).fingerprint


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lost=st.sets(st.integers(1, 98), max_size=30), fine=st.sets(st.integers(0, 399), max_size=30))
def test_a_repair_never_changes_what_is_there_and_never_invents(lite, lost, fine):
    exchange = f"x{len(lite.series())}"
    truth = exact(quarters())
    lite.write(without(quarters(), *fine), exchange=exchange)
    lite.write(without(truth, *lost), exchange=exchange)
    repair(lite, check(lite, exchange=exchange, timeframe=H1), [by_donor(lite, Finer(lite))])
    open_ = {hour for hour in lost if {4 * hour, 4 * hour + 1, 4 * hour + 2, 4 * hour + 3} & fine}
    assert lite.get_bars("BTC/USDT", "1h", exchange=exchange).fingerprint == without(truth, *open_).fingerprint


class Exchange:
    """What an exchange has, without an exchange."""

    name, market, rests, trades_by_id = "binance", "spot", False, True

    def __init__(self, bars):
        self.held, self.asked = Columns(bars.time, np.column_stack([bars.open, bars.high, bars.low, bars.close, bars.volume])), []  # fmt: skip

    async def listings(self):
        return {"BTC/USDT": Listing("BTC/USDT", "BTC", "USDT", True)}

    async def timeframes(self):
        return [M15, H1]

    async def time_ms(self):
        return int(self.held.time[-1]) + HOUR

    async def market_time_ms(self, symbol):
        return None

    def candle_limit(self, timeframe):
        return 500

    async def candles(self, symbol, timeframe, start_ms, limit):
        self.asked.append((start_ms - BEGIN) // HOUR)
        at = self.held.time >= start_ms
        return Candles(self.held.time[at][:limit], self.held.values[at][:limit])


def test_the_exchange_is_asked_again(store):
    truth = exact(quarters())
    store.write(with_value(without(truth, 10, 11, 60), 30, "high", 1.0), exchange="binance")
    client = Exchange(without(truth, 60))

    def ask(of, spans):
        done = asyncio.run(fetch_spans(store, client, Job(of.symbol, of.timeframe), spans, threads=False))
        return str(done.error or "")

    found = repair(store, check(store), [by_asking(store, ask)])
    assert told(found) == [
        (10, 2, "unexplained", 2, "binance", ""),
        (32, 1, "flawed", 1, "binance", ""),
        (60, 1, "unexplained", 0, "", "binance was asked again and has nothing there"),
    ]
    assert hourly(store).fingerprint == without(truth, 60).fingerprint
    (again,) = check(store)
    assert [(hole.kind, hole.note) for hole in again.holes] == [("answered empty", "the exchange answered empty once")]
    assert again.errors == []


def test_an_exchange_that_cannot_be_asked_is_the_reason(lite):
    lite.write(without(exact(quarters()), 10), exchange="binance")
    found = repair(lite, check(lite), [by_asking(lite, lambda of, spans: "binance: no answer within 10 s")])
    assert told(found) == [(10, 1, "unexplained", 0, "", "binance: no answer within 10 s")]


def test_known_outages_are_left_alone_unless_told(lite):
    day = 1_616_544_000_000 + 730 * 86_400_000  # 2023-03-24
    whole = exact(quarters())
    time = day + np.arange(24) * HOUR
    part = Bars("BTC/USDT", H1, time, *(getattr(whole, name)[:24] for name in ("open", "high", "low", "close", "volume")))  # fmt: skip
    lite.write(without(part, 13), exchange="binance")
    (found,) = check(lite)
    assert found.holes.count() == {"outage": 1}
    assert targets(found) == []
    assert [(hole.start, hole.bars) for hole in targets(found, every=True)] == [(day + 13 * HOUR, 1)]


def test_a_donor_without_anything(lite):
    lite.write(without(exact(quarters()), 10), exchange="binance")
    donor = Second(lite, "kraken", lambda of, start, end: EMPTY, tolerance=0.1)
    assert told(repair(lite, check(lite), [by_donor(lite, donor)])) == [(10, 1, "unexplained", 0, "", "kraken has no candle there")]  # fmt: skip
