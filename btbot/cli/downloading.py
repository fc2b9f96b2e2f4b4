"""The command `data download`: from an exchange into the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from btbot.cli import storing
from btbot.cli.several import Several
from btbot.errors import ConfigError, ExchangeError, Retryable

if TYPE_CHECKING:
    from btbot.config.model import RunConfig
    from btbot.data.download import Downloaded, Job
    from btbot.exchange.client import HistoryClient

_SHOWN = 5
_INTERRUPTED = 130
_GOES_ON = "; what came is stored, the same command goes on from there"
_FIRST_ATTEMPTS = 4
_ATTEMPTS = 10  # about a minute: an exchange that restarts


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be downloaded, from where to where."""

    exchange: str
    market: str
    urls: Mapping[str, Any] | None
    database: str
    jobs: Sequence[Job]
    since_ms: int | None
    until_ms: int | None
    workers: int

    @property
    def source(self) -> str:
        """What the record of downloads calls the exchange."""
        return source_of(self.exchange, self.urls.get("rest", "at other addresses") if self.urls else None)


Config = Annotated[
    Path | None, typer.Argument(metavar="[CONFIG]", help="YAML file that names exchange, symbols and timeframe")
]
Exchange = Annotated[str | None, typer.Option("--exchange", metavar="NAME", help="As ccxt names it")]
Symbols = Annotated[
    list[str] | None, typer.Option("--symbols", "--symbol", metavar="SYMBOL...", help="Such as BTC/USDT ETH/USDT")
]
Timeframes = Annotated[
    list[str] | None, typer.Option("--timeframes", "--timeframe", metavar="TIMEFRAME...", help="Such as 15m 1h")
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="First candle, UTC; the first stored one by default")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Candles before it, UTC; now by default")]
Funding = Annotated[bool, typer.Option("--funding", help="Funding rates too (perpetual)")]
Trades = Annotated[bool, typer.Option("--trades", help="Every trade too")]
Books = Annotated[bool, typer.Option("--books", help="The order book as it is now, too")]
Address = Annotated[str | None, typer.Option("--url", metavar="URL", help="Another server of its protocol")]
Workers = Annotated[int, typer.Option(min=1, max=32, help="Requests on the way at a time")]
Place = Annotated[
    str | None, typer.Option("--database", metavar="URL", envvar="BTBOT__DATABASE", help="Address of the database")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log everything, errors with traceback")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings only, show no progress")]


