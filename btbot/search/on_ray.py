"""Workers of a Ray cluster; the bars lie once in the store that the processes of a machine share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import btbot
from btbot import engine
from btbot.errors import ConfigError
from btbot.search.worker import Brief, pack, work
from btbot.search.workers import Lost

# Where workers look for this package, if it is not installed.
_ENVIRONMENT = {"env_vars": {"PYTHONPATH": f"{Path(btbot.__file__).parents[1]}{os.pathsep}${{PYTHONPATH}}"}}


class Ray:
    """A Ray cluster.

    Parameters
    ----------
    address
        Of the cluster, ``auto`` for one that runs on this machine; None starts one for the time of the search.
    count
        Workers; of a cluster all of its cores by default.
    market
        The bars.

    Raises
    ------
    ConfigError
        If Ray is not installed, or no cluster answers.
    """

    def __init__(self, address: str | None, count: int | None, market: engine.Market) -> None:
        try:
            import ray
        except ModuleNotFoundError:
            raise ConfigError(
                "optimize.workers.backend: ray is not installed; install it with 'pip install btbot[ray]', or choose "
                "processes or dask"
            ) from None
        self._ray = ray
        try:
            ray.init(
                address=address, num_cpus=None if address else count, log_to_driver=False, configure_logging=False,
                include_dashboard=None if address else False, ignore_reinit_error=True, runtime_env=_ENVIRONMENT,
            )  # fmt: skip
        except (ConnectionError, ValueError) as error:
            raise ConfigError(f"optimize.workers.address: no Ray cluster answers at {address} ({error})") from None
        self.count = count or int(ray.cluster_resources().get("CPU", 1))
        self._bars = ray.put(pack(market))
        self._work = ray.remote(max_retries=0)(work)

    def submit(self, brief: Brief, job: Any) -> Any:
        """Give a job out."""
        return self._work.remote(brief, self._bars, job)

    def wait(self, handles: list[Any]) -> list[Any]:
        """Return ended jobs, at least one."""
        done, _ = self._ray.wait(handles, num_returns=1)
        return list(done)

    def result(self, handle: Any) -> Any:
        """Return what came of a job; `Lost` if its worker died."""
        try:
            return self._ray.get(handle)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except (self._ray.exceptions.WorkerCrashedError, self._ray.exceptions.NodeDiedError) as error:
            raise Lost(str(error).partition(".")[0]) from None

    def cancel(self, handles: list[Any]) -> None:
        """Forget jobs."""
        for handle in handles:
            self._ray.cancel(handle)

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        self._ray.shutdown()
