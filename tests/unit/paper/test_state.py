import os
import subprocess
import sys

import pytest

from btbot.errors import ConfigError
from btbot.paper.state import StateFolder


def test_a_second_one_is_refused_and_told_who_has_it(tmp_path):
    first, second = StateFolder(tmp_path / "a"), StateFolder(tmp_path / "a")
    first.acquire()
    with pytest.raises(ConfigError) as caught:
        second.acquire()
    assert str(caught.value) == (
        f"--state: {tmp_path / 'a'} is in use by an exchange that runs already, in process {os.getpid()}; "
        "stop it, or choose another folder with --state or --name"
    )
    first.release()
    second.acquire()
    second.release()


def test_a_process_that_died_leaves_it_free(tmp_path, checkout):
    code = f"from pathlib import Path; from btbot.paper.state import StateFolder; s = StateFolder(Path({str(tmp_path)!r})); s.acquire(); import os; os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, check=False).returncode == -9
    state = StateFolder(tmp_path)
    state.acquire()
    state.release()


def test_reset_forgets_trading_and_keeps_keys(tmp_path):
    state = StateFolder(tmp_path)
    for path in (state.journal, state.history, state.keys, state.token, tmp_path / "journal.sqlite-wal"):
        path.write_text("x")
    state.reset()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["admin_token", "keys.json"]
    state.reset()


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"--state: .*/file/state cannot be written: Not a directory"):
        StateFolder(tmp_path / "file/state").acquire()
