"""`data download` against a paper exchange behind sockets: what an operator types and sees."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from btbot.bars import COLUMNS, Bars
from btbot.cli import downloading
from btbot.cli.app import app
from btbot.cli.downloaded import show_found
from btbot.data.download import Downloaded, Job
from btbot.data.gate import admit
from btbot.data.sample import generate
from btbot.errors import BtbotError, ConfigError, ExchangeError
from btbot.timeframe import Timeframe

pytestmark = pytest.mark.xdist_group("downloading")
QUARTER = Timeframe.parse("15m")
START = "2024-01-01"
COUNT = 4 * 24 * 30


class Exchange:
    """A server in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = {symbol: self._source(symbol) for symbol in ("BTC/USDT", "ETH/USDT")}
        words = [str(self._file(bars)) for bars in self.source.values()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "btbot", "exchange", "--replay", words[0], "--replay", words[1],
             "--symbol", "BTC/USDT", "--symbol", "ETH/USDT", "--timeframe", "15m", "--timeframe", "15m",
             "--start", "2024-01-30T12:00", "--paused", "--port", "0", "--admin", "0", "--json"],
            cwd=folder, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.where = json.loads(self.process.stdout.readline())
        self.url = self.where["rest"]

    def _source(self, symbol: str) -> Bars:
        frame = generate(symbol, QUARTER, bars=COUNT, seed=4, start_ms=1_704_067_200_000)
        return admit(frame, symbol)[0]

    def _file(self, bars: Bars) -> Path:
        path = self.folder / f"{bars.symbol.replace('/', '')}.csv"
        rows = np.column_stack([getattr(bars, name) for name in COLUMNS])
        lines = (
            f"{at},{','.join(repr(float(x)) for x in row)}" for at, row in zip(bars.time.tolist(), rows, strict=True)
        )
        path.write_text("timestamp,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
        return path

    def admin(self, method: str, path: str, body: dict | None = None):
        token = Path(self.where["admin_token_file"]).read_text().strip()
        request = urllib.request.Request(
            self.where["admin"] + path, method=method, data=json.dumps(body or {}).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    made = Exchange(tmp_path_factory.mktemp("exchange"))
    yield made
    made.close()


@pytest.fixture
def call(here, exchange, monkeypatch):
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    exchange.admin("DELETE", "/faults")

    def invoke(*words, code=0):
        done = CliRunner().invoke(app, ["data", *(str(word) for word in words)])
        if isinstance(done.exception, BtbotError):
            raise done.exception
        assert done.exit_code == code, done.output
        return done

    return invoke


def test_what_the_readme_says(call, exchange):
    words = (
        "download", "--exchange", "binance", "--url", exchange.url, "--symbols", "BTC/USDT", "ETH/USDT",
        "--timeframes", "15m", "1h", "--since", START,
    )  # fmt: skip
    found = json.loads(call(*words, "--json").stdout)
    assert [(one["symbol"], one["what"], one["inserted"], one["result"]) for one in found] == [
        ("BTC/USDT", "15m", 2832, "complete"),
        ("BTC/USDT", "1h", 708, "complete"),
        ("ETH/USDT", "15m", 2832, "complete"),
        ("ETH/USDT", "1h", 708, "complete"),
    ]
    assert (found[0]["first"], found[0]["last"]) == ("2024-01-01 00:00", "2024-01-30 11:45")
    from btbot.data.store import Store

    store = Store("sqlite:///var/btbot.db")
    for symbol, source in exchange.source.items():
        for timeframe in ("15m", "1h"):
            stored = store.get_bars(symbol, timeframe, exchange="binance", market="spot")
            assert stored.time.tolist() == source.slice(0, 2832).resample(timeframe).time.tolist()
        assert store.get_bars(symbol, "15m").fingerprint == source.slice(0, 2832).fingerprint
    store.close()
    again = json.loads(call(*words, "--json").stdout)
    assert [(one["inserted"], one["changed"], one["result"]) for one in again] == [(0, 0, "complete")] * 4
    shown = call(*words[:-2]).stdout
    assert next(line.split() for line in shown.splitlines() if "complete" in line) == [
        "BTC/USDT",
        "15m",
        "0",
        "0",
        "complete",
    ]


def test_a_configuration_says_it_all(call, exchange, here):
    (here / "mine.yml").write_text(
        f"symbols: [ETH/USDT]\ntimeframe: 1h\nstart: 2024-01-20\nfeed: {{name: store}}\nstrategies: [{{name: ma_cross}}]\n"
        f"exchange: {{name: binance, urls: {{rest: '{exchange.url}'}}}}\ndatabase: sqlite:///other.db\n"
    )
    (found,) = json.loads(call("download", "mine.yml", "--json").stdout)
    assert (found["symbol"], found["what"], found["inserted"], found["first"]) == (
        "ETH/USDT",
        "1h",
        252,
        "2024-01-20 00:00",
    )
    assert (here / "other.db").is_file()


def test_one_series_that_fails_does_not_stop_the_others(call, exchange):
    exchange.admin(
        "POST",
        "/faults",
        {
            "when": {"endpoint": "klines", "symbol": "ETHUSDT"},
            "do": {"kind": "error", "code": -1100, "message": "Illegal characters.", "status": 400},
        },
    )
    words = (
        "download",
        "--exchange",
        "binance",
        "--url",
        exchange.url,
        "--symbols",
        "ETH/USDT",
        "BTC/USDT",
        "--timeframes",
        "1h",
        "--since",
        START,
    )
    done = call(*words, code=4)
    rows = [line.split() for line in done.stdout.splitlines() if "USDT" in line]
    assert [(row[0], row[-1]) for row in rows] == [("ETH/USDT", "failed"), ("BTC/USDT", "complete")]
    assert "Error: ETH/USDT 1h: " in done.stderr
    assert "what came is stored" not in done.stderr
    exchange.admin("DELETE", "/faults")
    found = json.loads(call(*words, "--json").stdout)
    assert [one["inserted"] for one in found] == [708, 0]


def test_a_series_of_which_nothing_is_stored_needs_a_beginning(call, exchange):
    words = ("download", "--exchange", "binance", "--url", exchange.url, "--symbols", "BTC/USDT", "--timeframes", "1d")
    done = call(*words, code=2)
    assert done.stderr.strip().endswith(
        "nothing is stored yet; say from when on, such as --since 2022-01-01"  # the same command would fail again
    )


def test_a_changed_candle_is_reported(call, exchange):
    from btbot.data.store import Store

    words = (
        "download",
        "--exchange",
        "binance",
        "--url",
        exchange.url,
        "--symbols",
        "BTC/USDT",
        "--timeframes",
        "1h",
        "--since",
        START,
    )
    call(*words)
    store = Store("sqlite:///var/btbot.db")
    bars = store.get_bars("BTC/USDT", "1h")
    other = bars.close.copy()
    other[-2] = (bars.high[-2] + bars.low[-2]) / 2
    store.write(
        Bars("BTC/USDT", bars.timeframe, bars.time, bars.open, bars.high, bars.low, other, bars.volume),
        exchange="binance",
    )
    store.close()
    done = call(*words)
    change = f"close {other[-2]:.12g} to {bars.close[-2]:.12g}"
    assert done.stderr.strip() == f"BTC/USDT 1h: the exchange changed the candle of 2024-01-30 10:00: {change}"


def test_what_the_exchange_does_not_store_is_not_complete(call, exchange):
    words = ("download", "--exchange", "binance", "--url", exchange.url, "--symbols", "BTC/USDT,ETH/USDT")
    done = call(*words, "--trades", "--since", "2024-01-29", "--until", "2024-01-29T06:00", "--json")
    assert [(one["symbol"], one["result"], one["notices"]) for one in json.loads(done.stdout)] == [
        (symbol, "nothing there", ["the exchange had nothing from 2024-01-29 00:00 to 2024-01-29 06:00"])
        for symbol in ("BTC/USDT", "ETH/USDT")
    ]
    before = call(*words, "--timeframes", "1h,15m", "--since", "2021-01-01", "--until", "2021-01-05")
    assert [line.split()[1] for line in before.stdout.splitlines() if "nothing there" in line] == ["1h", "15m"] * 2
    assert "BTC/USDT 1h: the exchange had nothing from 2021-01-01 00:00 to 2021-01-05 00:00" in before.stderr


def test_what_has_begun_goes_on_and_holes_are_said(capsys):
    one = Downloaded(Job("BTC/USDT", QUARTER), inserted=3, error=ExchangeError("it is down"), holes=1)
    other = Downloaded(Job("ETH/USDT", QUARTER), error=ExchangeError("it is down"), empty=[(0, 60_000)], holes=2)
    show_found([one, other], as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "BTC/USDT 15m: 1 hole answered empty, asked again by the next call",
        "Error: BTC/USDT 15m: it is down; what came is stored, the same command goes on from there",
        "ETH/USDT 15m: 2 holes answered empty, asked again by the next call",
        "Error: ETH/USDT 15m: it is down",
    ]
    show_found([other], as_json=True)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["empty"], row["holes"]) == ([["1970-01-01 00:00", "1970-01-01 00:01"]], 2)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_before_anything_came_says_so(monkeypatch, capsys, number, code):
    async def waiting(*_, **__):
        signal.raise_signal(number)
        await asyncio.sleep(10)

    monkeypatch.setattr(downloading, "_download", waiting)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(typer.Exit) as caught:
        downloading._run(None, as_json=False, quiet=True)
    assert caught.value.exit_code == code
    assert signal.getsignal(signal.SIGTERM) is before
    assert capsys.readouterr().err == "interrupted; nothing was stored yet\n"


def test_ctrl_c_ends_it_at_once_and_the_same_command_goes_on(call, exchange, here):
    exchange.admin(
        "POST", "/faults", {"when": {"endpoint": "klines", "every": 2}, "do": {"kind": "hang_after", "ms": 1500}}
    )
    words = [
        "data",
        "download",
        "--exchange",
        "binance",
        "--url",
        exchange.url,
        "--symbols",
        "BTC/USDT",
        "ETH/USDT",
        "--timeframes",
        "15m",
        "5m",
        "--since",
        START,
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "btbot", *words],
        cwd=here,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    database = here / "var" / "btbot.db"
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not (database.is_file() and _rows(database)):
        time.sleep(0.05)
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - begin < 5  # a fifth of a second where nothing else runs
    assert process.returncode == 130, err
    assert err.strip().splitlines()[-1] == "interrupted; what came is stored, the same command goes on from there"
    assert "interrupted" in out
    exchange.admin("DELETE", "/faults")
    found = json.loads(call(*words[1:], "--json").stdout)
    assert {(one["what"], one["result"]) for one in found} == {("15m", "complete"), ("5m", "nothing there")}
    from btbot.data.store import Store

    store = Store("sqlite:///var/btbot.db")
    assert store.get_bars("BTC/USDT", "15m").fingerprint == exchange.source["BTC/USDT"].slice(0, 2832).fingerprint
    store.close()


def _rows(database: Path) -> int:
    import sqlite3

    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            return connection.execute("SELECT count(*) FROM candles").fetchone()[0]
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--symbols", "BTC/USDT", "--timeframes", "1h"], "--exchange: is missing; name it, such as --exchange binance, or give a configuration file"),
        (["--exchange", "binance", "--timeframes", "1h"], "--symbols: is missing; name it, such as --symbols BTC/USDT ETH/USDT, or give a configuration file"),
        (["--exchange", "binance", "--symbols", "BTC/USDT"], "--timeframes: is missing; name it, such as --timeframes 15m 1h, or give a configuration file"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--market", "futures"], "--market: must be spot or perpetual, was 'futures'"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--funding"], "--funding: spot markets pay no funding; add --market perpetual"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--since", "2199-01-01"], "--since: lies in the future; name the date of the first candle, such as --since 2022-01-01"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--since", "2022-01-01", "--until", "2022-01-01"], "--until: must be later than --since; candles before it are downloaded"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "mine.yml", "--timeframes", "1h"], "--symbols: 'mine.yml' is no symbol; a configuration comes before the options: data download mine.yml"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1H"], "--timeframes: timeframe '1H' is not understood; write a number and a unit out of s, m, h, d, w, such as 1m, 15m, 1h, 4h, 1d or 1w; did you mean '1h'?"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "15m,1hour"], "--timeframes: timeframe '1hour' is not understood; write a number and a unit out of s, m, h, d, w, such as 1m, 15m, 1h, 4h, 1d or 1w; did you mean '1h'?"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1M"], "--timeframes: timeframe '1M' is not understood; write a number and a unit out of s, m, h, d, w, such as 1m, 15m, 1h, 4h, 1d or 1w"),
        (["--exchange", "binance", "--symbols", "--url", "http://127.0.0.1:1"], "--symbols: needs a value before --url"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--until", "2024-13-01"], "--until: a date such as 2021-01-01 or 2021-01-01T12:00 is expected, was '2024-13-01'"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--database", "sqlit:///x.db"], "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'sqlit:///x.db'"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--database", "sqlite:////dev/null/x.db"], "database sqlite:////dev/null/x.db cannot be used: unable to open database file; correct --database, or database: in the configuration"),
        (["--exchange", "binance", "--symbols", "BTC/USDT", "--timeframes", "1h", "--since", "yesterday?"], "--since: a date such as 2021-01-01 or 2021-01-01T12:00 is expected, was 'yesterday?'"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_before_anything_is_asked(here, monkeypatch, words, text):
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    done = CliRunner().invoke(app, ["data", "download", *words])
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["BTC/USD", "--timeframes", "1h"], "symbols: binance spot has no BTC/USD; did you mean 'BTC/USDT'?; 2 symbols are known there"),
        (["BTC/USDT", "--timeframes", "90m"], "timeframes: binance has no candles of 90m; allowed are 1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w"),
        (["BTC/USDT", "--timeframes", "1h"], "BTC/USDT 1h of binance spot: nothing is stored yet; say from when on, such as --since 2022-01-01"),
    ],
)  # fmt: skip
def test_what_the_exchange_does_not_have_is_said(call, exchange, words, text):
    head = ("download", "--exchange", "binance", "--url", exchange.url)
    if "nothing is stored" in text:
        assert f"Error: BTC/USDT 1h: {text}" in call(*head, "--symbols", *words, code=2).stderr
        return
    with pytest.raises(ConfigError) as caught:
        call(*head, "--symbols", *words, "--since", START)
    assert str(caught.value).startswith(text)


def test_an_exchange_that_is_not_there_is_said_soon(call, monkeypatch):
    monkeypatch.setattr(downloading, "_FIRST_ATTEMPTS", 1)
    with pytest.raises(ExchangeError) as caught:
        call(
            "download",
            "--exchange",
            "binance",
            "--url",
            "http://127.0.0.1:1",
            "--symbols",
            "BTC/USDT",
            "--timeframes",
            "1h",
            "--since",
            START,
        )
    assert str(caught.value).endswith(
        "; nothing was asked for yet: look at its address and the network, then run the same command again"
    )


def test_help_names_the_options():
    shown = CliRunner().invoke(app, ["data", "download", "--help"], env={"COLUMNS": "200"}).stdout
    for word in ("--exchange", "--symbols", "--timeframes", "--since", "--until", "--funding", "--trades", "--workers"):
        assert word in shown
