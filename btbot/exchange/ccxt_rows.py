"""What ccxt gives, as records. ccxt reads every price from the exchange's own text; here nothing is rounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.errors import Retryable
from btbot.exchange.client import BookSnapshot, Candles, FundingRate, TapeTrade

_FIELDS = ("open", "high", "low", "close", "volume")


def candles_of(rows: Sequence[Sequence[Any]], *, newest_only: bool = False) -> Candles:
    """Read candles; a row that is sent twice counts once.

    Raises
    ------
    Retryable
        If a row lacks a number, or if two rows of one time differ.
    """
    kept: list[Sequence[Any]] = []
    for row in rows:
        if kept and kept[-1][0] == row[0]:
            if list(kept[-1][1:6]) != list(row[1:6]):
                raise Retryable(f"two candles of {utc(row[0])} in one answer differ")
            continue
        kept.append(row)
    time = np.array([row[0] for row in kept], dtype=np.int64)
    values = np.array([row[1:6] for row in kept], dtype=np.float64).reshape(-1, 5)
    if not np.isfinite(values).all():
        number, field = np.argwhere(~np.isfinite(values))[0]
        raise Retryable(f"the candle of {utc(kept[number][0])} has {kept[number][1 + field]} for its {_FIELDS[field]}")
    return Candles(time, values, newest_only)


def trades_of(rows: Sequence[Mapping[str, Any]]) -> list[TapeTrade]:
    """Read trades, oldest first. Where the exchange gives no id, one is made of the trade itself."""
    found: list[TapeTrade] = []
    alike: Counter[str] = Counter()
    for row in rows:
        price, amount = _number(row, "price"), _number(row, "amount")
        side = row.get("side")
        if side not in ("buy", "sell"):
            raise Retryable(f"the trade of {utc(row['timestamp'])} has the side {side!r}")
        name = row.get("id")
        if name is None:
            content = f"{row['timestamp']}:{price!r}:{amount!r}:{side}"
            alike[content] += 1
            name = f"{content}:{alike[content]}"
        found.append(TapeTrade(int(row["timestamp"]), str(name), price, amount, side))
    return found


def funding_of(rows: Sequence[Mapping[str, Any]]) -> list[FundingRate]:
    """Read funding rates, oldest first."""
    found = {int(row["timestamp"]): row for row in rows}
    return [FundingRate(time, _number(found[time], "fundingRate"), _mark(found[time])) for time in sorted(found)]


def book_of(book: Mapping[str, Any], levels: int, now_ms: int) -> BookSnapshot:
    """Read the book; exchanges that give it no time get `now_ms`."""
    return BookSnapshot(
        int(book.get("timestamp") or now_ms), _levels(book["bids"], levels), _levels(book["asks"], levels)
    )


def utc(time_ms: int) -> str:
    """Write a time for a message.

    Examples
    --------
    >>> utc(1_640_995_200_000)
    '2022-01-01 00:00:00 UTC'
    """
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _levels(side: Sequence[Sequence[Any]], levels: int) -> npt.NDArray[np.float64]:
    return np.array([level[:2] for level in side[:levels]], dtype=np.float64).reshape(-1, 2)


def _mark(row: Mapping[str, Any]) -> float | None:
    given: Any = (row.get("info") or {}).get("markPrice")
    try:
        mark = float(given)
    except (TypeError, ValueError):
        return None
    return mark if math.isfinite(mark) and mark > 0.0 else None


def _number(row: Mapping[str, Any], name: str) -> float:
    value = row.get(name)
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Retryable(f"the entry of {utc(row['timestamp'])} has {value} for its {name}")
    return float(value)
