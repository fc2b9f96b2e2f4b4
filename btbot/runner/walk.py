"""A whole walk-forward as the command line does it: search, trade, move on; then one report."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from btbot import engine
from btbot.config import RunConfig, load_config, settled, with_setting
from btbot.records import RunResult

if TYPE_CHECKING:
    from btbot.search.result import SearchResult
    from btbot.search.sweep import Standing
    from btbot.search.walkforward import Choice, WalkForwardResult
    from btbot.search.workers import Crew

log = logging.getLogger(__name__)
Progress = Callable[[int, int, "Standing"], None]
Show = Callable[[RunResult], None]


def walkforward(
    config: str | Path | Mapping[str, Any] | RunConfig,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    force: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    show: Show | None = None,
) -> WalkForwardResult:
    """Search in every train window, trade the best setting in the test window behind it, and report the latter.

    What the searches have done is kept in ``var/search``: a walk-forward that was interrupted goes on from there and
    comes to the same result.

    Parameters
    ----------
    config
        A YAML file, a mapping with the same keys, or a loaded configuration, with ``optimize:`` and ``walkforward:``.
    out
        Folder for the artifacts; nothing but the working folder is written without it.
    overrides
        ``"walkforward.train=90d"``, as ``--set`` takes them.
    force
        Replace `out` if it is not empty.
    fresh
        Search again what has been searched before.
    progress
        Told which search it is, how many there are, and how far that one is.
    show
        Called with the stitched run before its pages are drawn, its preface being the text of the walk-forward.

    Raises
    ------
    ConfigError, DataError, StrategyError
        As of a run and of a search; a ConfigError too if the data are too short for one window, or `out` is not empty.
    """
    begin = time.perf_counter()
    loaded = load_config(config, overrides=overrides)
    if out is None:
        result = _walked(loaded, fresh, progress, show)
    else:
        result = _written(loaded, Path(out), force, fresh, progress, show)
    result.run.timings["total"] = time.perf_counter() - begin
    return result


def _written(
    config: RunConfig, out: Path, force: bool, fresh: bool, progress: Progress | None, show: Show | None
) -> WalkForwardResult:
    """Walk, and write the folder; the process that draws the tearsheet imports its libraries meanwhile."""
    from btbot.report.folder import refuse_unless_empty
    from btbot.report.process import TearsheetProcess
    from btbot.report.search.walk_files import write

    refuse_unless_empty(out, force=force)
    started = dt.datetime.now(dt.UTC)
    with TearsheetProcess() as child:
        if "tearsheet" in config.report:
            child.start()
        result = _walked(config, fresh, progress, show)
        result.run.started = started
        result.folder = result.run.folder = str(write(result, out, wanted=config.report, force=force, child=child))
    return result


def _walked(config: RunConfig, fresh: bool, progress: Progress | None, show: Show | None) -> WalkForwardResult:
    from btbot.report.search.walk_text import introduce
    from btbot.search.space import Space
    from btbot.search.walkforward import plan, walk
    from btbot.search.workers import Crew

    begin = time.perf_counter()
    market = engine.load_market(config)
    planned = plan(config, market)
    space = Space.of(config)
    assert config.optimize is not None  # noqa: S101 - the space was made of it
    with Crew(config.optimize.workers, market) as crew:
        searches = _Searches(config, market, crew, count=len(planned) + 1, fresh=fresh, progress=progress)
        result = walk(config, market, planned, space.dimensions, searches.best)
    result.searches = searches.found
    _count(result)
    result.run.timings["walkforward"] = time.perf_counter() - begin
    introduce(result)
    if show is not None:
        show(result.run)
    return result


def _count(result: WalkForwardResult) -> None:
    """Enter the settings of every search into the ledger of trials, the hindsight of the report included."""
    from btbot.runner.trials import count_search

    for search in result.searches:
        _, trouble = count_search(search)
        if trouble:
            result.notes.append(trouble)
            return


class _Searches:
    """Searches one window after the other with the same workers, each in a working folder of its own."""

    def __init__(
        self,
        config: RunConfig,
        market: engine.Market,
        crew: Crew,
        *,
        count: int,
        fresh: bool,
        progress: Progress | None,
    ) -> None:
        # Only the best setting of a window is traded; the others need no second run through Cerebro.
        self.config = with_setting(config, {"optimize.verify": {"best": 1, "sample": 0}})
        self.market, self.crew = market, crew
        self.count, self.fresh, self.progress = count, fresh, progress
        self.found: list[SearchResult] = []

    def best(self, what: str, window: engine.Window) -> Choice:
        """Return the best setting of a window."""
        from btbot.search.searching import WORKING_FOLDER, plain_name, search
        from btbot.search.walkforward import Choice

        log.info("searching %s", what)
        parent = WORKING_FOLDER / f"{plain_name(str(settled(self.config)['name']))}-walkforward"
        found = search(
            self.config, market=self.market, window=window, crew=self.crew, parent=parent, fresh=self.fresh,
            progress=self._told,
        )  # fmt: skip
        self.found.append(found)
        verified = any(one.ok and one.trial == found.best_trial for one in found.verification)
        return Choice(found.best, len(found.trials), verified=verified, notes=tuple(found.notes))

    def _told(self, standing: Standing) -> None:
        if self.progress is not None:
            self.progress(len(self.found) + 1, self.count, standing)
