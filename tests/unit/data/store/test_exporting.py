"""What is exported: in the form of each program, and the same when it comes in again."""

import gzip
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from btbot.bars import Bars
from btbot.data.store import Store
from btbot.data.store.exporting import FORMS, Wanted, export_paths
from btbot.data.store.importing import import_paths
from btbot.data.store.tape import Tape
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

HOUR = 3_600_000
DECEMBER = 1_733_011_200_000  # 2024-12-01
NEW_YEAR = 1_735_689_600_000  # 2025-01-01


@pytest.fixture
def here(tmp_path):
    """A store with awkward numbers: candles around the new year, funding and trades."""
    store = Store(f"sqlite:///{tmp_path / 'btbot.db'}")
    rng = np.random.default_rng(3)
    time = NEW_YEAR + HOUR * np.arange(-30, 30)
    low = rng.uniform(1e-7, 1e-5, 60)
    for symbol, market in (("BTC/USDT", "spot"), ("BTC/USDT", "perpetual"), ("PEPE/USDT", "spot")):
        values = low * 1.5, low * 2.1, low, low * 1.7, rng.uniform(0, 1e12, 60)
        store.write(Bars(symbol, Timeframe(HOUR), time, *values), exchange="binance", market=market)
    store.funding.write("BTC/USDT", time[::8] + 3, rng.normal(0, 1e-4, 8), rng.uniform(9e4, 1e5, 8), exchange="binance")
    trade = np.array([str(at) for at in range(60)])
    tape = Tape(time, trade, low, low * 3, np.where(rng.random(60) < 0.5, 1, -1).astype(np.int8))
    store.tape.write("BTC/USDT", tape, exchange="binance", market="spot")
    yield store
    store.close()


