"""The shipped strategies a second time: conditions at one bar, indicators straight from TA-Lib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import talib
from reference.rules import Rules, Wish


class TrendFollowing(Rules):
    """SMA 20/50 with ADX and an ATR guard."""

    DEFAULTS: Mapping[str, Any] = dict(
        ma_fast=20, ma_slow=50, adx_period=14, adx_threshold=25.0, atr_period=14, atr_critical_multiplier=3.0
    )
    EXITS: Mapping[str, Any] = dict(max_hold_bars=200)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        high, low, close = prices["high"], prices["low"], prices["close"]
        atr = talib.ATR(high, low, close, p.atr_period)
        return {
            "fast": talib.SMA(close, p.ma_fast),
            "slow": talib.SMA(close, p.ma_slow),
            "adx": talib.ADX(high, low, close, p.adx_period),
            "range": atr,
            "guard": p.atr_critical_multiplier * talib.SMA(atr, 20),
        }

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        fast, slow, close, adx = v["fast"][i], v["slow"][i], v["close"][i], v["adx"][i]
        strong = adx > self.own.adx_threshold
        calm = v["range"][i] < v["guard"][i]
        over = adx < self.own.adx_threshold or v["range"][i] > v["guard"][i]
        return Wish(
            enter_long=bool(fast > slow and close > fast and close > slow and strong and calm),
            enter_short=bool(fast < slow and close < fast and close < slow and strong and calm),
            exit_long=bool(fast < slow or over),
            exit_short=bool(fast > slow or over),
        )


class MeanReversion(Rules):
    """RSI and Bollinger bands against the move, not against a strong trend."""

    DEFAULTS: Mapping[str, Any] = dict(
        rsi_period=14,
        rsi_oversold=30.0,
        rsi_overbought=70.0,
        bb_period=20,
        bb_std=2.0,
        trend_filter_ma=50,
        trend_filter_threshold=0.02,
    )
    EXITS: Mapping[str, Any] = dict(max_hold_bars=50, cooldown_bars=10)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        close = prices["close"]
        upper, middle, lower = talib.BBANDS(close, p.bb_period, p.bb_std, p.bb_std)
        return {
            "rsi": talib.RSI(close, p.rsi_period),
            "upper": upper,
            "middle": middle,
            "lower": lower,
            "trend": talib.SMA(close, p.trend_filter_ma),
        }

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        p, close, rsi, trend = self.own, v["close"][i], v["rsi"][i], v["trend"][i]
        warm = not any(np.isnan(v[key][i]) for key in ("rsi", "middle", "trend"))
        downtrend = close < trend * (1 - p.trend_filter_threshold)
        uptrend = close > trend * (1 + p.trend_filter_threshold)
        return Wish(
            enter_long=bool(warm and rsi < p.rsi_oversold and close < v["lower"][i] and not downtrend),
            enter_short=bool(warm and rsi > p.rsi_overbought and close > v["upper"][i] and not uptrend),
            exit_long=bool(warm and (close >= v["middle"][i] or rsi >= 50)),
            exit_short=bool(warm and (close <= v["middle"][i] or rsi <= 50)),
        )


class MaCross(Rules):
    """The plain crossover: an event, seen at the close at which it happens."""

    DEFAULTS: Mapping[str, Any] = dict(ma_fast=20, ma_slow=50)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        return {"fast": talib.SMA(prices["close"], p.ma_fast), "slow": talib.SMA(prices["close"], p.ma_slow)}

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        if i == 0:
            return Wish()
        before, now = v["fast"][i - 1] - v["slow"][i - 1], v["fast"][i] - v["slow"][i]
        up, down = bool(before <= 0 < now), bool(before >= 0 > now)
        return Wish(enter_long=up, exit_long=down, enter_short=down, exit_short=up)


class ReversalTrailing(Rules):
    """A swing low, RSI back up through its oversold level, a close above the previous high: in this order."""

    DEFAULTS: Mapping[str, Any] = dict(swing_bars=20, rsi_period=14, rsi_oversold=30.0, rsi_overbought=70.0)
    EXITS: Mapping[str, Any] = dict(trailing={"atr": 3.0}, opposite=False)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        return {"rsi": talib.RSI(prices["close"], p.rsi_period)}

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        p, rsi = self.own, v["rsi"]
        if i < 1:
            return Wish()
        low = self._latest(v["low"], i, np.min)
        high = self._latest(v["high"], i, np.max)
        up = any(rsi[r - 1] <= p.rsi_oversold < rsi[r] for r in range(low + 1, i + 1)) if low >= 0 else False
        down = any(rsi[r - 1] >= p.rsi_overbought > rsi[r] for r in range(high + 1, i + 1)) if high >= 0 else False
        return Wish(
            enter_long=bool(up and v["close"][i] > v["high"][i - 1]),
            enter_short=bool(down and v["close"][i] < v["low"][i - 1]),
        )

    def _latest(self, values: np.ndarray, i: int, extreme: Any) -> int:
        """Return the latest bar, less than `swing_bars` ago, that is the extreme of its own window; -1 without one."""
        span = self.own.swing_bars
        for s in range(i, max(i - span, span - 2), -1):
            if values[s] == extreme(values[s - span + 1 : s + 1]):
                return s
        return -1


class ChannelBreak(Rules):
    """Counterpart of `tests/parity/strategies/channel_break.py`: exits at price levels of its own."""

    DEFAULTS: Mapping[str, Any] = dict(period=20, reward=2.0)

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        return {"top": talib.MAX(prices["high"], p.period), "bottom": talib.MIN(prices["low"], p.period)}

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        if i == 0:
            return Wish()
        close, top, bottom = v["close"][i], v["top"][i - 1], v["bottom"][i - 1]
        middle = (top + bottom) / 2
        # Every third bar gives no level: NaN means none.
        given = i % 3 != 0
        return Wish(
            enter_long=bool(close > top),
            enter_short=bool(close < bottom),
            stop_long=middle,
            stop_short=middle,
            target_long=close + self.own.reward * (close - middle) if given else np.nan,
            target_short=close - self.own.reward * (middle - close) if given else np.nan,
        )


STRATEGIES: dict[str, type[Rules]] = {
    "trend_following": TrendFollowing,
    "mean_reversion": MeanReversion,
    "ma_cross": MaCross,
    "reversal_trailing": ReversalTrailing,
    "channel_break": ChannelBreak,
}
