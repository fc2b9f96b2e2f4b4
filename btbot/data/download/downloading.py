"""Several jobs at a time: one that fails does not stop the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from btbot.data.download.books import BookHistory
from btbot.data.download.candles import CandleHistory
from btbot.data.download.funding import FundingHistory
from btbot.data.download.job import Downloaded, Job, Standing, stamp
from btbot.data.download.plan import open_holes
from btbot.data.download.present import first_stored
from btbot.data.download.progress import Progress
from btbot.data.download.session import Retry, Session
from btbot.data.download.spans import Span
from btbot.data.download.together import together
from btbot.data.download.trades import TradeHistory
from btbot.data.store.store import Store
from btbot.errors import BtbotError, ConfigError, did_you_mean
from btbot.exchange.client import HistoryClient, Listing

T = TypeVar("T")
History = BookHistory | CandleHistory | FundingHistory | TradeHistory
_HISTORIES: Mapping[str, Callable[..., History]] = {
    "books": BookHistory,
    "candles": CandleHistory,
    "funding": FundingHistory,
    "trades": TradeHistory,
}


async def once(call: Callable[[], Awaitable[T]]) -> T:
    """Send a call without patience."""
    return await call()


async def download(
    store: Store,
    client: HistoryClient,
    jobs: Sequence[Job],
    *,
    since_ms: int | None,
    until_ms: int | None = None,
    source: str | None = None,
    workers: int = 4,
    retry: Retry = once,
    threads: bool = True,
    progress: Callable[[Standing], None] | None = None,
    into: list[Downloaded] | None = None,
) -> list[Downloaded]:
    """Bring what is missing of ``[since_ms, until_ms)`` into the store; return what came of each job.

    What is stored or was answered is not asked for again, except for the end of what is stored, for what the exchange
    left out once, and for what it changed.

    Parameters
    ----------
    jobs
        What is wanted.
    since_ms, until_ms
        Epoch milliseconds UTC; None is the first row that is stored, and now.
    source
        What the record of downloads calls the exchange; its name and ``rest`` by default.
    workers
        How many spans are asked for at a time.
    retry
        How a call is sent, such as `btbot.exchange.retrying.retried`.
    threads
        Whether the database works while answers are awaited; on simulated time it must not.
    progress
        Is told how far it is, after each page.
    into
        List that is filled with what came of each job, for those who may interrupt it.

    Raises
    ------
    ConfigError
        If the exchange has no such symbol or timeframe: then nothing was asked for.
    ExchangeError
        If the exchange cannot be reached at all.
    """
    session = Session(store, client, source=_named(source, client), retry=retry, workers=workers, threads=threads)
    await _check(session, jobs)
    found = [] if into is None else into
    found += [Downloaded(job) for job in jobs]
    told = Progress(len(jobs), progress)

    async def run(one: Downloaded) -> None:
        since = await session.run(beginning, store, one.job, client) if since_ms is None else since_ms
        await _complete(session, one, since, until_ms, told)

    await together(_kept(one, run, told) for one in found)
    return found


async def _complete(session: Session, found: Downloaded, since_ms: int, until_ms: int | None, told: Progress) -> None:
    """Bring what is missing for one job."""
    rows = 0

    def page(length: int, count: int) -> None:
        nonlocal rows
        rows += count
        told.page(length, count)

    history = _HISTORIES[found.job.kind](session, found, page)
    spans = await history.wanted(since_ms, until_ms)
    told.plan(spans)
    await history.fetch(spans)
    await _look_back(session, found, spans, rows)


async def fetch_spans(
    store: Store,
    client: HistoryClient,
    job: Job,
    spans: Iterable[Span],
    *,
    source: str | None = None,
    workers: int = 4,
    retry: Retry = once,
    threads: bool = True,
    progress: Callable[[Standing], None] | None = None,
) -> Downloaded:
    """Ask for spans ``[start, end)`` whatever is stored or was answered; the parameters are those of `download`."""
    session = Session(store, client, source=_named(source, client), retry=retry, workers=workers, threads=threads)
    await _check(session, [job])
    told, found, wanted = Progress(1, progress), Downloaded(job), list(spans)
    told.plan(wanted)

    async def run(one: Downloaded) -> None:
        await _HISTORIES[job.kind](session, one, told.page).fetch(wanted)

    await _kept(found, run, told)
    return found


def beginning(store: Store, job: Job, client: HistoryClient) -> int:
    """Return the time of the first stored row of a job.

    Raises
    ------
    ConfigError
        If there is none.
    """
    channel = job.channel(client.name, client.market)
    first = first_stored(store, channel)
    if first is None:
        raise ConfigError(f"{channel}: nothing is stored yet; say from when on, such as --since 2022-01-01")
    return first


async def _kept(found: Downloaded, run: Callable[[Downloaded], Awaitable[None]], told: Progress) -> None:
    try:
        await run(found)
        found.finished = True
    except BtbotError as error:
        found.error = error
    told.job()


async def _look_back(session: Session, found: Downloaded, spans: Sequence[Span], rows: int) -> None:
    """Take down what an exchange did not have, after it was asked for all spans and so many rows came."""
    channel = found.job.channel(session.client.name, session.client.market)
    if not spans or channel.kind == "books":
        return
    first = await session.run(first_stored, session.store, channel)
    end = max(stop for _, stop in spans)
    found.nothing = not rows and (first is None or first >= end)
    if found.nothing:
        found.note(f"the exchange had nothing from {stamp(spans[0][0])} to {stamp(end)}")
    elif first is not None and channel.kind != "trades":  # a market may well be silent for a while
        found.holes = await session.run(open_holes, session.store, channel, first, source=session.source)


async def _check(session: Session, jobs: Sequence[Job]) -> None:
    """Refuse what the exchange does not have, before anything is asked for."""
    client = session.client
    listings = await session.ask(client.listings)
    for job in jobs:
        if job.symbol not in listings:
            raise _unlisted(client, job.symbol, listings)
    wanted = {job.length for job in jobs if job.kind == "candles"}
    if not wanted:
        return
    offered = await session.ask(client.timeframes)
    for timeframe in sorted(wanted):
        if timeframe not in offered:
            allowed = ", ".join(str(one) for one in offered)
            hint = did_you_mean(str(timeframe), [str(one) for one in offered])
            raise ConfigError(f"timeframes: {client.name} has no candles of {timeframe}; allowed are {allowed}{hint}")


def _unlisted(client: HistoryClient, symbol: str, listings: Mapping[str, Listing]) -> ConfigError:
    count = len(listings)
    if not count and client.market == "perpetual":
        return ConfigError(f"market: {client.name} lists no perpetual markets; leave out --market perpetual")
    known = f"; {count} symbol{' is' if count == 1 else 's are'} known there" if count else ""
    return ConfigError(f"symbols: {client.name} {client.market} has no {symbol}{did_you_mean(symbol, listings)}{known}")


def _named(source: str | None, client: HistoryClient) -> str:
    return f"{client.name} rest" if source is None else source
