import math

import pytest

from btbot.errors import ConfigError
from btbot.paper import settings as given
from btbot.paper.settings import MarketSettings, ServerSettings
from btbot.timeframe import Timeframe

ONE = (MarketSettings("BTC/USDT", "empty"),)


def message(call):
    with pytest.raises(ConfigError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"markets": ()}, "--symbol: at least one market is needed, such as --symbol BTC/USDT --synthetic"),
        ({"markets": ONE * 2}, "--symbol: BTC/USDT is named twice"),
        ({"name": "../up"}, "--name: must be letters, digits, . _ or -, was '../up'"),
        (
            {"admin_host": "0.0.0.0"},
            "--admin: the admin port is for this machine alone: must be on 127.0.0.1, ::1 or localhost, was 0.0.0.0",
        ),
        (
            {"admin_host": "192.168.1.2"},
            "--admin: the admin port is for this machine alone: must be on 127.0.0.1, ::1 or localhost, was 192.168.1.2",
        ),
        ({"port": -1}, "--port: must be a port from 1 to 65535, or 0 for a free one, was -1"),
        ({"admin_port": 70000}, "--admin: must be a port from 1 to 65535, or 0 for a free one, was 70000"),
        ({"port": 9002}, "--admin: must be another port than --port, was 9002 too"),
        ({"speed": 0.0}, "--speed: must be > 0, was 0; --paused starts with a clock that stands still"),
    ],
)
def test_what_cannot_be_served_is_refused(keys, expected):
    assert message(lambda: ServerSettings(**{"markets": ONE, **keys})) == expected


def test_defaults_can_be_served():
    settings = ServerSettings(ONE)
    assert (settings.host, settings.port, settings.admin_host, settings.admin_port) == (
        "127.0.0.1", 9001, "127.0.0.1", 9002,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["BTCUSDT", "BTC/", "BTC-USDT", "BTC/USDT:USDT", ""])
def test_a_symbol_is_a_pair(text):
    assert message(lambda: given.pair(text)) == f"--symbol: must be a pair such as BTC/USDT, was {text!r}"


@pytest.mark.parametrize(
    "text", ["10", "USDT", "USDT=", "USDT=-5", "USDT=0", "USDT=1e3", "=5", "a b=5", ":USDT=1", "USDT=1.123456789"]
)
def test_a_balance_is_an_asset_and_an_amount(text):
    assert (
        message(lambda: given.deposits([text]))
        == f"--balance: must be such as USDT=10000 or alice:USDT=10000, was {text!r}"
    )


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "1e99", ""])
def test_speed_is_positive(text):
    assert (
        message(lambda: given.speed(text))
        == f"--speed: must be a number > 0 (3600 is an hour each second) or max, was {text!r}"
    )


def test_speed_max_is_as_fast_as_possible():
    assert given.speed("MAX") == math.inf


@pytest.mark.parametrize("text", ["", "x", "1.2.3.4:", "99999", "-1"])
def test_an_address_has_a_port(text):
    assert message(lambda: given.address(text, option="--admin", host="h")) == (
        f"--admin: must be a port from 1 to 65535, or 0 for a free one, was {text!r}"
    )


def test_a_moment_is_utc_unless_it_says_otherwise():
    assert given.moment("2024-01-01T00:00+01:00") == given.moment("2023-12-31T23:00")
    assert message(lambda: given.moment("yesterday")) == (
        "--start: must be a date such as 2024-01-31 or 2024-01-31T12:00, was 'yesterday'"
    )


def test_markets_bring_files_and_symbols_together(tmp_path):
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for file in files:
        file.touch()
    found = given.markets(["btc/usdt", "ETH/USDT"], files, ["1h"])
    assert found == (
        MarketSettings("BTC/USDT", "replay", files[0], Timeframe.parse("1h")),
        MarketSettings("ETH/USDT", "replay", files[1], Timeframe.parse("1h")),
    )
    assert [one.name for one in found] == ["BTCUSDT", "ETHUSDT"]
    assert given.markets(["BTC/USDT"], files[:1], [])[0].timeframe is None


def test_markets_without_files():
    assert given.markets(["BTC/USDT", "ETH/USDT"], [], [], source="synthetic", prices=[5.0]) == (
        MarketSettings("BTC/USDT", "synthetic", price=5.0),
        MarketSettings("ETH/USDT", "synthetic", price=5.0),
    )


@pytest.mark.parametrize(
    ("symbols", "files", "timeframes", "keys", "expected"),
    [
        (["A/B"], [], [], {}, "where prices come from is not said: give --replay FILE, --synthetic, --live or --empty"),
        (["A/B"], ["x"], [], {"source": "live"}, "--replay and --live exclude each other; choose one"),
        (["A/B", "C/D"], ["x"], [], {}, "--replay: there must be one file for each --symbol, was 1 file for 2 symbols"),
        (["A/B"], ["x", "y"], [], {}, "--replay: there must be one file for each --symbol, was 2 files for 1 symbol"),
        (["A/B"], ["nowhere.csv"], ["1h"], {}, "--replay: there is no nowhere.csv"),
        (
            ["A/B", "C/D", "E/F"], ["x"] * 3, ["1h", "2h"], {},
            "--timeframe: there must be one for all symbols or one for each, was 2 for 3",
        ),
        (["A/B"], [], [], {"source": "empty", "prices": [-1.0]}, "--price: must be > 0, was -1"),
    ],
)  # fmt: skip
def test_markets_that_contradict_themselves(symbols, files, timeframes, keys, expected):
    from pathlib import Path

    assert message(lambda: given.markets(symbols, [Path(one) for one in files], timeframes, **keys)) == expected
