"""Synthetic candles: a market that was never there, the same one for the same seed.

The log price is a sum of trends and shocks. Trends come from a Markov chain of rising, falling and drifting
regimes; volatility from a product of Markov-switching multipliers, which gives clusters on every scale
without a loop (Calvet and Fisher 2004); shocks are Student t. High and low are the extremes of a Brownian
bridge between open and close (Karatzas and Shreve 1991, 4.3.40). A part of trend and shock is common to all
symbols of a seed.

Every quantity is drawn from a stream of its own, so that a longer run begins with the candles of a shorter
one.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.data.raw import raw_frame
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

FloatArray = npt.NDArray[np.float64]
MAX_BARS = 20_000_000
_PRICES = {"BTC": 30_000.0, "ETH": 2_000.0, "BNB": 300.0, "SOL": 100.0}  # where nobody says otherwise
_PRICE = 100.0
_YEAR_MS = 365 * 86_400_000
_ANNUAL_VOLATILITY = 0.6  # of the shocks; trends add to it
_COMMON = 0.6  # share of the shocks' variance that all symbols have in common
_DEGREES_OF_FREEDOM = 5.0
_TREND_BARS = 200.0  # mean length of a regime
_TREND_STRENGTHS = np.array([0.06, -0.05, 0.0, 0.0])  # drift per bar, in volatilities of a bar: up, down, aside, aside
_CLUSTER_BARS = (20.0, 80.0, 320.0, 1_280.0, 5_120.0)  # mean life of each volatility multiplier
_CALM, _WILD = 0.7, 1.3  # its two values; they average to 1
_DAILY_TURNOVER = 5e8  # in quote currency
_HOLE_BARS = 6  # mean length of a hole, if holes are wanted


@dataclass(frozen=True, slots=True)
class _Path:
    """Log returns and volatility of each bar, shape (n,)."""

    drift: FloatArray
    shock: FloatArray
    volatility: FloatArray


def generate(
    symbol: str,
    timeframe: Timeframe,
    *,
    bars: int,
    seed: int = 7,
    start_ms: int = 1_609_459_200_000,
    price: float | None = None,
    gaps: float = 0.0,
) -> pd.DataFrame:
    """Return synthetic candles as a raw frame.

    Parameters
    ----------
    symbol, timeframe, seed
        Together they choose the market; symbols of one seed move together in part.
    bars
        How many, 1 to 20 million, holes included.
    start_ms
        Open of the first bar, epoch milliseconds UTC; moved back to a multiple of the timeframe.
    price
        First open, above 0; None takes something usual for the symbol.
    gaps
        Share of the bars to leave out, in holes as an exchange's outages leave them; 0 to 0.5.

    Raises
    ------
    ConfigError
        If a value is out of its range.
    """
    first = _PRICES.get(symbol.split("/")[0].split("-")[0].upper(), _PRICE) if price is None else price
    _check(bars, seed, first, gaps)
    path = _path(symbol, bars, seed)
    values = _prices(path, _ANNUAL_VOLATILITY * math.sqrt(timeframe.ms / _YEAR_MS), first, seed, symbol)
    values["volume"] = _volume(path, values["close"], timeframe, seed, symbol)
    time = timeframe.floor(start_ms) + timeframe.ms * np.arange(bars, dtype=np.int64)
    kept = _kept(bars, gaps, seed, symbol)
    values = {name: column[kept] for name, column in values.items()}
    return raw_frame(time[kept], values, source=f"synthetic market, seed {seed}")


def _prices(path: _Path, bar_volatility: float, first: float, seed: int, symbol: str) -> dict[str, FloatArray]:
    """Return open, high, low and close, rounded to a tick that suits the first price."""
    volatility = bar_volatility * path.volatility
    close = np.cumsum(bar_volatility * path.drift + volatility * path.shock)
    opened = np.r_[0.0, close[:-1]]
    high, low = _extremes(opened, close, volatility, seed, symbol)
    digits = 6 - math.floor(math.log10(first))
    tick = 10.0**-digits
    logs = {"open": opened, "high": high, "low": low, "close": close}
    return {name: np.maximum(np.round(first * np.exp(log), digits), tick) for name, log in logs.items()}


def _path(symbol: str, bars: int, seed: int) -> _Path:
    drift = np.zeros(bars)
    shock = np.zeros(bars)
    volatility = np.ones(bars)
    for owner, share in (("", _COMMON), (symbol, 1.0 - _COMMON)):
        shock += math.sqrt(share) * _student(_stream(seed, owner, "shock"), bars)
        regimes = _switching(seed, owner, "trend", bars, _TREND_BARS, _TREND_STRENGTHS)
        drift += math.sqrt(share) * regimes
    for at, life in enumerate(_CLUSTER_BARS):
        owner = "" if at % 2 else symbol
        volatility *= _switching(seed, owner, f"cluster {at}", bars, life, np.array([_CALM, _WILD]))
    return _Path(drift, shock, volatility)


def _student(stream: np.random.Generator, bars: int) -> FloatArray:
    """Return Student t shocks of variance 1."""
    scale = math.sqrt((_DEGREES_OF_FREEDOM - 2.0) / _DEGREES_OF_FREEDOM)
    return stream.standard_t(_DEGREES_OF_FREEDOM, bars) * scale


def _switching(seed: int, owner: str, name: str, bars: int, life: float, states: FloatArray) -> FloatArray:
    """Return a chain that keeps its state for `life` bars on average, then draws a new one."""
    switches = _stream(seed, owner, f"{name} switch").random(bars) < 1.0 / life
    drawn = states[(_stream(seed, owner, f"{name} state").random(bars) * len(states)).astype(np.intp)]
    since = np.maximum.accumulate(np.where(switches, np.arange(bars), 0))
    return np.asarray(drawn[since], dtype=np.float64)


def _extremes(
    opened: FloatArray, close: FloatArray, volatility: FloatArray, seed: int, symbol: str
) -> tuple[FloatArray, FloatArray]:
    """Draw the highest and lowest log price on the way from open to close."""
    move = close - opened
    reach = [
        np.sqrt(move**2 - 2.0 * volatility**2 * np.log1p(-_stream(seed, symbol, name).random(len(move))))
        for name in ("high", "low")
    ]
    middle = opened + close
    return (middle + reach[0]) / 2.0, (middle - reach[1]) / 2.0


def _volume(path: _Path, close: FloatArray, timeframe: Timeframe, seed: int, symbol: str) -> FloatArray:
    """Return volumes in base currency: larger in wild times, after large moves, and by chance."""
    chance = np.exp(0.4 * _stream(seed, symbol, "volume").standard_normal(len(close)))
    turnover = _DAILY_TURNOVER * timeframe.ms / 86_400_000
    return np.round(turnover * path.volatility * (0.5 + 0.6 * np.abs(path.shock)) * chance / close, 5)


def _kept(bars: int, gaps: float, seed: int, symbol: str) -> npt.NDArray[np.bool_]:
    if gaps == 0.0:
        return np.ones(bars, dtype=bool)
    life = _HOLE_BARS
    opens = _stream(seed, symbol, "hole").random(bars) < -math.log1p(-gaps) / life  # holes may overlap
    length = 1 + np.minimum(_stream(seed, symbol, "hole length").standard_exponential(bars) * (life - 0.5), 50 * life)
    until = np.maximum.accumulate(np.where(opens, np.arange(bars) + length.astype(np.int64), 0))
    kept = np.arange(bars) >= until
    kept[0] = True
    return np.asarray(kept)


def _stream(seed: int, owner: str, name: str) -> np.random.Generator:
    """Return the random stream of one quantity, independent of all others and of the platform."""
    words = np.frombuffer(hashlib.sha256(f"{seed}|{owner}|{name}".encode()).digest(), dtype="<u4")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(word) for word in words])))


def _check(bars: int, seed: int, price: float, gaps: float) -> None:
    if not 1 <= bars <= MAX_BARS:
        raise ConfigError(f"feed.bars: must be 1 to {MAX_BARS:,}, was {bars:,}")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ConfigError(f"feed.seed: must be a whole number, was {seed!r}")
    if not (math.isfinite(price) and 1e-6 <= price <= 1e9):
        raise ConfigError(f"feed.price: must be 0.000001 to 1e9, was {price}")
    if not 0.0 <= gaps <= 0.5:
        raise ConfigError(f"feed.gaps: must be 0 to 0.5, a share of the bars, was {gaps}")
