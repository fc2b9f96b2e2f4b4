"""One search from configuration to ranked trials."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from btbot import engine
from btbot.config import RunConfig, settled
from btbot.engine.build import host_strategies
from btbot.errors import ConfigError
from btbot.search.bench import Bench
from btbot.search.fingerprint import identity, short
from btbot.search.result import SearchResult
from btbot.search.space import Space
from btbot.search.store import Store
from btbot.search.study import Study
from btbot.search.sweep import Progress
from btbot.search.worker import Brief
from btbot.search.workers import Crew

WORKING_FOLDER = Path("var/search")
_EXAMPLE = """\
optimize:
  space:
    strategies.0.params.NAME: {low: 5, high: 50, step: 5}"""


def search(
    config: RunConfig,
    *,
    market: engine.Market | None = None,
    window: engine.Window | None = None,
    crew: Crew | None = None,
    parent: Path = WORKING_FOLDER,
    fresh: bool = False,
    progress: Progress | None = None,
) -> SearchResult:
    """Search as the section ``optimize:`` says and return the ranked trials.

    What is done is kept in a working folder whose name stands for everything that decides the outcome. The same search
    goes on from there after an interruption, and is answered from there once it has ended.

    Parameters
    ----------
    config
        From `btbot.config.load_config`.
    market
        Its bars; read from the feed by default.
    window
        Where is traded; everywhere by default.
    crew
        Whoever works, for several searches over the same bars; hired for this one by default.
    parent
        Folder of the working folders.
    fresh
        Forget what is there.
    progress
        Told how far the search is.

    Raises
    ------
    ConfigError
        If there is nothing to search, or the same search runs already.
    DataError, StrategyError
        As of a run; of settings only if all of the first ones fail.
    """
    if config.optimize is None:
        raise ConfigError(f"{config.source}: there is no optimize section, so nothing to search; such as\n{_EXAMPLE}")
    timings: dict[str, float] = {}
    with _timed(timings, "data"):
        market = engine.load_market(config) if market is None else market
        bench = Bench(config, market, window)
        check_keys(config, bench.space)
        decides = identity(config, market, bench.sources, window=window)
    folder = parent / f"{plain_name(settled(config)['name'])}-{short(decides)}"
    brief = Brief.of(config, search=folder.name, window=window, sources=bench.sources)
    hired = Crew(config.optimize.workers, market) if crew is None else nullcontext(crew)
    with Store(folder, bench.layout.width) as store, hired as workers:
        if fresh:
            store.clear()
        store.describe(decides)
        study = Study(bench, brief, workers, store, progress)
        with _resumable(store), _timed(timings, "search"):
            timings["evaluated"] = study.explore()
        with _timed(timings, "verify"):
            study.verify()
        return study.result(timings)


def plain_name(name: str) -> str:
    """Return a name without what a file name cannot hold everywhere.

    Examples
    --------
    >>> plain_name("my run: ä/b")
    'my_run_b'
    """
    return re.sub(r"[^\w.+-]+", "_", name, flags=re.ASCII).strip("._")[:80] or "search"


def check_keys(config: RunConfig, space: Space | None = None) -> None:
    """Refuse a space whose values the configuration does not allow, or whose parameters no strategy has.

    Raises
    ------
    ConfigError
        Naming key and value; nothing happens without ``optimize:``.
    """
    if config.optimize is not None:
        space = space or Space.of(config)
        params = [list(host.cls.params._getkeys()) for host in host_strategies(config)]  # type: ignore[attr-defined]
        space.check_params(params, source=config.source)


@contextmanager
def _resumable(store: Store) -> Iterator[None]:
    """Say with an interruption that what was done is not lost."""
    try:
        yield
    except KeyboardInterrupt as stop:
        stop.add_note(f"{len(store):,} settings are kept in {store.folder}; the same command goes on from there")
        raise


@contextmanager
def _timed(timings: dict[str, float], name: str) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    timings[name] = time.perf_counter() - begin
