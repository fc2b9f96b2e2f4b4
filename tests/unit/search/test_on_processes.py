"""Ctrl-C leaves nothing behind, however early it comes, and reaches no worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile

import pytest

from btbot.search import on_processes
from btbot.search.on_processes import Processes, _uninterrupted

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def _blocked():
    """Return whether a process that is begun now would not be told of Ctrl-C."""
    code = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))"
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()


def test_ctrl_c_waits_here_and_for_a_process_that_is_begun():
    said = []

    def interrupted():
        with _uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            said.append(_blocked())

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [*said, _blocked()] == ["True", "False"]


def test_an_interruption_before_the_processes_run_leaves_no_folder(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(on_processes, "pack", interrupted)
    processes = Processes(2, None)
    with pytest.raises(KeyboardInterrupt):
        processes.submit(None, None)
    assert [path.name[:11] for path in tmp_path.iterdir()] == ["btbot-bars-"]
    processes.close()
    assert list(tmp_path.iterdir()) == []
