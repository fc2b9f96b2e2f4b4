"""Funding rates of a run: those of files, or of the store."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from btbot.bars import Bars
from btbot.config import RunConfig
from btbot.config.sections import STORED_FUNDING
from btbot.data.candles import iso
from btbot.data.funding import read_funding
from btbot.errors import DataError

FloatArray = npt.NDArray[np.float64]
Rates = tuple[npt.NDArray[np.int64], FloatArray]
_LONGEST_MS = 86_400_000  # no exchange settles less often than once a day


def charged(config: RunConfig, bars: Mapping[str, Bars]) -> list[FloatArray | None] | None:
    """Return per symbol the sum of funding rates that fall due within each bar, its close included."""
    if config.costs.funding is None:
        return None
    return [_summed(item, rates(config, item)) for item in bars.values()]


def _summed(bars: Bars, found: Rates | None) -> FloatArray | None:
    if found is None:
        return None
    times, values = found
    inside = (times > bars.time[0]) & (times <= bars.close_time[-1])
    sums = np.zeros(len(bars))
    np.add.at(sums, np.searchsorted(bars.close_time, times[inside]), values[inside])
    return sums


def rates(config: RunConfig, bars: Bars) -> Rates | None:
    """Return times and rates that the configuration names for a symbol; None if it names none.

    Raises
    ------
    DataError
        If the file cannot be read, or the store has none, or none for a part of the bars.
    """
    name = source(config, bars.symbol)
    if name is None:
        return None
    return _stored(config, bars) if name == STORED_FUNDING else read_funding(config.folder / name)


def source(config: RunConfig, symbol: str) -> str | None:
    """Return the file of a symbol's funding rates, or the word that says that they are stored."""
    named = config.costs.funding
    return named.get(symbol) if isinstance(named, dict) else named


def _stored(config: RunConfig, bars: Bars) -> Rates:
    from btbot.data.store import open_store  # whoever needs no database does not load what it takes

    store = open_store(config.database)
    names = {one.exchange for one in store.funding.markets() if one.symbol == bars.symbol}
    exchange = config.exchange.name if config.exchange.name in names else None
    start, end = int(bars.time[0]), int(bars.close_time[-1])
    found = store.funding.get(bars.symbol, start, end + 1, exchange=exchange)
    edges = np.r_[start, found.time, end]
    holes = np.flatnonzero(np.diff(edges) > _LONGEST_MS)
    if holes.size:
        low, high = edges[holes[0]], edges[holes[0] + 1]
        raise DataError(
            f"{bars.symbol}: {store.database.shown} has no funding rate between {iso(int(low))} and {iso(int(high))}; "
            "download them with btbot data download --funding, or name a file as costs.funding"
        )
    return found.time, found.rate
