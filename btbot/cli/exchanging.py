"""Start the paper exchange and say how to reach it."""

from __future__ import annotations

import asyncio
import gc
import json
import math
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from btbot.cli.exchange_options import Options
from btbot.errors import ConfigError

if TYPE_CHECKING:
    from btbot.paper.running import Ready
    from btbot.paper.settings import ServerSettings

STATES = Path("var") / "exchange"
_SNIPPET = """\
    import json, pathlib, ccxt
    key = json.loads(pathlib.Path({keys!r}).read_text())["accounts"]["default"]["keys"][0]
    exchange = ccxt.binance({{
        "apiKey": key["api_key"], "secret": key["secret"],
        "options": {{"fetchMarkets": {{"types": ["spot"]}}, "fetchMargins": False, "fetchCurrencies": False}},
        "urls": {{"api": {{
            "public": "{rest}/api/v3", "private": "{rest}/api/v3",
            "ws": {{"spot": "{ws}/stream/ws", "ws-api": {{"spot": "{ws}/ws-api/v3"}}}},
        }}}},
    }})"""


def exchange(options: Options) -> None:
    """Check the options, then serve until interrupted."""
    run(settings_of(options), as_json=options.as_json)


def settings_of(options: Options) -> ServerSettings:
    """Return what the options say.

    Raises
    ------
    ConfigError
        With the first option that is wrong.
    """
    from btbot.paper import settings as given

    markets = given.markets(
        options.symbols, options.replays, options.timeframes, source=_source(options), prices=options.prices
    )
    admin_host, admin_port = given.address(options.admin, option="--admin", host="127.0.0.1")
    return given.ServerSettings(
        markets=markets,
        name=options.name,
        state=options.state or STATES / options.name,
        reset=options.reset,
        host=options.host,
        port=options.port,
        admin_host=admin_host,
        admin_port=admin_port,
        deposits=given.deposits(options.balances),
        speed=given.speed(options.speed),
        paused=options.paused,
        start_ms=None if options.start is None else given.moment(options.start),
        faults=options.faults,
        seed=options.seed,
        limits=not options.no_limits,
    )


def run(settings: ServerSettings, *, as_json: bool) -> None:
    """Serve until SIGINT, SIGTERM or the admin port ends it."""
    from btbot.paper.running import serve

    def ready(where: Ready) -> None:
        gc.collect()
        gc.freeze()  # what was imported and rebuilt stays: no need to look through it again and again
        typer.echo(json_line(where) if as_json else told(where, settings))

    asyncio.run(serve(settings, ready=ready))
    if not as_json:
        typer.echo("stopped; the same command goes on from here")


def json_line(where: Ready) -> str:
    """Return the same for programs, paths whole."""
    return json.dumps({**asdict(where), "pid": os.getpid()}, default=lambda path: str(Path(path).resolve()))


def told(where: Ready, settings: ServerSettings) -> str:
    """Return what an operator needs to see: addresses, files, and a client to paste."""
    pace = "as fast as possible" if math.isinf(settings.speed) else f"{settings.speed:g} x real time"
    if settings.paused:
        pace = "paused"
    market = datetime.fromtimestamp(where.market_ms / 1000, UTC)
    return "\n".join(
        [
            f"exchange   {where.rest}/api/v3   {where.ws}/stream   {where.ws}/ws-api/v3",
            f"symbols    {', '.join(where.symbols)}",
            f"market     {market:%Y-%m-%d %H:%M} UTC, {pace}{', continued' if where.resumed else ''}",
            f"keys       {where.keys_file}",
            f"admin      {where.admin}, token in {where.admin_token_file}",
            f"history    {where.history_file}",
            "",
            _SNIPPET.format(keys=str(where.keys_file), rest=where.rest, ws=where.ws),
            "",
            "Ctrl-C ends it.",
        ]
    )


def _source(options: Options) -> Literal["synthetic", "live", "empty", ""]:
    """Return the one form that was asked for."""
    wanted: list[Literal["synthetic", "live", "empty"]] = []
    if options.synthetic:
        wanted.append("synthetic")
    if options.live:
        wanted.append("live")
    if options.empty:
        wanted.append("empty")
    if len(wanted) > 1:
        raise ConfigError(f"--{' and --'.join(wanted)} exclude each other; choose one")
    return wanted[0] if wanted else ""
