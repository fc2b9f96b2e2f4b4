"""The command `data download`: from an exchange into the store."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from btbot.cli import storing
from btbot.cli.downloaded import GOES_ON, show_found
from btbot.cli.several import Several
from btbot.errors import ConfigError, Retryable

if TYPE_CHECKING:
    from btbot.config.model import RunConfig
    from btbot.data.download import Downloaded, Job
    from btbot.exchange.client import HistoryClient
    from btbot.timeframe import Timeframe

_INTERRUPTED, _TERMINATED = 130, 143
_IN_FILE = "correct database: in the configuration"
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
        since_ms=_moment("--since", since, given.start if given else None),
        until_ms=_moment("--until", until, None),
        workers=workers,
    )
    _check_span(wanted)
    _check_database(wanted.database)
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


def _check_database(address: str) -> None:
    """Refuse an address that cannot be used before an exchange is asked for anything."""
    try:
        with storing.opened(address) as store:
            file = store.database.file
            if file is None or file.is_file() or not _can_be_made(file):
                with store.reading():
                    pass
    except ConfigError as error:
        raise ConfigError(
            str(error).replace(_IN_FILE, "correct --database, or database: in the configuration")
        ) from error


def _can_be_made(file: Path) -> bool:
    """Return whether a file could be written, as far as its nearest folder tells."""
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    return folder.is_dir() and os.access(folder, os.W_OK)


@contextmanager
def _terminable() -> Iterator[list[int]]:
    """End at SIGTERM as at Ctrl-C; give the list that says whether it came."""
    came: list[int] = []

    def stop(number: int, _: object) -> None:
        came.append(number)
        signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _run(wanted: Wanted, *, as_json: bool, quiet: bool) -> None:
    found: list[Downloaded] = []
    with _terminable() as came:
        try:
            asyncio.run(_download(wanted, found, quiet=quiet or as_json))
        except KeyboardInterrupt:
            if found or as_json:
                show_found(found, as_json=as_json)
            some = any(one.inserted or one.changed for one in found)
            typer.echo(f"interrupted{GOES_ON if some else '; nothing was stored yet'}", err=True)
            raise typer.Exit(_TERMINATED if came else _INTERRUPTED) from None
    show_found(found, as_json=as_json)
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


def _jobs(
    given: RunConfig | None, symbols: list[str] | None, timeframes: list[str] | None, kinds: Mapping[str, bool]
) -> list[Job]:
    from btbot.data.download import Job

    names = _split(symbols) or (list(given.symbols) if given else _missing("--symbols", "BTC/USDT ETH/USDT"))
    for name in names:
        if name.endswith((".yml", ".yaml")):
            raise ConfigError(
                f"--symbols: {name!r} is no symbol; a configuration comes before the options: data download {name}"
            )
    others = [kind for kind, wanted in kinds.items() if wanted]
    lengths = [_length(text) for text in dict.fromkeys(_split(timeframes))] or ([given.timeframe] if given else [])
    if not lengths and not others:
        _missing("--timeframes", "15m 1h")
    return [
        *(Job(symbol, length) for symbol in dict.fromkeys(names) for length in lengths),
        *(Job(symbol, kind=kind) for symbol in dict.fromkeys(names) for kind in others),
    ]


def _split(words: list[str] | None) -> list[str]:
    return [part for word in words or [] for part in (piece.strip() for piece in word.split(",")) if part]


def _length(text: str) -> Timeframe:
    from btbot.timeframe import Timeframe

    try:
        return Timeframe.parse(text)
    except ConfigError as error:
        likely = re.fullmatch(r"([1-9]\d{0,3}) ?([sSmhHdDwW])[a-z]*", text)  # 1M is a month elsewhere
        hint = f"; did you mean '{likely[1]}{likely[2].lower()}'?" if likely else ""
        raise ConfigError(f"--timeframes: {error}{hint}") from None


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


def _moment(option: str, text: str | None, otherwise: Any) -> int | None:
    from btbot.data.store.moment import milliseconds

    found = otherwise if text is None else text
    return None if found is None else milliseconds(found, otherwise=0, name=option)


def _missing(option: str, example: str) -> Any:
    raise ConfigError(f"{option}: is missing; name it, such as {option} {example}, or give a configuration file")
