"""Which column of a file is which: by known names, by position, or as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from btbot.errors import ConfigError, did_you_mean

PRICES = ("open", "high", "low", "close")
ROLES = ("time", *PRICES, "volume", "symbol")
_UNNAMED_INDEX = ("__index_level_0__", "")  # as pandas writes it to parquet and to csv
_EPOCHS = ("unix", "unix_timestamp", "timestamp", "open_time", "opentime")
_TIME = (*_EPOCHS, "time", "date", "datetime", "open_datetime", *_UNNAMED_INDEX)
_VOLUME = ("volume", "vol", "base_volume")
_SYMBOL = ("symbol", "ticker", "pair")
_MONEY = ("usdt", "usdc", "busd", "fdusd", "tusd", "dai", "usd", "eur", "gbp", "jpy", "krw", "try", "quote", "money")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}[-./]\d\d[-./]\d\d([T ].*)?")
_POSITIONS = {role: at for at, role in enumerate(("time", *PRICES, "volume"))}
_HEADERLESS_WIDTHS = (6, 7, 12)  # plain; with a count of trades (Kraken); Binance klines
_EARLIEST_EPOCH = 631_152_000  # 1990 in seconds: smaller numbers are counters or prices


def by_name(names: Sequence[str], *, chosen: Mapping[str, str], symbol: str | None = None) -> dict[str, int]:
    """Return the position of each role that can be told from the column names.

    Parameters
    ----------
    names
        The header.
    chosen
        What the user says: role to column name; a role it names is looked up nowhere else.
    symbol
        The wanted symbol: tells ``Volume BTC`` from ``Volume USDT``.

    Examples
    --------
    >>> by_name(["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"], chosen={})
    {'time': 0, 'open': 1, 'high': 2, 'low': 3, 'close': 4, 'volume': 6}
    """
    plain = [plain_name(name) for name in names]
    found: dict[str, int] = {}
    for role in ROLES:
        at = _chosen(names, plain, chosen[role]) if role in chosen else _known(plain, role, symbol)
        if at is not None:
            found[role] = at
    return found


def by_number(cells: Sequence[str], *, chosen: Mapping[str, str]) -> dict[str, int]:
    """Return the position of each role in a file without a header, if the line is its first candle.

    Known layouts need no help; others are described by numbers: ``{"time": "1", "open": "3", ...}``.
    """
    numbered = [str(at + 1) for at in range(len(cells))]
    if not set(chosen.values()) <= set(numbered):
        return {}
    told = {role: numbered.index(number) for role, number in chosen.items()}
    roles = by_position(cells) | told
    prices = [cells[roles[role]].strip() for role in PRICES if role in roles]
    complete = len(prices) == len(PRICES) and "time" in roles
    return roles if complete and all(_NUMBER.fullmatch(price) for price in prices) else {}


def by_position(cells: Sequence[str]) -> dict[str, int]:
    """Return the position of each role if the first line of a file without a header looks like a candle.

    Examples
    --------
    >>> by_position(["1672531200", "10", "12", "9", "11", "5"])["close"]
    4
    >>> by_position(["10", "12", "9", "11"])
    {}
    """
    if len(cells) not in _HEADERLESS_WIDTHS:
        return {}
    numbers = [_NUMBER.fullmatch(cell.strip()) is not None for cell in cells]
    epoch = numbers[0] and float(cells[0]) >= _EARLIEST_EPOCH
    if not (epoch or _DATE.fullmatch(cells[0].strip())) or not all(numbers[1:]):
        return {}
    return dict(_POSITIONS) if float(cells[2]) >= float(cells[3]) else {}


def numbers_in(cells: Sequence[str]) -> int:
    """Return how many cells are numbers.

    Examples
    --------
    >>> numbers_in(["1704067200000", "1.5", "x", "2e-3"])
    3
    """
    return sum(_NUMBER.fullmatch(cell.strip()) is not None for cell in cells)


def check_roles(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Return the user's column map, or raise `ConfigError` for a role that does not exist."""
    chosen = {str(role): str(name) for role, name in (columns or {}).items()}
    for role in chosen:
        if role not in ROLES:
            raise ConfigError(
                f"feed.columns: {role!r} is not known; allowed are {', '.join(ROLES)}{did_you_mean(role, ROLES)}"
            )
    return chosen


def problem(found: Mapping[str, int], names: Sequence[str], *, chosen: Mapping[str, str]) -> str:
    """Return what is missing, empty if time, the four prices and all that the user named were found."""
    for role, name in chosen.items():
        if role not in found:
            return f"has no column {name!r} for {role}; it has {listed(names)}; correct feed.columns"
    missing = [role for role in ("time", *PRICES) if role not in found]
    if not missing:
        return ""
    return (
        f"no column for {', '.join(missing)} among {listed(names)}; "
        "candles need time, open, high, low, close and volume; is it a file of candles? "
        f"If so, name its columns with feed.columns: {{{missing[0]}: NAME}}"
    )


def listed(names: Sequence[str]) -> str:
    """Return the column names of a file as a short list for a message."""
    shown = ", ".join(names[:14])
    return f"{shown}{', ...' if len(names) > 14 else ''}"


def plain_name(name: str) -> str:
    """Return a column name as the known ones are written: small letters, with underscores for blanks.

    Examples
    --------
    >>> plain_name(" Volume BTC")
    'volume_btc'
    """
    return re.sub(r"[\s\-]+", "_", name.strip().strip("\ufeff\"'").lower())


def _chosen(names: Sequence[str], plain: Sequence[str], wanted: str) -> int | None:
    if wanted in names:
        return list(names).index(wanted)
    return list(plain).index(plain_name(wanted)) if plain_name(wanted) in plain else None


def _known(plain: Sequence[str], role: str, symbol: str | None) -> int | None:
    aliases = {"time": _TIME, "volume": _VOLUME, "symbol": _SYMBOL}.get(role, (role,))
    for alias in aliases:
        if alias in plain:
            return list(plain).index(alias)
    return _volume_by_currency(plain, symbol) if role == "volume" else None


def _volume_by_currency(plain: Sequence[str], symbol: str | None) -> int | None:
    """Find ``Volume BTC`` beside ``Volume USDT``: that of the base currency, else the first that is not money."""
    places = [at for at, name in enumerate(plain) if name.startswith("volume_")]
    base = re.split(r"[^a-z0-9]", (symbol or "").lower())[0]
    for at in places:
        currency = plain[at].removeprefix("volume_").strip("()")
        if currency and base.startswith(currency):
            return at
    return next((at for at in places if plain[at].removeprefix("volume_").strip("()") not in _MONEY), None)
