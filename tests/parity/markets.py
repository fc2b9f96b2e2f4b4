"""Random markets and settings, seeded: what an exchange can deliver, not what a strategy would like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

START = pd.Timestamp("2024-01-01", tz="UTC")


@dataclass(frozen=True, eq=False)
class Case:
    """One market with one configuration; `config` has the keys of a run's configuration."""

    name: str
    frames: dict[str, pd.DataFrame]
    config: dict[str, Any]


def cases(count: int, seed: int) -> Iterator[Case]:
    """Yield `count` cases; the same seed gives the same cases."""
    names = ("trend_following", "mean_reversion", "ma_cross", "channel_break", "reversal_trailing")
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        yield case(rng, names[number % len(names)], f"{names[number % len(names)]}-{seed}-{number}")


def case(rng: np.random.Generator, strategy: str, name: str) -> Case:
    """Draw one case for `strategy`."""
    bars = int(rng.integers(300, 700))
    symbols = ["BTC/USDT", "ETH/USDT", "SOL/USDT"][: int(rng.choice([1, 1, 1, 2, 3]))]
    frames = {symbol: market(rng, bars) for symbol in symbols}
    fee = float(rng.choice([0.0, 0.0004, 0.001, 0.0075]))
    config = {
        "symbols": symbols,
        "timeframe": "1h",
        "feed": {"name": "frame", "frame": frames},
        "capital": float(rng.choice([500.0, 10_000.0, 1e6])),
        "allow_short": bool(rng.random() < 0.5),
        "strategies": [{"name": strategy, "params": parameters(rng, strategy)}],
        "sizing": sizing(rng, len(symbols)),
        "exits": exits(rng, strategy),
        "costs": {
            "maker_fee": fee,
            "taker_fee": fee,
            "slippage_bps": float(rng.choice([0.0, 1.0, 10.0, 57.0])),
        },
        "fills": "stock",
        "report": [],
        "proof": "none",
    }
    return Case(name, frames, config)


def market(rng: np.random.Generator, bars: int) -> pd.DataFrame:
    """Draw hourly candles: regimes of drift and volatility, gaps, flat runs, zero volume, limit moves, equal prices."""
    switch = rng.random(bars) < 0.02
    regime = np.cumsum(switch)
    drift = rng.normal(0, 0.0015, regime[-1] + 1)[regime]
    noise = np.exp(rng.normal(np.log(0.008), 0.6, regime[-1] + 1))[regime]
    step = drift + noise * rng.standard_t(4, bars)
    gap = np.where(rng.random(bars) < 0.05, rng.normal(0, 0.02, bars), 0.0)
    close = 100.0 * float(rng.choice([0.001, 1.0, 400.0])) * np.exp(np.cumsum(step + gap))
    before = np.r_[close[0], close[:-1]]
    opened = before * np.exp(gap)
    spread = np.abs(rng.normal(0, 1, (2, bars))) * noise
    high = np.maximum(opened, close) * np.exp(spread[0])
    low = np.minimum(opened, close) * np.exp(-spread[1])
    volume = rng.lognormal(3, 1, bars)
    table = np.column_stack([opened, high, low, close, volume])
    _disturb(rng, table)
    index = pd.date_range(START, periods=bars, freq="1h", name="time")
    return pd.DataFrame(table, index=index, columns=["open", "high", "low", "close", "volume"])


def _disturb(rng: np.random.Generator, table: np.ndarray) -> None:
    bars = len(table)
    for at in rng.integers(1, bars - 8, 4):
        # A stretch without a trade, at the price of the bar before it.
        table[at : at + int(rng.integers(1, 8)), :4] = table[at - 1, 3]
        table[at : at + 1, 4] = 0.0
    for at in rng.integers(1, bars, 5):
        # A bar locked at its limit: one price, far from the last.
        table[at, :4] = table[at - 1, 3] * float(rng.choice([0.9, 0.97, 1.03, 1.1]))
    for at in rng.integers(2, bars, 6):
        # The same bar once more: every comparison meets an equal value.
        table[at] = table[at - 1]


