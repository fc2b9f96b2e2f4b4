"""A database that an earlier version filled is brought to this schema, and nothing in it is lost."""

from decimal import Decimal

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import insert, select, text

from btbot.data.store import Database, Store, schema, upgrade
from btbot.data.store.integrity import problems
from btbot.data.store.migrations.versions import v0001_first as first
from btbot.data.store.upgrade import HEAD, version
from btbot.errors import ConfigError

HOUR = 3_600_000
ROWS = {
    "markets": [{"id": 1, "exchange": "binance", "market": "spot", "symbol": "BTC/USDT"}],
    "series": [
        {"id": 3, "market_id": 1, "timeframe": "1h", "timeframe_ms": HOUR, "rows": 2, "writes": 2, "fingerprint": None}
    ],
    "candles": [
        {"series_id": 3, "time": at * HOUR, "open": 1.5, "high": 2.0, "low": 1.0, "close": 1.25, "volume": 0.1}
        for at in (0, 1)
    ],
    "downloads": [
        {"market_id": 1, "kind": "candles", "timeframe": "1h", "source": "file a.zip", "rows": 2, "changed": 0,
         "finished": 9}
    ],
    "runs": [{"id": "r", "name": "n", "mode": "paper", "started": 1}],
    "fills": [
        {"run_id": "r", "fill": "f", "client_id": "c", "time": 1, "amount": "0.10", "price": "2", "fee": "0",
         "fee_currency": "BNB", "liquidity": "maker"}
    ],
    "audit_log": [{"time": 1, "actor": "bot", "action": "start", "detail": "{}"}],
}  # fmt: skip


@pytest.fixture
def old(url):
    """A database of schema 0001 that holds something."""
    database = Database(url)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", str(_migrations()))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name, rows in ROWS.items():
            connection.execute(insert(first.metadata.tables[name]), rows)
    return database


def _migrations():
    import btbot.data.store.migrations as there

    return next(iter(there.__path__))


def test_it_is_upgraded_with_all_its_rows(old):
    assert upgrade(old) == ("0001", HEAD)
    store = Store(old.url)
    assert store.get_bars("BTC/USDT", "1h").time.tolist() == [0, HOUR]
    with store.reading() as connection:
        assert version(connection) == HEAD
        assert connection.execute(select(schema.series.c.version)).scalar_one() >= 0
        fill = connection.execute(select(schema.fills.c.amount, schema.fills.c.price)).one()
        assert fill == (Decimal("0.10"), Decimal(2))
        assert connection.execute(text("SELECT action, run_id, record FROM audit_log")).all() == [("start", None, None)]
    assert [one.source for one in store.downloads.history()] == ["file a.zip"]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_is_upgraded_when_it_is_opened(old):
    assert len(Store(old.url).get_bars("BTC/USDT", "1h")) == 2


@pytest.mark.parametrize("url", [pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))], indirect=True)
def test_postgresql_is_not_upgraded_without_a_word(old):
    with pytest.raises(ConfigError) as caught:
        Store(old.url).series()
    assert str(caught.value) == f"database {old.shown} has schema 0001, this version needs schema {HEAD}; run: btbot db upgrade"  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "the same"])
def test_a_backup_of_it_is_upgraded_on_its_way_back(old, tmp_path, kind):
    from btbot.data.store.backup import back_up, restore

    taken = back_up(old, tmp_path / "a.zip")
    assert taken.manifest.schema == "0001"
    target = Database(f"sqlite:///{tmp_path / 'other.db'}") if kind == "sqlite" else old
    restore(target, taken.path, force=True)
    store = Store(target.url)
    assert store.get_bars("BTC/USDT", "1h").time.tolist() == [0, HOUR]
    with store.reading() as connection:
        assert version(connection) == HEAD
        assert connection.execute(select(schema.series.c.version)).scalar_one() >= 0
        done = text("SELECT action, run_id, record FROM audit_log ORDER BY id")
        assert connection.execute(done).all() == [("start", None, None), ("restore", None, None)]
    assert problems(target) == []
