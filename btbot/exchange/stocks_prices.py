"""What sellers of stock prices have in common: how prices are adjusted, and which times belong to a session."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from btbot.errors import ConfigError
from btbot.sessions import NEW_YORK, hours

ADJUSTMENTS = {"": "split", "adjusted": "all", "raw": "raw"}  # what a name ends in, and Alpaca's word for it
_EPOCH, _DAY_MS = dt.date(1970, 1, 1), 86_400_000
_EXACT = 1_000_000.0
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


def adjustment_of(name: str) -> str:
    """Return what a seller's name says of its prices: "" are adjusted for splits, ``adjusted`` for dividends too.

    Examples
    --------
    >>> adjustment_of("alpaca"), adjustment_of("alpaca-adjusted"), adjustment_of("alpaca-raw")
    ('', 'adjusted', 'raw')
    """
    seller, _, found = name.partition("-")
    if found not in ADJUSTMENTS:
        raise ConfigError(f"exchange: {name!r} is not known; there are {seller}, {seller}-adjusted and {seller}-raw")
    return found


def midnights(time: IntArray, zone: str) -> IntArray:
    """Return 00:00 UTC of the date that each moment has in a time zone, epoch milliseconds.

    Examples
    --------
    >>> midnights(np.array([1_641_186_000_000]), "America/New_York")  # 2022-01-03 00:00 in New York
    array([1641168000000])
    """
    there = ZoneInfo(zone)
    days = [dt.datetime.fromtimestamp(at / 1_000, there).date().toordinal() for at in time.tolist()]
    return (np.array(days, np.int64) - _EPOCH.toordinal()) * _DAY_MS


def regular_hours(time: IntArray) -> npt.NDArray[np.bool_]:
    """Return which moments lie in a regular session of New York's exchanges.

    Examples
    --------
    >>> regular_hours(np.array([1_641_220_140_000, 1_641_220_200_000]))  # 2022-01-03, 09:29 and 09:30 in New York
    array([False,  True])
    """
    numbers = midnights(time, NEW_YORK.key) // _DAY_MS
    known = {number: hours(_EPOCH + dt.timedelta(days=number)) for number in np.unique(numbers).tolist()}
    spans = np.array([known[number] or (0, 0) for number in numbers.tolist()], np.int64).reshape(-1, 2)
    inside: npt.NDArray[np.bool_] = (time >= spans[:, 0]) & (time < spans[:, 1])
    return inside


def as_sent(prices: FloatArray) -> FloatArray:
    """Return prices that were single precision on their way as the shortest decimals that give the same ones.

    Yahoo sends 150.4 as 150.39999389648438. What is no single precision number stays as it is, and so does what is too
    large for a shortest decimal to be exact.

    Examples
    --------
    >>> as_sent(np.array([150.39999389648438, 628_930.0, 150.405, 123_456_792.0])).tolist()
    [150.4, 628930.0, 150.405, 123456792.0]
    """
    single = prices.astype(np.float32)
    shortest = single.astype("U32").astype(np.float64)
    return np.where((single.astype(np.float64) == prices) & (np.abs(prices) < _EXACT), shortest, prices)


def adjusted(values: FloatArray, adjusted_close: FloatArray) -> FloatArray:
    """Return open, high, low, close and volume, shape (n, 5), with prices moved as the adjusted close says.

    Rounded to 1e-4 from a price of 1 on, to 1e-6 below: a seller computes the adjusted close anew for each answer, and
    its last digits differ.
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # a close of 0 is no price: that bar is refused later
        prices = values[:, :4] * (adjusted_close / values[:, 3])[:, np.newaxis]
    rounded = np.where(prices >= 1.0, np.round(prices, 4), np.round(prices, 6))
    return np.hstack([rounded, values[:, 4:]])
