"""Processes that may be killed: forked from one that has imported everything, so that they begin at once."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import resource
import signal
import sys
import time
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:  # what is forked finds this checkout wherever pytest was started
    sys.path.append(ROOT)
PRELOADED = ["btbot.paper.running", "btbot.cli.app", "btbot.data.download", "btbot.exchange.ccxt_client", "ccxt.async_support", "pandas"]  # fmt: skip


def _context():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def _serve(settings, pipe):
    from btbot.paper.running import serve

    asyncio.run(serve(settings, ready=lambda where: pipe.send((where.rest, str(where.history_file)))))


def _command(arguments, log, folder, file_bytes):
    os.chdir(folder)
    if file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    sys.argv = ["btbot", *arguments]
    with (
        Path(log).open("a", encoding="utf-8") as file,
        contextlib.redirect_stdout(file),
        contextlib.redirect_stderr(file),
    ):
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        from btbot.cli import main

        main()


@contextlib.contextmanager
def exchange(settings):
    """Serve in a process of its own; give its address and its history file."""
    mine, its = _context().Pipe()
    process = _context().Process(target=_serve, args=(settings, its), daemon=True)
    process.start()
    its.close()
    if not mine.poll(60):
        raise TimeoutError("the exchange does not start")
    try:
        yield mine.recv()
    finally:
        mine.close()
        process.kill()
        process.join()


class Command:
    """``btbot ARGUMENTS`` in a process of its own, to which the disk is full once a file has so many bytes."""

    def __init__(self, arguments, folder, *, file_bytes=None):
        self.log = folder / "command.log"
        self.process = _context().Process(
            target=_command, args=(arguments, str(self.log), str(folder), file_bytes), daemon=True
        )
        self.process.start()

    def kill(self, after_s):
        """End it as kill -9 does, after so long, if it lives that long; give whether it did."""
        self.process.join(after_s)
        killed = self.process.is_alive()
        self.process.kill()
        self.process.join()
        return killed

    def interrupt(self, after_s):
        """Press Ctrl-C after so long, if it lives that long; give how long it took to end, in seconds."""
        self.process.join(after_s)
        begin = time.monotonic()
        if self.process.is_alive():
            os.kill(self.process.pid, signal.SIGINT)
        self.process.join(60)
        return time.monotonic() - begin

    def wait(self, seconds=60):
        """Give its exit code."""
        self.process.join(seconds)
        if self.process.is_alive():
            self.process.kill()
            raise TimeoutError(self.said)
        return self.process.exitcode

    @property
    def said(self):
        return self.log.read_text(encoding="utf-8")
