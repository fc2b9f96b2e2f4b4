"""A whole run as the command line does it: configuration, engine, report, folder."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from btbot import engine
from btbot.config import RunConfig, load_config
from btbot.engine.cerebro import Progress
from btbot.records import RunResult

log = logging.getLogger(__name__)
Show = Callable[[RunResult], None]


def run(
    config: str | Path | Mapping[str, Any] | RunConfig,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    force: bool = False,
    progress: Progress | None = None,
    show: Show | None = None,
) -> RunResult:
    """Run a strategy and return what happened.

    Parameters
    ----------
    config
        A YAML file, a mapping with the same keys, or a loaded configuration.
    out
        Folder for the artifacts; nothing is written without it.
    overrides
        ``"costs.taker_fee=0.002"``, as ``--set`` takes them.
    force
        Replace `out` if it is not empty.
    progress
        Called now and then with the closes done and their number.
    show
        Called with the result before its pages are drawn, which takes longer than the run.

    Raises
    ------
    ConfigError, DataError, StrategyError
        See `btbot.engine.run`; a ConfigError too if `out` is not empty.
    """
    begin = time.perf_counter()
    loaded = load_config(config, overrides=overrides)
    if out is None:
        result = engine.run(loaded, progress=progress)
        if show is not None:
            show(result)
    else:
        result = _written(loaded, Path(out), force, progress, show)
    result.timings["total"] = time.perf_counter() - begin
    return result


def _written(config: RunConfig, out: Path, force: bool, progress: Progress | None, show: Show | None) -> RunResult:
    """Run, and write the folder; the process that draws the tearsheet imports its libraries meanwhile."""
    from btbot.report.folder import refuse_unless_empty, write
    from btbot.report.process import TearsheetProcess

    refuse_unless_empty(out, force=force)
    started = dt.datetime.now(dt.UTC)
    with TearsheetProcess() as child:
        if "tearsheet" in config.report:
            child.start()
        result = engine.run(config, progress=progress)
        result.started = started
        if show is not None:
            show(result)
        result.folder = str(write(result, out, wanted=config.report, force=force, child=child))
    return result
