"""Files into the store: Binance's archives, CryptoDataDownload, freqtrade; what is well comes in, what is not is named."""

import gzip
import hashlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot.bars import Bars
from btbot.data.store import Channel, Store, incoming
from btbot.data.store.importing import import_paths
from btbot.data.store.targets import Wishes
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

HOUR = 3_600_000
DAY_2021, DAY_2025 = 1_609_459_200_000, 1_735_689_600_000
NAMES = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore"
)


@pytest.fixture
def here(tmp_path):
    """A store of its own on SQLite."""
    store = Store(f"sqlite:///{tmp_path / 'btbot.db'}")
    yield store
    store.close()


def kline(at, start=DAY_2021, step=HOUR, unit=1):
    opens = (start + at * step) * unit
    return (
        f"{opens},{100 + at}.10,{102 + at}.0,{99 + at}.5,{101 + at}.25,{abs(at)}.5,{opens + step * unit - 1},0,1,0,0,0"
    )


def klines(rows, **options):
    return "\n".join(kline(at, **options) for at in rows) + "\n"


def zipped(path, text, *, checksum=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{path.stem}.csv", text)
    path.write_bytes(memory.getvalue())
    if checksum:
        digest = hashlib.sha256(memory.getvalue()).hexdigest()
        path.with_name(path.name + ".CHECKSUM").write_text(f"{digest}  {path.name}\n")
    return path


def spot(folder, name, text, **options):
    return zipped(folder / "data/spot/daily/klines/BTCUSDT/1h" / name, text, **options)


def rows(report):
    return [(str(one.target), str(one.timeframe or ""), one.files, one.rows, one.inserted, one.changed, one.unchanged) for one in report.series]  # fmt: skip


def left(entries):
    return [(one.file, one.reason) for one in entries]


def notes(report):
    return [finding.text for one in report.series for finding in one.findings]


def test_an_archive_of_binance_comes_in_and_once(store, tmp_path):
    spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    spot(tmp_path, "BTCUSDT-1h-2021-01-02.zip", klines(range(24, 48)))
    um = tmp_path / "data/futures/um/monthly/klines/BTCUSDT/1h"
    zipped(um / "BTCUSDT-1h-2021-01.zip", f"{NAMES}\n{klines(range(30))}")
    found = import_paths(store, [tmp_path / "data"])
    assert rows(found) == [
        ("BTC/USDT candles of binance perpetual", "1h", 1, 30, 30, 0, 0),
        ("BTC/USDT candles of binance spot", "1h", 2, 48, 48, 0, 0),
    ]
    assert (found.verified, found.refused, found.skipped, found.assumed, found.others) == (3, [], [], [], 0)
    bars = store.get_bars("BTC/USDT", "1h", market="spot")
    assert bars.time.tolist() == [DAY_2021 + at * HOUR for at in range(48)]
    assert (bars.open[47], bars.high[47], bars.low[47], bars.close[47], bars.volume[47]) == (
        147.1,
        149.0,
        146.5,
        148.25,
        47.5,
    )
    assert [row[4:] for row in rows(import_paths(store, [tmp_path / "data"]))] == [(0, 0, 30), (0, 0, 48)]
    assert [one.writes for one in store.series()] == [1, 1]


def test_microseconds_since_2025_are_read_by_their_size(here, tmp_path):
    spot(tmp_path, "BTCUSDT-1h-2024-12-31.zip", klines(range(-24, 0), start=DAY_2025))
    spot(tmp_path, "BTCUSDT-1h-2025-01-01.zip", klines(range(24), start=DAY_2025, unit=1_000))
    found = import_paths(here, [tmp_path / "data"])
    assert rows(found) == [("BTC/USDT candles of binance spot", "1h", 2, 48, 48, 0, 0)]
    assert notes(found) == []
    assert here.get_bars("BTC/USDT", "1h").time.tolist() == [DAY_2025 + at * HOUR for at in range(-24, 24)]


def test_a_file_of_one_candle_has_the_timeframe_of_its_name(here, tmp_path):
    day = zipped(tmp_path / "BTCUSDT-1d-2021-01-01.zip", klines([0], step=24 * HOUR))
    assert rows(import_paths(here, [day])) == [("BTC/USDT candles of binance spot", "1d", 1, 1, 1, 0, 0)]


def test_a_bad_file_is_named_and_the_others_come_in(here, tmp_path):
    good = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    spot(tmp_path, "BTCUSDT-1h-2021-01-02.zip", klines(range(24, 48)).replace("130.5", "930.5"))
    wrong = spot(tmp_path, "BTCUSDT-1h-2021-01-03.zip", klines(range(48, 72)))
    wrong.write_bytes(good.read_bytes())
    cut = spot(tmp_path, "BTCUSDT-1h-2021-01-04.zip", klines(range(72, 96)), checksum=False)
    cut.write_bytes(cut.read_bytes()[:300])
    spot(tmp_path, "BTCUSDT-1h-2021-01-05.zip", klines(range(96, 120))).unlink()
    spot(tmp_path, "BTCUSDT-1h-2021-01-06.zip", "<html>404</html>", checksum=False)
    spot(tmp_path, "BTCUSDT-1h-2021-01-07.zip", klines(range(144, 168)))
    found = import_paths(here, [tmp_path / "data"])
    assert rows(found) == [("BTC/USDT candles of binance spot", "1h", 2, 48, 48, 0, 0)]
    at = "data/spot/daily/klines/BTCUSDT/1h/"
    assert {name[: len(at)] for name, _ in left(found.refused)} == {at}
    texts = {name.removeprefix(at): reason.removeprefix(at) for name, reason in left(found.refused)}
    assert list(texts) == [f"BTCUSDT-1h-2021-01-{day:02}.zip{'.CHECKSUM' * (day == 5)}" for day in (5, 2, 3, 4, 6)]
    assert texts["BTCUSDT-1h-2021-01-02.zip"].startswith(
        "BTCUSDT-1h-2021-01-02.zip: BTC/USDT: 24 candles refused: 1 candle with high or low contradicting open or "
        "close, first open 131.1, high 133, low 930.5, close 132.25 at 2021-01-02T07:00:00Z, line 8; "
    )
    assert "its SHA-256 is" in texts["BTCUSDT-1h-2021-01-03.zip"]
    assert "is a damaged or cut archive" in texts["BTCUSDT-1h-2021-01-04.zip"]
    assert texts["BTCUSDT-1h-2021-01-05.zip.CHECKSUM"] == (
        "BTCUSDT-1h-2021-01-05.zip.CHECKSUM: its archive is not beside it; download it"
    )
    assert "is a web page" in texts["BTCUSDT-1h-2021-01-06.zip"]
    assert notes(found) == [
        "120 candles missing between two files, from 2021-01-02T00:00:00Z until 2021-01-07T00:00:00Z; download them if "
        "the market was open"
    ]


def test_what_is_not_stored_is_skipped_with_the_reason(here, tmp_path):
    mark = tmp_path / "data/futures/um/monthly/markPriceKlines/BTCUSDT/1h"
    zipped(mark / "BTCUSDT-1h-2021-01.zip", klines(range(24)))
    (tmp_path / "data" / "README.md").write_text("x")
    found = import_paths(here, [tmp_path / "data"])
    assert (found.series, found.refused, found.others) == ([], [], 1)
    assert left(found.skipped) == [
        (
            "data/futures/um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2021-01.zip",
            "markPriceKlines is not stored, which is of candles, aggTrades, trades and funding rates",
        )
    ]


def test_only_wanted_symbols_come_in(here, tmp_path):
    spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    zipped(tmp_path / "data/spot/daily/klines/ETHUSDT/1h/ETHUSDT-1h-2021-01-01.zip", klines(range(24)))
    found = import_paths(here, [tmp_path / "data"], Wishes(symbols=("ETH/USDT",)))
    assert [str(one.target) for one in found.series] == ["ETH/USDT candles of binance spot"]
    assert left(found.skipped) == [
        (
            "data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2021-01-01.zip",
            "is of BTC/USDT, which --symbol does not name",
        )
    ]


def test_a_changed_archive_replaces_and_keeps_the_former_values(here, tmp_path):
    path = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    import_paths(here, [path])
    spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)).replace("105.10", "105.20"))
    assert rows(import_paths(here, [path])) == [("BTC/USDT candles of binance spot", "1h", 1, 24, 0, 1, 23)]
    assert here.get_bars("BTC/USDT", "1h").open[5] == 105.2


