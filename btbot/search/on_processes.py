"""Workers in other processes of this machine, by joblib's loky; they read the bars from memory that all share."""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import FIRST_COMPLETED, Future, wait
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
        self._folder = Path(mkdtemp(prefix="btbot-bars-"))
        # It removes the folder if this process is killed.
        resource_tracker.register(str(self._folder), "folder")
        self._bars = str(self._folder / "bars")
        joblib.dump(pack(market), self._bars)
        self._executor = self._started()

    def _started(self) -> Any:
        return ProcessPoolExecutor(self.count, initializer=begin, initargs=(os.getpid(),), env=_ONE_THREAD)

    def submit(self, brief: Brief, job: Any) -> Future[Any]:
        """Give a job out, to new processes if the death of one has taken the others along."""
        try:
            return self._executor.submit(work, brief, self._bars, job)  # type: ignore[no-any-return]
        except TerminatedWorkerError:
            self._executor = self._started()
            return self._executor.submit(work, brief, self._bars, job)  # type: ignore[no-any-return]

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
        self._executor.shutdown(kill_workers=True)
        shutil.rmtree(self._folder, ignore_errors=True)
        resource_tracker.unregister(str(self._folder), "folder")


def _exit_codes(text: str) -> str:
    """Return how processes ended, out of what loky says about it.

    Examples
    --------
    >>> _exit_codes("A worker was terminated. The exit codes of the workers are {SIGKILL(-9)} More.")
    'SIGKILL(-9)'
    """
    found = re.search(r"exit codes of the workers are \{(.*)\}", text)
    return found[1] if found else "it was terminated"
