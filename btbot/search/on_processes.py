"""Workers in other processes of this machine, by joblib's loky; they read the bars from memory that all share."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from multiprocessing import resource_tracker as standard_tracker
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import joblib
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend import resource_tracker
from joblib.externals.loky.process_executor import TerminatedWorkerError

from btbot import engine
from btbot.search.worker import Brief, begin, pack, work
from btbot.search.workers import Lost

# Each worker has a core of its own; libraries that start threads would only get in each other's way.
_ONE_THREAD = {
    f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "BLIS", "VECLIB_MAXIMUM", "NUMEXPR", "NUMBA")
}
_MASKS = hasattr(signal, "pthread_sigmask")  # not on Windows


class Processes:
    """Processes of this machine.

    Parameters
    ----------
    count
        How many.
    market
        The bars, written to a file of a temporary folder that each process maps into its memory.
    """

    def __init__(self, count: int, market: engine.Market) -> None:
        self.count = count
        self._market = market
        self._folder: Path | None = None
        self._executor: Any = None

    def _started(self) -> Any:
        return ProcessPoolExecutor(self.count, initializer=begin, initargs=(os.getpid(),), env=_ONE_THREAD)

    def submit(self, brief: Brief, job: Any) -> Future[Any]:
        """Give a job out, to new processes if the death of one has taken the others along."""
        if self._executor is None:
            self._open()
        with _uninterrupted():
            try:
                return self._executor.submit(work, brief, self._bars, job)  # type: ignore[no-any-return]
            except TerminatedWorkerError:
                self._executor = self._started()
                return self._executor.submit(work, brief, self._bars, job)  # type: ignore[no-any-return]

    @property
    def _bars(self) -> str:
        return f"{self._folder}/bars"

    def _open(self) -> None:
        if _MASKS:
            standard_tracker.ensure_running()  # not later, since as it begins it ends the mask of `_uninterrupted`
        with _uninterrupted():
            self._folder = Path(mkdtemp(prefix="btbot-bars-"))
            # It removes the folder if this process is killed.
            resource_tracker.register(str(self._folder), "folder")
        joblib.dump(pack(self._market), self._bars)
        with _uninterrupted():
            self._executor = self._started()

    def wait(self, handles: list[Future[Any]]) -> list[Future[Any]]:
        """Return ended jobs, at least one."""
        return list(wait(handles, return_when=FIRST_COMPLETED).done)

    def result(self, handle: Future[Any]) -> Any:
        """Return what came of a job; `Lost` if a process died meanwhile, which takes the others with it."""
        try:
            return handle.result()
        except TerminatedWorkerError as error:
            raise Lost(_exit_codes(str(error))) from None

    def cancel(self, handles: list[Future[Any]]) -> None:
        """Forget jobs; one that runs already is let run."""
        for handle in handles:
            handle.cancel()

    def close(self) -> None:
        """Kill the processes and remove the file of the bars."""
        try:
            if self._executor is not None:
                self._executor.shutdown(kill_workers=True)
        finally:
            with _uninterrupted():
                self._forget()

    def _forget(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            resource_tracker.unregister(str(self._folder), "folder")
            self._folder = None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait.

    For this process until the end; for those that it begins meanwhile until `begin`, since they inherit the mask.
    Of this process the mask alone would not do: any other thread may be given the signal.
    """
    waiting: list[int] = []
    handles = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is not None
    handler = signal.signal(signal.SIGINT, lambda number, _: waiting.append(number)) if handles else None
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if _MASKS else set()
    try:
        yield
    finally:
        if _MASKS:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if handles:
            signal.signal(signal.SIGINT, handler)
        if waiting:
            signal.raise_signal(signal.SIGINT)


def _exit_codes(text: str) -> str:
    """Return how processes ended, out of what loky says about it.

    Examples
    --------
    >>> _exit_codes("A worker was terminated. The exit codes of the workers are {SIGKILL(-9)} More.")
    'SIGKILL(-9)'
    """
    found = re.search(r"exit codes of the workers are \{(.*)\}", text)
    return found[1] if found else "it was terminated"