def test_overlapping_files_are_joined(here, tmp_path):
    spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(30)))
    spot(tmp_path, "BTCUSDT-1h-2021-01-02.zip", klines(range(24, 48)))
    assert rows(import_paths(here, [tmp_path / "data"])) == [
        ("BTC/USDT candles of binance spot", "1h", 2, 54, 48, 0, 6)
    ]


def test_the_name_must_agree_with_the_candles(here, tmp_path):
    minutes = zipped(tmp_path / "BTCUSDT-1h-2021-01-01.zip", klines(range(24), step=60_000))
    found = import_paths(here, [minutes])
    assert left(found.refused) == [
        (
            "BTCUSDT-1h-2021-01-01.zip",
            "BTCUSDT-1h-2021-01-01.zip: its name says candles of 1h, but most of them are 1m apart; rename the file or "
            "say --timeframe 1m if that is right",
        )
    ]
    told = import_paths(here, [minutes], Wishes(timeframe=Timeframe.parse("1m")))
    assert [str(one.timeframe) for one in told.series] == ["1m"]
    found = import_paths(here, [minutes], Wishes(timeframe=Timeframe.parse("4h")))
    assert (
        "--timeframe says candles of 4h, but most of them are 1m apart; say --timeframe 1m" in found.refused[0].reason
    )


