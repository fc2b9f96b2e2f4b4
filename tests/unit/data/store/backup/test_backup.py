"""What is backed up comes back, in either kind of database; what is damaged does not."""

import json
import os
import re
import zipfile

import pytest
from filled import bars, content
from sqlalchemy import insert, text

from btbot.data.store import Database, Store, schema, upgrade
from btbot.data.store.backup import back_up, read_manifest, restore
from btbot.data.store.upgrade import HEAD
from btbot.errors import ConfigError, DataError

on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # what is in the archive does not matter


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))])
def other(request, tmp_path, server):
    """Another database than that of `url`."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other folder' / 'other.db'}"
    return request.getfixturevalue("another_postgres")


def test_it_comes_back_into_either_kind(full, other, tmp_path):
    before = content(full.url)
    assert all(before.values())
    taken = back_up(full, tmp_path / "a.zip")
    assert taken.manifest.rows == {name: len(rows) for name, rows in before.items()}
    assert (taken.manifest.schema, taken.path, taken.removed) == (HEAD, tmp_path / "a.zip", ())
    assert content(full.url) == before
    Store(full.url).write(bars(9, symbol="ETH/USDT"), exchange="binance")
    target = Database(other)
    assert restore(target, taken.path) == taken.manifest
    assert content(other) == before


def test_it_goes_on_after_it_came_back(full, other, tmp_path):
    restore(Database(other), back_up(full, tmp_path / "a.zip").path)
    store = Store(other)
    assert store.write(bars(400), exchange="binance").inserted == 100
    assert store.write(bars(9, symbol="ETH/USDT"), exchange="binance").inserted == 9
    with store.writing() as connection:
        connection.execute(insert(schema.audit_log).values(time=2, actor="bot", action="stop", detail="{}"))
    with pytest.raises(Exception, match="append-only"), store.writing() as connection:
        connection.execute(text("DELETE FROM audit_log"))


def test_what_was_cached_of_the_old_content_is_not_given_for_the_new(full, tmp_path):
    store = Store(full.url)
    path = back_up(full, tmp_path / "a.zip").path
    store.write(bars(5, seed=8), exchange="binance")
    changed = store.get_bars("BTC/USDT", "1h").fingerprint
    restore(full, path, force=True)
    store.write(bars(5, seed=9), exchange="binance")  # as many writes as before, with other values
    again = Store(full.url)
    assert store.get_bars("BTC/USDT", "1h").fingerprint == again.get_bars("BTC/USDT", "1h").fingerprint != changed


def test_a_full_database_is_replaced_by_force_only(full, tmp_path):
    before = content(full.url)
    path = back_up(full, tmp_path / "a.zip").path
    with pytest.raises(ConfigError) as caught:
        restore(full, path)
    assert str(caught.value).startswith(
        f"database {full.shown} is not empty: there are rows in audit_log, book_snapshots, "
    )
    assert str(caught.value).endswith("; name an empty one, or replace it with --force (after a btbot db backup)")
    Store(full.url).write(bars(9, symbol="ETH/USDT"), exchange="binance")
    restore(full, path, force=True)
    assert content(full.url) == before


@on_sqlite
def test_a_database_that_was_only_backed_up_is_empty(url, tmp_path):
    database = Database(url)
    upgrade(database)
    restore(database, back_up(database, tmp_path / "a.zip").path)


def rewritten(path, change):
    """Write an archive anew, with one member changed."""
    with zipfile.ZipFile(path) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as zipped:
        for name, value in members.items():
            zipped.writestr(name, value)
    return path


def manifest(members, **changes):
    members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **changes}).encode()


@pytest.fixture
def archive(full, tmp_path):
    return back_up(full, tmp_path / "a.zip").path


def refused(full, path):
    before = content(full.url)
    with pytest.raises((ConfigError, DataError)) as caught:
        restore(full, path, force=True)
    assert content(full.url) == before
    return str(caught.value)


def test_another_content_is_refused(full, archive):
    name = next(iter(read_manifest(archive).files))

    def change(members):
        members[name] = members[name][:-9] + b"\x07" + members[name][-8:]

    assert re.fullmatch(
        rf"{archive}: {name} has SHA-256 \w{{64}}, the manifest says \w{{64}}: the backup was damaged; take another one",
        refused(full, rewritten(archive, change)),
    )


@on_sqlite
def test_a_flipped_bit_is_noticed(full, archive):
    raw = bytearray(archive.read_bytes())
    raw[len(raw) // 2] ^= 1
    archive.write_bytes(raw)
    assert str(archive) in refused(full, archive)


@on_sqlite
def test_a_cut_file_is_refused(full, archive):
    archive.write_bytes(archive.read_bytes()[:-100])
    assert refused(full, archive).startswith(f"{archive}: is no backup, or was cut: ")


@on_sqlite
def test_a_missing_member_is_refused(full, archive):
    name = next(iter(read_manifest(archive).files))
    assert refused(full, rewritten(archive, lambda members: members.pop(name))).startswith(
        f"{archive}: {name} cannot be read: "
    )


def test_rows_that_are_not_all_there_are_refused(full, archive):
    rows = dict(read_manifest(archive).rows, runs=7)
    text_ = refused(full, rewritten(archive, lambda members: manifest(members, rows=rows)))
    assert text_.startswith(f"{archive}: holds ")
    assert text_.endswith("; take another backup")


@on_sqlite
def test_a_newer_schema_is_refused(full, archive):
    assert refused(full, rewritten(archive, lambda members: manifest(members, schema="9999"))) == (
        f"{archive} has schema 9999, which is newer than schema {HEAD} of this version; "
        "upgrade btbot, or name another database:"
    )


@on_sqlite
def test_a_newer_format_is_refused(full, archive):
    assert refused(full, rewritten(archive, lambda members: manifest(members, format=2))) == (
        f"{archive}: is a backup of format 2, this version reads format 1; upgrade btbot"
    )


@on_sqlite
def test_another_zip_is_refused(full, tmp_path):
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zipped:
        zipped.writestr("a.txt", "a")
    assert refused(full, tmp_path / "b.zip").startswith(f"{tmp_path / 'b.zip'}: is no backup of btbot: manifest.json ")


@on_sqlite
def test_a_file_that_is_not_there_is_named(full, tmp_path):
    path = tmp_path / "none.zip"
    assert refused(full, path) == f"{path}: there is no such file; name a backup that btbot db backup made"


def test_an_archive_is_smaller_than_the_file(full, archive):
    assert archive.stat().st_size < sum(content.bytes for content in read_manifest(archive).files.values()) * 0.7


@on_sqlite
def test_a_folder_keeps_the_newest(full, tmp_path):
    folder = tmp_path / "backups"
    (folder / "mine").mkdir(parents=True)
    (folder / "other-20210101T000000Z.zip").write_text("another database's")
    first, second, third = (back_up(full, folder) for _ in range(3))
    name = re.escape(first.path.name.split("-2")[0])
    assert re.fullmatch(rf"{name}-\d{{8}}T\d{{6}}Z(-\d+)?\.zip", first.path.name)
    last = back_up(full, folder, keep=2)
    assert set(last.removed) == {first.path, second.path}
    assert {one.name for one in folder.iterdir()} == {
        "mine", "other-20210101T000000Z.zip", third.path.name, last.path.name,
    }  # fmt: skip


@on_sqlite
@pytest.mark.parametrize(
    ("target", "keep", "message"),
    [
        ("a.zip", None, "{}: is there already; name another file, or a folder"),
        ("b.zip", 3, "{}: keep counts the backups of a folder; name a folder, or leave keep out"),
        ("folder", 0, "keep: must be >= 1, was 0"),
        ("b.db", None, "{}: a backup is a file whose name ends in .zip; name one, or a folder"),
    ],
)
def test_targets_that_cannot_be_meant(full, archive, target, keep, message):
    with pytest.raises(ConfigError) as caught:
        back_up(full, archive.parent / target, keep=keep)
    assert str(caught.value) == message.format(archive.parent / target)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    path = tmp_path / "none.db"
    with pytest.raises(ConfigError) as caught:
        back_up(Database(f"sqlite:///{path}"), tmp_path / "a.zip")
    assert (
        str(caught.value) == f"database sqlite:///{path} is not there; correct the address: --database sqlite:///FILE"
    )
    assert list(tmp_path.iterdir()) == []


@on_sqlite
def test_a_database_without_tables_has_nothing_to_back_up(url, tmp_path):
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("CREATE TABLE mine (id INTEGER)"))
    with pytest.raises(ConfigError) as caught:
        back_up(database, tmp_path / "a.zip")
    assert str(caught.value) == f"database {database.shown} has no tables of btbot: there is nothing to back up"
    assert not list(tmp_path.glob("*.zip"))


@on_sqlite
def test_a_file_that_is_no_database_is_not_overwritten(archive, tmp_path):
    path = tmp_path / "other.db"
    path.write_text("my diary\n" * 1_000)
    with pytest.raises(DataError) as caught:
        restore(Database(f"sqlite:///{path}"), archive, force=True)
    assert str(caught.value) == f"database sqlite:///{path} cannot be replaced: file is not a database; move the file away first"  # fmt: skip
    assert path.read_text().startswith("my diary")
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".btbot")]


def test_a_backup_and_a_restoration_are_in_the_audit_log(full, archive):
    restore(full, archive, force=True)
    with full.reading() as connection:
        rows = connection.execute(text("SELECT action, detail FROM audit_log WHERE actor = 'operator'")).all()
    assert [(row.action, json.loads(row.detail)["file"]) for row in rows] == [("restore", str(archive.resolve()))]
    back_up(full, archive.parent)
    with full.reading() as connection:
        assert connection.execute(text("SELECT action FROM audit_log WHERE actor = 'operator'")).scalars().all() == ["restore", "backup"]  # fmt: skip


@on_sqlite
def test_what_a_killed_backup_left_long_ago_is_removed(full, tmp_path):
    old, young = tmp_path / ".btbot-backup-old", tmp_path / ".btbot-backup-young"
    for folder in (old, young):
        folder.mkdir()
        (folder / "partial.zip").write_text("x")
    os.utime(old, (0, 0))
    back_up(full, tmp_path)
    assert not old.exists()
    assert young.exists()
