"""Exchanges behind `data check` and `data repair`: opened once, asked page by page, given up when they do not answer."""

import json
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from btbot.bars import Bars
from btbot.cli import (
    asking,
    repairing,  # noqa: F401 - registers the commands
)
from btbot.cli.app import app
from btbot.cli.asking import Asking
from btbot.data.store import Store
from btbot.errors import ConfigError, Retryable
from btbot.exchange.client import Candles, Listing
from btbot.timeframe import Timeframe

HOUR = 3_600_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z
H1 = Timeframe.parse("1h")


def bars(count=48, missing=()):
    close = np.round(100 * 1.001 ** np.arange(1, count + 1), 2)
    open_ = np.r_[100.0, close[:-1]]
    keep = ~np.isin(np.arange(count), missing)
    columns = (open_, close, open_, close, np.full(count, 5.0))
    return Bars("BTC/USDT", H1, (BEGIN + np.arange(count) * HOUR)[keep], *(column[keep] for column in columns))


class Exchange:
    """What an exchange has, without an exchange."""

    market, rests, trades_by_id = "spot", False, True

    def __init__(self, name, held, limit=3):
        self.name, self.held, self.limit, self.log = name, held, limit, []

    async def listings(self):
        return {"BTC/USDT": Listing("BTC/USDT", "BTC", "USDT", True)}

    async def timeframes(self):
        return [H1]

    async def time_ms(self):
        return int(self.held.time[-1]) + HOUR

    async def market_time_ms(self, symbol):
        return None

    def candle_limit(self, timeframe):
        return self.limit

    async def candles(self, symbol, timeframe, start_ms, limit):
        self.log.append(((start_ms - BEGIN) // HOUR, limit))
        if not len(self.held):
            raise Retryable(f"{self.name}: no answer within 10 s")
        at = self.held.time >= start_ms
        values = np.column_stack([getattr(self.held, name) for name in ("open", "high", "low", "close", "volume")])
        return Candles(self.held.time[at][:limit], values[at][:limit])

    async def close(self):
        self.log.append("closed")


@pytest.fixture
def exchanges(monkeypatch):
    """Exchanges by name; what is opened is logged."""
    there, opened = {}, []

    def open_client(name, *, market, urls):
        opened.append((name, market, urls))
        if name not in there:
            raise ConfigError(f"exchange {name!r} is not known")
        return there[name]

    async def retried(call):
        return await call()

    monkeypatch.setattr(asking, "open_client", open_client)
    monkeypatch.setattr(asking, "retried", retried)
    there["opened"] = opened
    return there


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """File of a store with tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "btbot.db"
    made = Store(f"sqlite:///{path}")
    made.series()
    made.close()
    return path


@pytest.fixture
def store(empty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    (tmp_path / "var").mkdir()
    shutil.copy(empty, tmp_path / "var" / "btbot.db")
    made = Store("sqlite:///var/btbot.db")
    yield made
    made.close()


def call(*words, code=0):
    done = CliRunner().invoke(app, ["data", *words, "--json"])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def test_holes_are_asked_for_again_with_one_client(store, exchanges):
    exchanges["binance"] = Exchange("binance", bars(missing=(30,)))
    store.write(bars(missing=(10, 11, 30)), exchange="binance")
    found = call("repair", "--url", "http://127.0.0.1:9001")
    assert [(one["start"], one["filled"], one["source"], one["reason"]) for one in found] == [
        ("2021-01-01T10:00:00Z", 2, "binance", ""),
        ("2021-01-02T06:00:00Z", 0, "", "no finer timeframe of this market is stored; binance was asked again and has nothing there"),
    ]  # fmt: skip
    assert exchanges["opened"] == [("binance", "spot", {"rest": "http://127.0.0.1:9001"})]
    assert exchanges["binance"].log[-1] == "closed"
    assert store.get_bars("BTC/USDT", "1h").fingerprint == bars(missing=(30,)).fingerprint
    # What another server left out says nothing about the exchange: a download from it asks for the hole.
    assert {one.source for one in store.downloads.history()} == {"binance rest http://127.0.0.1:9001"}


def test_another_exchange_that_is_not_stored_is_asked_page_by_page(store, exchanges):
    exchanges["kraken"] = Exchange("kraken", bars(), limit=7)
    store.write(bars(missing=(10, 11)), exchange="binance")
    store.write(bars(), exchange="kraken", market="perpetual")  # which is another market
    (found,) = call("repair", "--exchange", "binance", "--from", "kraken")
    assert (found["filled"], found["source"]) == (2, "kraken")
    # The hole with five candles on either side: [5, 17).
    assert exchanges["kraken"].log == [(5, 7), (12, 5), "closed"]
    assert store.get_bars("BTC/USDT", "1h", exchange="binance").fingerprint == bars().fingerprint


def test_an_exchange_that_does_not_answer_is_given_up(store, exchanges, tmp_path):
    exchanges["kraken"] = Exchange("kraken", bars(0))
    store.write(bars(missing=(10, 20, 30)), exchange="binance")
    found = call("repair", "--from", "kraken", code=4)
    assert (tmp_path / "var" / "btbot.log").read_text().count("asking kraken spot") == 1
    assert [one["reason"] for one in found] == ["kraken: no answer within 10 s"] * 3
    assert len(exchanges["kraken"].log) == 2  # one question, and the end


def test_a_dry_run_does_not_ask_the_exchange(store, exchanges):
    store.write(bars(missing=(10,)), exchange="binance")
    (found,) = call("repair", "--from", "download", "--dry-run")
    assert found["reason"] == "binance would be asked again"
    assert exchanges["opened"] == []


def test_the_check_asks_the_exchange_itself_and_another_one(store, exchanges):
    exchanges["binance"] = Exchange("binance", bars())
    exchanges["kraken"] = Exchange("kraken", bars(missing=(0,)))
    store.write(bars(), exchange="binance")
    (found,) = call("check", "--against", "binance", "--pages", "2")
    assert [one["text"] for one in found["findings"]] == [
        "6 candles compared with what binance answers, all the same; 0 are only here, 0 only there"
    ]
    assert exchanges["binance"].log == [(0, 3), (45, 3), "closed"]
    (found,) = call("check", "--against", "kraken", "--pages", "1")
    assert found["findings"][0]["text"].startswith("3 candles compared with what kraken answers, no closes more than 0.002 apart")  # fmt: skip


def test_the_check_says_of_which_server_it_asked(store, exchanges):
    exchanges["binance"] = Exchange("binance", bars())
    store.write(bars(), exchange="binance")
    url = "http://127.0.0.1:9001"
    done = CliRunner().invoke(app, ["data", "check", "--against", "binance", "--pages", "1", "--url", url])
    assert f"3 candles compared with what binance answers at {url}, all the same" in done.stdout
    assert done.stderr.endswith(f"asking binance spot at {url}\n")


def test_why_an_exchange_does_not_answer_is_said_once(store, exchanges):
    exchanges["kraken"] = Exchange("kraken", bars(0))
    for exchange in ("binance", "bitfinex"):
        store.write(bars(), exchange=exchange)
    found = call("check", "--against", "kraken", code=4)
    assert [one["findings"][0]["text"] for one in found] == [
        "not compared: kraken: no answer within 10 s", "not compared: kraken did not answer, as is said above",
    ]  # fmt: skip


def test_removed_candles_come_back_from_the_exchange(store, exchanges):
    exchanges["binance"] = Exchange("binance", bars())
    store.write(bars(), exchange="binance")
    with closing(sqlite3.connect("var/btbot.db")) as connection, connection:
        connection.execute("DELETE FROM candles WHERE time IN (?, ?)", (BEGIN + 10 * HOUR, BEGIN + 30 * HOUR))
    call("check", code=3)
    assert [(one["kind"], one["filled"]) for one in call("repair")] == [
        ("unexplained", 1), ("unexplained", 1), ("recounted", 0),
    ]  # fmt: skip
    (found,) = call("check")
    assert (found["bars"], found["share"], found["errors"]) == (48, 1.0, 0)


def test_clients_are_closed_whatever_happens(exchanges):
    exchanges["kraken"] = Exchange("kraken", bars())

    async def fail(client, retry):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Asking(None) as one:
        one.ask("kraken", "spot", fail)
    assert exchanges["kraken"].log == ["closed"]
    assert one.failures == []