def test_a_candle_that_was_running_when_the_file_was_written_is_left_out(here, tmp_path):
    path = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    os.utime(path, times=((DAY_2021 + 23 * HOUR + 60_000) / 1_000,) * 2)
    found = import_paths(here, [path])
    assert rows(found)[0][3] == 23
    assert notes(found) == [
        "BTCUSDT-1h-2021-01-01.zip: its last candle, of 2021-01-01T23:00:00Z, was not finished when the file was written: "
        "it was left out; download it"
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("timestamp,open,high,low,close\n1609459200000,1,2,0.5,1.5\n1609462800000,1,2,0.5,1.5\n", "x-1h.csv: has no column of volume, and volumes of 0 are not stored in its place; give it a column volume"),
        ("160945920000,1,2,0.5,1.5,9\n1609462800000,1,2,0.5,1.5,9\n1609466400000,1,2,0.5,1.5,9\n", "x-1h.csv: 1 candle older than 2009, first 1975-02-06T19:12:00Z, when no crypto currency was traded; correct the file, or say --calendar stocks"),
        ("4070908800000,1,2,0.5,1.5,9\n4070912400000,1,2,0.5,1.5,9\n", "x-1h.csv: holds a candle of 2099-01-01T01:00:00Z, which is in the future; check the times of the file, or the clock of this machine"),
    ],
)  # fmt: skip
def test_a_store_is_stricter_than_the_gate(here, tmp_path, lines, reason):
    (tmp_path / "x-1h.csv").write_text(lines)
    found = import_paths(here, [tmp_path / "x-1h.csv"], Wishes(exchange="x", symbols=("BTC/USDT",)))
    assert left(found.refused) == [("x-1h.csv", reason)]


def test_what_was_imported_is_recorded_and_holes_stay_open(here, tmp_path):
    path = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines([*range(10), *range(12, 24)]))
    for _ in range(2):
        import_paths(here, [path])
    spans = [(one.start, one.end, one.rows, one.source) for one in here.downloads.history()]
    assert spans == [
        (DAY_2021, DAY_2021 + 10 * HOUR, 10, "file BTCUSDT-1h-2021-01-01.zip"),
        (DAY_2021 + 12 * HOUR, DAY_2021 + 24 * HOUR, 12, "file BTCUSDT-1h-2021-01-01.zip"),
    ]


def test_candles_of_a_file_where_the_exchange_had_none_are_recorded(here, tmp_path):
    day = (DAY_2021, DAY_2021 + 24 * HOUR)
    channel = Channel("binance", "spot", "BTC/USDT", timeframe=Timeframe.parse("1h"))
    for _ in range(2):
        with here.writing() as connection:
            here.downloads.record(connection, channel, *day, rows=0, source="binance rest")
    assert here.downloads.missing(channel, *day) == []
    path = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    for _ in range(2):
        import_paths(here, [path])
    (span,) = here.downloads.spans(channel)
    assert (span.start, span.end, span.empty, span.source) == (*day, False, "file BTCUSDT-1h-2021-01-01.zip")
    assert len(here.downloads.history(channel)) == 3


