"""Targets instead of entries and exits: orders for the difference between wanted and held."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import talib
from reference.rules import Rules


class TargetRules(Rules):
    """Base of reference strategies that name an exposure at every close; without protective exits."""

    BAND = 0.1

    def exposure(self, v: dict[str, np.ndarray], i: int) -> float:
        """Return the wanted share at the close of bar `i`, NaN to keep what is held."""
        raise NotImplementedError

    def notify_order(self, order: Any) -> None:
        if order.status in (order.Margin, order.Rejected):
            self.refused += 1
        if order.status == order.Completed:
            done = order.executed
            bar = len(order.data) - 1
            row = {"symbol": order.data._name, "bar": bar, "size": done.size, "price": done.price}
            self.fills.append({**row, "fee": done.comm, "reason": "target"})

    def next(self) -> None:
        i = len(self.data) - 1
        equity = self.broker.getvalue()
        self.curve.append((equity, self.broker.getcash()))
        changes = [(data, self._change(data, i, equity)) for data in self.datas]
        held = {data: self.getposition(data).size for data in self.datas}
        reducing = [(data, size) for data, size in changes if size * held[data] < 0]
        adding = [(data, size) for data, size in changes if size * held[data] >= 0 and size]
        for data, size in reducing + adding:
            (self.buy if size > 0 else self.sell)(data, size=abs(size))

    def _change(self, data: Any, i: int, equity: float) -> float:
        exposure = self.exposure(self.arrays[data], i)
        if math.isnan(exposure):
            return 0.0
        if not self.p.allow_short:
            exposure = max(exposure, 0.0)
        full = self.p.sizing["percent"] * equity / data.close[0]
        held, wanted = self.getposition(data).size, exposure * full
        if held * wanted < 0:
            return -held  # to zero first; the new side follows at the next close
        if held and not wanted:
            return -held
        return wanted - held if abs(wanted - held) > self.BAND * full else 0.0


class EwmaTrend(TargetRules):
    """Mean of exponential crossovers in units of volatility."""

    DEFAULTS: Mapping[str, Any] = dict(
        periods=((8, 32), (16, 64), (32, 128)), volatility_days=35, long_only=True, bars_per_day=24
    )

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        close, day = prices["close"], p.bars_per_day
        changes = np.r_[np.nan, np.diff(close)]
        volatility = np.sqrt(talib.EMA(changes**2, p.volatility_days * day) * day)
        parts = []
        for fast, slow in p.periods:
            crossover = (talib.EMA(close, fast * day) - talib.EMA(close, slow * day)) / volatility
            parts.append(np.tanh(15 / math.sqrt(fast) * crossover / 20))
        exposure = sum(parts) / len(parts)
        return {"exposure": np.maximum(exposure, 0.0) if p.long_only else exposure}

    def exposure(self, v: dict[str, np.ndarray], i: int) -> float:
        return float(v["exposure"][i])


class Wavering(TargetRules):
    """Counterpart of `tests/parity/strategies/wavering.py`."""

    DEFAULTS: Mapping[str, Any] = dict(period=20, band=0.1)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        self.BAND = p.band
        return {"change": talib.ROCP(prices["close"], p.period)}

    def exposure(self, v: dict[str, np.ndarray], i: int) -> float:
        if i % 11 == 0 or np.isnan(v["change"][i]):
            return math.nan
        return min(1.0, max(-1.0, float(np.round(v["change"][i] * 10, 1))))
