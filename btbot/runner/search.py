"""A whole search as the command line does it: try settings, judge the best one, write the folder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btbot.config import RunConfig, load_config

if TYPE_CHECKING:
    from btbot.search.result import SearchResult
    from btbot.search.sweep import Progress


def optimize(
    config: str | Path | Mapping[str, Any] | RunConfig,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    force: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
) -> SearchResult:
    """Search for the best setting, judge how likely it is to be luck, and enter all settings into the ledger of trials.

    What is done is kept in ``var/search``: a search that was interrupted goes on from there and comes to the same
    result, and one that has ended is answered from there.

    Parameters
    ----------
    config
        A YAML file, a mapping with the same keys, or a loaded configuration, with ``optimize:``.
    out
        Folder for the tables, the report and ``best.yml``; only the working folder is written without it.
    overrides
        ``"optimize.trials=5000"``, as ``--set`` takes them.
    force
        Replace `out` if it is not empty.
    fresh
        Search again what has been searched before.
    progress
        Told how far the search is.

    Raises
    ------
    ConfigError, DataError, StrategyError
        See `btbot.search.searching.search`; a ConfigError too if `out` is not empty.
    """
    from btbot.report.folder import refuse_unless_empty
    from btbot.runner.overfit import panel
    from btbot.search.searching import search

    begin = time.perf_counter()
    loaded = load_config(config, overrides=overrides)
    if out is not None:
        refuse_unless_empty(Path(out), force=force)
    result = search(loaded, fresh=fresh, progress=progress)
    searched = time.perf_counter()
    result.overfit = panel(result)
    judged = time.perf_counter()
    result.timings["overfit"] = judged - searched
    if out is not None:
        from btbot.report.search import write

        result.folder = str(write(result, result.overfit, out, force=force))
        result.timings["report"] = time.perf_counter() - judged
    result.timings["total"] = time.perf_counter() - begin
    return result
