"""A run's folder: written whole or not at all, and drawn again from its own files."""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from btbot.errors import ConfigError
from btbot.records import RunResult
from btbot.report import stored, text
from btbot.report.process import TearsheetProcess

log = logging.getLogger(__name__)

EVERYTHING = ("text", "plots", "tearsheet")
Progress = Callable[[str], None]


def default_folder(name: str, now: datetime, *, parent: Path = Path("results")) -> Path:
    """Return ``results/<name>_<UTC timestamp>``, a path that does not exist yet.

    Parameters
    ----------
    name
        The run's name; what a file name cannot hold everywhere becomes ``_``.
    now
        Aware datetime.
    parent
        Folder that holds the runs.

    Examples
    --------
    >>> str(default_folder("my run", datetime(2024, 1, 31, 8, 0, 0, 125000, tzinfo=UTC), parent=Path("nowhere")))
    'nowhere/my_run_20240131T080000.125Z'
    """
    moment = now.astimezone(UTC)
    plain_name = re.sub(r"[^\w.+-]+", "_", name, flags=re.ASCII).strip("._") or "run"
    stem = f"{plain_name[:80]}_{moment:%Y%m%dT%H%M%S}.{moment.microsecond // 1000:03d}Z"
    candidate, number = parent / stem, 1
    while candidate.exists():
        number += 1
        candidate = parent / f"{stem}-{number}"
    return candidate


def refuse_unless_empty(folder: Path, *, force: bool = False) -> None:
    """Raise `ConfigError` if a run could not be written to `folder`; call it before the work begins.

    A folder that is not empty is refused unless `force`, which will replace it whole. A file, the current
    folder and what contains it are refused always.
    """
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise ConfigError(f"{folder} is a file; give a folder that does not exist yet")
    if target in (Path.cwd(), *Path.cwd().parents, Path.home()):
        raise ConfigError(f"{folder} cannot be replaced by a run's folder; give a folder inside it")
    if not force and target.exists() and any(target.iterdir()):
        raise ConfigError(
            f"{folder} is not empty; give a folder that is empty or does not exist, or --force to replace it"
        )


def write(
    result: RunResult,
    folder: str | Path,
    *,
    wanted: Collection[str] = EVERYTHING,
    force: bool = False,
    progress: Progress | None = None,
    command: str | None = None,
    child: TearsheetProcess | None = None,
) -> Path:
    """Write everything a run leaves behind, under a temporary name that is changed at the end.

    Parameters
    ----------
    result
        A finished run. Its `timings` receive the seconds of each artifact, as ``report.NAME``.
    wanted
        Out of ``text`` (report.txt), ``plots`` (three pictures and trades.html), ``tearsheet``
        (tearsheet.html). The data files are always written.
    progress
        Called with the name of each artifact as it is finished.
    command
        The command line of the run, for the manifest.
    child
        A process started earlier, to have its imports done by now; it ends here.

    Raises
    ------
    ConfigError
        If the folder is not empty (`force` replaces it), is a file, or cannot be written.
    """
    with whole(target := Path(folder), force=force) as partial:
        fill(result, partial, wanted=wanted, progress=progress, command=command, child=child)
    return target


def fill(
    result: RunResult,
    folder: Path,
    *,
    wanted: Collection[str] = EVERYTHING,
    progress: Progress | None = None,
    command: str | None = None,
    child: TearsheetProcess | None = None,
) -> None:
    """Write into an existing folder what `write` does; arguments as there."""
    with _timed(result, "files", progress):
        stored.save(result, folder, command=command)
    _draw(result, folder, folder, wanted, progress, child)
    stored.save_manifest(result, folder, command=command, finished=datetime.now(UTC))


@contextmanager
def whole(folder: Path, *, force: bool = False) -> Iterator[Path]:
    """Give a new folder that becomes `folder` when the block ends well, and vanishes if it does not.

    Raises
    ------
    ConfigError
        If the folder is not empty (`force` replaces it), is a file, or cannot be written.
    """
    refuse_unless_empty(folder, force=force)
    target = folder.resolve()
    with _temporary_beside(target) as partial:
        yield partial
        _put_in_place(partial, target)


def rebuild(folder: str | Path, *, wanted: Collection[str] = EVERYTHING, progress: Progress | None = None) -> Path:
    """Draw report.txt, the pictures and the pages of a run again, from its folder alone.

    Raises
    ------
    ConfigError
        If the folder is not one that `write` made.
    """
    source = Path(folder)
    result = stored.load(source)
    with _temporary_beside(source.resolve()) as partial:
        _draw(result, source, partial, wanted, progress, None)
        for made in sorted(partial.iterdir()):
            made.replace(source / made.name)
    return source


def _draw(
    result: RunResult,
    source: Path,
    into: Path,
    wanted: Collection[str],
    progress: Progress | None,
    child: TearsheetProcess | None,
) -> None:
    with child or TearsheetProcess() as drawer:
        if "tearsheet" in wanted:
            drawer.draw(source, into / "tearsheet.html")
        if "text" in wanted:
            with _timed(result, "text", progress):
                (into / "report.txt").write_text(text.render(result), encoding="utf-8")
        if "plots" in wanted:
            _plots(result, into, progress)
        if "tearsheet" in wanted:
            _tearsheet(result, into / "tearsheet.html", drawer, progress)


def _plots(result: RunResult, into: Path, progress: Progress | None) -> None:
    from btbot.report import chart, plots

    with _timed(result, "chart", progress):
        (into / "trades.html").write_text(chart.render(result), encoding="utf-8")
    with _timed(result, "plots", progress):
        plots.write_plots(result, into)


def _tearsheet(result: RunResult, page: Path, drawer: TearsheetProcess, progress: Progress | None) -> None:
    with _timed(result, "tearsheet", progress):
        seconds = drawer.finish()
        if seconds is None:
            from btbot.report import tearsheet

            page.write_text(tearsheet.render(result), encoding="utf-8")
    if seconds is not None:
        result.timings["report.tearsheet"] = seconds


@contextmanager
def _timed(result: RunResult, name: str, progress: Progress | None) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds = time.perf_counter() - began
    result.timings[f"report.{name}"] = seconds
    log.info("report.%s: %.2f s", name, seconds)
    if progress:
        progress(name)


@contextmanager
def _temporary_beside(target: Path) -> Iterator[Path]:
    """Give a new hidden folder beside `target`; what is left of it at the end is removed."""
    partial = target.parent / f".{target.name}.{secrets.token_hex(4)}.partial"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}; give another folder") from error
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _put_in_place(partial: Path, target: Path) -> None:
    """Rename the whole folder to its name; an older one is moved aside first and removed afterwards."""
    aside = partial.with_suffix(".old")
    try:
        if target.exists():
            target.rename(aside)
        try:
            partial.rename(target)
        except OSError:
            if aside.exists():
                aside.rename(target)
            raise
    except OSError as error:
        raise ConfigError(f"{target} cannot be replaced: {error.strerror}; give another folder") from error
    shutil.rmtree(aside, ignore_errors=True)