def test_weekends_of_stocks_are_no_holes(here, tmp_path):
    days = [at for at in range(28) if at % 7 < 5]
    (tmp_path / "stocks.csv").write_text(klines(days, start=DAY_2021 + 72 * HOUR, step=24 * HOUR))
    wishes = Wishes(exchange="nasdaq", symbols=("AAPL",), calendar="stocks")
    assert notes(import_paths(here, [tmp_path / "stocks.csv"], wishes)) == []
    assert [(one.rows, one.end - one.start) for one in here.downloads.history()] == [(20, 26 * 24 * HOUR)]


def test_many_files_are_few_transactions(here, tmp_path, monkeypatch):
    monkeypatch.setattr(incoming, "TOGETHER", 100)
    for day in range(1, 21):
        spot(tmp_path, f"BTCUSDT-1h-2021-01-{day:02}.zip", klines(range(24 * day - 24, 24 * day)))
    assert rows(import_paths(here, [tmp_path / "data"]))[0][2:] == (20, 480, 480, 0, 0)
    assert [one.writes for one in here.series()] == [4]
    assert [(one.start, one.end) for one in here.downloads.history()] == [(DAY_2021, DAY_2021 + 480 * HOUR)]


class Interrupted(Exception):
    pass


def test_an_interrupted_import_is_completed_by_the_next(here, tmp_path, monkeypatch):
    monkeypatch.setattr(incoming, "TOGETHER", 48)
    for day in range(1, 11):
        spot(tmp_path, f"BTCUSDT-1h-2021-01-{day:02}.zip", klines(range(24 * day - 24, 24 * day)))

    def stop(done, whole):
        assert whole == 10
        if done == 7:
            raise Interrupted

    with pytest.raises(Interrupted):
        import_paths(here, [tmp_path / "data"], progress=stop)
    assert here.series()[0].rows == 144
    assert rows(import_paths(here, [tmp_path / "data"]))[0][3:] == (240, 96, 0, 144)
    whole = Store(f"sqlite:///{tmp_path / 'whole.db'}")
    import_paths(whole, [tmp_path / "data"])
    assert whole.get_bars("BTC/USDT", "1h").fingerprint == here.get_bars("BTC/USDT", "1h").fingerprint
    whole.close()


def test_a_dry_run_judges_and_writes_nothing(here, tmp_path):
    spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    assert rows(import_paths(here, [tmp_path / "data"], dry_run=True)) == [("BTC/USDT candles of binance spot", "1h", 1, 24, 0, 0, 0)]  # fmt: skip
    assert here.series() == []


CDD = """\
https://www.CryptoDataDownload.com
unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount
1609473600000,2021-01-01 04:00:00,BTC/USDT,5.00000000,7.00000000,4.50000000,6.00000000,5.50000000,30.5,9
1609470000000,2021-01-01 03:00:00,BTC/USDT,4.00000000,6.00000000,3.50000000,5.00000000,4.50000000,20.5,9
1609466400.0,2021-01-01 02-AM,BTC/USDT,3,5,2.5,4,3.5,10.5,NULL
1609462800.0,2021-01-01 01-AM,BTC/USDT,2,4,1.5,3,2.5,5.5,NULL
"""


def test_cryptodatadownload_with_all_its_oddities(here, tmp_path):
    path = tmp_path / "Binance_BTCUSDT_1h.csv"
    path.write_text(CDD)
    found = import_paths(here, [path])
    assert rows(found) == [("BTC/USDT candles of binance spot", "1h", 1, 4, 4, 0, 0)]
    assert [finding.kind for finding in found.series[0].findings] == ["mixed_units", "newest_first"]
    assert found.assumed == ["market spot (--market perpetual says otherwise): Binance_BTCUSDT_1h.csv"]
    bars = here.get_bars("BTC/USDT", "1h")
    assert bars.time.tolist() == [DAY_2021 + at * HOUR for at in range(1, 5)]
    assert (bars.open.tolist(), bars.volume.tolist()) == ([2, 3, 4, 5], [2.5, 3.5, 4.5, 5.5])  # of BTC, not of USDT


