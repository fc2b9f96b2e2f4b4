"""Several configurations and finished runs side by side, the best first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from btbot.config import RunConfig, load_config
from btbot.config.search import LOWER_IS_BETTER
from btbot.engine.cerebro import Progress
from btbot.errors import ConfigError, did_you_mean
from btbot.metrics.correlation import correlations
from btbot.metrics.labels import LABELS
from btbot.records import RunResult
from btbot.runner.backtest import run

log = logging.getLogger(__name__)
Source = str | Path | Mapping[str, Any] | RunConfig | RunResult
Begun = Callable[[int, int, str], None]
_RESULTS = Path("results")
_CONFIGS = (".yml", ".yaml")


@dataclass(slots=True)
class Comparison:
    """Runs in the order of one metric.

    Attributes
    ----------
    runs
        Name and result of each, the best first; without the metric last. Names are unique.
    sort, direction
        The metric, and ``maximize`` or ``minimize``.
    table
        One row a run in that order: ``rank``, ``name``, ``source``, then every number of ``metrics.json``.
    correlation
        Correlation of the daily returns, names on both axes; NaN where it is not defined.
    warnings
        Why the runs are not alike enough to be compared; empty if they are.
    folder
        Where it was written, if anywhere.
    """

    runs: list[tuple[str, RunResult]]
    sort: str
    direction: str
    table: pd.DataFrame
    correlation: pd.DataFrame
    warnings: list[str] = field(default_factory=list)
    folder: str | None = None


def compare(
    sources: Sequence[Source],
    out: str | Path | None = None,
    *,
    sort: str = "sharpe",
    force: bool = False,
    begun: Begun | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Rank configurations, which are run, and finished runs, which are read.

    Parameters
    ----------
    sources
        At least two: configuration files or mappings, folders of runs (also by their name under ``results/``), or
        results.
    out
        Folder for the table and the page; nothing is written without it.
    sort
        Metric by which the runs are ranked: the largest first, or the smallest where less is better.
    force
        Replace `out` if it is not empty.
    begun
        Called before each source with its number from 1, how many there are, and its name.
    progress
        Called now and then with the closes of the current run done and their number.

    Raises
    ------
    ConfigError
        For fewer than two sources, an unknown metric, or a folder that is no run. Whatever a run raises comes out.
    """
    _check(sources, sort)
    if out is not None:
        from btbot.report.folder import refuse_unless_empty

        refuse_unless_empty(Path(out), force=force)
    found = []
    for number, source in enumerate(sources, 1):
        if begun is not None:
            begun(number, len(sources), _name(source))
        found.append((_name(source), _result(source, progress)))
    result = _ranked(_distinct(found), [_origin(source) for source in sources], sort)
    if out is not None:
        from btbot.report.comparison import write

        result.folder = str(write(result, Path(out), force=force))
    return result


def _check(sources: Sequence[Source], sort: str) -> None:
    if len(sources) < 2:
        raise ConfigError(f"compare needs at least two configurations or folders of runs, was given {len(sources)}")
    known = sorted(name for name, label in LABELS.items() if label.kind != "time")
    if sort not in known:
        hint = did_you_mean(sort, known)
        raise ConfigError(f"sort: there is no metric {sort!r}{hint}; there are {', '.join(known)}")


def _name(source: Source) -> str:
    if isinstance(source, RunResult):
        return source.name
    if isinstance(source, RunConfig):
        return source.name or Path(source.source).stem.strip("<>")
    if isinstance(source, Mapping):
        return str(source.get("name") or "mapping")
    return Path(source).resolve().stem if Path(source).suffix in _CONFIGS else Path(source).resolve().name


def _origin(source: Source) -> str:
    if isinstance(source, RunConfig):
        return source.source
    return str(source) if isinstance(source, str | Path) else ""


def _result(source: Source, progress: Progress | None) -> RunResult:
    if isinstance(source, RunResult):
        return source
    if isinstance(source, str | Path):
        folder = _folder(Path(source))
        if folder is not None:
            return _read(folder)
    return run(load_config(source), progress=progress)


