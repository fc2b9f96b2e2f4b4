"""What is wrong with a database is said, and how large it is."""

import sqlite3
import time

import pytest
from filled import bars, fill
from sqlalchemy import text

from btbot.data.store import Database, Store
from btbot.data.store.backup import back_up
from btbot.data.store.integrity import Problem, problems
from btbot.data.store.status import status
from btbot.data.store.upgrade import HEAD
from btbot.errors import DataError

RESTORE = "restore a backup with btbot db restore, or export what can be read and import it anew"
RECOUNT = "count them anew and fill the holes with btbot data repair"


def execute(database, statement):
    with database.writing() as connection:
        connection.execute(text(statement))


def test_a_database_in_use_is_sound(full):
    assert problems(full) == []


@pytest.mark.parametrize(
    ("change", "table", "found"),
    [
        ("DELETE FROM candles WHERE time = 0", "series", "series 1 (1h) says 300 candles, there are 299"),
        ("UPDATE series SET rows = 7", "series", "series 1 (1h) says 7 candles, there are 300"),
        ("INSERT INTO candles VALUES (9, 0, 1, 1, 1, 1, 1)", "candles", "there are rows of series 9, which is not there"),
        ("INSERT INTO funding_rates VALUES (9, 0, 1, 1)", "funding_rates", "there are rows of markets 9, which is not there"),
        ("DROP TABLE book_snapshots", "book_snapshots", "the table is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(full, change, table, found):
    execute(full, change)
    assert problems(full) == [Problem(table, found, RECOUNT if table == "series" else RESTORE)]


def test_an_older_schema_is_named(full):
    execute(full, "UPDATE alembic_version SET version_num = '0001'")
    assert problems(full) == [Problem("", f"the schema is 0001, not {HEAD}", "run btbot db upgrade")]


def test_a_database_without_tables_is_named(url):
    assert problems(Database(url)) == [Problem("", "there are no tables yet", "run btbot db upgrade, or bring data in")]


def test_damaged_pages_are_named(tmp_path):
    path = tmp_path / "a.db"
    url = f"sqlite:///{path}"
    fill(url, count=3_000)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = bytes(4096)
    path.write_bytes(raw)
    found = problems(Database(url))
    assert {(one.table, one.advice) for one in found} == {("", RESTORE)}
    with pytest.raises(DataError) as caught:
        back_up(Database(url), tmp_path / "a.zip")
    assert str(caught.value).startswith(f"database {url} is damaged: ")
    assert str(caught.value).endswith("; restore an earlier backup: btbot db restore")
    assert not list(tmp_path.glob("*.zip"))


def test_a_reference_to_nothing_is_named(tmp_path):
    path = tmp_path / "a.db"
    fill(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:  # which does not check references
        connection.execute("UPDATE fills SET run_id = 'gone'")
    connection.close()
    assert problems(Database(f"sqlite:///{path}")) == [
        Problem("fills", "row 1 refers to runs, where there is no such row", RESTORE)
    ]


def test_the_status_says_what_is_there(full, tmp_path):
    found = status(full)
    assert (found.schema, found.candles, found.backup, found.rows) == (HEAD, 300, None, {})
    assert found.bytes > 50_000
    assert found.kind.split()[0] == ("PostgreSQL" if full.file is None else "SQLite")
    assert (found.free_bytes is None) == (full.file is None)
    taken = back_up(full, tmp_path / "a.zip")
    moment, detail = status(full).backup
    assert abs(moment - time.time() * 1_000) < 60_000
    assert detail == {"file": str(taken.path), "bytes": taken.bytes, "rows": sum(taken.manifest.rows.values())}
    rows = status(full, rows=True).rows
    assert rows == {**taken.manifest.rows, "audit_log": 2}


def test_looking_makes_no_database(tmp_path):
    assert status(Database(f"sqlite:///{tmp_path / 'new' / 'a.db'}")) is None
    assert list(tmp_path.iterdir()) == []


def test_the_write_ahead_log_is_part_of_the_size(tmp_path):
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = Store(url)
    store.write(bars(5_000), exchange="x")
    found = status(Database(url))
    assert 0 < found.wal_bytes < found.bytes
    store.close()
