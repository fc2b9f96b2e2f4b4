"""Why candles are missing: known outages, other symbols, quiet markets, the exchange's own answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS, Bars
from btbot.data.check import check
from btbot.data.check.explaining import leaves_out, mark_empty, mark_quiet
from btbot.data.check.holes import Finder, Holes
from btbot.data.check.judging import Calm
from btbot.data.check.outages import Outages, known, mark
from btbot.data.store import Channel
from btbot.timeframe import Timeframe

HOUR = 3_600_000
H1, M1 = Timeframe.parse("1h"), Timeframe.parse("1m")


def at(text):
    return int(np.datetime64(text, "ms").astype(np.int64))


def holes(*spans, timeframe=H1):
    start, end = (np.array([at(span[side]) for span in spans], np.int64) for side in (0, 1))
    return Holes.unexplained(start, end, (end - start) // timeframe.ms)


def listed(found):
    stamp = lambda time: str(np.datetime64(time, "ms"))[5:16]  # noqa: E731
    return [(stamp(hole.start), stamp(hole.end), hole.bars, hole.kind) for hole in found]


def bars(symbol, times, timeframe="1h", value=100.0):
    time = np.asarray(times, np.int64)
    return Bars(symbol, Timeframe.parse(timeframe), time, *([np.full(len(time), value)] * len(COLUMNS)))


def test_holes_lie_between_pieces_too():
    finder = Finder(H1, stocks=False)
    for hours in ([0, 1], [], [4], [5, 9]):
        finder.take(np.array(hours, np.int64) * HOUR)
    found = finder.holes()
    assert [(hole.start // HOUR, hole.end // HOUR, hole.bars) for hole in found] == [(2, 4, 2), (6, 9, 3)]


def test_weekends_and_holidays_are_no_holes_of_stocks():
    finder = Finder(Timeframe.parse("1d"), stocks=True)
    days = ["2021-04-01", "2021-04-05", "2021-04-07", "2021-04-19"]  # Good Friday, then eight weekdays less one
    finder.take(np.array([at(day) for day in days]))
    assert listed(finder.holes()) == [("04-08T00:00", "04-19T00:00", 7, "unexplained")]


def test_a_hole_in_an_outage_is_known_and_one_that_begins_or_ends_there_is_cut():
    found = mark(
        holes(
            ("2018-02-08T01:00", "2018-02-09T10:00"),
            ("2018-06-25T22:00", "2018-06-26T14:00"),
            ("2018-07-03T00:00", "2018-07-03T02:00"),
        ),
        known("binance", "spot"),
        H1,
    )
    assert listed(found) == [
        ("02-08T01:00", "02-09T10:00", 33, "outage"),
        ("06-25T22:00", "06-26T02:00", 4, "unexplained"),
        ("06-26T02:00", "06-26T12:00", 10, "outage"),
        ("06-26T12:00", "06-26T14:00", 2, "unexplained"),
        ("07-03T00:00", "07-03T02:00", 2, "unexplained"),
    ]
    assert found[0].note == "known: https://github.com/binance/binance-public-data/issues/365"
    assert [found[number].note for number in (1, 3, 4)] == ["", "", ""]


@settings(max_examples=60, deadline=None)
@given(
    missing=st.sets(st.integers(1, 60)),
    edges=st.lists(st.integers(0, 61 * 60), max_size=6, unique=True).map(sorted),
)
def test_each_missing_hour_is_an_outage_if_it_overlaps_one(missing, edges):
    finder = Finder(H1, stocks=False)
    finder.take(np.array([hour for hour in range(62) if hour not in missing]) * HOUR)
    spans = [(low * 60_000, high * 60_000) for low, high in zip(edges[::2], edges[1::2], strict=False)]
    start, end = (np.array([span[side] for span in spans], np.int64) for side in (0, 1))
    found = list(mark(finder.holes(), Outages(start, end, ("https://x",) * len(spans)), H1))
    hours = {hour: hole.kind for hole in found for hour in range(hole.start // HOUR, hole.end // HOUR)}
    assert hours == {
        hour: "outage" if any(low < (hour + 1) * HOUR and high > hour * HOUR for low, high in spans) else "unexplained"
        for hour in missing
    }
    assert sum(hole.bars for hole in found) == len(missing)
    assert all((hole.note == "known: https://x") == (hole.kind == "outage") for hole in found)


def test_a_candle_of_which_a_part_was_an_outage_may_be_missing():
    found = mark(holes(("2021-04-25T04:00", "2021-04-25T09:00")), known("binance", "spot"), H1)  # 04:00:59 to 08:45
    assert listed(found) == [("04-25T04:00", "04-25T09:00", 5, "outage")]
    daily = mark(holes(("2018-02-08T00:00", "2018-02-09T00:00")), known("binance", "spot"), Timeframe.parse("1d"))
    assert [hole.kind for hole in daily] == ["outage"]


def test_outages_are_of_one_exchange_and_market():
    assert len(known("binance", "spot")) == 35
    assert len(known("binance", "perpetual")) == len(known("kraken", "spot")) == 0
    found = known("binance", "spot")
    assert all(source.startswith("https://") for source in found.source)
    assert (found.start < found.end).all()
    assert (found.start[1:] > found.end[:-1]).all()


def test_the_table_gives_the_missing_minutes_of_the_public_list():
    # Binance's one-minute candles of BTC/USDT from 2019 on: 22 gaps of 4,111 minutes.
    found = known("binance", "spot")
    minutes = found.end // 60_000 - -(-found.start // 60_000)
    assert (len(minutes[found.start >= at("2019-01-01")]), minutes[found.start >= at("2019-01-01")].sum()) == (22, 4_111)  # fmt: skip
    (one,) = np.flatnonzero(found.start == at("2019-06-07T21:13:14"))
    assert minutes[one] == 61


def test_a_quiet_market_by_hand():
    # Every second minute of 480 around is missing, and one run of 3 in a series of 1,000: 1000 * 0.5**3 = 125.
    minutes = [minute for minute in range(1_000) if minute % 2 == 0 and minute not in (500, 502)]
    finder = Finder(M1, stocks=False)
    finder.take(np.array(minutes) * 60_000)
    found = mark_quiet(finder.holes(), M1, rows=len(minutes), documented=False)
    assert found.count() == {"no trades": 497}


def test_a_stop_in_a_busy_market_is_not_quiet():
    minutes = [minute for minute in range(5_000) if minute % 100 and not 2_000 < minute < 2_010]
    finder = Finder(M1, stocks=False)
    finder.take(np.array(minutes) * 60_000)
    found = mark_quiet(finder.holes(), M1, rows=len(minutes), documented=False)
    # A hundredth of the minutes is missing: once expects 5000 * 0.01, nine in a row 5000 * 0.01**9.
    assert [(hole.bars, hole.kind) for hole in found if hole.kind != "no trades"] == [(10, "unexplained")]


def test_one_lone_hole_is_quiet_only_if_the_exchange_says_that_it_leaves_such_out():
    one = holes(("2021-01-01T00:00", "2021-01-01T00:01"), timeframe=M1)
    assert mark_quiet(one, M1, rows=10_000, documented=True).count() == {"no trades": 1}
    assert mark_quiet(one, M1, rows=10_000, documented=False).count() == {"unexplained": 1}


def test_what_an_exchange_leaves_out_shows_in_its_candles():
    many = Holes.unexplained(*(np.arange(40) for _ in range(2)), np.ones(40, np.int64))
    assert leaves_out(many, zero_volume=0, calm=0.1)
    assert not leaves_out(many, zero_volume=1, calm=0.1)
    assert not leaves_out(many, zero_volume=0, calm=0.9)
    few = holes(("2021-01-01T00:00", "2021-01-01T01:00"))
    assert not leaves_out(few, zero_volume=0, calm=0.1)


def test_how_calm_it_is_beside_holes_by_hand():
    calm, finder = Calm(), Finder(M1, stocks=False)
    for minutes, volume in (([0, 1, 3], [8.0, 8.0, 2.0]), ([6, 7], [0.5, 8.0])):
        calm.take(np.array(volume), finder.take(np.array(minutes) * 60_000))
    # After the holes 2 and 1/2, whose mean is 1; of all 8, 8, 2, 1/2 and 8, which is 2 to the power of 9/5.
    assert calm.ratio == pytest.approx(2**-1.8)
    assert Calm().ratio == 1.0


def test_answers_are_told():
    found = mark_empty(
        holes(
            ("2021-01-01T00:00", "2021-01-01T02:00"),
            ("2021-01-02T00:00", "2021-01-02T02:00"),
            ("2021-01-03T00:00", "2021-01-03T02:00"),
        ),
        [
            (at("2021-01-01T00:00"), at("2021-01-01T01:00"), 1),
            (at("2021-01-01T01:00"), at("2021-01-01T05:00"), 2),
            (at("2021-01-02T00:00"), at("2021-01-02T01:00"), 3),
            (at("2021-01-02T01:00"), at("2021-01-03T00:00"), 0),
            (at("2021-01-03T00:00"), at("2021-01-03T02:00"), 2),
        ],
    )
    assert [(hole.kind, hole.note) for hole in found] == [
        ("answered empty", "the exchange answered empty once"),
        ("unexplained", ""),
        ("answered empty", "the exchange answered empty 2 times"),
    ]


@pytest.fixture
def hours():
    """Hours of 2021, some of them missing: hours(10, 20) misses [10, 20)."""
    return lambda low=0, high=0, count=100: at("2021-01-01") + np.array([h for h in range(count) if not low <= h < high]) * HOUR  # fmt: skip


def test_a_hole_that_every_symbol_has_is_a_likely_outage(store, hours):
    for symbol, low, high in (("A/X", 10, 20), ("B/X", 9, 20), ("C/X", 10, 21)):
        store.write(bars(symbol, hours(low, high)), exchange="x")
    store.write(bars("D/X", hours()), exchange="y")
    store.write(bars("E/X", hours()[15:]), exchange="x")  # listed meanwhile
    store.write(bars("F/X", hours()[:10]), exchange="x")  # no longer traded
    store.write(bars("G/X", hours()), exchange="x", market="perpetual")
    found = {one.of.symbol: list(one.holes) for one in check(store)}
    assert [(hole.kind, hole.note) for hole in found["A/X"]] == [("likely outage", "missing from all 3 symbols")]
    assert [(hole.bars, hole.kind) for hole in found["B/X"]] == [(11, "unexplained")]
    assert found["D/X"] == []


def test_finer_candles_of_another_symbol_can_tell_and_longer_ones_cannot(lite, hours):
    lite.write(bars("A/X", hours(10, 20)), exchange="x")
    lite.write(bars("B/X", at("2021-01-01") + np.arange(30) * 4 * HOUR, "4h"), exchange="x")
    assert [hole.kind for one in check(lite) for hole in one.holes] == ["unexplained"]
    quarters = np.array([quarter for quarter in range(400) if not 40 <= quarter < 80])
    lite.write(bars("C/X", at("2021-01-01") + quarters * HOUR // 4, "15m"), exchange="x")
    assert [one.holes[0].note for one in check(lite, symbols=["A/X"])] == ["missing from all 2 symbols"]


def test_what_was_never_downloaded_of_any_symbol_is_no_outage(lite, hours):
    for symbol in ("A/X", "B/X"):
        lite.write(bars(symbol, hours(10, 90)), exchange="x")
    assert [hole.kind for one in check(lite) for hole in one.holes] == ["unexplained"] * 2


def test_the_record_of_downloads_is_asked(store, hours):
    store.write(bars("A/X", hours(10, 20)), exchange="x")
    channel = Channel("x", "spot", "A/X", timeframe=H1)
    day = at("2021-01-01")
    with store.writing() as connection:
        store.downloads.record(connection, channel, day - 50 * HOUR, day, rows=0, source="x rest")
        store.downloads.record(connection, channel, day + 10 * HOUR, day + 20 * HOUR, rows=0, source="x rest")
    (found,) = check(store)
    assert [(hole.kind, hole.note) for hole in found.holes] == [("answered empty", "the exchange answered empty once")]
    texts = {finding.kind: finding.text for finding in found.findings}
    assert texts["not_listed"] == "not listed before 2021-01-01T00:00:00Z: asked since 2020-12-29T22:00:00Z, x had nothing older"  # fmt: skip
    assert texts["explained"] == "10 candles missing in 1 hole for a known reason: 1 answered empty"


def test_an_old_empty_answer_does_not_say_when_a_market_was_listed(lite, hours):
    lite.write(bars("A/X", hours()), exchange="x")
    channel, day = Channel("x", "spot", "A/X", timeframe=H1), at("2021-01-01")
    with lite.writing() as connection:
        lite.downloads.record(connection, channel, day - 50 * HOUR, day - 20 * HOUR, rows=0, source="x rest")
    assert "not_listed" not in [finding.kind for finding in check(lite)[0].findings]
