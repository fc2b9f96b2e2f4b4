r"""How wide the market is quoted and how much stands at each price: a model from volume and volatility, pure.

A file of candles holds no order book. This one is made from what is known before a bar begins: the variance of the
log price :math:`\sigma^2` and the volume :math:`V` of an hour, averaged over the bars that have closed.

Spread
    Proportional to the volatility of one trade (Wyart et al. 2008), at least one tick:
    :math:`s = \max(\mathrm{tick}, P \sigma / \sqrt{N})` with :math:`N` trades an hour. Candles do not count trades:
    their typical size is taken as 60 times the least notional of the symbol (300 USDT on Binance, where BTC/USDT
    traded 260 USDT a trade on 2024-10-28).
Depth
    The square-root law of impact, :math:`x = \sigma P \sqrt{Q / V}` for the distance that a market order of size
    :math:`Q` moves the price (Torre 1997; Toth et al. 2011), read backwards: within a distance :math:`x` of the
    best price stands :math:`Q(x) = V u^2` with :math:`u = x / (\sigma P)`; beyond one volatility, where the law was
    not measured, it grows on along its tangent, :math:`V (2u - 1)`.
Levels
    Prices stand on a grid, fine near the best price, ten and a hundred times as coarse further out, where each price
    holds what the interval up to the next one holds. Each level has a factor of its own between 0.5 and 1.5, which
    follows from seed and price, and at least what is traded in a quarter of a second.

How close
    BTC/USDT of Binance on 2021-10-22: within 10 USDT of the best price stood 0.7 BTC (bids) and 2.2 BTC (asks), the
    model says 3.5 to 4.5; its spread is 0.68 where the real one was one tick of 0.01. On 2021-01-08 it says 0.76, and
    of 451 real quotes half were a tick wide while their mean was 2.36.

References
----------
Parkinson, M. (1980). The extreme value method for estimating the variance of the rate of return. J. Business 53.
Torre, N. (1997). BARRA market impact model handbook. BARRA Inc.
Toth, B. et al. (2011). Anomalous price impact and the critical nature of liquidity. Physical Review X 1, 021006.
Wyart, M. et al. (2008). Relation between bid-ask spread, impact and volatility in order-driven markets.
Quantitative Finance 8, 41-57.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from btbot.bars import Bars
from btbot.exchange.order import Side
from btbot.exchange.units import SCALE

HOUR_MS = 3_600_000
_MEMORY_BARS = 50.0  # the mean age of what the averages remember is about half of it
_CALIBRATION_BARS = 200
_LEVELS = (8, 10, 12)  # on the fine grid, and on each of the two coarser ones
_COARSER = 10
_TRADES_AN_HOUR = 3_600.0  # where the symbol has no least notional to tell the size of a trade
_FLOOR = 4 * 3_600  # a level holds at least that part of an hour's volume
_WIDEST = 0.01  # spread as a fraction of the price


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the last bars were like: variance of the log price and base volume, both of an hour."""

    variance: float
    volume: float

    def after(self, high: float, low: float, volume: float, bar_ms: int) -> Conditions:
        """Give the conditions after one more bar, exponentially averaged.

        The variance is Parkinson's, ``ln(high / low)**2 / (4 ln 2)``.
        """
        hours = bar_ms / HOUR_MS
        share = 2.0 / (_MEMORY_BARS + 1.0)
        variance = math.log(high / low) ** 2 / (4.0 * math.log(2.0)) / hours if low > 0.0 else 0.0
        return Conditions(
            self.variance + share * (variance - self.variance),
            self.volume + share * (volume / hours - self.volume),
        )


def calibrated(bars: Bars) -> Conditions:
    """Average the last bars; where a replay has none before its start, its first bar has to do."""
    known = bars.slice(max(0, len(bars) - _CALIBRATION_BARS), len(bars))
    hours = bars.timeframe.ms / HOUR_MS
    span = np.log(known.high / known.low)
    variance = float(np.mean(span**2)) / (4.0 * math.log(2.0)) / hours
    return Conditions(variance, float(np.mean(known.volume)) / hours)


@dataclass(frozen=True, slots=True)
class Shape:
    """The book in numbers, units of 1e-8.

    Attributes
    ----------
    spread
        Between best bid and best ask.
    unit
        Distance of prices on the fine grid.
    bands
        For each grid its distance of prices, and the quantity at its first, second, ... price.
    step
        Quantities are multiples of it.
    """

    spread: int
    unit: int
    bands: tuple[tuple[int, tuple[int, ...]], ...]
    step: int


def shape(conditions: Conditions, price: int, *, tick: int, step: int, min_notional: int) -> Shape:
    """Give the book of a market in these conditions at a price (units of 1e-8).

    Examples
    --------
    >>> calm = Conditions(variance=0.0025**2, volume=500.0)
    >>> made = shape(calm, 68_000 * SCALE, tick=SCALE // 100, step=1_000, min_notional=5 * SCALE)
    >>> made.spread / SCALE, made.unit / SCALE
    (0.5, 0.5)
    """
    sigma = max(math.sqrt(max(conditions.variance, 0.0)) * price, float(tick))
    volume = max(conditions.volume * SCALE, float(step))
    typical = 60 * min_notional
    trades = max(1.0, volume * price / SCALE / typical) if typical else _TRADES_AN_HOUR
    widest = max(float(tick), price * _WIDEST)
    spread = max(tick, round(min(sigma / math.sqrt(trades), widest) / tick) * tick)
    unit = _round_number(spread // tick) * tick
    bands, distance = [], 0
    for at, count in enumerate(_LEVELS):
        grid = unit * _COARSER**at
        sums = [_within(distance + grid * level, sigma, volume) for level in range(count + 1)]
        floor = max(volume / _FLOOR, float(step))
        held = (max(floor, after - before) for before, after in pairwise(sums))
        bands.append((grid, tuple(math.ceil(quantity / step) * step for quantity in held)))
        distance += grid * count
    return Shape(spread, unit, tuple(bands), step)


def ladder(made: Shape, best: int, side: Side, seed: int) -> dict[int, int]:
    """Give price and quantity of every level of a side, best first; `best` itself is one of them."""
    sign = 1 if side == "SELL" else -1
    found: dict[int, int] = {}
    price = best
    step, mixed = made.step, seed * 40_503
    for grid, quantities in made.bands:
        for quantity in quantities:
            if price <= 0:
                return found
            factor = 32_768 + (price * 2_654_435_761 + mixed >> 7 & 0xFFFF)
            found[price] = (quantity * factor // 65_536 // step or 1) * step
            price = (price // grid + 1) * grid if sign > 0 else (price - 1) // grid * grid
    return found


def _within(distance: float, sigma: float, volume: float) -> float:
    u = distance / sigma
    return volume * (u * u if u < 1.0 else 2.0 * u - 1.0)


def _round_number(ticks: int) -> int:
    """Give 1, 2 or 5 times a power of ten, not above `ticks`."""
    power: int = 10 ** (len(str(max(1, ticks))) - 1)
    return max(factor * power for factor in (1, 2, 5) if factor * power <= max(1, ticks))
