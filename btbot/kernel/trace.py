"""What a run did, in arrays: the form in which the kernel and Cerebro are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
REASONS = ("signal", "target", "opposite", "max_hold", "stop", "take_profit", "trailing", "break_even",
           "max_drawdown", "max_daily_loss", "liquidation")  # fmt: skip
FILL = np.dtype(
    [("symbol", "i8"), ("bar", "i8"), ("size", "f8"), ("price", "f8"), ("fee", "f8"), ("reason", "i8")], align=True
)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Account and fills of one setting.

    Attributes
    ----------
    equity, cash
        float64 of shape (m,), at each close of the window.
    fills
        Array of `FILL`: position of the symbol, its own bar (counted from its first), signed size in base currency,
        price, fee in quote currency, position of the reason in `REASONS`; in the order in which they happened.
    """

    equity: FloatArray
    cash: FloatArray
    fills: npt.NDArray[Any]


def fills_of(booked: list[tuple[Any, ...]]) -> npt.NDArray[Any]:
    """Return the fills that a `Ledger` booked as an array of `FILL`; a reason of a strategy's own is -1."""
    codes = {name: code for code, name in enumerate(REASONS)}
    rows = [
        (symbol, bar, size, price, fee, codes.get(reason, -1)) for _, symbol, _, bar, size, price, fee, reason in booked
    ]
    return np.array(rows, dtype=FILL)


def as_fills(rows: FloatArray) -> npt.NDArray[Any]:
    """Return rows of six numbers, as the loop writes them, as an array of `FILL`."""
    fills = np.zeros(len(rows), dtype=FILL)
    for place, name in enumerate(FILL.names or ()):
        fills[name] = rows[:, place]
    return fills


def worst_difference(one: Trace, other: Trace) -> float:
    """Return the largest relative difference between two traces; infinity if they differ in kind.

    Fills must agree in number, symbol, bar and reason; size, price and fee are compared relatively, equity and cash
    relative to the largest equity.
    """
    same = len(one.fills) == len(other.fills) and len(one.equity) == len(other.equity)
    if not same or any((one.fills[name] != other.fills[name]).any() for name in ("symbol", "bar", "reason")):
        return float("inf")
    worst = 0.0
    for name in ("size", "price", "fee"):
        left, right = one.fills[name], other.fills[name]
        scale = np.maximum(np.abs(left), np.abs(right))
        gap = np.abs(left - right) / np.where(scale > 0.0, scale, 1.0)
        if not np.isfinite(gap).all():
            return float("inf")
        worst = max(worst, float(np.max(gap, initial=0.0)))
    scale = float(np.max(np.abs(other.equity), initial=0.0)) or 1.0
    for name in ("equity", "cash"):
        gap = np.abs(getattr(one, name) - getattr(other, name))
        if not np.isfinite(gap).all():
            return float("inf")
        worst = max(worst, float(np.max(gap, initial=0.0)) / scale)
    return worst