def exported(store, wanted, path, **options):
    return [(str(file.relative_to(path) if path.is_dir() else file.name), rows) for file, rows in export_paths(store, wanted, path, **options)]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_in_again_bit_for_bit(here, tmp_path, form):
    kinds = {"binance": ("candles", "funding"), "cryptodatadownload": ("candles",)}.get(
        form, ("candles", "funding", "trades")
    )
    for kind in kinds:
        exported(here, Wanted("all", "all", kind), tmp_path / "out", form=form)
    again = Store(f"sqlite:///{tmp_path / 'again.db'}")
    found = import_paths(again, [tmp_path / "out"])
    assert (found.refused, found.skipped) == ([], [])
    assert len(found.assumed) == (form == "cryptodatadownload")  # its names do not tell spot from perpetual
    assert found.verified == (2 * 3 + 2 if form == "binance" else 0)
    for one in here.series():
        names = {"exchange": "binance", "market": one.market}
        ours, theirs = (store.get_bars(one.symbol, "1h", **names) for store in (here, again))
        assert ours.fingerprint == theirs.fingerprint
    if kinds == ("candles",):
        again.close()
        return
    held, ours = again.funding.get("BTC/USDT"), here.funding.get("BTC/USDT")
    assert np.array_equal(held.rate, ours.rate)
    assert np.array_equal(held.time, ours.time // 60_000 * 60_000 if form.startswith("freqtrade") else ours.time)
    if "trades" in kinds:
        for name in ("time", "trade", "price", "amount", "side"):
            assert np.array_equal(getattr(again.tape.get("BTC/USDT"), name), getattr(here.tape.get("BTC/USDT"), name))
    if not form.startswith(("binance", "freqtrade")):
        assert np.array_equal(held.mark_price, ours.mark_price)
    again.close()


def test_binance_keeps_a_zip_a_month_with_its_checksum(here, tmp_path):
    spot, um = "data/spot/monthly/klines/BTCUSDT/1h/", "data/futures/um/monthly/"
    assert exported(here, Wanted("BTC/USDT", "1h", market="spot"), tmp_path, form="binance") == [
        (f"{spot}BTCUSDT-1h-2024-12.zip", 30), (f"{spot}BTCUSDT-1h-2025-01.zip", 30),
    ]  # fmt: skip
    bars = here.get_bars("BTC/USDT", "1h", market="spot")
    for at, (month, unit) in enumerate((("2024-12", 1), ("2025-01", 1_000))):
        with zipfile.ZipFile(tmp_path / spot / f"BTCUSDT-1h-{month}.zip") as archive:
            assert archive.namelist() == [f"BTCUSDT-1h-{month}.csv"]
            cells = archive.read(archive.namelist()[0]).decode().splitlines()[0].split(",")
        opens = int(bars.time[30 * at]) * unit
        assert [*map(float, cells)] == [
            opens, *(getattr(bars, name)[30 * at] for name in ("open", "high", "low", "close", "volume")),
            opens + HOUR * unit - 1, 0, 0, 0, 0, 0,
        ]  # fmt: skip
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.zip*")}
    assert len(before) == 4
    exported(here, Wanted("BTC/USDT", "1h", market="spot"), tmp_path, form="binance")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.zip*")} == before
    assert exported(here, Wanted("BTC/USDT", kind="funding"), tmp_path, form="binance")[0] == (
        f"{um}fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-12.zip", 4,
    )  # fmt: skip
    with zipfile.ZipFile(tmp_path / um / "fundingRate/BTCUSDT/BTCUSDT-fundingRate-2024-12.zip") as archive:
        lines = archive.read("BTCUSDT-fundingRate-2024-12.csv").decode().splitlines()
    assert lines[0] == "calc_time,funding_interval_hours,last_funding_rate"
    assert [line.split(",")[1] for line in lines[1:]] == ["8"] * 4
    exported(here, Wanted("BTC/USDT", "1h", market="perpetual"), tmp_path, form="binance")
    with zipfile.ZipFile(tmp_path / um / "klines/BTCUSDT/1h/BTCUSDT-1h-2025-01.zip") as archive:
        lines = archive.read("BTCUSDT-1h-2025-01.csv").decode().splitlines()
    assert lines[0].startswith("open_time,open,high,low,close,volume,close_time,")
    assert lines[1].startswith(f"{NEW_YEAR},")


def test_freqtrade_finds_its_names_and_columns(here, tmp_path):
    for kind, names in (
        ("candles", ["binance/futures/BTC_USDT_USDT-1h-futures.feather", "binance/BTC_USDT-1h.feather", "binance/PEPE_USDT-1h.feather"]),
        ("funding", ["binance/futures/BTC_USDT_USDT-8h-funding_rate.feather"]),
        ("trades", ["binance/BTC_USDT-trades.feather"]),
    ):  # fmt: skip
        assert [name for name, _ in exported(here, Wanted("all", kind=kind), tmp_path, form="freqtrade")] == names
    candles = pd.read_feather(tmp_path / "binance/BTC_USDT-1h.feather")
    assert list(candles.columns) == ["date", "open", "high", "low", "close", "volume"]
    assert str(candles["date"].dt.tz) == "UTC"
    trades = pd.read_feather(tmp_path / "binance/BTC_USDT-trades.feather")
    assert list(trades.columns) == ["timestamp", "id", "type", "side", "price", "amount", "cost"]
    assert set(trades["side"]) == {"buy", "sell"}
    assert (trades["cost"] == trades["price"] * trades["amount"]).all()
    rates = pd.read_feather(tmp_path / "binance/futures/BTC_USDT_USDT-8h-funding_rate.feather")
    assert list(rates.columns) == ["date", "open", "high", "low", "close", "volume"]
    assert (rates[["high", "low", "close", "volume"]] == 0).all(axis=None)


def test_cryptodatadownload_has_a_banner_and_the_newest_first(here, tmp_path):
    assert exported(here, Wanted("BTC/USDT", "1h", market="spot"), tmp_path, form="cryptodatadownload") == [
        ("Binance_BTCUSDT_1h.csv", 60)
    ]
    lines = (tmp_path / "Binance_BTCUSDT_1h.csv").read_text().splitlines()
    assert lines[:2] == ["exported by btbot", "unix,date,symbol,open,high,low,close,Volume BTC"]
    assert lines[2].startswith(f"{NEW_YEAR + 29 * HOUR},2025-01-02 05:00:00,BTC/USDT,")
    assert len(lines) == 62
    with pytest.raises(ConfigError) as caught:
        list(export_paths(here, Wanted("all", kind="trades"), tmp_path, form="cryptodatadownload"))
    assert str(caught.value) == (
        "format: cryptodatadownload is for candles, not for trades; choose csv, parquet or freqtrade"
    )


def test_json_is_a_list_of_rows(here, tmp_path):
    assert exported(here, Wanted("PEPE/USDT", "1h"), tmp_path / "p.json.gz") == [("p.json.gz", 60)]
    rows = json.loads(gzip.decompress((tmp_path / "p.json.gz").read_bytes()))
    bars = here.get_bars("PEPE/USDT", "1h")
    assert rows[7] == [
        int(bars.time[7]),
        *(getattr(bars, name)[7] for name in ("open", "high", "low", "close", "volume")),
    ]


def test_a_coarser_span_of_one_symbol(here, tmp_path):
    wanted = Wanted("BTC/USDT", "4h", start="2025-01-01", end="2025-01-01T08:00", market="spot")
    assert exported(here, wanted, tmp_path / "x.parquet") == [("x.parquet", 2)]
    frame = pd.read_parquet(tmp_path / "x.parquet")
    assert frame["time"].astype(str).tolist() == ["2025-01-01 00:00:00+00:00", "2025-01-01 04:00:00+00:00"]


@pytest.mark.parametrize(
    ("wanted", "name", "form", "error", "message"),
    [
        (Wanted("BTC/USDT", "1h"), "x.xls", None, ConfigError, "{path}: a name that ends in .csv, .csv.gz, .parquet, .feather, .json, .json.gz is expected; for a folder say --format"),
        (Wanted("all", "1h"), "x.csv", None, ConfigError, "{path}: one file cannot hold 3 series; name a folder and say --format csv"),
        (Wanted("BTC/USDT", "1h"), "x", "binanse", ConfigError, "format: 'binanse' is not known; allowed are binance, cryptodatadownload, freqtrade, freqtrade-parquet, freqtrade-json, freqtrade-json.gz, csv, csv.gz, parquet, feather, json, json.gz; did you mean 'binance'?"),
        (Wanted("BTC/USDT", "1h", kind="candle"), "x", "csv", ConfigError, "kind: 'candle' is not known; allowed are candles, funding, trades; did you mean 'candles'?"),
        (Wanted("BTC/USDT", "1h"), "x.csv", None, ConfigError, "BTC/USDT: the store has it of binance perpetual and binance spot; say which one by exchange: and market: of the feed"),
        (Wanted("BTC/USDT", kind="trades"), "x", "binance", ConfigError, "format: binance is not for trades, whose numbers of first and last trade are not stored; choose csv, parquet or freqtrade"),
        (Wanted("all", exchange="kraken"), "x", "csv", DataError, "no candles are stored; bring some in with btbot data download or btbot data import"),
        (Wanted("BTC/USDT", "1h"), "btbot.db", "csv", ConfigError, "{path}: is a file; with --format a folder is expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_says_why(here, tmp_path, wanted, name, form, error, message):
    with pytest.raises(error) as caught:
        list(export_paths(here, wanted, tmp_path / name, form=form))
    assert str(caught.value) == message.format(path=tmp_path / name)
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("btbot.db")} == set()


def test_archives_of_binance_are_for_binance(here, tmp_path):
    here.write(here.get_bars("PEPE/USDT", "1h"), exchange="okx")
    with pytest.raises(
        ConfigError, match=r"^format: binance is for data of binance, PEPE/USDT is of okx; choose csv, "
    ):
        list(export_paths(here, Wanted("PEPE/USDT", "1h", exchange="okx"), tmp_path / "x", form="binance"))


def test_a_file_is_whole_or_absent(here, tmp_path, monkeypatch):
    def fail(frame, path, **options):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    with pytest.raises(OSError, match="No space left"):
        list(export_paths(here, Wanted("PEPE/USDT", "1h"), tmp_path / "out" / "x.csv"))
    assert list((tmp_path / "out").iterdir()) == []


def test_what_has_nothing_in_the_span_is_named_and_the_others_are_written(here, tmp_path):
    found = []
    wanted = Wanted("PEPE/USDT", "1h,1w", start="2024-12-31")
    with pytest.raises(DataError, match=r"^PEPE/USDT 1w: no finished 1w bar from 2024-12-31 until the end; stored is "):
        found.extend(one for one in export_paths(here, wanted, tmp_path / "out", form="csv"))
    assert [path.suffix for path in (tmp_path / "out").rglob("*.csv")] == [".csv"]
    for kind, what in (("funding", "funding rate"), ("trades", "trade")):
        with pytest.raises(DataError, match=rf"^BTC/USDT: no {what} from the beginning until 2020-01-01; stored is "):
            list(export_paths(here, Wanted("BTC/USDT", kind=kind, end="2020-01-01"), tmp_path / "x.csv"))
    assert not (tmp_path / "x.csv").exists()
