"""Names of market streams, such as ``btcusdt@kline_1m``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from btbot.paper.candles import INTERVALS

Kind = Literal[
    "kline", "trade", "aggTrade", "bookTicker", "depth", "partial", "miniTicker", "ticker", "window", "avgPrice",
]  # fmt: skip
EVERY = ""
WINDOWS = {"1h": 60, "4h": 240, "1d": 1440}
OFFSET_MS = 8 * 3_600_000
_PLAIN: dict[str, Kind] = {
    "trade": "trade", "aggTrade": "aggTrade", "bookTicker": "bookTicker", "miniTicker": "miniTicker",
    "ticker": "ticker", "avgPrice": "avgPrice",
}  # fmt: skip
_LEVELS = (5, 10, 20)
_FORM = re.compile(r"!?[^\s@!/]+(@[^\s@/]+){1,2}")
_DEPTH = re.compile(r"depth(\d*)(?:@(100|1000)ms)?")
_KLINE = re.compile(r"kline_(\w+?)(@\+08:00)?")


@dataclass(frozen=True, slots=True)
class Stream:
    """What one name means.

    Attributes
    ----------
    name
        As the client wrote it; it comes back in the wrapper of combined streams.
    symbol
        In capitals; empty for the streams of all symbols.
    interval
        Of klines, or the window of a rolling ticker.
    offset_ms
        How much later than in UTC the days of klines begin, as a negative part of a day: 8 hours for ``@+08:00``.
    levels
        Of partial books.
    every_ms
        How often at most it is sent; 0 sends at once.
    """

    name: str
    kind: Kind
    symbol: str = EVERY
    interval: str = ""
    offset_ms: int = 0
    levels: int = 0
    every_ms: int = 0


def is_stream(name: str) -> bool:
    """Return whether the text has the form of a stream's name; what it means is another matter."""
    return _FORM.fullmatch(name) is not None


def parse(name: str) -> Stream | None:
    """Read a stream's name; None where no such stream exists, which Binance takes without a word and never feeds.

    Examples
    --------
    >>> parse("btcusdt@depth5@100ms").levels
    5
    >>> parse("BTCUSDT@trade") is None
    True
    """
    if name.startswith("!"):
        return _all(name)
    symbol, _, rest = name.partition("@")
    if symbol != symbol.lower():
        return None
    symbol = symbol.upper()
    if rest in _PLAIN:
        kind = _PLAIN[rest]
        every = 1_000 if kind in ("miniTicker", "ticker", "avgPrice") else 0
        return Stream(name, kind, symbol, every_ms=every)
    if (found := _KLINE.fullmatch(rest)) is not None and found[1] in INTERVALS:
        every = 1_000 if found[1] == "1s" else 2_000
        return Stream(name, "kline", symbol, found[1], offset_ms=OFFSET_MS if found[2] else 0, every_ms=every)
    if (found := _DEPTH.fullmatch(rest)) is not None:
        return _depth(name, symbol, found)
    if rest.startswith("ticker_") and rest[7:] in WINDOWS:
        return Stream(name, "window", symbol, rest[7:], every_ms=1_000)
    return None


def _depth(name: str, symbol: str, found: re.Match[str]) -> Stream | None:
    every = int(found[2] or 1_000)
    if not found[1]:
        return Stream(name, "depth", symbol, every_ms=every)
    levels = int(found[1])
    return Stream(name, "partial", symbol, levels=levels, every_ms=every) if levels in _LEVELS else None


def _all(name: str) -> Stream | None:
    if name == "!miniTicker@arr":
        return Stream(name, "miniTicker", every_ms=1_000)
    if name == "!ticker@arr":
        return Stream(name, "ticker", every_ms=1_000)
    if name.startswith("!ticker_") and name.endswith("@arr") and name[8:-4] in WINDOWS:
        return Stream(name, "window", interval=name[8:-4], every_ms=1_000)
    return None
