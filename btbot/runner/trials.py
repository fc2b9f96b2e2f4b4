"""Enter what was tried into the ledger of trials, and read what was tried before."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.errors import ConfigError
from btbot.records import RunResult
from btbot.trust.identity import setting_hashes
from btbot.trust.ledger import Earlier, Ledger, Session

if TYPE_CHECKING:
    from btbot.search.result import SearchResult

log = logging.getLogger(__name__)
_FAILED = 3  # position in the statuses of a table of trials


def count_run(config: RunConfig, result: RunResult) -> None:
    """Enter a finished run into the ledger; if that is impossible the log says so, and nothing else happens."""
    sharpe = result.metrics.get("sharpe")
    session = _session(
        "run", config, result.bars, synthetic=bool(result.metrics.get("synthetic")),
        settings=setting_hashes(result.config, {}, {}), sharpes=np.array([np.nan if sharpe is None else sharpe]),
    )  # fmt: skip
    try:
        Ledger(config.database).record(session)
    except ConfigError as error:
        log.warning("this run is missing in the ledger of trials: %s", error)


def count_search(result: SearchResult) -> tuple[Earlier, str]:
    """Enter the settings of a search into the ledger; return what was tried before, and what went wrong if anything."""
    ledger, session = Ledger(result.loaded.database), _of_search(result)
    try:
        earlier = ledger.earlier(session)
        ledger.record(session)
    except ConfigError as error:
        log.warning("the ledger of trials is not available: %s", error)
        return Earlier(), f"What was tried before is not known, since the ledger of trials is not available: {error}."
    return earlier, ""


def _of_search(result: SearchResult) -> Session:
    """Return every trial that gave something as a session of the ledger."""
    trials, market = result.trials, result.evaluator.market
    tried = np.flatnonzero(trials.column("status") != _FAILED)
    searched: dict[str, list[Any]] = {}
    places = {}
    for one in trials.dimensions:
        numbers, places[one.key] = np.unique(trials.column(one.label)[tried], return_inverse=True)
        searched[one.key] = [one.value(number) for number in numbers.tolist()]
    return _session(
        "optimize", result.loaded, market.bars, synthetic=market.synthetic,
        settings=setting_hashes(result.config, searched, places), sharpes=trials.column("sharpe")[tried],
    )  # fmt: skip


def _session(kind: str, config: RunConfig, bars: Mapping[str, Bars], *, synthetic: bool, **tried: Any) -> Session:
    return Session(
        kind=kind,
        strategies=tuple(entry.name for entry in config.strategies),
        # Made-up candles are no market's history, whatever they are called.
        symbols=tuple(f"{symbol} (synthetic)" if synthetic else symbol for symbol in bars),
        timeframe=str(config.timeframe),
        start_ms=min((int(one.time[0]) for one in bars.values() if len(one)), default=0),
        end_ms=max((int(one.close_time[-1]) for one in bars.values() if len(one)), default=0),
        **tried,
    )
