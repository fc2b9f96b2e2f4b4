"""A progress bar for work that takes longer than a second, silent where nobody looks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TaskID, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from btbot.data.download import Standing as Downloading
    from btbot.search.sweep import Standing

_PATIENCE_SECONDS = 1.0
_FINE = 1000


@contextmanager
def progress_bar(console: Console | None = None) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function of the work done and its whole, or None if standard error is no terminal.

    Parameters
    ----------
    console
        Where to draw; standard error by default.
    """
    with _late_bar(console, TextColumn("{task.percentage:>3.0f} %")) as show:
        yield None if show is None else lambda done, whole: show("bars", done, whole, "")


@contextmanager
def search_bar(console: Console | None = None) -> Iterator[Callable[[Standing], None] | None]:
    """Give a function that shows how far a search is: settings, speed, the best one; None if nobody looks.

    Parameters
    ----------
    console
        Where to draw; standard error by default.
    """
    columns = TextColumn("{task.completed:,.0f} of {task.total:,.0f}"), TextColumn("{task.fields[note]}")
    begin = time.monotonic()
    with _late_bar(console, *columns) as show:
        if show is None:
            yield None
            return

        def tell(standing: Standing) -> None:
            speed = standing.new / max(time.monotonic() - begin, 1e-9)
            note = f"{speed:,.0f}/s" if standing.what == "settings" else ""
            best = "" if math.isnan(standing.best) else f"best {standing.best:.4g}"
            show(standing.what, standing.done, standing.total, f"{note}  {best}".strip())

        yield tell


@contextmanager
def download_bar(
    console: Console | None = None, *, quiet: bool = False
) -> Iterator[Callable[[Downloading], None] | None]:
    """Give a function that shows how far a download is: its share, jobs, rows a second; None if nobody looks.

    Parameters
    ----------
    console
        Where to draw; standard error by default.
    """
    if quiet:
        yield None
        return
    begin = time.monotonic()
    columns = TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[note]}")
    with _late_bar(console, *columns) as show:
        if show is None:
            yield None
            return

        def tell(standing: Downloading) -> None:
            speed = standing.rows / max(time.monotonic() - begin, 1e-9)
            note = f"{standing.jobs_done} of {standing.jobs} series  {standing.rows:,} rows  {speed:,.0f}/s"
            show("download", standing.done, standing.whole, note)

        yield tell


@contextmanager
def walk_bar(console: Console | None = None) -> Iterator[Callable[[int, int, Standing], None] | None]:
    """Give a function that shows which of many searches is on, and how far all are; None if nobody looks.

    Parameters
    ----------
    console
        Where to draw; standard error by default.
    """
    with _late_bar(console, TextColumn("{task.fields[note]}")) as show:
        if show is None:
            yield None
            return

        def tell(number: int, count: int, standing: Standing) -> None:
            share = standing.done / max(standing.total, 1) if standing.what == "settings" else 1.0
            show("windows", round(_FINE * (number - 1 + share)), _FINE * count, f"{number} of {count}")

        yield tell


@contextmanager
def _late_bar(
    console: Console | None, *columns: ProgressColumn
) -> Iterator[Callable[[str, int, int, str], None] | None]:
    """Give a function of what is counted, how much is done, the whole and a note; its bar comes after a while."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), *columns, TimeRemainingColumn(), console=console, transient=True
    )
    begin, task, counted = time.monotonic(), TaskID(-1), ""

    def show(what: str, done: int, whole: int, note: str) -> None:
        nonlocal task, counted
        if time.monotonic() - begin < _PATIENCE_SECONDS:
            return
        if what != counted:
            if counted:
                bar.remove_task(task)
            task, counted = bar.add_task(what, total=whole, completed=done, note=note), what
            bar.start()
        bar.update(task, completed=done, total=whole, note=note)

    try:
        yield show
    finally:
        bar.stop()
