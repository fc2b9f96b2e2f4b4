"""The commands `data import` and `data export`, from files to the store and back."""

import hashlib
import json
import zipfile

import pandas as pd
import pytest
from typer.testing import CliRunner

from btbot.cli.app import app
from btbot.errors import ConfigError, DataError

LINES = [
    "time,open,high,low,close,volume",
    "2021-01-01T00:00:00Z,1.5,2.0,1.25,1.75,10.0",
    "2021-01-01T01:00:00Z,1.75,3.0,1.5,2.5,20.0",
    "2021-01-01T02:00:00Z,2.5,2.75,2.0,2.25,0.12345678901234",
    "2021-01-01T03:00:00Z,2.25,2.5,2.0,2.5,40.0",
]
ROW = {
    "exchange": "binance", "market": "spot", "symbol": "BTC/USDT", "kind": "candles", "timeframe": "1h", "files": 1,
    "rows": 4, "inserted": 4, "changed": 0, "unchanged": 0, "findings": 0, "notes": [],
}  # fmt: skip


def call(*words, code=0):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def csv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    path = tmp_path / "candles.csv"
    path.write_text("\n".join(LINES) + "\n")
    return path


def bring(csv, *more):
    return json.loads(call("data", "import", csv, "--exchange", "binance", "--symbol", "BTC/USDT", "--json", *more))


def test_a_file_comes_in_once(csv):
    assert bring(csv) == {
        "series": [ROW], "refused": [], "skipped": [], "verified": 0, "others": 0,
        "assumed": ["market spot (--market perpetual says otherwise): candles.csv"],
    }  # fmt: skip
    assert bring(csv)["series"] == [{**ROW, "inserted": 0, "unchanged": 4}]
    assert (csv.parent / "var" / "btbot.db").is_file()


def test_a_csv_comes_out_as_it_went_in(csv, tmp_path):
    bring(csv)
    assert call("data", "export", "BTC/USDT", "1h", "out.csv").strip() == "out.csv: 4 bars"
    assert (tmp_path / "out.csv").read_text().splitlines() == LINES


@pytest.mark.parametrize("kind", ["csv.gz", "parquet", "feather", "json"])
def test_every_kind_comes_in_again_unchanged(csv, tmp_path, kind):
    bring(csv)
    call("data", "export", "BTC/USDT", "1h", f"folder/out.{kind}")
    assert bring(tmp_path / "folder" / f"out.{kind}")["series"][0]["unchanged"] == 4


def test_a_coarser_span_is_exported(csv, tmp_path):
    bring(csv)
    call("data", "export", "BTC/USDT", "2h", "out.csv", "--start", "2021-01-01T02:00")
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == ["2021-01-01T02:00:00Z,2.5,2.75,2.0,2.5,40.12345678901234"]  # fmt: skip


def test_a_name_without_a_kind_is_refused(csv):
    bring(csv)
    with pytest.raises(
        ConfigError, match=r"^out.xls: a name that ends in .csv, .*, .json.gz is expected; for a folder "
    ):
        call("data", "export", "BTC/USDT", "1h", "out.xls")


def test_every_symbol_of_a_file_comes_in(csv, tmp_path):
    frame = pd.read_csv(csv)
    both = pd.concat([frame.assign(symbol="B/X"), frame.assign(symbol="A/X")])
    both.to_csv(tmp_path / "both.csv", index=False)
    found = json.loads(call("data", "import", "both.csv", "--exchange", "okx", "--json"))["series"]
    assert [(row["symbol"], row["inserted"]) for row in found] == [("B/X", 4), ("A/X", 4)]


def test_the_one_file_that_was_named_and_is_bad_is_an_error(csv):
    with pytest.raises(
        DataError,
        match=r"^candles.csv: neither its name nor a column of it says the symbol; say what it is of: --symbol ",
    ):
        call("data", "import", csv, "--exchange", "x")
    csv.write_text(csv.read_text().replace("1.75,3.0,1.5,2.5", "1.75,3.0,1.5,-2.5"))
    with pytest.raises(DataError, match=r"^candles\.csv: BTC/USDT: 4 candles refused: "):
        bring(csv)
    assert json.loads(call("data", "list", "--json")) == []


