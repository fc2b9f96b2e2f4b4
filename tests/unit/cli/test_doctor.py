import os
import shutil
from collections import namedtuple

import pytest

import btbot
from btbot.cli import doctor


def checks(folder):
    return {row["check"]: row for row in doctor.examine(folder)}


def test_a_good_machine(tmp_path):
    rows = checks(tmp_path)
    assert rows["btbot"] == {"check": "btbot", "state": "ok", "found": btbot.__version__, "advice": ""}
    assert rows["numpy"]["state"] == rows["python"]["state"] == rows["results/"]["state"] == "ok"
    assert doctor.exit_code(list(rows.values())) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "_NEEDED", ("no-such-package",))
    monkeypatch.setattr(doctor, "_REPORTS", ("no-such-plots",))
    rows = checks(tmp_path)
    assert rows["no-such-package"] == {
        "check": "no-such-package",
        "state": "error",
        "found": "missing",
        "advice": "nothing runs without it: pip install no-such-package",
    }
    assert rows["no-such-plots"]["state"] == "warning"
    assert doctor.exit_code(list(rows.values())) == 1


def test_without_talib_indicators_still_work(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError("No module named 'talib'")

    monkeypatch.setattr(doctor.importlib, "import_module", missing)
    row = checks(tmp_path)["TA-Lib"]
    assert (row["state"], row["found"]) == ("warning", "No module named 'talib'")
    assert row["advice"] == "indicators use numpy, slower and with the same values: pip install TA-Lib"


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "var").write_text("a file in the way")
    row = checks(tmp_path)["var/"]
    assert (row["state"], row["advice"]) == ("error", f"cannot be written: look at {tmp_path}/var")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_of_somebody_else(tmp_path):
    tmp_path.chmod(0o500)
    assert checks(tmp_path)["results/"]["state"] == "error"
    tmp_path.chmod(0o700)


def test_a_full_disk(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(2, 1, 5e8))
    row = checks(tmp_path)["disk"]
    assert (row["state"], row["found"]) == ("warning", "0.5 GB free")
    assert row["advice"] == "less than 1 GB: remove old runs from results/"


def database_rows(url=None, folder=None):
    rows = {row["check"]: row for row in doctor.examine(folder, database=url)}
    return {name: (row["state"], row["found"], row["advice"]) for name, row in rows.items() if "database" in name}


def test_a_database_that_is_not_there_yet(tmp_path, monkeypatch):
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    shown = f"sqlite:///{tmp_path / 'var' / 'btbot.db'}: not there yet, it is made when data comes in"
    assert database_rows(folder=tmp_path) == {"database": ("ok", shown, "")}
    assert list(tmp_path.iterdir()) == []


def test_a_database_with_candles_and_without_a_backup(tmp_path, monkeypatch):
    import numpy as np

    from btbot.bars import Bars
    from btbot.data.store import Store
    from btbot.data.store.backup import back_up
    from btbot.data.store.upgrade import HEAD
    from btbot.timeframe import Timeframe

    url = f"sqlite:///{tmp_path / 'a.db'}"
    monkeypatch.setenv("BTBOT__DATABASE", url)
    store, one = Store(url), np.ones(3)
    store.write(Bars("A/B", Timeframe.parse("1h"), np.arange(3) * 3_600_000, one, one, one, one, one), exchange="x")
    rows = database_rows(folder=tmp_path)
    assert rows["database"][0] == "ok"
    assert rows["database"][1].startswith(f"{url} (SQLite ")
    assert rows["database"][1].endswith("WAL, 3 candles")
    assert rows["database schema"] == ("ok", HEAD, "")
    assert rows["database disk"][0] == "ok"
    assert rows["database backup"] == ("warning", "never", "older than a week or gone: btbot db backup")
    taken = back_up(store.database, tmp_path / "backups")
    assert database_rows(folder=tmp_path)["database backup"][0] == "ok"
    taken.path.unlink()
    state, found, _ = database_rows(folder=tmp_path)["database backup"]
    assert (state, found[-26:]) == ("warning", "(which is not there any more)"[-26:])
    with store.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert database_rows(folder=tmp_path)["database schema"] == (
        "warning", "0001", f"btbot db upgrade brings it to {HEAD}",
    )  # fmt: skip
    store.close()


def test_a_database_that_cannot_be_used(tmp_path):
    path = tmp_path / "a.db"
    path.write_text("no database\n" * 100)
    state, found, advice = database_rows(f"sqlite:///{path}", tmp_path)["database"]
    assert (state, found) == ("error", "cannot be used")
    assert (
        advice
        == f"database sqlite:///{path} cannot be used: file is not a database; correct database: in the configuration"
    )
