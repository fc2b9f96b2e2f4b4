"""Workers of a Dask cluster; the bars travel once, into the memory of each."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError
from typing import Any

import distributed
from distributed.scheduler import KilledWorker

from btbot import engine
from btbot.errors import ConfigError
from btbot.search.worker import Brief, pack, work
from btbot.search.workers import Lost

_CONNECT_SECONDS, _WORKERS_SECONDS, _LOOK_SECONDS = 10.0, 30.0, 2.0


class Dask:
    """A Dask cluster.

    Parameters
    ----------
    address
        Of its scheduler, such as ``tcp://10.0.0.5:8786``.
    market
        The bars.

    Raises
    ------
    ConfigError
        If no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str, market: engine.Market) -> None:
        self.address = address
        try:
            self._client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"optimize.workers.address: no Dask scheduler answers at {address} ({error}); start one with "
                f"'dask scheduler', and workers with 'dask worker {address} --nthreads 1'"
            ) from None
        self._workers()
        self.count = len(self._client.nthreads())
        self._packed = pack(market)
        self._bars = self._sent()

    def _workers(self) -> None:
        """Wait until there are workers."""
        until = time.monotonic() + _WORKERS_SECONDS
        while not self._client.nthreads():
            if time.monotonic() > until:
                self.close()
                raise ConfigError(
                    f"optimize.workers.address: the Dask cluster at {self.address} has no workers; start some with "
                    f"'dask worker {self.address} --nthreads 1'; what has been done is kept"
                )
            time.sleep(0.1)

    def _sent(self) -> Any:
        return self._client.scatter([self._packed], broadcast=True, hash=False)[0]

    def submit(self, brief: Brief, job: Any) -> Any:
        """Give a job out; the bars are sent again if all workers that had them are gone."""
        if self._bars.status != "finished":
            self._workers()
            self._bars = self._sent()
        return self._client.submit(work, brief, self._bars, job, pure=False)

    def wait(self, handles: list[Any]) -> list[Any]:
        """Return ended jobs, at least one."""
        while True:
            try:
                with self._client.as_current():
                    ended = distributed.wait(handles, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
                return list(ended.done)
            except TimeoutError:
                self._workers()
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