def test_symbols_of_a_column_are_spelled_as_pairs(here, tmp_path):
    frame = pd.read_csv(io.StringIO(klines(range(4))), header=None).iloc[:, :6]
    frame.columns = ["timestamp", "open", "high", "low", "close", "volume"]
    both = pd.concat([frame.assign(symbol="ETHUSDT"), frame.assign(symbol="BTC/USDT:USDT")])
    both.to_csv(tmp_path / "all-1h-bybit-perp.csv", index=False)
    found = import_paths(here, [tmp_path / "all-1h-bybit-perp.csv"])
    assert [str(one.target) for one in found.series] == ["ETH/USDT candles of bybit perpetual", "BTC/USDT candles of bybit perpetual"]  # fmt: skip
    both.assign(symbol=both["symbol"].replace({"ETHUSDT": "CBRL", "BTC/USDT:USDT": "AAPL"})).to_parquet(
        tmp_path / "s.parquet"
    )
    found = import_paths(here, [tmp_path / "s.parquet"], Wishes(exchange="nasdaq"))
    assert [one.target.symbol for one in found.series] == ["CBRL", "AAPL"]
    only = import_paths(here, [tmp_path / "s.parquet"], Wishes(exchange="nasdaq", symbols=("AAPL",)))
    assert [one.target.symbol for one in only.series] == ["AAPL"]
    none = import_paths(here, [tmp_path / "s.parquet"], Wishes(exchange="nasdaq", symbols=("MSFT",)))
    assert left(none.refused) == [("s.parquet", "s.parquet: holds CBRL, AAPL, not MSFT; name one of them by --symbol")]


def test_a_market_that_is_stored_keeps_its_spelling(here, tmp_path):
    bars = Bars("BAT/USD", Timeframe(HOUR), np.array([DAY_2021]), *np.ones((5, 1)))
    here.write(bars, exchange="bitfinex")
    (tmp_path / "BATUSD-1h-bitfinex.csv").write_text(klines(range(24)))
    found = import_paths(here, [tmp_path / "BATUSD-1h-bitfinex.csv"])
    assert [one.target.symbol for one in found.series] == ["BAT/USD"]


@pytest.mark.parametrize("kind", ["feather", "parquet", "json", "json.gz"])
def test_freqtrade(here, tmp_path, kind):
    date = pd.to_datetime(DAY_2021 + HOUR * np.arange(5), unit="ms", utc=True)
    frame = pd.DataFrame({"date": date, "open": 1.5, "high": 2.5, "low": 0.5, "close": 1.25, "volume": 0.1})
    folder = tmp_path / "user_data" / "data" / "okx"
    (folder / "futures").mkdir(parents=True)
    for path in (folder / f"BTC_USDT-1h.{kind}", folder / "futures" / f"BTC_USDT_USDT-1h-futures.{kind}"):
        if kind.startswith("json"):
            packing = "gzip" if kind == "json.gz" else None
            frame.assign(date=frame["date"].astype("datetime64[ms, UTC]").astype("int64")).to_json(path, orient="values", compression=packing)  # fmt: skip
        else:
            getattr(frame, f"to_{kind}")(path)
    found = import_paths(here, [tmp_path / "user_data"])
    assert rows(found) == [
        ("BTC/USDT candles of okx perpetual", "1h", 1, 5, 5, 0, 0),
        ("BTC/USDT candles of okx spot", "1h", 1, 5, 5, 0, 0),
    ]
    assert here.get_bars("BTC/USDT", "1h", market="spot").close.tolist() == [1.25] * 5


def test_funding_and_trades_come_in_beside_candles(store, tmp_path):
    um = tmp_path / "data/futures/um/monthly"
    rates = "\n".join(f"{DAY_2021 + at * 8 * HOUR + at},8,{at}e-4" for at in range(1, 4))
    zipped(
        um / "fundingRate/BTCUSDT/BTCUSDT-fundingRate-2021-01.zip",
        f"calc_time,funding_interval_hours,last_funding_rate\n{rates}\n",
    )
    trades = "\n".join(f"{at},100.5,{at}.25,{at},{at},{DAY_2021 + at},{at % 2 == 0}" for at in range(1, 6))
    zipped(um / "aggTrades/BTCUSDT/BTCUSDT-aggTrades-2021-01.zip", f"{trades}\n")
    for first in (True, False):
        found = import_paths(store, [tmp_path / "data"])
        assert rows(found) == [
            ("BTC/USDT funding of binance perpetual", "", 1, 3, 3 * first, 0, 3 * (not first)),
            ("BTC/USDT trades of binance perpetual", "", 1, 5, 5 * first, 0, 5 * (not first)),
        ]
    held = store.funding.get("BTC/USDT")
    assert held.time.tolist() == [DAY_2021 + at * 8 * HOUR + at for at in (1, 2, 3)]
    assert held.rate.tolist() == [0.0001, 0.0002, 0.0003]
    tape = store.tape.get("BTC/USDT")
    assert (tape.trade.tolist(), tape.side.tolist()) == (["1", "2", "3", "4", "5"], [1, -1, 1, -1, 1])
    assert tape.amount.tolist() == [1.25, 2.25, 3.25, 4.25, 5.25]


