"""How far several jobs are, in one figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from btbot.data.download.job import Standing
from btbot.data.download.spans import Span, total


class Progress:
    """Count what is done.

    Parameters
    ----------
    jobs
        Number of them.
    tell
        Is called with each change; None is told nothing.
    """

    def __init__(self, jobs: int, tell: Callable[[Standing], None] | None) -> None:
        self._jobs = jobs
        self._tell = tell
        self._whole = self._done = self._rows = self._jobs_done = 0

    def plan(self, spans: Sequence[Span]) -> None:
        """Add what a job is going to ask for."""
        self._whole += total(spans)
        self._say()

    def page(self, length: int, rows: int) -> None:
        """Add a page: milliseconds of its span, and rows that came."""
        self._done += length
        self._rows += rows
        self._say()

    def job(self) -> None:
        """Add a job that has ended."""
        self._jobs_done += 1
        self._say()

    def _say(self) -> None:
        if self._tell is not None:
            whole = max(self._whole, self._done)
            self._tell(Standing(self._done, whole, self._rows, self._jobs_done, self._jobs))
