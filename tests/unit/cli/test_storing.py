"""The commands `data` and `db`, from a file to the store and back."""

import json

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


def call(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
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
    row = {"symbol": "BTC/USDT", "timeframe": "1h", "inserted": 4, "changed": 0, "unchanged": 0, "findings": 0}
    assert bring(csv) == [row]
    assert bring(csv) == [{**row, "inserted": 0, "unchanged": 4}]
    assert (csv.parent / "var" / "btbot.db").is_file()


def test_what_is_stored_is_listed(csv):
    assert call("data", "list").strip() == "the store is empty; bring candles in with btbot data import"
    bring(csv)
    whole = {"exchange": "binance", "market": "spot", "symbol": "BTC/USDT", "timeframe": "1h"}
    span = {"bars": 4, "first": "2021-01-01 00:00", "last": "2021-01-01 03:00"}
    assert json.loads(call("data", "list", "--json")) == [{**whole, **span}]
    year = {"year": 2021, "bars": 4, "expected": 4, "share": "100.00%"}
    assert json.loads(call("data", "list", "--years", "--json")) == [{**whole, **year}]
    assert len(json.loads(call("data", "list", "--fingerprints", "--json"))[0]["fingerprint"]) == 64


def test_a_csv_comes_out_as_it_went_in(csv, tmp_path):
    bring(csv)
    assert call("data", "export", "BTC/USDT", "1h", "out.csv").strip() == "out.csv: 4 bars"
    assert (tmp_path / "out.csv").read_text().splitlines() == LINES


@pytest.mark.parametrize("kind", ["csv.gz", "parquet", "feather"])
def test_every_kind_comes_in_again_unchanged(csv, tmp_path, kind):
    bring(csv)
    call("data", "export", "BTC/USDT", "1h", f"folder/out.{kind}")
    assert bring(tmp_path / "folder" / f"out.{kind}")[0]["unchanged"] == 4


def test_a_coarser_span_is_exported(csv, tmp_path):
    bring(csv)
    call("data", "export", "BTC/USDT", "2h", "out.csv", "--start", "2021-01-01T02:00")
    assert (tmp_path / "out.csv").read_text().splitlines()[1:] == ["2021-01-01T02:00:00Z,2.5,2.75,2.0,2.5,40.12345678901234"]  # fmt: skip


def test_a_name_without_a_kind_is_refused(csv):
    bring(csv)
    with pytest.raises(
        ConfigError, match=r"^out.xls: a name that ends in .csv, .csv.gz, .parquet, .feather is expected$"
    ):
        call("data", "export", "BTC/USDT", "1h", "out.xls")


def test_every_symbol_of_a_file_comes_in(csv, tmp_path):
    frame = pd.read_csv(csv)
    both = pd.concat([frame.assign(symbol="B/X"), frame.assign(symbol="A/X")])
    both.to_csv(tmp_path / "both.csv", index=False)
    found = json.loads(call("data", "import", "both.csv", "--exchange", "x", "--json"))
    assert [(row["symbol"], row["inserted"]) for row in found] == [("B/X", 4), ("A/X", 4)]


def test_a_file_that_does_not_say_what_it_is_of_is_refused(csv):
    with pytest.raises(
        DataError, match=r"^candles.csv: has no column of symbols; say what it is of: --symbol BTC/USDT$"
    ):
        call("data", "import", csv, "--exchange", "x")


def test_flawed_candles_stay_outside(csv):
    csv.write_text(csv.read_text().replace("1.75,3.0,1.5,2.5", "1.75,3.0,1.5,-2.5"))
    with pytest.raises(DataError, match=r"candles\.csv"):
        bring(csv)
    assert json.loads(call("data", "list", "--json")) == []


def test_the_database_is_upgraded_and_may_come_from_the_environment(csv, tmp_path, monkeypatch):
    assert call("db", "upgrade").strip() == "sqlite:///var/btbot.db: schema 0001, was empty"
    assert call("db", "upgrade").strip() == "sqlite:///var/btbot.db: schema 0001"
    monkeypatch.setenv("BTBOT__DATABASE", f"sqlite:///{tmp_path / 'other.db'}")
    bring(csv)
    assert (tmp_path / "other.db").is_file()
    assert json.loads(call("data", "list", "--database", "sqlite:///var/btbot.db", "--json")) == []