def test_a_folder_is_told_in_a_table_with_what_was_left_out(csv, tmp_path):
    folder = tmp_path / "tree"
    good = folder / "data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2021-01-01.zip"
    good.parent.mkdir(parents=True)
    rows = "".join(f"{1_609_459_200_000 + at * 3_600_000},1,2,0.5,1.5,10,0,0,0,0,0,0\n" for at in range(24) if at != 5)
    with zipfile.ZipFile(good, "w") as archive:
        archive.writestr("BTCUSDT-1h-2021-01-01.csv", rows)
    good.with_name(good.name + ".CHECKSUM").write_text(hashlib.sha256(good.read_bytes()).hexdigest())
    mark = folder / "data/futures/um/daily/markPriceKlines/BTCUSDT/1h"
    mark.mkdir(parents=True)
    (mark / good.name).write_bytes(good.read_bytes())
    (folder / "bad.csv").write_text("<html>")
    (folder / "notes.md").write_text("x")
    judged = call("data", "import", folder, "--dry-run", code=3)
    assert "dry run: nothing was written" in judged
    assert "inserted" not in judged
    assert json.loads(call("data", "list", "--json")) == []
    lines = [line.strip() for line in call("data", "import", folder, code=3).splitlines() if line.strip()]
    assert lines[0].split() == [
        "exchange",
        "market",
        "symbol",
        "kind",
        "timeframe",
        "files",
        "rows",
        "inserted",
        "changed",
        "unchanged",
        "findings",
    ]
    assert lines[2].split() == ["binance", "spot", "BTC/USDT", "candles", "1h", "1", "23", "23", "0", "0", "1"]
    assert lines[3:] == [
        "BTC/USDT 1h: tree/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2021-01-01.zip: 1 candle missing in 1 hole, the "
        "longest after 2021-01-01T04:00:00Z until 2021-01-01T06:00:00Z; download them if the market was open",
        "refused: tree/bad.csv: is a web page, not candles; the download went wrong, open the address in a browser",
        "skipped: tree/data/futures/um/daily/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2021-01-01.zip: markPriceKlines is "
        "not stored, which is of candles, aggTrades, trades and funding rates",
        "right checksums: 1",
        "files of other kinds, passed over: 1",
    ]
    assert call("data", "import", folder / "notes.md", folder / "bad.csv", code=3).startswith("nothing was brought in")


def test_a_folder_is_exported_for_another_program(csv, tmp_path):
    bring(csv)
    assert call("data", "export", "all", "all", "tree", "--format", "freqtrade").strip() == (
        "tree/binance/BTC_USDT-1h.feather: 4 bars"
    )
    assert json.loads(call("data", "import", "tree", "--json"))["series"] == [{**ROW, "inserted": 0, "unchanged": 4}]


def test_an_interrupted_import_says_what_stays(csv, monkeypatch):
    from btbot.data import read

    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(read, "unpack", interrupt)
    done = CliRunner().invoke(app, ["data", "import", str(csv), "--exchange", "okx", "--symbol", "A/B"])
    assert done.exit_code == 130
    assert done.stderr.splitlines()[0] == (
        "interrupted: whole files are stored; the same command again brings in the rest"
    )


def test_a_folder_without_data_is_no_success(csv, tmp_path):
    (tmp_path / "none").mkdir()
    assert call("data", "import", "none", code=3).strip() == (
        "nothing was brought in: none holds no file of data, whose name ends in .csv, .csv.gz, .tsv, .txt, .zip, "
        ".parquet, .feather, .json, .json.gz"
    )


