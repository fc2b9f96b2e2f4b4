"""What `data repair` does and shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import typer

from btbot.cli import show as tables
from btbot.cli.asking import Asking, check_name
from btbot.cli.downloading import source_of
from btbot.cli.judging import Chosen, hole_row, judged, names
from btbot.cli.storing import opened
from btbot.data.candles import counted
from btbot.data.check import Checked, Finer, Outcome, Recounted, Second, by_asking, by_donor, recount, recount_hidden
from btbot.data.check import repair as fill
from btbot.data.check.comparing import TIMEFRAMES
from btbot.data.check.donors import Fetch, stored
from btbot.data.check.repairing import Ask, Way
from btbot.data.check.sampling import Patience
from btbot.data.check.stream import joined
from btbot.data.download import Job, fetch_spans
from btbot.data.store import Series, Store
from btbot.data.store.columns import EMPTY, Columns
from btbot.errors import BtbotError, ConfigError, ExchangeError
from btbot.exchange.client import HistoryClient

_DOWNLOAD, _FINER = "download", "finer"


@dataclass(frozen=True, slots=True)
class Plan:
    """How holes are to be filled.

    Parameters
    ----------
    sources
        ``finer``, ``download``, or names of exchanges, in the order in which they are tried.
    tolerance
        By how much closes of another exchange may differ, as a fraction.
    every
        Also holes that are known to be the exchange's own.
    dry_run
        Write nothing, and do not ask the exchange itself.
    url
        Where exchanges are asked; None for their own addresses.
    """

    sources: tuple[str, ...]
    tolerance: float
    every: bool
    dry_run: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class Repairs:
    """What became of the holes, what was written or would have been, and why an exchange could not be asked.

    Parameters
    ----------
    outcomes
        One a hole.
    recounted
        Series whose count or fingerprint was not that of their candles.
    differing
        Series that are not what a finer one makes, which is for people to settle.
    failures
        Why an exchange could not be asked.
    """

    outcomes: list[Outcome]
    recounted: list[Recounted]
    differing: list[Checked]
    plan: Plan
    failures: list[BtbotError]


def repair(database: str, chosen: Chosen, plan: Plan) -> Repairs:
    """Fill the holes of the chosen series by the plan."""
    if not 0 < plan.tolerance < 1:
        raise ConfigError(f"--tolerance: must be between 0 and 1, was {plan.tolerance:g}; 0.002 is 0.2 %")
    with opened(database) as store, Asking(plan.url) as asking:
        for source in plan.sources:
            check_name("--from", source, [_FINER, _DOWNLOAD, *(one.exchange for one in store.series())])
        recounted = recount_hidden(store, dry_run=plan.dry_run)
        ways = [_way(store, source, plan, asking) for source in plan.sources]
        found = judged(store, chosen)
        recounted += recount(store, found, dry_run=plan.dry_run)
        outcomes = fill(store, found, ways, every=plan.every)
        return Repairs(outcomes, recounted, [one for one in found if _differs(one)], plan, asking.failures)


def _differs(one: Checked) -> bool:
    return any((finding.kind, finding.severity) == (TIMEFRAMES, "warning") for finding in one.findings)


def exit_code(found: Repairs) -> int:
    """Return 4 if an exchange failed."""
    return next((one.exit_code for one in found.failures), 0)


def show(found: Repairs, *, as_json: bool) -> None:
    """Print what became of each hole, and the sum."""
    rows = [
        {**names(one.of), **hole_row(one.hole), "filled": one.filled, "source": one.source, "reason": one.reason}
        for one in found.outcomes
    ]
    if as_json:
        tables.table([*rows, *map(_recounted_row, found.recounted)], as_json=True, empty="")
        return
    nothing = "nothing to repair: no hole without an explanation, no candle that contradicts itself"
    tables.table(
        [{key: value for key, value in row.items() if key != "note"} for row in rows],
        as_json=False,
        empty="no hole to fill" if found.recounted else nothing,
    )
    for line in [*([_verdict(found)] if rows else []), *_notes(found)]:
        typer.echo(line)


def _recounted_row(one: Recounted) -> dict[str, Any]:
    hole = {"start": None, "end": None, "bars": one.rows, "kind": "recounted", "note": ""}
    return {**names(one.of), **hole, "filled": 0, "source": "", "reason": one.text}


def _notes(found: Repairs) -> Iterator[str]:
    """Yield what a table of holes does not say."""
    word = "would be corrected" if found.plan.dry_run else "corrected"
    for one in found.recounted:
        yield f"{one.of.name}: {one.text}; {word}"
    for of in (one.of for one in found.differing):
        yield (
            f"{of.name}: some candles are not what a finer timeframe makes, and no repair replaces what may be right; "
            f"see which is wrong with btbot data check {of.symbol} --against {of.exchange}, and bring a clean file "
            "over it with btbot data import"
        )


def _verdict(found: Repairs) -> str:
    filled = sum(one.filled for one in found.outcomes)
    left = sum(one.hole.bars for one in found.outcomes if not one.filled)
    word = "would be written" if found.plan.dry_run else "written"
    said = f"{counted(filled, 'candle')} {word}, {left:,} still missing"
    if not left or found.plan.dry_run or found.failures:
        return said
    if _DOWNLOAD not in found.plan.sources:
        return f"{said}: ask the exchange for them with btbot data repair --from download"
    return f"{said}: another exchange may have them, which btbot data repair --from EXCHANGE asks"


def _way(store: Store, source: str, plan: Plan, asking: Asking) -> Way:
    if source == _FINER:
        return by_donor(store, Finer(store), dry_run=plan.dry_run)
    if source == _DOWNLOAD:
        return by_asking(store, _would_ask if plan.dry_run else _asker(store, asking, plan.url))
    fetch = _of_second(store, source, asking)
    return by_donor(store, Second(store, source, fetch, tolerance=plan.tolerance), dry_run=plan.dry_run)


def _of_second(store: Store, exchange: str, asking: Asking) -> Fetch:
    """Return what gives candles of another exchange: those that are stored of the market, or else its answers."""
    others = [one for one in store.series() if one.exchange == exchange]
    known, asked = stored(store, others), _fetcher(exchange, asking)

    def fetch(of: Series, start: int, end: int) -> Columns:
        is_known = any((one.market, one.symbol) == (of.market, of.symbol) for one in others)
        return (known if is_known else asked)(of, start, end)

    return fetch


def _would_ask(of: Series, _: Sequence[tuple[int, int]]) -> str:
    return f"{of.exchange} would be asked again"


def _asker(store: Store, asking: Asking, url: str | None) -> Ask:
    """Return what asks the exchange of a series for spans of it."""

    def ask(of: Series, spans: Sequence[tuple[int, int]]) -> str:
        job, source = Job(of.symbol, of.timeframe), source_of(of.exchange, url)
        try:
            came = asking.ask(
                of.exchange,
                of.market,
                lambda client, retry: fetch_spans(store, client, job, spans, source=source, retry=retry),
            )
        except (ConfigError, ExchangeError) as error:
            return str(error)
        if came.error is not None:
            asking.fail((of.exchange, of.market), came.error)
        return str(came.error or "")

    return ask


def _fetcher(exchange: str, asking: Asking) -> Fetch:
    """Return what asks another exchange for candles."""
    return lambda of, start, end: asking.ask(
        exchange, of.market, lambda client, retry: _candles(client, retry, of, start, end)
    )


async def _candles(client: HistoryClient, retry: Patience, of: Series, start: int, end: int) -> Columns:
    """Return the candles of an exchange that open in ``[start, end)``."""
    limit, length = client.candle_limit(of.timeframe), of.timeframe.ms
    found, at = EMPTY, start
    while at < end:
        wanted = min(limit, -(-(end - at) // length))
        answer = await retry(partial(client.candles, of.symbol, of.timeframe, at, wanted))
        inside = answer.time < end
        found = joined(found, Columns(answer.time[inside], answer.values[inside]))
        if len(answer.time) < wanted or not inside.all():
            break
        at = int(answer.time[-1]) + length
    return found