def test_funding_stamped_a_little_later_is_the_same_funding(here, tmp_path):
    time = DAY_2021 + 8 * HOUR * np.arange(4)
    here.funding.write("BTC/USDT", time[:3] + 7, [1e-4, 2e-4, 3e-4], [10.0, 11.0, 12.0], exchange="okx")
    frame = pd.DataFrame({"date": pd.to_datetime(time, unit="ms", utc=True), "funding_rate": [1e-4, 2e-4, 4e-4, 5e-4]})
    (tmp_path / "okx/futures").mkdir(parents=True)
    frame.to_feather(tmp_path / "okx/futures/BTC_USDT_USDT-8h-funding_rate.feather")
    found = import_paths(here, [tmp_path / "okx"])
    assert rows(found) == [("BTC/USDT funding of okx perpetual", "", 1, 4, 1, 1, 2)]
    held = here.funding.get("BTC/USDT")
    assert held.time.tolist() == [*(time[:3] + 7), time[3]]
    assert held.rate.tolist() == [1e-4, 2e-4, 4e-4, 5e-4]
    assert held.mark_price[:3].tolist() == [10.0, 11.0, 12.0]


def test_single_and_aggregated_trades_do_not_share_a_tape(here, tmp_path):
    (tmp_path / "BTCUSDT-aggTrades-2021-01-01.csv").write_text(f"1,100.5,1.0,1,2,{DAY_2021},True,True\n")
    (tmp_path / "BTCUSDT-trades-2021-01-01.csv").write_text(
        f"1,100.5,0.5,50,{DAY_2021},True,True\n2,100.5,0.5,50,{DAY_2021},True,True\n"
    )
    found = import_paths(
        here, [tmp_path / "BTCUSDT-trades-2021-01-01.csv", tmp_path / "BTCUSDT-aggTrades-2021-01-01.csv"]
    )
    assert rows(found) == [("BTC/USDT trades of binance spot", "", 1, 1, 1, 0, 0)]
    assert left(found.skipped) == [
        (
            "BTCUSDT-trades-2021-01-01.csv",
            "the tape of BTC/USDT of binance spot holds aggregated trades; single ones would count their volume twice",
        )
    ]


def test_a_bad_line_of_a_tape_keeps_the_whole_file_out(here, tmp_path, monkeypatch):
    from btbot.data.formats import pieces

    monkeypatch.setattr(pieces, "BLOCK_BYTES", 200)
    lines = [f"{at},100.5,1.0,{at},{at},{DAY_2021 + at},True,True" for at in range(100)]
    path = tmp_path / "BTCUSDT-aggTrades-2021-01-01.csv"
    path.write_text("\n".join([*lines, f"100,-1,1.0,1,1,{DAY_2021 + 200},True,True"]))
    found = import_paths(here, [path])
    assert "line 101: price is '-1', a number above 0 is expected" in found.refused[0].reason
    assert here.tape.markets() == []
    packed = tmp_path / "ETHUSDT-aggTrades-2021-01-01.csv.gz"
    packed.write_bytes(gzip.compress("\n".join(lines).encode())[:-9])
    assert "is a damaged or cut archive" in import_paths(here, [packed], Wishes(exchange="binance")).refused[0].reason
    assert here.tape.markets() == []