def test_an_exchange_that_ccxt_does_not_know_is_doubted(csv):
    words = ["data", "import", str(csv), "--symbol", "BTC/USDT", "--json", "--exchange"]
    done = CliRunner().invoke(app, [*words, "binanse"])
    assert done.stderr == (
        "warning: --exchange: ccxt knows no 'binanse', what is stored under this name can be neither continued nor "
        "repaired by a download; did you mean 'binance'?\n"
    )
    assert json.loads(done.stdout)["series"][0]["inserted"] == 4
    for known in ("kraken", "cexio", "alpaca"):
        assert CliRunner().invoke(app, [*words, known]).stderr == ""
    assert CliRunner().invoke(app, [*words, "nyse", "--calendar", "stocks"]).stderr == ""


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("time,open,high,low,close,volume", "When,O,H,L,C,V", "If so, rename its columns to these; a run reads it as it is by feed: {name: ohlcv_csv, columns: {time: NAME}}"),
        ("1.75,3.0,1.5,2.5,", "1.75,2.0,1.5,2.5,", "check the names of its columns or correct the file [range: 2021-01-01T01:00:00Z]; or say --on-error warn to go on in spite of it"),
    ],
)  # fmt: skip
def test_advice_names_what_import_has(csv, old, new, advice):
    csv.write_text(csv.read_text().replace(old, new))
    with pytest.raises(DataError) as caught:
        bring(csv)
    assert str(caught.value).endswith(advice)


def test_warn_is_called_by_its_option(csv):
    csv.write_text("\n".join([*LINES, LINES[-1].replace("40.0", "41.0")]) + "\n")
    with pytest.raises(DataError, match=r"; --on-error warn does not invent or choose candles, keep one of each in "):
        bring(csv, "--on-error", "warn")
    csv.write_text("\n".join([*LINES, LINES[-1]]) + "\n")
    assert bring(csv, "--on-error", "warn")["series"][0]["notes"][0].endswith(
        "; --on-error is warn: 1 exact duplicate dropped"
    )


@pytest.mark.parametrize("option", ["--start", "--end"])
def test_a_wrong_date_of_an_export_is_called_by_its_option(csv, option):
    bring(csv)
    with pytest.raises(ConfigError) as wrong:
        call("data", "export", "BTC/USDT", "1h", "w.json", option, "2024-13-01")
    assert str(wrong.value) == (
        f"{option}: a date such as 2021-01-01 or 2021-01-01T12:00 is expected, was '2024-13-01'"
    )


def test_an_exchange_that_a_folder_told_is_said_to_be_assumed(csv, tmp_path):
    for name in ("BTCUSDT-spot-1h.csv", "ETHUSDT-spot-1h.csv"):
        (tmp_path / "GDAX").mkdir(exist_ok=True)
        (tmp_path / "GDAX" / name).write_text(csv.read_text())
    said = call("data", "import", str(tmp_path / "GDAX"))
    assert (
        "assumed exchange coinbase by the name of the folder GDAX (--exchange says otherwise): "
        "GDAX/BTCUSDT-spot-1h.csv and 1 more\n"
    ) in said
    assert "exchange" not in "".join(bring(tmp_path / "GDAX", "--exchange", "coinbase")["assumed"])


def test_an_export_of_nothing_keeps_the_file_that_is_there(csv, tmp_path):
    bring(csv)
    (tmp_path / "w.json").write_text("good")
    with pytest.raises(DataError) as caught:
        call("data", "export", "BTC/USDT", "1h", "w.json", "--start", "2030-01-01")
    assert str(caught.value) == (
        "BTC/USDT 1h: no finished 1h bar from 2030-01-01 until the end; stored is from 2021-01-01T00:00:00Z until "
        "2021-01-01T03:00:00Z, name a span in it; no file was written of it"
    )
    with pytest.raises(ConfigError) as wrong:
        call("data", "export", "BTC/USDT", "1h", "w.json", "--start", "2021-01-02", "--end", "2021-01-01")
    assert str(wrong.value) == "end: must be after start, 2021-01-02, was 2021-01-01; the end itself is not exported"
    assert (tmp_path / "w.json").read_text() == "good"
