"""The options of ``btbot exchange``: one name for each, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

Symbols = Annotated[list[str], typer.Option("--symbol", metavar="PAIR", help="Such as BTC/USDT; repeat for more")]
Replays = Annotated[
    list[Path] | None, typer.Option("--replay", metavar="FILE", help="Candles, trades or a book, one for each symbol")
]
Timeframes = Annotated[list[str] | None, typer.Option("--timeframe", help="Of the candles, such as 1h")]
Synthetic = Annotated[bool, typer.Option("--synthetic", help="A made-up market that never ends")]
Live = Annotated[bool, typer.Option("--live", help="Follow the real market's public data")]
Empty = Annotated[bool, typer.Option("--empty", help="No market: the accounts trade among themselves")]
Prices = Annotated[list[float] | None, typer.Option("--price", help="First price of a synthetic or empty market")]
Balances = Annotated[
    list[str] | None,
    typer.Option("--balance", metavar="ASSET=AMOUNT", help="At the first start: USDT=10000, alice:BTC=1"),
]
Speed = Annotated[str, typer.Option("--speed", metavar="FACTOR", help="Market seconds a second, or max")]
Paused = Annotated[bool, typer.Option("--paused", help="Market time stands still until the admin port moves it")]
Start = Annotated[str | None, typer.Option("--start", metavar="DATE", help="Where a replay begins (UTC)")]
FaultFile = Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="YAML file of faults to rehearse")]
Seed = Annotated[int, typer.Option("--seed", help="Of everything random")]
NoLimits = Annotated[bool, typer.Option("--no-limits", help="Count request weights, but refuse nobody")]
Host = Annotated[str, typer.Option("--host", help="Address to listen on")]
Port = Annotated[int, typer.Option("--port", help="For clients; 0 takes a free one")]
Admin = Annotated[str, typer.Option("--admin", metavar="[HOST:]PORT", help="For the operator; on this machine only")]
Name = Annotated[str, typer.Option("--name", help="Several exchanges side by side need several names")]
State = Annotated[Path | None, typer.Option("--state", metavar="DIR", help="var/exchange/<name> by default")]
Reset = Annotated[bool, typer.Option("--reset", help="Forget what was traded; keys stay")]
Json = Annotated[bool, typer.Option("--json", help="Say where it listens as one line of JSON")]


@dataclass(frozen=True, slots=True)
class Options:
    """All of them, as they were typed."""

    symbols: list[str]
    replays: list[Path]
    timeframes: list[str]
    synthetic: bool
    live: bool
    empty: bool
    prices: list[float]
    balances: list[str]
    speed: str
    paused: bool
    start: str | None
    faults: Path | None
    seed: int
    no_limits: bool
    host: str
    port: int
    admin: str
    name: str
    state: Path | None
    reset: bool
    as_json: bool
