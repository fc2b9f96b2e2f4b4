"""What the server is told at its start, checked: addresses, markets, money, speed."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from btbot.errors import ConfigError
from btbot.exchange.units import units
from btbot.paper.accounts import FIRST
from btbot.timeframe import Timeframe

Form = Literal["replay", "synthetic", "live", "empty"]
_ASSET = re.compile(r"[A-Z0-9]{1,20}")
_PAIR = re.compile(r"([A-Z0-9]{1,20})/([A-Z0-9]{1,20})")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
_FASTEST = 1e9
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class MarketSettings:
    """One symbol and where its prices come from.

    Attributes
    ----------
    symbol
        Such as ``BTC/USDT``.
    path, timeframe
        Of a replay; the timeframe is None for trades and books.
    price
        With which a synthetic market begins, and for which the rules of a market without data are made.
    """

    symbol: str
    form: Form
    path: Path | None = None
    timeframe: Timeframe | None = None
    price: float | None = None

    @property
    def name(self) -> str:
        """Name of the symbol at the exchange: ``BTCUSDT``."""
        return self.symbol.replace("/", "")


@dataclass(frozen=True, slots=True)
class Deposit:
    """What an account is given at the first start; `amount` in units of 1e-8."""

    account: str
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Everything that a server is started with.

    Attributes
    ----------
    state
        Folder of journal, keys, admin token and history; None keeps nothing.
    reset
        Forget what was traded; keys and token stay.
    speed
        Market seconds a second; ``inf`` is as fast as possible.
    paused
        Begin with a market clock that stands still.
    start_ms
        Market time of the beginning; None takes the one that suits the data.
    faults
        YAML file of rules.
    limits
        Refuse who asks too much, as Binance does; weights are counted either way.
    live_url
        Of a server that speaks Binance's protocol, for live markets; None is the real one.
    """

    markets: tuple[MarketSettings, ...]
    name: str = "paper"
    state: Path | None = None
    reset: bool = False
    host: str = "127.0.0.1"
    port: int = 9001
    admin_host: str = "127.0.0.1"
    admin_port: int = 9002
    deposits: tuple[Deposit, ...] = ()
    maker: int = 100_000
    taker: int = 100_000
    speed: float = 1.0
    paused: bool = False
    start_ms: int | None = None
    faults: Path | None = None
    seed: int = 0
    limits: bool = True
    live_url: str | None = None
    accounts: tuple[str, ...] = field(default=(FIRST,))

    def __post_init__(self) -> None:
        if not self.markets:
            raise ConfigError("--symbol: at least one market is needed, such as --symbol BTC/USDT --synthetic")
        doubled = _doubled([one.symbol for one in self.markets])
        if doubled:
            raise ConfigError(f"--symbol: {doubled} is named twice")
        if not _NAME.fullmatch(self.name):
            raise ConfigError(f"--name: must be letters, digits, . _ or -, was {self.name!r}")
        if not is_loopback(self.admin_host):
            raise ConfigError(
                f"--admin: the admin port is for this machine alone: must be on 127.0.0.1, ::1 or localhost, "
                f"was {self.admin_host}"
            )
        for option, port in (("--port", self.port), ("--admin", self.admin_port)):
            if not 0 <= port <= 65535:
                raise ConfigError(f"{option}: must be a port from 1 to 65535, or 0 for a free one, was {port}")
        if self.port and self.port == self.admin_port:
            raise ConfigError(f"--admin: must be another port than --port, was {self.port} too")
        if not self.speed > 0:
            raise ConfigError(
                f"--speed: must be > 0, was {self.speed:g}; --paused starts with a clock that stands still"
            )


