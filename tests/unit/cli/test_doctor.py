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
