"""The commands `data` and `db`, from a file to the store and back."""

import json

import pytest
from typer.testing import CliRunner

from btbot.cli.app import app

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


def test_what_is_stored_is_listed(csv):
    assert (
        call("data", "list").strip()
        == "the store is empty; bring candles in with btbot data download or btbot data import"
    )
    bring(csv)
    whole = {"exchange": "binance", "market": "spot", "symbol": "BTC/USDT", "timeframe": "1h"}
    span = {"bars": 4, "first": "2021-01-01 00:00", "last": "2021-01-01 03:00"}
    assert json.loads(call("data", "list", "--json")) == [{**whole, **span}]
    year = {"year": 2021, "bars": 4, "expected": 4, "share": "100.00%"}
    assert json.loads(call("data", "list", "--years", "--json")) == [{**whole, **year}]
    assert len(json.loads(call("data", "list", "--fingerprints", "--json"))[0]["fingerprint"]) == 64


def test_the_database_is_upgraded_and_may_come_from_the_environment(csv, tmp_path, monkeypatch):
    assert call("db", "upgrade").strip() == "sqlite:///var/btbot.db: schema 0002, was empty"
    assert call("db", "upgrade").strip() == "sqlite:///var/btbot.db: schema 0002"
    monkeypatch.setenv("BTBOT__DATABASE", f"sqlite:///{tmp_path / 'other.db'}")
    bring(csv)
    assert (tmp_path / "other.db").is_file()
    assert json.loads(call("data", "list", "--database", "sqlite:///var/btbot.db", "--json")) == []


def test_what_there_is_beside_candles_is_listed(csv):
    from btbot.data.store import Store

    store = Store("sqlite:///var/btbot.db")
    store.funding.write("BTC/USDT", [1_609_459_200_000, 1_609_488_000_000], [0.1, 0.2], exchange="binance")
    store.close()
    bring(csv)
    candles, funding = json.loads(call("data", "list", "--json"))
    assert list(candles) == list(funding)
    assert list(funding.values()) == [
        "binance", "perpetual", "BTC/USDT", "funding", 2, "2021-01-01 00:00", "2021-01-01 08:00",
    ]  # fmt: skip
    assert len(json.loads(call("data", "list", "--years", "--json"))) == 1
