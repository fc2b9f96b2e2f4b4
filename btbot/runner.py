"""A whole run as the command line does it: configuration, engine, report, folder."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from btbot import engine
from btbot.config import RunConfig, load_config
from btbot.engine.cerebro import Progress
from btbot.records import RunResult

log = logging.getLogger(__name__)


def run(
    config: str | Path | Mapping[str, Any] | RunConfig,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    force: bool = False,
    progress: Progress | None = None,
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

    Raises
    ------
    ConfigError, DataError, StrategyError
        See `btbot.engine.run`; a ConfigError too if `out` is not empty.
    """
    begin = time.perf_counter()
    loaded = load_config(config, overrides=overrides)
    if out is not None:
        from btbot.report.folder import refuse_unless_empty

        refuse_unless_empty(Path(out), force=force)
    started = dt.datetime.now(dt.UTC)
    result = engine.run(loaded, progress=progress)
    result.started = started
    if out is not None:
        from btbot.report.folder import write

        result.folder = str(write(result, Path(out), wanted=loaded.report, force=force))
    result.timings["total"] = time.perf_counter() - begin
    return result