def _folder(path: Path) -> Path | None:
    """Return the folder that a path or a name under ``results/`` means, None for a configuration."""
    for candidate in (path, _RESULTS / path):
        if candidate.is_dir():
            return candidate
    if path.suffix in _CONFIGS or path.is_file():
        return None
    known = {name: near for near in _RESULTS.glob("*") if near.is_dir() for name in (near.name, str(near))}
    raise ConfigError(
        f"{path}: there is no configuration and no run of this name{did_you_mean(str(path), known)}; "
        "'btbot runs' lists the runs, a configuration ends in .yml"
    )


def _read(folder: Path) -> RunResult:
    from btbot.report.stored import load

    if (folder / "search.json").is_file():
        raise ConfigError(
            f"{folder} is the folder of a search, which has many runs; compare its best setting: {folder / 'best.yml'}"
        )
    return load(folder)


def _distinct(found: list[tuple[str, RunResult]]) -> list[tuple[str, RunResult]]:
    """Return the runs with a number after every name that was there before."""
    names: list[str] = []
    for name, _ in found:
        number, unique = 1, name
        while unique in names:
            number += 1
            unique = f"{name} ({number})"
        names.append(unique)
    return [(name, result) for name, (_, result) in zip(names, found, strict=True)]


def _ranked(found: list[tuple[str, RunResult]], origins: list[str], sort: str) -> Comparison:
    sign = 1.0 if sort in LOWER_IS_BETTER else -1.0

    def key(at: int) -> tuple[bool, float]:
        value = found[at][1].metrics.get(sort)
        return value is None, sign * (value or 0.0)

    order = sorted(range(len(found)), key=key)
    runs = [found[at] for at in order]
    numbers = [name for name, label in LABELS.items() if label.kind != "time"]
    table = pd.DataFrame(
        {"rank": range(1, len(runs) + 1), "name": [name for name, _ in runs], "source": [origins[at] for at in order]}
    )
    figures = pd.DataFrame([[result.metrics.get(name) for name in numbers] for _, result in runs], columns=numbers)
    return Comparison(
        runs=runs,
        sort=sort,
        direction="minimize" if sort in LOWER_IS_BETTER else "maximize",
        table=pd.concat([table, figures], axis=1),
        correlation=_correlation(runs),
        warnings=_warnings(runs),
    )


def _correlation(runs: list[tuple[str, RunResult]]) -> pd.DataFrame:
    from btbot.report.series import curves

    names = [name for name, _ in runs]
    return pd.DataFrame(correlations([curves(result).daily()[:2] for _, result in runs]), index=names, columns=names)


def _warnings(runs: list[tuple[str, RunResult]]) -> list[str]:
    """Return one sentence for everything that makes apples and pears of the runs."""
    markets = _differ(runs, "markets", _market, "give them the same symbols and timeframe")
    spans = _differ(runs, "spans", _span, "give them the same start and end")
    # Other symbols or spans are other bars; only where they are equal is it news that the bars are not.
    data = [] if markets or spans else _differ(runs, "bars", _data, "give them the same feed")
    calendars = _differ(runs, "calendars", _calendar, "annual figures count other days")
    return [*markets, *spans, *data, *calendars]


def _differ(
    runs: list[tuple[str, RunResult]], what: str, describe: Callable[[RunResult], str], advice: str
) -> list[str]:
    groups: dict[str, list[str]] = {}
    for name, result in runs:
        groups.setdefault(describe(result), []).append(name)
    if len(groups) == 1:
        return []
    parts = "; ".join(f"{', '.join(names)}: {text}" for text, names in groups.items())
    return [f"the runs are on different {what}, so their figures do not compare ({parts}); {advice}"]


def _market(result: RunResult) -> str:
    return ", ".join(f"{symbol} {bars.timeframe}" for symbol, bars in result.bars.items())


def _span(result: RunResult) -> str:
    return f"{result.metrics.get('first_bar')} to {result.metrics.get('last_bar')}"


def _data(result: RunResult) -> str:
    origin = "generated" if result.metrics.get("synthetic") else "recorded"
    return f"{origin}, fingerprint {str(result.metrics.get('data_fingerprint'))[:12]}"


def _calendar(result: RunResult) -> str:
    return str(result.config.get("calendar", "crypto"))
