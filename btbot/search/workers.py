"""Where jobs are done: in this process, in others of this machine, on a Dask or a Ray cluster.

A job is done with the workbench of its worker, which is built once there. A worker that dies takes nothing with it but
the jobs that it had; they are given out again, and what kills its worker each time is found and reported.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from types import TracebackType
from typing import Any, Protocol, Self

from btbot import engine
from btbot.config.search import Workers
from btbot.errors import StrategyError

log = logging.getLogger(__name__)

# Processes take about two seconds to begin; with less to do this one is done before they have.
WORTH_SECONDS = 4.0
# The death of one process may take along what all others had.
_DEATHS = 6


class Lost(Exception):
    """The worker of a job is gone."""


class Job(Protocol):
    """One piece of work."""

    def done(self, bench: Any) -> Any:
        """Do it with a workbench, in whatever process, and return what came of it."""

    def parts(self) -> list[Any]:
        """Return the smallest jobs that make up this one."""

    def lost(self, bench: Any) -> Any:
        """Return what came of a smallest job that killed its worker."""


class Cluster(Protocol):
    """Other processes, near or far, which lose a job when they die.

    Attributes
    ----------
    count
        How many work at a time.
    """

    count: int

    def submit(self, brief: Any, job: Any) -> Any:
        """Give a job of a search out and return a handle of it."""

    def wait(self, handles: list[Any]) -> list[Any]:
        """Return handles whose job has ended, at least one."""

    def result(self, handle: Any) -> Any:
        """Return what came of an ended job; raise `Lost` if its worker is gone."""

    def cancel(self, handles: list[Any]) -> None:
        """Forget jobs that nobody waits for any more."""

    def close(self) -> None:
        """End at once."""


class Crew:
    """Whoever does the jobs of one or more searches over the same bars. Use it as a context.

    With ``backend: processes`` and no ``count`` this process begins, and goes on alone if by the speed of the first
    jobs there are less than `WORTH_SECONDS` of work; otherwise as many processes as there are cores take over.

    Parameters
    ----------
    workers
        The section of the configuration.
    market
        The bars, which each worker is given once.
    """

    def __init__(self, workers: Workers, market: engine.Market) -> None:
        self._workers, self._market = workers, market
        self._cluster: Cluster | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cluster is not None:
            self._cluster.close()
            self._cluster = None

    @property
    def count(self) -> int:
        """How many work at a time just now."""
        return self._cluster.count if self._cluster else 1

    def outcomes(
        self, bench: Any, brief: Any, jobs: Iterable[Any], seconds_left: Callable[[], float] = lambda: 0.0
    ) -> Generator[tuple[Any, Any]]:
        """Yield each job, or its parts, with what came of it, as they are done; a job is asked for when it is needed.

        Parameters
        ----------
        bench, brief
            The workbench of this process, and what others need to build theirs.
        seconds_left
            Estimates how long the rest would take one worker.
        """
        coming = iter(jobs)
        if self._cluster is None and not self._begins_elsewhere:
            for job in coming:
                yield job, job.done(bench)
                if self._may_grow and seconds_left() > WORTH_SECONDS:
                    break
            else:
                return
        yield from _Errands(self._open(), bench, brief).outcomes(coming)

    @property
    def _begins_elsewhere(self) -> bool:
        backend, count = self._workers.backend, self._workers.count
        return backend in ("dask", "ray") or (backend == "processes" and count is not None and count > 1)

    @property
    def _may_grow(self) -> bool:
        return self._workers.backend == "processes" and self._workers.count is None and _cores() > 1

    def _open(self) -> Cluster:
        if self._cluster is None:
            self._cluster = _cluster(self._workers, self._market)
            log.info("%d workers: %s", self._cluster.count, self._workers.backend)
        return self._cluster


def _cores() -> int:
    import joblib

    return int(joblib.cpu_count())


def _cluster(workers: Workers, market: engine.Market) -> Cluster:
    if workers.backend == "dask":
        from btbot.search.on_dask import Dask

        return Dask(workers.address, workers.count, market)
    if workers.backend == "ray":
        from btbot.search.on_ray import Ray

        return Ray(workers.address, workers.count, market)
    from btbot.search.on_processes import Processes

    return Processes(workers.count or _cores(), market)


class _Errands:
    """Gives jobs out to a cluster, two for each worker at a time so that none waits for the next."""

    def __init__(self, cluster: Cluster, bench: Any, brief: Any) -> None:
        self.cluster, self.bench, self.brief = cluster, bench, brief
        self.out: dict[Any, Any] = {}
        self.in_a_row = 0

    def outcomes(self, coming: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        """Yield jobs with what came of them; those that were lost come last, done one at a time."""
        suspects = []
        try:
            while self._give(coming):
                for handle in self.cluster.wait(list(self.out)):
                    job = self.out.pop(handle)
                    try:
                        outcome = self.cluster.result(handle)
                    except Lost as loss:
                        self._note(loss)
                        suspects.append(job)
                        continue
                    self.in_a_row = 0
                    yield job, outcome
            for job in suspects:
                yield from self._tried(job)
        finally:
            self.cluster.cancel(list(self.out))

    def _give(self, coming: Iterator[Any]) -> bool:
        """Give jobs out and return whether any is out."""
        while len(self.out) < 2 * self.cluster.count and (job := next(coming, None)) is not None:
            self.out[self.cluster.submit(self.brief, job)] = job
        return bool(self.out)

    def _tried(self, job: Any) -> Iterator[tuple[Any, Any]]:
        """Do a lost job again; if it is lost once more, which was its own doing, its parts."""
        try:
            yield job, self._alone(job)
        except Lost:
            for part in job.parts():
                try:
                    outcome = self._alone(part)
                except Lost:
                    outcome = part.lost(self.bench)
                yield part, outcome

    def _alone(self, job: Any) -> Any:
        """Do a job while nothing else is done, so that whoever kills its worker is known for certain."""
        handle = self.cluster.submit(self.brief, job)
        self.out[handle] = job
        self.cluster.wait([handle])
        del self.out[handle]
        try:
            return self.cluster.result(handle)
        except Lost as loss:
            log.warning("a worker was lost again: %s", loss)
            raise

    def _note(self, loss: Lost) -> None:
        self.in_a_row += 1
        log.warning("a worker was lost, its work is done again: %s", loss)
        if self.in_a_row > _DEATHS * 2 * self.cluster.count:
            raise StrategyError(
                f"{self.in_a_row} jobs in a row were lost with their workers ({loss}); they run out of memory, or the "
                "strategy ends its process: try fewer (optimize.workers.count), or see it happen with "
                "--set optimize.workers.backend=none"
            )
