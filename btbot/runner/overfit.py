"""How likely the best setting of a search is luck: for a search that just ended, or one that lies in a folder."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from btbot.bars import FloatArray, IntArray
from btbot.config import RunConfig
from btbot.config.search import ADAPTIVE
from btbot.errors import ConfigError
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.daily import daily_returns
from btbot.runner.trials import count_search
from btbot.timeframe import Timeframe
from btbot.trust.assess import assess
from btbot.trust.overfit import Overfit
from btbot.trust.plateau import Axis, Plateau, plateau

if TYPE_CHECKING:
    from btbot.search.result import SearchResult
    from btbot.search.sweep import Progress

log = logging.getLogger(__name__)
MOST = 2000
BEST = 200
SECONDS = 60.0
LEARNING = 15.0
"""How many settings drawn at random one setting of a sampler that learns is worth. On random walks, with five
parameters, the best of 1,000 settings of CMA-ES, NSGA-II and TPE was as good as that of 10,000 to 17,000 random
ones."""
_OWN = 20_142  # beside the seed: another stream than the search's own
_COMPLETE, _HOPELESS, _PRUNED = range(3)  # positions in the statuses of a table of trials
Setting = Mapping[str, Any]


def check_overfit(
    source: str | Path | Mapping[str, Any] | RunConfig,
    *,
    overrides: Sequence[str] = (),
    fresh: bool = False,
    progress: Progress | None = None,
) -> Overfit:
    """Say how likely the best setting of a search is luck.

    Parameters
    ----------
    source
        A configuration with ``optimize:``, whose search is run or, if it was run before, taken from its working
        folder; or the folder of a finished search, whose figures are read.
    overrides
        ``"optimize.seed=1"``, as ``--set`` takes them.
    fresh
        Search again what has been searched before.
    progress
        Told how far the search is.

    Raises
    ------
    ConfigError
        If there is nothing to search, or the folder is not one of a search. Whatever a search raises comes out.
    """
    if isinstance(source, str | Path) and Path(source).is_dir():
        if overrides or fresh:
            raise ConfigError(f"{source} is a finished search; --set and --fresh are for its config.yaml")
        return _read(Path(source))
    from btbot.runner.search import optimize

    found = optimize(source, overrides=overrides, fresh=fresh, progress=progress).overfit
    assert isinstance(found, Overfit)  # noqa: S101 - of a search without folder, too
    return found


def _read(folder: Path) -> Overfit:
    """Return what the folder of a search says about overfitting."""
    path = folder / "search.json"
    if not path.is_file():
        raise ConfigError(
            f"{folder} is not the folder of a search: it has no search.json; give one that `optimize` wrote"
        )
    try:
        figures = json.loads(path.read_text("utf-8")).get("overfit")
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}; search again") from error
    if not figures:
        raise ConfigError(f"{path} has no figures of overfitting; `check overfit` of the configuration computes them")
    return Overfit(figures)


def panel(result: SearchResult, *, seconds: float = SECONDS) -> Overfit:
    """Judge the best setting of a search, and enter all its settings into the ledger of trials.

    The daily returns of up to 2,000 settings are computed again: of all, or of the best 200 and of others drawn at
    random. A sampler that learns crowds its settings where these bars were kind to it, so that they say little about
    what luck could have found elsewhere; then the others are drawn from the whole space, and each setting counts as
    `LEARNING` random ones, since it finds by luck what these would find.

    Parameters
    ----------
    result
        A finished search. Of several objectives the first-ranked setting is judged.
    seconds
        After that much time no further setting is computed; the figures then rest on fewer, and a sentence says so.
    """
    earlier, trouble = count_search(result)
    notes = [trouble] if trouble else []
    year = Timeframe.parse("1d").per_year(result.loaded.calendar)
    tried = sum(count for status, count in result.counts.items() if status != "failed")
    if result.best_trial is None:
        nothing = np.empty((0, 1))
        return assess(nothing, 0, trials=tried, trials_before=earlier.trials, periods_per_year=year, notes=tuple(notes))
    settings, drawn = _compared(result, result.best_trial)
    returns, kept = _daily(result, settings, seconds)
    if len(kept) < len(settings):
        notes.append(
            f"Of {len(settings):,} settings that were to be compared, {len(kept):,} could be computed again in "
            f"{seconds:.0f} s; the figures are the rougher for it."
        )
    if len(result.objectives) > 1:
        notes.append("Of several objectives, the setting that ranks first was judged.")
    return assess(
        returns, 0, trials=tried, trials_before=earlier.trials, periods_per_year=year,
        worth=LEARNING if result.sampler in ADAPTIVE else 1.0,
        sample=np.flatnonzero(drawn[kept]), plateau=_plateau(result, result.best_trial),
        holding=_holding(result, year), notes=tuple(notes), seed=result.seed,
    )  # fmt: skip


def _compared(result: SearchResult, best: int) -> tuple[list[Setting], FloatArray]:
    """Return settings to compare, the best one first, and which of them are a random sample of what could be tried."""
    rng = np.random.default_rng([result.seed, _OWN])
    status = result.trials.column("status")
    pool = np.flatnonzero((status == _COMPLETE) | (status == _PRUNED))
    pool = pool[pool != best]
    good: IntArray = np.empty(0, np.int64)
    if result.sampler in ADAPTIVE or len(pool) >= MOST:
        good = result.order[: min(BEST, int(np.count_nonzero(status == _COMPLETE)))]
        good = good[good != best]
        pool = pool[~np.isin(pool, good)]
    if result.sampler in ADAPTIVE:
        random = _from_space(result, MOST - BEST)
    else:
        random = [result.trials.setting(int(one)) for one in rng.permutation(pool)[: MOST - 1 - len(good)]]
    settings = [*random, *(result.trials.setting(int(one)) for one in good)]
    # Shuffled, so that both kinds are there if time does not suffice for all.
    order = rng.permutation(len(settings))
    drawn = np.concatenate([[not len(good)], order < len(random)])
    return [result.trials.setting(best), *(settings[one] for one in order)], drawn


def _from_space(result: SearchResult, count: int) -> list[Setting]:
    from btbot.search.samplers import scattered
    from btbot.search.space import Space

    space = Space.of(result.loaded)
    sampler = scattered.random(space, count, result.seed)
    return list(space.settings(sampler.batch(0, sampler.total)))


def _daily(result: SearchResult, settings: Sequence[Setting], seconds: float) -> tuple[FloatArray, IntArray]:
    """Return the daily returns of as many settings as time allows, shape (d, n), and their positions in `settings`."""
    end = time.monotonic() + seconds
    columns, kept = [result.evaluator.daily(settings[0])], [0]
    for position, setting in enumerate(settings[1:], 1):
        if time.monotonic() > end:
            break
        try:
            columns.append(result.evaluator.daily(setting))
        except Exception as error:  # noqa: BLE001  # whatever a setting raises, the others can still be compared
            log.debug("%s: %s", setting, error)
            continue
        kept.append(position)
    return np.column_stack(columns), np.array(kept)


def _plateau(result: SearchResult, best: int) -> Plateau:
    """Compare the best setting with those around it by the first objective; a hopeless one is as bad as the worst."""
    trials, status = result.trials, result.trials.column("status")
    values = np.where(status == _COMPLETE, trials.column("objective 0"), np.nan)
    if np.isfinite(values).any():
        worst = np.nanmin(values) if result.objectives[0][1] == "maximize" else np.nanmax(values)
        values[status == _HOPELESS] = worst
    axes = [
        Axis(
            trials.column(one.label), one.low, one.high, size=one.size, log=one.log,
            ordered=not any(isinstance(choice, str | bool) for choice in one.choices),
        )
        for one in trials.dimensions
    ]  # fmt: skip
    return plateau(axes, values, best)


def _holding(result: SearchResult, year: float) -> FloatArray:
    """Return the daily returns of holding the symbols instead."""
    evaluator, capital = result.evaluator, result.loaded.capital
    equity = buy_and_hold(evaluator.market.bars, evaluator.time, capital)
    return daily_returns(evaluator.open_time, equity, capital, periods_per_year=year)[1]
