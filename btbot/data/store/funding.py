"""Funding rates of perpetuals in the store."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy import Connection, select

from btbot.data.candles import iso
from btbot.data.funding import LARGEST
from btbot.data.store import bulk
from btbot.data.store.columns import FloatArray, IntArray
from btbot.data.store.keys import market_key
from btbot.data.store.market_rows import MarketRows
from btbot.data.store.merge import Written
from btbot.data.store.moment import Moment
from btbot.data.store.schema import funding_rates
from btbot.errors import DataError

_JITTER_MS = 60_000  # exchanges stamp funding some milliseconds after it falls due, other programs round that away
_KINDS = {"time": pa.int64(), "rate": pa.float64(), "mark_price": pa.float64()}


@dataclass(frozen=True, slots=True, eq=False)
class FundingRates:
    """Funding of one perpetual in the order of time.

    Parameters
    ----------
    time
        int64 of shape (n,), epoch milliseconds UTC.
    rate
        float64 of shape (n,), fractions of the notional; longs pay where it is positive.
    mark_price
        float64 of shape (n,), quote currency; NaN where it is not known.
    """

    time: IntArray
    rate: FloatArray
    mark_price: FloatArray

    def __len__(self) -> int:
        return len(self.time)


class Funding(MarketRows):
    """The funding rates of a database."""

    table, what, kinds = funding_rates, "funding rates", _KINDS

    def write(
        self,
        symbol: str,
        time: npt.ArrayLike,
        rate: npt.ArrayLike,
        mark_price: npt.ArrayLike | None = None,
        *,
        exchange: str,
        market: str = "perpetual",
        connection: Connection | None = None,
    ) -> Written:
        """Write rates in any order; the same ones again change nothing, other values replace.

        A rate that falls due within a minute of a stored one is that one, and keeps its time, and its mark price where
        none is given: what one source stamps some milliseconds late another one rounds, and nobody pays twice.

        Raises
        ------
        DataError
            If a rate cannot be right, or a time comes twice.
        """
        times, rates = np.asarray(time, np.int64), np.asarray(rate, np.float64)
        marks = np.full(len(times), np.nan) if mark_price is None else np.asarray(mark_price, np.float64)
        _check(symbol, times, rates, marks)
        with self._opened(connection) as open_:
            key = market_key(open_, exchange=exchange, market=market, symbol=symbol)
            times, marks = _like_stored(open_, key, times, marks)
            columns = {
                "time": pa.array(times),
                "rate": pa.array(rates),
                "mark_price": pa.array(marks, from_pandas=True),
            }
            return bulk.merge(open_, funding_rates, key, columns)

    def get(
        self,
        symbol: str,
        start: Moment = None,
        end: Moment = None,
        *,
        exchange: str | None = None,
        market: str | None = None,
    ) -> FundingRates:
        """Return the rates that fall due in ``[start, end)``, UTC.

        Raises
        ------
        DataError
            If the store has none of the symbol.
        ConfigError
            If several exchanges have it and none is named.
        """
        found = self._read(symbol, start, end, exchange, market)
        return FundingRates(*(found[name].to_numpy() for name in _KINDS))


def _like_stored(connection: Connection, key: int, times: IntArray, marks: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the times under which rates are stored already, and the mark prices that are known of them."""
    if not len(times):
        return times, marks
    of, first, last = funding_rates.c, int(times.min()) - _JITTER_MS, int(times.max()) + _JITTER_MS
    query = select(of.time, of.mark_price).where(of.market_id == key, of.time > first, of.time < last)
    stored = bulk.read(connection, query.order_by(of.time), {name: _KINDS[name] for name in ("time", "mark_price")})
    if not len(stored):
        return times, marks
    due, known = stored["time"].to_numpy(), stored["mark_price"].to_numpy()
    right = np.minimum(np.searchsorted(due, times), len(due) - 1)
    left = np.maximum(right - 1, 0)
    at = np.where(np.abs(due[left] - times) < np.abs(due[right] - times), left, right)
    same = np.abs(due[at] - times) < _JITTER_MS
    found = np.where(same, due[at], times)
    if len(np.unique(found)) < len(found):  # they come faster than that
        return times, marks
    return found, np.where(same & np.isnan(marks), known[at], marks)


def _check(symbol: str, times: IntArray, rates: FloatArray, marks: FloatArray) -> None:
    if not times.shape == rates.shape == marks.shape == (len(times),):
        raise DataError(f"{symbol}: {times.shape} times, {rates.shape} funding rates and {marks.shape} mark prices")
    wrong = np.flatnonzero(~(np.abs(rates) < LARGEST))
    if wrong.size:
        raise DataError(
            f"{symbol}: the funding rate at {iso(int(times[wrong[0]]))} is {rates[wrong[0]]:g}; a fraction between "
            f"-{LARGEST} and {LARGEST} is expected, 0.0001 meaning 0.01 %"
        )
    wrong = np.flatnonzero(~(np.isnan(marks) | ((marks > 0) & (marks < np.inf))))
    if wrong.size:
        at = iso(int(times[wrong[0]]))
        raise DataError(f"{symbol}: the mark price at {at} is {marks[wrong[0]]:g}; a price > 0, or NaN, is expected")
    ordered = np.sort(times)
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if twice.size:
        raise DataError(f"{symbol}: the funding time {iso(int(ordered[twice[0]]))} comes twice; keep one rate a time")
