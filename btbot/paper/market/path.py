r"""The way of the price inside a candle: which prints made it, as far as a candle can tell. Pure.

Extremes
    Whether the high or the low came first is drawn with the odds of a Brownian motion: by the reflection principle
    (images; Karatzas and Shreve 1991, 2.8) the density of a path from open over the first extreme and the second to
    the close falls with the square of the way's length :math:`L`, so
    :math:`P(\text{high first}) = 1 / (1 + \exp((L_h^2 - L_l^2) / 2 \sigma^2))` with Parkinson's
    :math:`\sigma = (h - l) / \sqrt{4 \ln 2}`.
Between them
    Brownian bridges from one to the next, folded back into the candle and rounded to the tick, strictly inside of high
    and low: these are touched once. Prints are shared out over the legs by their length.
Volume
    Exponential shares in whole steps, at least one a print; the sum is the candle's volume to the last digit. A
    candle without volume whose price moved prints one unit of 1e-8 each time.
Taker
    Buys where the price rose, sells where it fell, either where it stood still.

References
----------
Karatzas, I. and Shreve, S. (1991). Brownian motion and stochastic calculus. Springer.
Parkinson, M. (1980). The extreme value method for estimating the variance of the rate of return. J. Business 53.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

import numpy as np

from btbot.bars import Bars
from btbot.exchange.order import Side
from btbot.exchange.units import SCALE
from btbot.timeframe import Timeframe

_PARKINSON = 4.0 * math.log(2.0)


class Bar(NamedTuple):
    """One candle, units of 1e-8; it lasts from `open_ms` until just before `end_ms`."""

    open_ms: int
    end_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class Print(NamedTuple):
    """One trade of the market; `taker` is the side of the order that came last."""

    time_ms: int
    price: int
    quantity: int
    taker: Side


def prints_in(bar_ms: int) -> int:
    """Give how many prints a bar of that length has: one a minute, 12 to 120.

    Examples
    --------
    >>> prints_in(60_000), prints_in(3_600_000), prints_in(86_400_000)
    (12, 60, 120)
    """
    return max(12, min(120, bar_ms // 60_000))


def path(bar: Bar, random: Random, *, prints: int, tick: int, step: int) -> list[Print]:
    """Give the prints of a candle: they begin with its open, end with its close and touch high and low once.

    Parameters
    ----------
    prints
        How many there are to be; fewer where the volume has fewer steps, never fewer than the four prices need.

    Examples
    --------
    >>> made = path(Bar(0, 60_000, 100, 110, 90, 105, 1_000), Random(1), prints=12, tick=1, step=1)
    >>> made[0].price, max(p.price for p in made), min(p.price for p in made), made[-1].price
    (100, 110, 90, 105)
    >>> sum(p.quantity for p in made)
    1000
    """
    turns = _turns(bar, random)
    step = step if bar.volume >= len(turns) * step else 1
    count = max(len(turns), min(prints, bar.volume // step))
    prices = _prices(bar, turns, count, random, tick)
    quantities = _quantities(bar.volume, count, random, step)
    times = _times(bar, count, random)
    takers = _takers(prices, random)
    return list(map(Print, times, prices, quantities, takers))


def seconds(prints: Sequence[Print], symbol: str) -> Bars:
    """Add prints up to candles of one second; seconds without one are left out."""
    rows: dict[int, list[int]] = {}
    for one in prints:
        row = rows.setdefault(one.time_ms // 1_000 * 1_000, [one.price, one.price, one.price, one.price, 0])
        row[1], row[2], row[3] = max(row[1], one.price), min(row[2], one.price), one.price
        row[4] += one.quantity
    columns = np.array(list(rows.values()), np.float64).reshape(-1, 5).T / SCALE
    return Bars(symbol, Timeframe(1_000), np.array(list(rows), np.int64), *columns)


def _turns(bar: Bar, random: Random) -> list[int]:
    """Give open, the extremes in the order in which they are reached, and close; what is there already only once."""
    first, second = (bar.high, bar.low) if _high_first(bar, random.random()) else (bar.low, bar.high)
    turns = [bar.open]
    for price in (first, second, bar.close):
        if price != turns[-1]:
            turns.append(price)
    return turns


def _high_first(bar: Bar, drawn: float) -> bool:
    if bar.open == bar.high or bar.close == bar.low:
        return True
    if bar.open == bar.low or bar.close == bar.high:
        return False
    span = bar.high - bar.low
    over_high = (bar.high - bar.open) + span + (bar.close - bar.low)
    over_low = (bar.open - bar.low) + span + (bar.high - bar.close)
    odds = (over_high**2 - over_low**2) * _PARKINSON / (2.0 * span**2)
    return drawn < 1.0 / (1.0 + math.exp(min(odds, 50.0)))


def _prices(bar: Bar, turns: Sequence[int], count: int, random: Random, tick: int) -> list[int]:
    legs = [abs(after - before) for before, after in pairwise(turns)]
    spare = count - len(turns)
    if not legs:
        return [bar.open] * count
    sigma = (bar.high - bar.low) / math.sqrt(_PARKINSON * count)
    lowest, highest = bar.low // tick * tick + tick, -(-bar.high // tick) * tick - tick
    if lowest > highest:
        lowest, highest = bar.low, bar.high
    prices, walked, placed, whole = [turns[0]], 0, 0, sum(legs)
    for (before, after), leg in zip(pairwise(turns), legs, strict=True):
        walked += leg
        inside = spare * walked // whole - placed
        placed += inside
        for price in _bridge(before, after, inside, sigma, random):
            folded = _folded(price, bar.low, bar.high)
            prices.append(max(lowest, min(highest, round(folded / tick) * tick)))
        prices.append(after)
    return prices


def _bridge(before: int, after: int, inside: int, sigma: float, random: Random) -> list[float]:
    """Give the points strictly between the ends of a Brownian bridge with that deviation a step."""
    walk, at = [], 0.0
    for _ in range(inside + 1):
        at += random.gauss(0.0, sigma)
        walk.append(at)
    drift = (after - before - at) / (inside + 1)
    return [before + noise + drift * (step + 1) for step, noise in enumerate(walk[:-1])]


def _folded(price: float, low: int, high: int) -> float:
    """Reflect a price at high and low until it is between them."""
    span = high - low
    offset = (price - low) % (2 * span)
    return low + (offset if offset <= span else 2 * span - offset)


def _quantities(volume: int, count: int, random: Random, step: int) -> list[int]:
    spare = volume // step - count
    if spare < 0:
        return [1] * count
    shares, total = [], 0.0
    for _ in range(count):
        total += random.expovariate(1.0)
        shares.append(total)
    edges = [0, *(int(spare * (share / total)) for share in shares[:-1]), spare]
    quantities = [(after - before + 1) * step for before, after in pairwise(edges)]
    quantities[-1] += volume % step
    return quantities


def _times(bar: Bar, count: int, random: Random) -> list[int]:
    length = bar.end_ms - bar.open_ms
    times = [bar.open_ms + int((at + random.random()) * length / count) for at in range(count)]
    times[0] = bar.open_ms
    return times


def _takers(prices: Sequence[int], random: Random) -> list[Side]:
    takers: list[Side] = []
    taker: Side = "BUY" if random.random() < 0.5 else "SELL"
    for before, after in pairwise([prices[0], *prices]):
        if after != before:
            taker = "BUY" if after > before else "SELL"
        elif random.random() < 0.5:
            taker = "SELL" if taker == "BUY" else "BUY"
        takers.append(taker)
    return takers