def is_loopback(host: str) -> bool:
    """Return whether a host can be reached from this machine alone.

    Examples
    --------
    >>> is_loopback("localhost"), is_loopback("::1"), is_loopback("0.0.0.0"), is_loopback("example.org")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def pair(text: str) -> str:
    """Return a market's name in its one spelling.

    Examples
    --------
    >>> pair("btc/usdt")
    'BTC/USDT'
    """
    name = text.upper()
    if not _PAIR.fullmatch(name):
        raise ConfigError(f"--symbol: must be a pair such as BTC/USDT, was {text!r}")
    return name


def deposits(texts: Sequence[str]) -> tuple[Deposit, ...]:
    """Read ``USDT=10000`` or ``alice:USDT=10000``.

    Examples
    --------
    >>> deposits(["usdt=10", "bob:BTC=0.5"])
    (Deposit(account='default', asset='USDT', amount=1000000000), Deposit(account='bob', asset='BTC', amount=50000000))
    """
    found = []
    for text in texts:
        account, colon, rest = text.rpartition(":")
        asset, equals, amount = rest.partition("=")
        try:
            value = units(amount.replace("_", ""))
        except ValueError:
            value = 0
        asset = asset.strip().upper()
        if not equals or not value or not _ASSET.fullmatch(asset) or (colon and not account):
            raise ConfigError(f"--balance: must be such as USDT=10000 or alice:USDT=10000, was {text!r}")
        found.append(Deposit(account or FIRST, asset, value))
    return tuple(found)


def speed(text: str) -> float:
    """Read a speed; ``max`` is as fast as possible.

    Examples
    --------
    >>> speed("3600"), speed("max")
    (3600.0, inf)
    """
    if text.lower() in ("max", "inf"):
        return math.inf
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _FASTEST:
        raise ConfigError(f"--speed: must be a number > 0 (3600 is an hour each second) or max, was {text!r}")
    return value


def address(text: str, *, option: str, host: str) -> tuple[str, int]:
    """Read ``PORT`` or ``HOST:PORT``.

    Examples
    --------
    >>> address("9002", option="--admin", host="127.0.0.1"), address("[::1]:0", option="--admin", host="")
    (('127.0.0.1', 9002), ('::1', 0))
    """
    before, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ConfigError(f"{option}: must be a port from 1 to 65535, or 0 for a free one, was {text!r}")
    return before.strip("[]") or host, int(port)


def moment(text: str) -> int:
    """Read a date or a time (UTC) as milliseconds.

    Examples
    --------
    >>> moment("2024-01-01")
    1704067200000
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"--start: must be a date such as 2024-01-31 or 2024-01-31T12:00, was {text!r}") from error
    return round((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp() * 1000)


def markets(
    symbols: Sequence[str],
    replays: Sequence[Path],
    timeframes: Sequence[str],
    *,
    source: Literal["synthetic", "live", "empty", ""] = "",
    prices: Sequence[float] = (),
) -> tuple[MarketSettings, ...]:
    """Bring the options that describe markets together: one file for each symbol, in the order given.

    Parameters
    ----------
    source
        Where prices come from if not from files.
    prices
        None, one for all symbols or one for each.

    Raises
    ------
    ConfigError
        With the option that is wrong.
    """
    names = [pair(one) for one in symbols]
    each_price = _each("--price", prices, len(names))
    for price in prices:
        if not 0 < price < math.inf:
            raise ConfigError(f"--price: must be > 0, was {price:g}")
    if source and replays:
        raise ConfigError(f"--replay and --{source} exclude each other; choose one")
    if source:
        return tuple(MarketSettings(name, source, price=at) for name, at in zip(names, each_price, strict=True))
    if not replays:
        raise ConfigError("where prices come from is not said: give --replay FILE, --synthetic, --live or --empty")
    if len(replays) != len(names):
        raise ConfigError(
            f"--replay: there must be one file for each --symbol, was {_count(len(replays), 'file')} "
            f"for {_count(len(names), 'symbol')}"
        )
    frames = _each("--timeframe", [Timeframe.parse(one) for one in timeframes], len(names))
    for path in replays:
        if not path.exists():
            raise ConfigError(f"--replay: there is no {path}")
    return tuple(
        MarketSettings(name, "replay", path, frame) for name, path, frame in zip(names, replays, frames, strict=True)
    )


def _each(option: str, values: Sequence[_T], count: int) -> list[_T | None]:
    """Spread what was given over the symbols: nothing, one for all, or one for each."""
    if len(values) not in (0, 1, count):
        raise ConfigError(f"{option}: there must be one for all symbols or one for each, was {len(values)} for {count}")
    return list(values) if len(values) == count else [values[0] if values else None] * count


def _doubled(names: Sequence[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
