"""Candles as plain arrays on their way through the gate, and the findings about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS
from btbot.records import Finding

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
_PLACES = 5
_STAMPABLE_MS = 9_000_000_000_000_000  # year 287000: beyond it a number is no date


@dataclass(frozen=True, slots=True)
class Candles:
    """A raw frame as arrays of shape (n,): time int64 in epoch milliseconds UTC, the others float64."""

    symbol: str
    source: str
    time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    lines: IntArray | None = None

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def from_raw(cls, frame: pd.DataFrame, symbol: str) -> Candles:
        """Take the arrays out of a raw frame; lines only if they fit its length."""
        values = {name: np.ascontiguousarray(frame[name].to_numpy(), dtype=np.float64) for name in COLUMNS}
        time = np.ascontiguousarray(frame["time"].to_numpy(), dtype=np.int64)
        lines = frame.attrs.get("lines")
        fitting = lines if lines is not None and len(lines) == len(frame) else None
        return cls(symbol, str(frame.attrs.get("source", "")), time, **values, lines=fitting)

    def take(self, rows: IntArray | BoolArray) -> Candles:
        """Return the chosen rows."""
        chosen = {name: getattr(self, name)[rows] for name in ("time", *COLUMNS)}
        return replace(self, **chosen, lines=None if self.lines is None else self.lines[rows])

    @property
    def place(self) -> str:
        """Name of the source and the symbol, for messages."""
        return f"{self.source}: {self.symbol}" if self.source else self.symbol

    def stamp(self, row: int) -> str:
        """Return the open time of a row as ISO 8601 UTC, or the number itself if it is no date."""
        return iso(int(self.time[row]))

    def where(self, row: int) -> str:
        """Return time and line of a row."""
        return self.stamp(row) if self.lines is None else f"{self.stamp(row)}, line {int(self.lines[row])}"

    def finding(self, kind: str, severity: str, rows: IntArray, text: str, *, count: int | None = None) -> Finding:
        """Return a finding about some rows; ``{where}`` in the text becomes time and line of the first."""
        places = tuple(self.stamp(int(row)) for row in rows[:_PLACES])
        sentence = text.replace("{where}", self.where(int(rows[0]))) if len(rows) else text
        return Finding(self.symbol, kind, severity, len(rows) if count is None else count, places, sentence)


def iso(time_ms: int) -> str:
    """Return epoch milliseconds as ISO 8601 UTC.

    Examples
    --------
    >>> iso(1672531200000)
    '2023-01-01T00:00:00Z'
    """
    if abs(time_ms) > _STAMPABLE_MS:
        return f"time {time_ms}"
    text = str(np.datetime64(time_ms, "ms"))
    return f"{text.removesuffix('.000')}Z"


def rows_of(mask: BoolArray) -> IntArray:
    """Return the positions where a mask is true."""
    return np.flatnonzero(mask)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "candle"), counted(12345, "candle")
    ('1 candle', '12,345 candles')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