@storing.data.command("download", cls=Several)
def download(
    config: Config = None,
    exchange: Exchange = None,
    market: storing.Market = None,
    symbols: Symbols = None,
    timeframes: Timeframes = None,
    since: Since = None,
    until: Until = None,
    funding: Funding = False,
    trades: Trades = False,
    books: Books = False,
    url: Address = None,
    workers: Workers = 4,
    database: Place = None,
    as_json: storing.Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Bring what is missing of an exchange's history into the store; interrupted, the same command goes on."""
    from btbot.cli import running

    running.start(verbose=verbose, quiet=quiet)
    given = _configured(config)
    wanted = Wanted(
        exchange=exchange or (given.exchange.name if given else _missing("--exchange", "binance")),
        market=_market(market or (given.exchange.market if given else "spot"), funding=funding),
        urls={"rest": url} if url else given.exchange.urls if given else None,
        database=database or (given.database if given else storing.DEFAULT),
        jobs=_jobs(given, symbols, timeframes, {"funding": funding, "trades": trades, "books": books}),
        since_ms=_moment(since, given.start if given else None),
        until_ms=_moment(until, None),
        workers=workers,
    )
    _check_span(wanted)
    _run(wanted, as_json=as_json, quiet=quiet)


def source_of(exchange: str, place: str | None) -> str:
    """Return what the record of downloads calls an exchange; another server is another source.

    Examples
    --------
    >>> source_of("binance", None), source_of("binance", "http://127.0.0.1:9001")
    ('binance rest', 'binance rest http://127.0.0.1:9001')
    """
    return f"{exchange} rest{f' {place}' if place else ''}"


def _check_span(wanted: Wanted) -> None:
    since, until = wanted.since_ms, wanted.until_ms
    if since is not None and since >= time.time() * 1_000:
        raise ConfigError("--since: lies in the future; name the date of the first candle, such as --since 2022-01-01")
    if since is not None and until is not None and until <= since:
        raise ConfigError("--until: must be later than --since; candles before it are downloaded")


def _run(wanted: Wanted, *, as_json: bool, quiet: bool) -> None:
    found: list[Downloaded] = []
    try:
        asyncio.run(_download(wanted, found, quiet=quiet or as_json))
    except KeyboardInterrupt:
        _show(found, as_json=as_json)
        typer.echo("interrupted; what came is stored, the same command goes on from there", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    _show(found, as_json=as_json)
    code = max((one.error.exit_code for one in found if one.error is not None), default=0)
    if code:
        raise typer.Exit(code)


async def _download(wanted: Wanted, found: list[Downloaded], *, quiet: bool) -> None:
    from btbot.cli.progress import download_bar
    from btbot.data.download import download as download_all
    from btbot.exchange.client import MarketKind
    from btbot.exchange.opening import open_client
    from btbot.exchange.retrying import retried

    with storing.opened(wanted.database) as store, download_bar(quiet=quiet) as progress:
        client = open_client(wanted.exchange, market=cast(MarketKind, wanted.market), urls=wanted.urls)
        try:
            await _reach(client, wanted)
            await download_all(
                store, client, wanted.jobs, since_ms=wanted.since_ms, until_ms=wanted.until_ms, source=wanted.source,
                workers=wanted.workers, retry=partial(retried, attempts=_ATTEMPTS), progress=progress, into=found,
            )  # fmt: skip
        finally:
            await client.close()


async def _reach(client: HistoryClient, wanted: Wanted) -> None:
    """Ask for the list of markets, with less patience than later: nothing is under way yet."""
    from btbot.exchange.retrying import retried

    try:
        await retried(client.listings, attempts=_FIRST_ATTEMPTS)
    except Retryable as error:
        look = "look at its address and the network" if wanted.urls else "look at the network"
        raise Retryable(f"{error}; nothing was asked for yet: {look}, then run the same command again") from error


def _show(found: Sequence[Downloaded], *, as_json: bool) -> None:
    from btbot.cli import show

    show.table([_row(one, whole=as_json) for one in found], as_json=as_json, empty="nothing was asked for")
    for one in () if as_json else found:
        for line in _lines(one):
            typer.echo(line, err=True)


def _row(one: Downloaded, *, whole: bool) -> dict[str, Any]:
    from btbot.data.download import stamp

    row = {
        "symbol": one.job.symbol,
        "what": str(one.job.timeframe or one.job.kind),
        "inserted": one.inserted,
        "changed": one.changed,
        "first": None if one.first is None else stamp(one.first),
        "last": None if one.last is None else stamp(one.last),
        "result": "failed" if one.error is not None else "complete" if one.finished else "interrupted",
    }
    if not whole:
        return row
    return {
        **row,
        "pages": one.pages,
        "empty": one.empty,
        "revisions": [{"time": each.time_ms, "before": each.before, "after": each.after} for each in one.revisions],
        "notices": one.notices,
        "error": None if one.error is None else str(one.error),
    }


def _lines(one: Downloaded) -> list[str]:
    """Return what an operator should read about a job."""
    from btbot.data.download import stamp

    lines = [
        f"{one.job}: the exchange changed the candle of {stamp(each.time_ms)}: {_change(each.before, each.after)}"
        for each in one.revisions[:_SHOWN]
    ]
    if one.changed > len(lines) and lines:
        lines.append(f"{one.job}: {one.changed} stored candles were changed in all; the former ones are revisions")
    lines += [f"{one.job}: {notice}" for notice in one.notices]
    if one.error is not None:
        goes_on = isinstance(one.error, ExchangeError)  # otherwise the message says what has to change first
        lines.append(f"Error: {one.job}: {one.error}{_GOES_ON if goes_on else ''}")
    return lines


def _change(before: Sequence[float], after: Sequence[float]) -> str:
    names = ("open", "high", "low", "close", "volume")
    changes = zip(names, before, after, strict=True)
    return ", ".join(f"{name} {old:.12g} to {new:.12g}" for name, old, new in changes if old != new)


def _jobs(
    given: RunConfig | None, symbols: list[str] | None, timeframes: list[str] | None, kinds: Mapping[str, bool]
) -> list[Job]:
    from btbot.data.download import Job
    from btbot.timeframe import Timeframe

    names = symbols or (list(given.symbols) if given else _missing("--symbols", "BTC/USDT ETH/USDT"))
    for name in names:
        if name.endswith((".yml", ".yaml")):
            raise ConfigError(
                f"--symbols: {name!r} is no symbol; a configuration comes before the options: data download {name}"
            )
    others = [kind for kind, wanted in kinds.items() if wanted]
    lengths = [Timeframe.parse(text) for text in dict.fromkeys(timeframes or ([str(given.timeframe)] if given else []))]
    if not lengths and not others:
        _missing("--timeframes", "15m 1h")
    return [
        *(Job(symbol, length) for symbol in dict.fromkeys(names) for length in lengths),
        *(Job(symbol, kind=kind) for symbol in dict.fromkeys(names) for kind in others),
    ]


def _configured(config: Path | None) -> RunConfig | None:
    if config is None:
        return None
    from btbot.config import load_config

    return load_config(config)


def _market(market: str, *, funding: bool) -> str:
    if market not in ("spot", "perpetual"):
        raise ConfigError(f"--market: must be spot or perpetual, was {market!r}")
    if funding and market == "spot":
        raise ConfigError("--funding: spot markets pay no funding; add --market perpetual")
    return market


def _moment(text: str | None, otherwise: Any) -> int | None:
    from btbot.data.store.moment import milliseconds

    found = otherwise if text is None else text
    return None if found is None else milliseconds(found, otherwise=0)


def _missing(option: str, example: str) -> Any:
    raise ConfigError(f"{option}: is missing; name it, such as {option} {example}, or give a configuration file")
