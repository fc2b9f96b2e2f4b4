import os
import subprocess
import sys

import pytest

from btbot.locks import FileLock


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


def test_one_at_a_time_and_the_other_is_told_who_has_it(path):
    first, second = FileLock(path), FileLock(path)
    assert first.acquire() == ""
    assert path.read_text() == f"{os.getpid()}\n"
    assert second.acquire() == str(os.getpid())
    first.release()
    assert second.acquire() == ""
    assert first.acquire() == str(os.getpid())
    second.release()


def test_a_refusal_takes_nothing_from_who_has_it(path):
    first, second = FileLock(path), FileLock(path)
    first.acquire()
    second.acquire()
    second.release()
    assert FileLock(path).acquire() == str(os.getpid())
    first.release()
    first.release()


def test_a_process_that_died_leaves_it_free(path, checkout):
    code = (
        "import os; from pathlib import Path; from btbot.locks import FileLock; "
        f"FileLock(Path({str(path)!r})).acquire(); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, check=False).returncode == -9
    assert path.read_text() != ""
    lock = FileLock(path)
    assert lock.acquire() == ""
    assert path.read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_holder_that_is_not_known(path):
    first = FileLock(path)
    first.acquire()
    path.write_text("")
    assert FileLock(path).acquire() == "another one"
    first.release()


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        FileLock(tmp_path / "none" / "lock").acquire()
