"""Workers of a Dask cluster; the bars travel once, into the memory of each."""

from __future__ import annotations

import logging
import time
from concurrent.futures import CancelledError
from typing import Any

import distributed
from distributed.scheduler import KilledWorker

from btbot import engine
from btbot.errors import ConfigError
from btbot.search.worker import Brief, pack, work
from btbot.search.workers import Lost

log = logging.getLogger(__name__)
_CONNECT_SECONDS, _WORKERS_SECONDS, _LOOK_SECONDS = 10.0, 30.0, 2.0


class Dask:
    """A Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler, such as ``tcp://10.0.0.5:8786``; None starts one on this machine for the time of the search.
    count
        Workers of a cluster that is started here; one for each core by default.
    market
        The bars.

    Raises
    ------
    ConfigError
        If no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str | None, count: int | None, market: engine.Market) -> None:
        self.address = address
        local = {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None}
        where = {"address": address, "timeout": _CONNECT_SECONDS} if address else local
        try:
            self._client = distributed.Client(**where, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"optimize.workers.address: no Dask scheduler answers at {address} ({error}); start one with "
                f"'dask scheduler', and workers with 'dask worker {address} --nthreads 1'"
            ) from None
        threads = self._workers()
        if max(threads.values()) > 1:
            log.warning(
                "the workers at %s have several threads, of which one works at a time; start one for each core: "
                "'dask worker %s --nworkers -1 --nthreads 1'", address, address,
            )  # fmt: skip
        self.count = len(threads)
        self._packed = pack(market)
        self._bars = self._sent()

    def _workers(self) -> dict[str, int]:
        """Return the threads of each worker, as soon as there are any."""
        until = time.monotonic() + _WORKERS_SECONDS
        while not (threads := self._threads()):
            if time.monotonic() > until:
                self.close()
                raise ConfigError(
                    f"optimize.workers.address: the Dask cluster at {self.address} has no workers; start some with "
                    f"'dask worker {self.address} --nthreads 1'; what has been done is kept"
                )
            time.sleep(0.1)
        return threads

    def _threads(self) -> dict[str, int]:
        try:
            return dict(self._client.nthreads())
        except OSError as error:
            raise ConfigError(
                f"optimize.workers.address: the Dask scheduler at {self.address} is gone ({type(error).__name__}); "
                "start it and its workers, and search again: what has been done is kept"
            ) from None

    def _sent(self) -> Any:
        return self._client.scatter([self._packed], broadcast=True, hash=False)[0]

    def submit(self, brief: Brief, job: Any) -> Any:
        """Give a job out; the bars are sent again if all workers that had them are gone."""
        if self._bars.status != "finished":
            self._workers()
            self._bars = self._sent()
        return self._client.submit(work, brief, self._bars, job, pure=False)

    def wait(self, handles: list[Any]) -> list[Any]:
        """Return ended jobs, at least one; workers that have joined are given some from then on."""
        while True:
            self.count = len(self._workers())
            try:
                with self._client.as_current():
                    ended = distributed.wait(handles, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
                return list(ended.done)
            except TimeoutError:
                continue
            except CancelledError:
                return [handle for handle in handles if handle.cancelled()]

    def result(self, handle: Any) -> Any:
        """Return what came of a job; `Lost` if it killed several workers, or the bars went with the last one."""
        try:
            return handle.result()
        except KilledWorker as error:
            raise Lost(str(error).partition(".")[0]) from None
        except CancelledError:
            raise Lost("all workers that had the bars are gone") from None

    def cancel(self, handles: list[Any]) -> None:
        """Forget jobs."""
        self._client.cancel(handles, force=True)

    def close(self) -> None:
        """Leave the cluster; what it is doing for this search ends with its present jobs."""
        self._client.close(timeout=2)
