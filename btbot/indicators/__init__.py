"""Indicators, public as ``btbot.ta``: arrays in, float64 arrays of the same length out.

An indicator of one series takes an array (``ta.sma(bars.close, 20)``), one that needs highs, lows or volume
takes the `Bars` (``ta.adx(bars, 14)``); one with several lines returns a NamedTuple. The value at `i` depends
on the values ``0..i`` alone. Until there are enough values the result is NaN, from index to index as each
docstring says; too short an input is NaN throughout. In an array NaN and infinity are gaps: the warm-up
starts anew behind each.

TA-Lib computes where it has the function, numpy elsewhere and wherever TA-Lib cannot be imported or is old: the same
numbers. Nothing here draws, trades, reads a clock or changes its input.
"""

from __future__ import annotations

from btbot.indicators.atr import atr
from btbot.indicators.average import ema, sma, wma
from btbot.indicators.bollinger import Bollinger, bandwidth, bollinger
from btbot.indicators.cci import cci
from btbot.indicators.channel import Donchian, donchian, highest, lowest
from btbot.indicators.cross import crossover, crossunder
from btbot.indicators.direction import adx, minus_di, plus_di
from btbot.indicators.ichimoku import Ichimoku, ichimoku
from btbot.indicators.macd import Macd, macd
from btbot.indicators.memo import shared
from btbot.indicators.rsi import rsi
from btbot.indicators.sar import sar
from btbot.indicators.slope import linreg_slope
from btbot.indicators.stochastic import Stochastic, stochastic
from btbot.indicators.supertrend import Supertrend, supertrend
from btbot.indicators.volatility import realized_volatility
from btbot.indicators.volume import mfi, obv
from btbot.indicators.vwap import vwap
from btbot.indicators.warmth import watched
from btbot.indicators.zscore import zscore

__all__ = [
    "Bollinger",
    "Donchian",
    "Ichimoku",
    "Macd",
    "Stochastic",
    "Supertrend",
    "adx",
    "atr",
    "bandwidth",
    "bollinger",
    "cci",
    "crossover",
    "crossunder",
    "donchian",
    "ema",
    "highest",
    "ichimoku",
    "linreg_slope",
    "lowest",
    "macd",
    "mfi",
    "minus_di",
    "obv",
    "plus_di",
    "realized_volatility",
    "rsi",
    "sar",
    "sma",
    "stochastic",
    "supertrend",
    "vwap",
    "wma",
    "zscore",
]

# The engine measures from which bar on a strategy's indicators are warm; a search computes each of them once.
for _name in set(__all__) - {"crossover", "crossunder"}:
    if _name.islower():
        globals()[_name] = shared(watched(globals()[_name]))
