"""Tables of every schema, addresses of every kind, and what is said when they are wrong."""

import uuid
from decimal import Decimal

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from btbot.data.store import Database, Store, schema, upgrade
from btbot.data.store.upgrade import HEAD, version
from btbot.errors import ConfigError, DataError


def execute(database, *statements):
    with database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_the_migrations_give_the_tables(url):
    database = Database(url)
    assert upgrade(database) == (None, HEAD)
    assert upgrade(database) == (HEAD, HEAD)
    with database.reading() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), schema.metadata)
    assert [change for change in found if "brin_" not in str(change)] == []


def test_the_last_migration_is_the_one_that_is_asked_for(checkout):
    scripts = ScriptDirectory(str(checkout / "btbot" / "data" / "store" / "migrations"))
    assert scripts.get_heads() == [HEAD]


def test_the_table_of_the_ledger_may_be_there_already(url):
    from btbot.trust.ledger import Ledger

    Ledger(url)._create()
    database = Database(url)
    upgrade(database)
    Ledger(url)._create()
    with database.reading() as connection:
        assert version(connection) == HEAD


def test_a_newer_schema_is_refused(url):
    database = Database(url)
    upgrade(database)
    execute(database, "UPDATE alembic_version SET version_num = '9999'")
    for attempt in (lambda: upgrade(database), lambda: Store(url).series()):
        with pytest.raises(ConfigError) as caught:
            attempt()
        assert str(caught.value) == (
            f"database {database.shown} has schema 9999, which is newer than schema {HEAD} of this version; "
            "upgrade btbot, or name another database:"
        )


def test_sqlite_is_upgraded_by_itself(tmp_path):
    assert Store(f"sqlite:///{tmp_path / 'a' / 'b.db'}").series() == []


@pytest.mark.xdist_group("postgres")
def test_postgresql_is_upgraded_by_command(postgres):
    with pytest.raises(ConfigError) as caught:
        Store(postgres).series()
    assert str(caught.value).endswith(f"has no tables yet, this version needs schema {HEAD}; run: btbot db upgrade")


@pytest.mark.xdist_group("postgres")
def test_long_tables_of_postgresql_have_brin_indexes(postgres):
    database = Database(postgres)
    upgrade(database)
    with database.reading() as connection:
        found = connection.execute(text("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"))
        assert {"brin_candles_time", "brin_market_trades_time"} <= set(found.scalars())


def test_sqlite_is_in_wal_mode_and_checks_references(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'b.db'}")
    upgrade(database)
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    with pytest.raises(DBAPIError, match="FOREIGN KEY"):
        execute(database, "INSERT INTO series VALUES (1, 7, '1m', 60000, 0, 0, NULL, NULL)")


@pytest.mark.parametrize("change", ["UPDATE audit_log SET actor = 'me'", "DELETE FROM audit_log"])
def test_the_audit_log_is_append_only(url, change):
    database = Database(url)
    upgrade(database)
    with database.writing() as connection:
        connection.execute(insert(schema.audit_log).values(time=1, actor="bot", action="start", detail="{}"))
    with pytest.raises((DBAPIError, DataError), match="audit_log is append-only"):
        execute(database, change)
    with database.reading() as connection:
        assert connection.execute(select(schema.audit_log.c.actor)).scalars().all() == ["bot"]


def test_money_of_bots_is_exact(url):
    database = Database(url)
    upgrade(database)
    price = Decimal("12345678901234567890.000000000000000123")
    with database.writing() as connection:
        connection.execute(insert(schema.runs).values(id="r", name="n", mode="paper", started=1))
        connection.execute(
            insert(schema.fills).values(
                run_id="r", fill="f", client_id="c", time=1, amount=Decimal("0.10"), price=price, fee=Decimal(0),
                fee_currency="BNB", liquidity="maker",
            )
        )  # fmt: skip
        found = connection.execute(select(schema.fills.c.price, schema.fills.c.amount)).one()
    assert found.price == price
    assert str(found.amount) == "0.10"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("mysql://me:hush@h/d", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'mysql://me:***@h/d'"),
        ("sqlite://", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'sqlite://'"),
        ("postgresql://a:port/b", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was an address that cannot be read"),
        ("nonsense", "database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was an address that cannot be read"),
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address, message):
    with pytest.raises(ConfigError) as caught:
        Store(address).series()
    assert str(caught.value) == message


def test_a_server_that_does_not_answer_is_named_without_its_password():
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(ConfigError) as caught:
        Store("postgresql://me:hush@127.0.0.1:1/btbot?connect_timeout=2").series()
    assert str(caught.value).startswith(
        "database postgresql://me:***@127.0.0.1:1/btbot?connect_timeout=2 cannot be used: "
    )
    assert "hush" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "b.db"
    path.write_text("time,open\n" * 200)
    with pytest.raises(ConfigError) as caught:
        Store(f"sqlite:///{path}").series()
    assert str(caught.value) == f"database sqlite:///{path} cannot be used: file is not a database; correct database: in the configuration"  # fmt: skip


def test_repr_is_the_call_with_the_password_masked():
    assert repr(Store("sqlite:///a.db")) == "Store('sqlite:///a.db')"
    assert repr(Database("postgresql://me:hush@h/d")) == "Database('postgresql://me:***@h/d')"


def test_a_row_of_the_audit_log_is_not_replaced_either(url):
    database = Database(url)
    upgrade(database)
    row = {"id": 1, "time": 1, "actor": "bot", "action": "start", "detail": "{}", "run_id": "r", "record": 1}
    with database.writing() as connection:
        connection.execute(insert(schema.audit_log).values(row))
    statements = ["INSERT OR REPLACE INTO audit_log (id, time, actor, action, detail) VALUES (1, 2, 'me', 'x', '')"]
    if not database.is_sqlite:
        new = "INSERT INTO audit_log (id, time, actor, action, detail) VALUES (1, 2, 'me', 'x', '')"
        statements = [f"{new} ON CONFLICT (id) DO UPDATE SET actor = 'me'"]
    for statement in statements:
        with pytest.raises((DBAPIError, DataError), match="audit_log is append-only"):
            execute(database, statement)
    with database.reading() as connection:
        assert connection.execute(select(schema.audit_log.c.actor)).scalars().all() == ["bot"]


@pytest.mark.xdist_group("postgres")
@pytest.mark.parametrize(
    ("granted", "reason"), [("USAGE", "permission denied for schema btbot_test_"), ("", "no schema has been selected")]
)
def test_what_a_user_may_not_do_is_said(postgres, server, granted, reason):
    psycopg, url = server
    name, schema_ = f"btbot_guest_{uuid.uuid4().hex[:12]}", postgres.split("search_path%3D")[1].split("%2C")[0]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name}")
        if granted:
            connection.execute(f"GRANT {granted} ON SCHEMA {schema_} TO {name}")
    database = Database(f"{postgres}%20-crole%3D{name}")
    with pytest.raises(ConfigError) as caught:
        upgrade(database)
    assert str(caught.value).startswith(f"database {database.shown}: {reason}")
    assert str(caught.value).endswith("; grant it, or name another user")
    database.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")
