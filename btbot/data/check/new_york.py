"""Stocks whose sessions are known to the day: those that New York's exchanges list."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from btbot import sessions
from btbot.data.check.holes import IntArray
from btbot.data.store import Series
from btbot.timeframe import Timeframe

_DAY_MS = 86_400_000
_EPOCH = dt.date(1970, 1, 1)


def lists(of: Series) -> bool:
    """Return whether a series is of a stock of New York, by who sold it and how it is spelled.

    Of Yahoo, names with a dot, ``=`` or ``^`` are of other places or no stocks. Without the package that knows the
    sessions (extra ``stocks``) none is.
    """
    seller = of.exchange.partition("-")[0]
    there = seller == "alpaca" or (seller == "yfinance" and re.fullmatch(r"[A-Z0-9/-]+", of.symbol) is not None)
    return there and sessions.known()


def session_days(first: int, last: int) -> IntArray:
    """Return the days of the sessions from one moment to another, as numbers since 1970, in the order of time.

    Parameters
    ----------
    first, last
        Epoch milliseconds UTC. Before 1985 no session is known.

    Examples
    --------
    >>> session_days(1_609_459_200_000, 1_609_977_600_000).tolist()  # 2021-01-01 to 2021-01-07
    [18631, 18632, 18633, 18634]
    """
    begin = max(_EPOCH + dt.timedelta(days=first // _DAY_MS), dt.date(sessions.FIRST_YEAR, 1, 1))
    end = _EPOCH + dt.timedelta(days=last // _DAY_MS + 1)
    return np.array([(day - _EPOCH).days for day in sessions.sessions(begin, end)], np.int64)


def candles_of(days: IntArray, timeframe: Timeframe) -> IntArray:
    """Return how many candles each of some sessions has."""
    if timeframe.ms >= _DAY_MS:
        return np.ones(len(days), np.int64)
    spans = [sessions.hours(_EPOCH + dt.timedelta(days=int(day))) or (0, 0) for day in days]
    return np.array([-(-(close - open_) // timeframe.ms) for open_, close in spans], np.int64)
