"""What `data check` does and shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console

from btbot.cli import show as tables
from btbot.cli.asking import Asking, check_name
from btbot.cli.progress import progress_bar
from btbot.cli.storing import opened
from btbot.data.candles import counted, iso
from btbot.data.check import Checked, Hole
from btbot.data.check import check as judge
from btbot.data.check.checking import against_stored
from btbot.data.check.comparing import SOURCES
from btbot.data.check.holes import UNEXPLAINED
from btbot.data.check.sampling import sample
from btbot.data.store import Series, Store
from btbot.errors import BtbotError, ConfigError, DataError, ExchangeError
from btbot.records import Finding
from btbot.timeframe import Timeframe

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which series: all without a word."""

    symbols: tuple[str, ...]
    timeframe: str | None
    exchange: str | None
    market: str | None
    calendar: str


@dataclass(frozen=True, slots=True)
class Against:
    """With whom they are compared, within which tolerance, by how many questions, and where it is asked."""

    exchange: str
    tolerance: float
    pages: int
    url: str | None


def judged(store: Store, chosen: Chosen) -> list[Checked]:
    """Check the chosen series, with a progress bar."""
    with progress_bar() as tell:
        return judge(
            store,
            symbols=chosen.symbols,
            timeframe=None if chosen.timeframe is None else Timeframe.parse(chosen.timeframe),
            exchange=chosen.exchange,
            market=chosen.market,
            calendar=chosen.calendar,
            progress=None if tell is None else lambda done, whole, _: tell(done, whole),
        )


def check(database: str, chosen: Chosen, against: Against | None) -> tuple[list[Checked], int]:
    """Check the chosen series, compare them with another source if one is named; return reports and exit code.

    The code is 3 if a series has errors, or else that of the error that kept an exchange from being asked.
    """
    if against is not None and not 0 < against.tolerance < 1:
        raise ConfigError(f"--tolerance: must be between 0 and 1, was {against.tolerance:g}; 0.002 is 0.2 %")
    failures: list[BtbotError] = []
    with opened(database) as store:
        if against is not None:
            check_name("--against", against.exchange, [one.exchange for one in store.series()])
        found = judged(store, chosen)
        if against is not None:
            every = store.series()
            itself = all(one.of.exchange == against.exchange for one in found)
            with Asking(against.url) as asking:
                found = [
                    one.with_findings(_compared(store, one, every, against, asking))
                    if itself or one.of.exchange != against.exchange
                    else one
                    for one in found
                ]
            failures = asking.failures
    codes = [DataError.exit_code for one in found if one.errors] + [failure.exit_code for failure in failures]
    return found, next(iter(codes), 0)


def _compared(store: Store, one: Checked, every: Sequence[Series], against: Against, asking: Asking) -> list[Finding]:
    stored = [other for other in every if other.exchange == against.exchange and other.symbol == one.of.symbol]
    if stored and one.of.exchange != against.exchange:
        return against_stored(store, one.of, stored, tolerance=against.tolerance)
    tolerance = None if one.of.exchange == against.exchange else against.tolerance
    before = len(asking.failures)
    try:
        return asking.ask(
            against.exchange,
            one.of.market,
            lambda client, retry: sample(
                store, client, one, pages=against.pages, tolerance=tolerance, retry=retry, at=against.url
            ),
        )
    except (ConfigError, ExchangeError) as error:
        reason = error if len(asking.failures) > before else f"{against.exchange} did not answer, as is said above"
        return [Finding(one.of.symbol, SOURCES, "warning", 0, (), f"not compared: {reason}")]


def show(found: Sequence[Checked], *, gaps: bool, years: bool, as_json: bool) -> None:
    """Print what was found: a row a series, then what is wrong, then the holes."""
    if as_json:
        tables.table([as_dict(one) for one in found], as_json=True, empty="")
        return
    tables.table([_row(one) for one in found], as_json=False, empty="")
    _show_findings(found)
    if years:
        tables.table([row for one in found for row in _year_rows(one)], as_json=False, empty="")
    _show_holes(found, gaps=gaps)
    typer.echo(_verdict(found))