@pytest.mark.parametrize(
    ("name", "wishes", "reason"),
    [
        ("candles.csv", Wishes(symbols=("BTC/USDT",)), "candles.csv: neither its name nor its folder says which exchange it is from; say it: --exchange NAME"),
        ("candles.csv", Wishes(exchange="x"), "candles.csv: neither its name nor a column of it says the symbol; say what it is of: --symbol BTC/USDT"),
    ],
)  # fmt: skip
def test_what_nobody_says_is_asked_for(here, tmp_path, name, wishes, reason):
    (tmp_path / name).write_text(klines(range(4)))
    assert left(import_paths(here, [tmp_path / name], wishes).refused) == [(name, reason)]


def test_a_path_that_is_not_there_and_a_market_that_is_none_are_refused(here, tmp_path):
    with pytest.raises(ConfigError) as caught:
        import_paths(here, [tmp_path / "none"])
    assert str(caught.value) == f"{tmp_path / 'none'}: does not exist; a file or a folder is expected"
    with pytest.raises(ConfigError) as caught:
        Wishes(market="perpetuals")
    assert str(caught.value) == (
        "market: 'perpetuals' is not known; allowed are spot, perpetual; did you mean 'perpetual'?"
    )


def test_a_database_that_fails_ends_the_import(tmp_path):
    path = spot(tmp_path, "BTCUSDT-1h-2021-01-01.zip", klines(range(24)))
    store = Store(f"sqlite:///{tmp_path / 'btbot.db'}")
    store.series()
    with store.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE candles RENAME TO lost")
    with pytest.raises(
        DataError, match=r"^database sqlite:.*btbot\.db failed: no such table: candles; nothing was written$"
    ):
        import_paths(store, [path])
    store.close()


@pytest.mark.parametrize("name", ["IngiOrn__Binance_BTCUSDT_1h.csv.gz", "andrewsiah__Binance_BTCUSDT_1h.csv.gz"])
def test_messy_files_are_refused_with_line_and_reason(here, data_dir, name):
    found = import_paths(here, [data_dir / "messy" / name])
    assert found.series == []
    assert f"{name}: BTC/USDT: " in found.refused[0].reason
    assert "2,649 of them with different values, first at 2020-08-01T23:00:00Z, line " in found.refused[0].reason


def test_recorded_files_say_what_they_are(here, data_dir):
    files = [
        "fixtures/binance/spot-PEPEUSDT-aggTrades-2024-10-27.zip",
        "fixtures/binance/spot-klines-BTCUSDT-1h-2024-10-28.zip",
    ]
    found = import_paths(
        here, [*(data_dir / file for file in files), data_dir / "fixtures/freqtrade"], Wishes(exchange="binance")
    )
    assert sorted(rows(found)) == [
        ("BTC/USDT candles of binance spot", "1h", 1, 24, 24, 0, 0),
        ("ETH/BTC candles of binance spot", "5m", 1, 5_760, 5_760, 0, 0),
        ("PEPE/USDT trades of binance spot", "", 1, 57_229, 57_229, 0, 0),
        ("XRP/ETH candles of binance spot", "1m", 1, 2_469, 2_469, 0, 0),
        ("XRP/ETH trades of binance spot", "", 1, 12_477, 12_477, 0, 0),
    ]
    frame = pd.read_feather(data_dir / "fixtures/freqtrade/XRP_ETH-trades.feather")
    tape = here.tape.get("XRP/ETH")
    assert tape.price.sum() == pytest.approx(frame["price"].sum(), rel=1e-12)
    assert ((tape.side > 0) == (frame.sort_values(["timestamp", "id"])["side"] == "buy")).all()


def test_paths_may_be_relative(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    zipped(Path("BTCUSDT-1h-2021-01-01.zip"), klines(range(24)))
    assert rows(import_paths(here, [Path()]))[0][3] == 24
    assert here.downloads.history()[0].source == f"folder {tmp_path.name}"


def test_files_of_one_name_are_told_apart(here, tmp_path):
    for folder in ("a/x", "b/x", "c"):
        path = tmp_path / folder / "ETHUSDT-1h.csv"
        path.parent.mkdir(parents=True)
        path.write_text("")
    paths = [tmp_path / "a/x", tmp_path / "b/x", tmp_path / "c"]
    empty = "is empty; download or export it again"
    names = [str(tmp_path / "a/x/ETHUSDT-1h.csv"), str(tmp_path / "b/x/ETHUSDT-1h.csv"), "c/ETHUSDT-1h.csv"]
    assert left(import_paths(here, paths).refused) == [(name, f"{name}: {empty}") for name in names]
