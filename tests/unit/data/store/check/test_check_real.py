"""Recorded candles: the holes of Binance are its outages, and the quiet minutes of Bitfinex are none."""
# ruff: noqa: PD011 - `Columns.values` are no pandas

import numpy as np
import pandas as pd
import pytest

from btbot.bars import COLUMNS, Bars
from btbot.data.check import check
from btbot.data.check.buckets import whole_buckets
from btbot.data.check.comparing import Timeframes
from btbot.data.check.explaining import leaves_out, mark_quiet
from btbot.data.check.holes import Finder
from btbot.data.check.judging import Calm, Judge
from btbot.data.check.outages import known, mark
from btbot.data.gate import inspect
from btbot.data.oddities import BLOCK
from btbot.data.store.columns import Columns
from btbot.data.store.listing import Series
from btbot.timeframe import Timeframe


@pytest.fixture(scope="session")
def recorded(data_dir):
    """Columns of a recorded file, by the beginning of its name."""

    def read(name):
        frame = pd.read_csv(next(data_dir.glob(f"{name}*")))
        return Columns(frame["timestamp"].to_numpy(np.int64), frame[list(COLUMNS)].to_numpy(np.float64))

    return read


def bars(symbol, length, columns):
    return Bars(symbol, Timeframe.parse(length), columns.time, *columns.values.T)


def found_in(columns, length):
    finder = Finder(Timeframe.parse(length), stocks=False)
    finder.take(columns.time)
    return finder.holes()


@pytest.mark.parametrize(
    ("name", "length", "outages", "others"),
    [
        ("BTCUSDT-1h", "1h", (28, 128), 0),
        ("ETHUSDT-1h", "1h", (1, 1), 0),
        ("DOGEUSDT-1h", "1h", (1, 1), 0),
        ("ETHUSDT-15m", "15m", (1, 5), 0),
        ("BTCUSDT-5m", "5m", (1, 16), 289),  # the others are a seam between two files
    ],
)
def test_the_holes_of_binance_are_its_outages(recorded, name, length, outages, others):
    holes = mark(found_in(recorded(name), length), known("binance", "spot"), Timeframe.parse(length))
    at = holes.of("outage")
    assert (len(at), int(holes.bars[at].sum())) == outages
    assert int(holes.bars.sum()) - outages[1] == others


def test_every_known_outage_of_more_than_two_hours_is_a_hole_of_bitcoin(recorded):
    holes, outages = found_in(recorded("BTCUSDT-1h"), "1h"), known("binance", "spot")
    for start, end in zip(outages.start, outages.end, strict=True):
        if end - start > 2 * 3_600_000:
            assert ((holes.start < end) & (holes.end > start)).any()


def test_minutes_without_a_trade_are_no_outages(recorded):
    columns = recorded("BTCUSD-1m-bitfinex-2017")
    holes = mark_quiet(found_in(columns, "1m"), Timeframe.parse("1m"), rows=len(columns.time), documented=True)
    assert int(holes.bars.sum()) == 20_391
    stops = holes.of("unexplained")
    assert (len(stops), int(holes.bars[stops].sum())) == (10, 146)
    longest = [str(np.datetime64(int(holes.start[at]), "ms"))[:16] for at in stops if holes.bars[at] > 20]
    assert longest == ["2017-05-16T16:23", "2017-10-31T13:55", "2017-12-31T11:40"]


def test_who_leaves_out_minutes_shows_in_the_volume_beside_them(recorded):
    columns = recorded("BTCUSD-1m-bitfinex-2018")
    for kept, expected in ((np.ones(len(columns.time), bool), True), (np.random.default_rng(1).random(len(columns.time)) > 0.02, False)):  # fmt: skip
        finder, calm = Finder(Timeframe.parse("1m"), stocks=False), Calm()
        calm.take(columns.values[kept, 4], finder.take(columns.time[kept]))
        assert leaves_out(finder.holes(), zero_volume=0, calm=calm.ratio) is expected


def test_what_all_symbols_lack_is_a_likely_outage_where_no_table_knows(recorded, lite):
    for symbol in ("ADA", "BNB", "DOGE"):
        whole = bars(f"{symbol}/USDT", "1h", recorded(f"{symbol}USDT-1h"))
        lite.write(whole.between(1_679_000_000_000, 1_680_000_000_000), exchange="elsewhere")
    assert [(hole.bars, hole.kind, hole.note) for one in check(lite) for hole in one.holes] == [
        (1, "likely outage", "missing from all 3 symbols")
    ] * 3


@pytest.mark.parametrize(("finer", "longer"), [("5m", "15m"), ("15m", "1h")])
def test_timeframes_of_binance_agree(recorded, finer, longer):
    series = [Series(0, "binance", "spot", "BTC/USDT", Timeframe.parse(one), 0, 0, None) for one in (longer, finer)]
    judge = Timeframes(*series)
    made = whole_buckets(recorded(f"BTCUSDT-{finer}"), series[1].timeframe, series[0].timeframe)
    judge.take(recorded(f"BTCUSDT-{longer}"), made)
    (finding,) = judge.findings()
    assert finding.severity == "notice"
    assert finding.count == {"5m": 70_073, "15m": 17_542}[finer]


@pytest.mark.parametrize(("name", "length"), [("BTCUSDT-1h", "1h"), ("BTCUSDT-perp-5m", "5m")])
def test_the_check_says_what_the_gate_of_a_run_says(recorded, name, length):
    columns = recorded(name)
    frame = pd.DataFrame({"time": columns.time, **dict(zip(COLUMNS, columns.values.T, strict=True))})
    expected = {one.kind: (one.severity, one.count, one.places) for one in inspect(frame, "BTC/USDT")}
    judge = Judge("BTC/USDT", Timeframe.parse(length), stocks=False, window=100 * BLOCK)
    for part in np.array_split(np.arange(len(columns.time)), 7):
        judge.take(Columns(columns.time[part], columns.values[part]))
    findings, holes, _ = judge.finish()
    missing = expected.pop("missing", ("", 0, ()))
    assert int(holes.bars.sum()) == missing[1]
    assert {one.kind: (one.severity, one.count, one.places) for one in findings} == expected
