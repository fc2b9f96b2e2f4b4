"""Candles of one symbol: checked once at the door, trusted behind it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.errors import DataError
from btbot.timeframe import Timeframe

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Bars:
    """Finished candles in the order of time.

    Parameters
    ----------
    symbol
        Name such as ``BTC/USDT``.
    timeframe
        Length of a bar.
    time
        int64 of shape (n,), epoch milliseconds UTC of each bar's **open**, strictly increasing.
    open, high, low, close, volume
        float64 of shape (n,), prices in quote currency, volume in base currency; no NaN, no infinity.

    Raises
    ------
    DataError
        If shapes, types or the order of time break this contract.
    """

    symbol: str
    timeframe: Timeframe
    time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "time", _frozen(self.time, np.int64))
        for name in COLUMNS:
            object.__setattr__(self, name, _frozen(getattr(self, name), np.float64))
        n = len(self.time)
        for name in COLUMNS:
            values = getattr(self, name)
            if values.shape != (n,):
                raise DataError(f"{self.symbol}: {name} has shape {values.shape}, time has ({n},)")
            if not np.isfinite(values).all():
                at = int(np.flatnonzero(~np.isfinite(values))[0])
                raise DataError(f"{self.symbol}: {name} is {values[at]} at bar {at}; clean the data first")
        if n > 1 and not (np.diff(self.time) > 0).all():
            at = int(np.flatnonzero(np.diff(self.time) <= 0)[0]) + 1
            raise DataError(f"{self.symbol}: time does not increase at bar {at}; sort and drop duplicates first")

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        span = f"{self.stamp(0)} .. {self.stamp(-1)}" if len(self) else "empty"
        return f"Bars({self.symbol!r}, {str(self.timeframe)!r}, {len(self)} bars, {span})"

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, symbol: str, timeframe: Timeframe | str) -> Bars:
        """Build from a DataFrame with a UTC DatetimeIndex (bar opens) and the five columns."""
        index = pd.DatetimeIndex(frame.index)
        index = index.tz_localize("UTC") if index.tz is None else index.tz_convert("UTC")
        time = index.as_unit("ms").asi8
        columns = {name: frame[name].to_numpy(np.float64) for name in COLUMNS}
        return cls(symbol, Timeframe.parse(timeframe), time, **columns)

    @property
    def close_time(self) -> IntArray:
        """int64 of shape (n,): epoch milliseconds at which each bar ends."""
        return self.time + self.timeframe.ms

    @property
    def frame(self) -> pd.DataFrame:
        """DataFrame with a UTC DatetimeIndex named ``time`` (bar opens)."""
        index = pd.DatetimeIndex(self.time.astype("datetime64[ms]"), name="time").tz_localize("UTC")
        return pd.DataFrame({name: getattr(self, name) for name in COLUMNS}, index=index)

    @property
    def fingerprint(self) -> str:
        """SHA-256 over symbol, timeframe and every value, as hexadecimal text."""
        digest = hashlib.sha256(f"{self.symbol}|{self.timeframe.ms}|{len(self)}".encode())
        for name in ("time", *COLUMNS):
            digest.update(np.ascontiguousarray(getattr(self, name)).data)
        return digest.hexdigest()

    def stamp(self, index: int) -> str:
        """Return the open time of bar `index` as ISO 8601 UTC."""
        return pd.Timestamp(int(self.time[index]), unit="ms", tz="UTC").isoformat().replace("+00:00", "Z")

    def slice(self, start: int | None = None, stop: int | None = None) -> Bars:
        """Return the bars ``start:stop`` by position, as Python slices count."""
        part = slice(start, stop)
        columns = {name: getattr(self, name)[part] for name in COLUMNS}
        return Bars(self.symbol, self.timeframe, self.time[part], **columns)

    def between(self, start_ms: int | None, end_ms: int | None) -> Bars:
        """Return the bars that open in ``[start_ms, end_ms)``."""
        low = 0 if start_ms is None else int(np.searchsorted(self.time, start_ms))
        high = len(self) if end_ms is None else int(np.searchsorted(self.time, end_ms))
        return self.slice(low, high)

    def resample(self, timeframe: Timeframe | str) -> Bars:
        """Return coarser bars; the last one is dropped unless its time is over.

        Raises
        ------
        DataError
            If the wanted timeframe is not a multiple of this one.
        """
        wanted = Timeframe.parse(timeframe)
        if wanted == self.timeframe:
            return self
        if wanted.ms < self.timeframe.ms or wanted.ms % self.timeframe.ms:
            raise DataError(
                f"{self.symbol}: bars of {self.timeframe} cannot be resampled to {wanted}; "
                "choose a multiple of the file's timeframe"
            )
        if not len(self):
            return Bars(self.symbol, wanted, self.time, *(getattr(self, name) for name in COLUMNS))
        bucket = (self.time - wanted.origin_ms) // wanted.ms
        first = np.flatnonzero(np.r_[True, bucket[1:] != bucket[:-1]])
        last = np.r_[first[1:], len(self)] - 1
        whole = Bars(
            self.symbol,
            wanted,
            bucket[first] * wanted.ms + wanted.origin_ms,
            self.open[first],
            np.maximum.reduceat(self.high, first),
            np.minimum.reduceat(self.low, first),
            self.close[last],
            np.add.reduceat(self.volume, first),
        )
        unfinished = int(self.close_time[-1]) < int(whole.close_time[-1])
        return whole.slice(0, len(whole) - 1) if unfinished else whole

    def align(self, higher: Bars, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Bring a value per bar of `higher` onto these bars, using closed higher bars only.

        Parameters
        ----------
        higher
            Coarser bars of the same market, usually from `resample`.
        values
            Array of shape (len(higher),).

        Returns
        -------
        Array of shape (len(self),): at bar `i` the value of the last higher bar that has closed when `i`
        closes; NaN (False for booleans) before the first one.
        """
        values = np.asarray(values)
        if values.shape != (len(higher),):
            raise ValueError(f"values have shape {values.shape}, the higher bars have ({len(higher)},)")
        at = np.searchsorted(higher.close_time, self.close_time, side="right") - 1
        if values.dtype == bool:
            return np.where(at >= 0, values[np.maximum(at, 0)], False) if len(higher) else np.zeros(len(self), bool)
        if not len(higher):
            return np.full(len(self), np.nan)
        return np.where(at >= 0, values[np.maximum(at, 0)].astype(np.float64), np.nan)


def _frozen(values: npt.ArrayLike, dtype: Any) -> npt.NDArray[Any]:
    array = np.ascontiguousarray(values, dtype=dtype)
    if array is values and array.flags.writeable:
        array = array.view()
    array.flags.writeable = False
    return array
