"""A progress bar for work that takes longer than a second, silent where nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

_PATIENCE_SECONDS = 1.0


@contextmanager
def progress_bar(console: Console | None = None) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function of the work done and its whole, or None if standard error is no terminal.

    Parameters
    ----------
    console
        Where to draw; standard error by default.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    bar = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
    begin, task = time.monotonic(), TaskID(-1)

    def show(done: int, whole: int) -> None:
        nonlocal task
        if task < 0:
            if time.monotonic() - begin < _PATIENCE_SECONDS:
                return
            task = bar.add_task("bars", total=whole)
            bar.start()
        bar.update(task, completed=done)

    try:
        yield show
    finally:
        bar.stop()
