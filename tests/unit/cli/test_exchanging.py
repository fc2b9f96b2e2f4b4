"""What the command says about options that cannot be served, before it imports a server."""

import math
from pathlib import Path

import pytest

from btbot.cli import exchanging
from btbot.errors import ConfigError


@pytest.fixture
def asked(monkeypatch):
    """What the command would have served."""
    found = []
    monkeypatch.setattr(exchanging, "run", lambda settings, as_json: found.append((settings, as_json)))
    return found


def test_options_become_settings(cli, asked, here):
    (here / "a.csv").touch()
    result = cli(
        "exchange", "--replay", "a.csv", "--symbol", "btc/usdt", "--timeframe", "1h", "--balance", "USDT=10000",
        "--balance", "bob:BTC=1", "--speed", "3600", "--port", "0", "--admin", "localhost:0", "--seed", "7",
        "--start", "2024-01-01", "--name", "mine", "--reset", "--paused", "--no-limits", "--json",
    )  # fmt: skip
    assert result.exit_code == 0
    ((settings, as_json),) = asked
    (market,) = settings.markets
    assert (market.symbol, market.form, market.path, str(market.timeframe)) == (
        "BTC/USDT",
        "replay",
        Path("a.csv"),
        "1h",
    )
    assert [(one.account, one.asset) for one in settings.deposits] == [("default", "USDT"), ("bob", "BTC")]
    assert (settings.speed, settings.port, settings.admin_host, settings.admin_port) == (3600.0, 0, "localhost", 0)
    assert (settings.seed, settings.start_ms, settings.name) == (7, 1_704_067_200_000, "mine")
    assert (settings.reset, settings.paused, settings.limits, as_json) == (True, True, False, True)
    assert settings.state == Path("var/exchange/mine")


def test_defaults(cli, asked):
    cli("exchange", "--symbol", "BTC/USDT", "--symbol", "ETH/USDT", "--synthetic", "--price", "5", "--speed", "max")
    ((settings, as_json),) = asked
    assert [(one.symbol, one.form, one.price) for one in settings.markets] == [
        ("BTC/USDT", "synthetic", 5.0),
        ("ETH/USDT", "synthetic", 5.0),
    ]
    assert (settings.speed, settings.port, settings.admin_port, settings.host) == (math.inf, 9001, 9002, "127.0.0.1")
    assert (settings.state, settings.limits, as_json) == (Path("var/exchange/paper"), True, False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--synthetic", "--live"], "--synthetic and --live exclude each other; choose one"),
        (["--empty", "--replay", "a.csv"], "--replay and --empty exclude each other; choose one"),
        ([], "where prices come from is not said: give --replay FILE, --synthetic, --live or --empty"),
        (["--replay", "a.csv"], "--replay: there is no a.csv"),
        (["--empty", "--speed", "0"], "--speed: must be a number > 0 (3600 is an hour each second) or max, was '0'"),
        (["--empty", "--balance", "5"], "--balance: must be such as USDT=10000 or alice:USDT=10000, was '5'"),
        (
            ["--empty", "--admin", "0.0.0.0:9002"],
            "--admin: the admin port is for this machine alone: must be on 127.0.0.1, ::1 or localhost, was 0.0.0.0",
        ),
        (["--empty", "--start", "x"], "--start: must be a date such as 2024-01-31 or 2024-01-31T12:00, was 'x'"),
        (["--empty", "--timeframe", "1h", "--name", "a/b"], "--name: must be letters, digits, . _ or -, was 'a/b'"),
    ],
)
def test_a_mistake_is_one_message(cli, asked, options, message):
    with pytest.raises(ConfigError) as caught:
        cli("exchange", "--symbol", "BTC/USDT", *options)
    assert str(caught.value) == message
    assert asked == []


def test_a_file_of_faults_that_is_wrong_is_a_message_too(cli, here):
    (here / "faults.yml").write_text("faults: [{do: drop_befor}]")
    with pytest.raises(ConfigError, match=r"faults\.yml"):
        cli("exchange", "--symbol", "BTC/USDT", "--empty", "--port", "0", "--admin", "0", "--faults", "faults.yml")


def test_what_to_paste_reaches_the_exchange(here):
    """The snippet that is printed makes a client whose addresses are those of the exchange."""
    from btbot.paper.running import Ready
    from btbot.paper.settings import MarketSettings, ServerSettings

    (here / "keys.json").write_text('{"accounts": {"default": {"keys": [{"api_key": "k", "secret": "s"}]}}}')
    where = Ready(
        "http://127.0.0.1:1", "ws://127.0.0.1:1", "http://127.0.0.1:2", here / "admin_token", here / "keys.json",
        here / "history.jsonl", here, True, ("BTCUSDT",), 1_700_000_000_000,
    )  # fmt: skip
    told = exchanging.told(where, ServerSettings((MarketSettings("BTC/USDT", "empty"),), speed=60.0))
    assert "market     2023-11-14 22:13 UTC, 60 x real time, continued" in told
    assert "symbols    BTCUSDT" in told
    lines = [line[4:] for line in told.splitlines() if line.startswith("    ")]

    class Client:
        def binance(self, options):
            self.options = options
            return self

    code = "\n".join(lines).replace("import json, pathlib, ccxt", "import json, pathlib")
    scope = {"ccxt": Client()}
    exec(code, scope)
    options = scope["exchange"].options
    assert (options["apiKey"], options["secret"]) == ("k", "s")
    assert options["urls"]["api"]["private"] == "http://127.0.0.1:1/api/v3"
    assert options["urls"]["api"]["ws"]["spot"] == "ws://127.0.0.1:1/stream/ws"
