"""The store where TimescaleDB is: BTBOT_TEST_TIMESCALE names a database that has the extension.

With ``BTBOT_TEST_POSTGRES`` all tests of the store run there too. A build of the extension for one client at a time and
without COPY, such as PGlite's, serves for these: every connection is closed before the next one is opened.
"""

import os

import numpy as np
import pytest
from sqlalchemy import text

from btbot.bars import COLUMNS, Bars
from btbot.data.store import Store, postgres_rows, upgrade
from btbot.timeframe import Timeframe

URL = os.environ.get("BTBOT_TEST_TIMESCALE")
pytestmark = pytest.mark.skipif(not URL, reason="BTBOT_TEST_TIMESCALE names no database with TimescaleDB")
START = 1_704_067_200_000  # 2024-01-01
HOURS = 24 * 60
INSERT = (
    "INSERT INTO {table} (series_id, time, open, high, low, close, volume) SELECT %s, * FROM unnest("
    "%s::bigint[], %s::float8[], %s::float8[], %s::float8[], %s::float8[], %s::float8[])"
)
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
LONG = {"candles", "funding_rates", "market_trades", "book_snapshots"}


def by_insert(connection, table, series_id, bars):
    """Write rows as `postgres_rows._fill` does, in statements so short that they arrive in one piece."""
    for begin in range(0, len(bars), 100):
        piece = bars.slice(begin, begin + 100)
        columns = [piece.time.tolist(), *(getattr(piece, name).tolist() for name in COLUMNS)]
        with connection.connection.driver_connection.cursor() as cursor:
            cursor.execute(INSERT.format(table=table), [series_id, *columns], prepare=False)


@pytest.fixture
def store(monkeypatch):
    made = Store(URL, cache_bytes=0)
    with made.database.reading() as connection:
        if connection.execute(TABLES).first():
            pytest.fail("BTBOT_TEST_TIMESCALE must name an empty database: the tests remove its tables")
        if "Emscripten" in connection.execute(text("SELECT version()")).scalar_one():
            monkeypatch.setattr(postgres_rows, "_fill", by_insert)
    made.close()
    upgrade(made.database)
    made.close()
    yield made
    with made.database.writing() as connection:
        for view in ("candles_1h", "candles_1d"):
            connection.execute(text(f"DROP MATERIALIZED VIEW {view} CASCADE"))
        for name in connection.execute(TABLES).scalars().all():
            connection.execute(text(f'DROP TABLE "{name}" CASCADE'))
        connection.execute(text("DROP FUNCTION audit_log_refuse, btbot_now_ms CASCADE"))
    made.close()


def asked(store, statement):
    """Return the first column of what a statement gives, outside of a transaction as some of the extension's need."""
    with store.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        found = connection.execute(text(statement))
        rows = found.scalars().all() if found.returns_rows else []
    store.close()
    return rows


def bars(seed=0):
    random = np.random.default_rng(seed)
    low, span = random.uniform(1, 9, HOURS), random.uniform(0, 1, (3, HOURS))
    high = low + span[0] + 0.001
    values = (low + span[1] * (high - low), high, low, low + span[2] * (high - low), random.uniform(0, 100, HOURS))
    time = START + np.arange(HOURS) * 3_600_000
    return Bars("BTC/USDT", Timeframe.parse("1h"), time, *values)


def test_long_tables_are_hypertables_with_policies(store):
    hypertables = asked(
        store, "SELECT hypertable_name FROM timescaledb_information.hypertables WHERE compression_enabled"
    )
    assert set(hypertables) == LONG
    assert set(asked(store, "SELECT view_name FROM timescaledb_information.continuous_aggregates")) == {
        "candles_1h",
        "candles_1d",
    }
    after = asked(
        store, "SELECT config->>'compress_after' FROM timescaledb_information.jobs WHERE proc_name LIKE '%compression%'"
    )
    assert after == [str(7 * 86_400_000)] * 4


def test_compressed_candles_come_back_are_completed_and_corrected(store):
    whole = bars()
    first = whole.slice(0, 1_000)
    assert store.write(first, exchange="x").inserted == 1_000
    store.close()
    chunks = asked(store, "SELECT count(compress_chunk(c)) FROM show_chunks('candles') c")
    assert chunks[0] >= 1
    assert store.get_bars("BTC/USDT", "1h").fingerprint == first.fingerprint
    store.close()
    changed = Bars(
        whole.symbol, whole.timeframe, whole.time, *(getattr(whole, n) * (1 + (np.arange(HOURS) == 7)) for n in COLUMNS)
    )
    written = store.write(changed, exchange="x")
    store.close()
    assert (written.inserted, written.changed, written.unchanged) == (HOURS - 1_000, 1, 999)
    assert store.get_bars("BTC/USDT", "1h").fingerprint == changed.fingerprint
    store.close()


def test_continuous_aggregates_are_the_days_that_bars_make(store):
    whole = bars()
    store.write(whole, exchange="x")
    store.close()
    asked(store, "CALL refresh_continuous_aggregate('candles_1d', NULL, NULL)")
    with store.database.reading() as connection:
        rows = connection.execute(
            text("SELECT bucket, open, high, low, close, volume FROM candles_1d ORDER BY bucket")
        ).all()
    store.close()
    days = whole.resample(Timeframe.parse("1d"))
    assert [row[0] for row in rows] == days.time.tolist()
    for place, name in enumerate(COLUMNS, 1):
        np.testing.assert_allclose([row[place] for row in rows], getattr(days, name), rtol=1e-12)
