"""The commands `db`: from a database to a file and back."""

import json
import re

import pytest
from typer.testing import CliRunner

from btbot.cli.app import app
from btbot.data.store import Channel, Store
from btbot.data.store.upgrade import HEAD
from btbot.errors import ConfigError

LINES = ["time,open,high,low,close,volume", *(f"2021-01-01T{hour:02}:00:00Z,1,2,1,2,{hour}" for hour in range(9))]


def run(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def call(*words):
    done = run(*words)
    assert done.exit_code == 0, done.output
    return done.output.strip()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    return tmp_path


@pytest.fixture
def stored(folder):
    (folder / "candles.csv").write_text("\n".join(LINES) + "\n")
    call("data", "import", "candles.csv", "--exchange", "binance", "--symbol", "BTC/USDT")
    return folder


def test_a_database_is_backed_up_and_restored(stored):
    rows = json.loads(call("db", "backup", "--json"))[0]
    assert re.fullmatch(r"var/backups/btbot-\d{8}T\d{6}Z\.zip", rows["file"])
    assert (rows["schema"], rows["removed"]) == (HEAD, [])
    said = call("db", "restore", rows["file"], "--database", "sqlite:///other.db")
    assert re.fullmatch(rf"sqlite:///other\.db: {rows['rows']} rows of \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC", said)
    ours, theirs = (
        json.loads(call("data", "list", "--fingerprints", "--json", "--database", url))[0]
        for url in ("sqlite:///var/btbot.db", "sqlite:///other.db")
    )
    assert ours == theirs
    with pytest.raises(ConfigError, match=r"^database sqlite:///other\.db is not empty: "):
        call("db", "restore", rows["file"], "--database", "sqlite:///other.db")
    call("db", "restore", rows["file"], "--database", "sqlite:///other.db", "--force")


def test_a_folder_keeps_as_many_as_one_says(stored):
    said = call("db", "backup", "kept")
    first = said.split(":")[0]
    assert re.fullmatch(r"kept/btbot-\d{8}T\d{6}Z\.zip: [\d,]+ rows, [\d.]+ kB", said)
    second, removed = call("db", "backup", "kept", "--keep", "1").splitlines()
    assert removed == f"{first}: removed"
    assert [str(one) for one in (stored / "kept").iterdir()] == [str(stored / second.split(":")[0])]


def test_the_status_is_shown(stored):
    def status():
        return {row["what"]: row["found"] for row in json.loads(call("db", "status", "--json"))}

    found = status()
    assert list(found)[:6] == ["database", "schema", "size", "disk", "last backup", "candles"]
    assert re.fullmatch(r"sqlite:///var/btbot\.db \(SQLite [\d.]+\)", found["database"])
    assert (found["schema"], found["candles"], found["series"]) == (HEAD, "9", "1")
    assert found["last backup"] == "never"
    path = call("db", "backup").split(":")[0]
    assert re.fullmatch(rf"[-\d]+ [:\d]+ UTC, {stored / path}", status()["last backup"])
    (stored / path).unlink()
    assert status()["last backup"].endswith(f"{path} (which is not there any more)")


def test_a_database_that_is_not_there_is_not_made(folder):
    assert call("db", "status") == "sqlite:///var/btbot.db: there is no such file yet; it is made when data comes in"
    assert call("db", "check") == "sqlite:///var/btbot.db: there is no such file yet; it is made when data comes in"
    assert list(folder.iterdir()) == []


def test_a_sound_database_is_sound_and_another_one_is_not(stored):
    assert call("db", "check") == "sqlite:///var/btbot.db: sound"
    store = Store("sqlite:///var/btbot.db")
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE series SET rows = 8")
    store.close()
    done = run("db", "check", "--json")
    assert done.exit_code == 3
    assert json.loads(done.output)[0]["found"] == "series 1 (1h) says 8 candles, there are 9"


def test_old_trades_are_removed(stored):
    import numpy as np

    from btbot.data.store import Tape

    store = Store("sqlite:///var/btbot.db")
    one = np.ones(3)
    store.tape.write("A/B", Tape(np.arange(3), np.array(["1", "2", "3"]), one, one, one.astype(np.int8)), exchange="x")
    row = {"what": "tape", "days": 30.0, "removed": 3}
    assert json.loads(call("db", "prune", "--tape-days", "30", "--dry-run", "--json")) == [row]
    assert json.loads(call("db", "prune", "--tape-days", "30", "--json")) == [row]
    assert json.loads(call("db", "prune", "--tape-days", "30", "--json")) == [{**row, "removed": 0}]
    assert store.downloads.missing(Channel("x", "spot", "A/B", "trades"), 0, 3) == [(0, 3)]
    store.close()
    with pytest.raises(ConfigError) as caught:
        call("db", "prune")
    assert str(caught.value) == (
        "prune: say what stays: --tape-days 30, --books-days 7 or --revisions-days 365, or name a configuration "
        "with retention:"
    )


def test_a_configuration_says_what_stays(stored):
    text = "symbols: [A/B]\ntimeframe: 1h\nfeed: {name: store}\nstrategies: [{name: ma_cross}]\n"
    (stored / "a.yml").write_text(text + "database: sqlite:///var/btbot.db\nretention: {books_days: 7, backups: 1}\n")
    rows = json.loads(call("db", "prune", "a.yml", "--json"))
    assert rows == [{"what": "books", "days": 7.0, "removed": 0}]
    rows = json.loads(call("db", "prune", "a.yml", "--books-days", "3", "--tape-days", "1", "--json"))
    assert [(row["what"], row["days"]) for row in rows] == [("tape", 1.0), ("books", 3.0)]
    assert len(call("db", "backup", "kept", "--config", "a.yml").splitlines()) == 1
    assert len(call("db", "backup", "kept", "--config", "a.yml").splitlines()) == 2
    assert len(call("db", "backup", "one.zip", "--config", "a.yml").splitlines()) == 1


def test_tables_are_upgraded(folder):
    assert call("db", "upgrade") == f"sqlite:///var/btbot.db: schema {HEAD}, was empty"
    assert call("db", "upgrade") == f"sqlite:///var/btbot.db: schema {HEAD}"