def as_dict(one: Checked) -> dict[str, Any]:
    """Return all that is known of a series, for programs."""
    return {
        **names(one.of),
        "bars": bars(one),
        "first": iso(one.first),
        "last": iso(one.last),
        "calendar": one.calendar,
        "fingerprint": one.fingerprint,
        "errors": len(one.errors),
        "findings": [
            {name: getattr(finding, name) for name in ("severity", "kind", "count", "places", "text")}
            for finding in one.findings
        ],
        "holes": [hole_row(hole) for hole in one.holes],
        "share": share(one),
        "years": [
            {"year": year.year, "bars": year.bars, "expected": year.expected, "share": year.share} for year in one.years
        ],
        "repaired": [
            {"source": part.source, "start": iso(part.start), "end": iso(part.end), "bars": part.bars}
            for part in one.repaired
        ],
    }


def names(of: Series) -> dict[str, Any]:
    """Return what a row calls a series."""
    return {"exchange": of.exchange, "market": of.market, "symbol": of.symbol, "timeframe": str(of.timeframe)}


def hole_row(hole: Hole) -> dict[str, Any]:
    """Return a hole as a row shows it."""
    return {"start": iso(hole.start), "end": iso(hole.end), "bars": hole.bars, "kind": hole.kind, "note": hole.note}


def _row(one: Checked) -> dict[str, Any]:
    severities = [finding.severity for finding in one.findings]
    return {
        **names(one.of),
        "bars": bars(one),
        "first": iso(one.first),
        "last": iso(one.last),
        "there": _percent(share(one)),
        "missing": int(one.holes.bars.sum()) or None,
        "unexplained": int(one.holes.bars[one.holes.of(UNEXPLAINED)].sum()) or None,
        "errors": severities.count("error") or None,
        "warnings": severities.count("warning") or None,
    }


def bars(one: Checked) -> int:
    """Return how many candles a series has, which is what was read and not what is written down."""
    return sum(year.bars for year in one.years)


def share(one: Checked) -> float | None:
    """Return which share of the candles between its first and its last one a series has; None if nobody knows."""
    expected = [year.expected for year in one.years if year.expected is not None]
    return bars(one) / sum(expected) if len(expected) == len(one.years) and expected else None


def _show_findings(found: Sequence[Checked]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for one in found:
        for finding in one.findings:
            console.out(f"{finding.severity:<8} {one.of.name}: {finding.text}")
    console.out("")


def _year_rows(one: Checked) -> list[dict[str, Any]]:
    return [
        {
            **names(one.of),
            "year": year.year,
            "bars": year.bars,
            "expected": year.expected,
            "share": _percent(year.share),
        }
        for year in one.years
    ]


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.2%}"


def _show_holes(found: Sequence[Checked], *, gaps: bool) -> None:
    rows: list[dict[str, Any]] = []
    hidden = 0
    for one in found:
        at = range(len(one.holes)) if gaps else one.holes.of(UNEXPLAINED)
        shown = list(at) if gaps else at[:_LISTED]
        hidden += len(at) - len(shown)
        rows += [
            {"symbol": one.of.symbol, "timeframe": str(one.of.timeframe), **hole_row(one.holes[int(number)])}
            for number in shown
        ]
    if rows:
        tables.table(rows, as_json=False, empty="")
    if hidden:
        typer.echo(f"{counted(hidden, 'hole')} more: --gaps lists all")


def _verdict(found: Sequence[Checked]) -> str:
    candles, errors = sum(map(bars, found)), sum(len(one.errors) for one in found)
    warnings = sum(finding.severity == "warning" for one in found for finding in one.findings)
    facts = f"{counted(errors, 'error')}, {counted(warnings, 'warning')}"
    return f"{len(found):,} series, {counted(candles, 'candle')}: {facts}"