def parameters(rng: np.random.Generator, strategy: str) -> dict[str, Any]:
    """Draw parameters; every indicator of the strategy needs at least 15 bars, as an ATR stop does."""
    fast = int(rng.integers(2, 15))
    slow = int(rng.integers(16, 40))
    if strategy == "trend_following":
        return {
            "ma_fast": fast,
            "ma_slow": slow,
            "adx_period": int(rng.integers(5, 20)),
            "adx_threshold": float(rng.uniform(12, 30)),
            "atr_period": int(rng.integers(5, 20)),
            "atr_critical_multiplier": float(rng.uniform(1.05, 3.0)),
        }
    if strategy == "mean_reversion":
        return {
            "rsi_period": int(rng.integers(4, 16)),
            "rsi_oversold": float(rng.uniform(25, 42)),
            "rsi_overbought": float(rng.uniform(58, 75)),
            "bb_period": int(rng.integers(16, 25)),
            "bb_std": float(rng.uniform(0.8, 2.2)),
            "trend_filter_ma": slow,
            "trend_filter_threshold": float(rng.uniform(0.005, 0.1)),
        }
    if strategy == "ma_cross":
        return {"ma_fast": fast, "ma_slow": slow}
    if strategy == "reversal_trailing":
        return {
            "swing_bars": int(rng.integers(15, 30)),
            "rsi_period": int(rng.integers(4, 16)),
            "rsi_oversold": float(rng.uniform(28, 45)),
            "rsi_overbought": float(rng.uniform(55, 72)),
        }
    if strategy == "channel_break":
        return {"period": int(rng.integers(15, 30)), "reward": float(rng.uniform(0.5, 3.0))}
    return {}


def sizing(rng: np.random.Generator, symbols: int) -> dict[str, Any]:
    """Draw a sizing; one in six runs may ask for all the cash, so that the broker refuses it."""
    kind = int(rng.integers(0, 6))
    if kind == 0:
        return {"name": "fixed_cash", "cash": float(rng.uniform(10, 150))}
    if kind == 1:
        return {"name": "percent", "percent": 1.0 if symbols == 1 else 0.9 / symbols}
    return {"name": "percent", "percent": float(rng.uniform(0.05, 0.45)) / symbols}


def exits(rng: np.random.Generator, strategy: str) -> dict[str, Any]:
    """Draw protective exits, odd values so that no price meets a level exactly."""
    wanted: dict[str, Any] = {}
    if rng.random() < 0.5:
        wanted["stop"] = _distance(rng, 0.01, 0.06, 1.0, 4.0)
    if rng.random() < 0.4:
        wanted["take_profit"] = _distance(rng, 0.01, 0.08, 1.0, 5.0)
    if rng.random() < 0.4:
        wanted["trailing"] = _distance(rng, 0.01, 0.06, 1.0, 4.0)
        if rng.random() < 0.5:
            after = "after_percent" if "percent" in wanted["trailing"] else "after_atr"
            wanted["trailing"][after] = float(
                rng.uniform(0.002, 0.03) if after.endswith("cent") else rng.uniform(0.3, 2)
            )
    if rng.random() < 0.25:
        wanted["break_even"] = {"after_percent": float(rng.uniform(0.004, 0.03)), "offset_percent": 0.00137}
    if strategy == "channel_break":
        wanted["stop"] = {"level": True}
        wanted["take_profit"] = {"level": True}
    if rng.random() < 0.4:
        wanted["max_hold_bars"] = int(rng.integers(1, 40))
    if rng.random() < 0.4:
        wanted["cooldown_bars"] = int(rng.integers(1, 12))
    if rng.random() < 0.2:
        wanted["opposite"] = bool(rng.random() < 0.5)
    if rng.random() < 0.3:
        wanted["atr_period"] = int(rng.integers(5, 15))
    return wanted


def _distance(rng: np.random.Generator, low: float, high: float, few: float, many: float) -> dict[str, float]:
    if rng.random() < 0.5:
        return {"percent": float(rng.uniform(low, high))}
    return {"atr": float(rng.uniform(few, many))}
