"""The same rules as an ordinary Backtrader strategy on a stock Cerebro."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import backtrader as bt
import pandas as pd

CAPITAL, SHARE, FEE, SLIPPAGE = 10_000.0, 0.2, 0.001, 0.001
ANALYZERS = (
    bt.analyzers.SharpeRatio,
    bt.analyzers.DrawDown,
    bt.analyzers.TradeAnalyzer,
    bt.analyzers.Returns,
    bt.analyzers.TimeReturn,
)


@dataclass
class Outcome:
    """Fills as (bar, signed size, price) and the equity at the end."""

    fills: list[tuple[int, float, float]]
    equity: float


class StockTrend(bt.Strategy):
    """`trend_following` long only, as a Backtrader user would write it."""

    params = (("fast", 20), ("slow", 50), ("period", 14), ("threshold", 25.0), ("guard", 3.0), ("hold", 200))

    def __init__(self) -> None:
        self.fast = bt.indicators.SMA(self.data.close, period=self.p.fast)
        self.slow = bt.indicators.SMA(self.data.close, period=self.p.slow)
        self.adx = bt.indicators.ADX(self.data, period=self.p.period)
        self.atr = bt.indicators.ATR(self.data, period=self.p.period)
        self.guard = bt.indicators.SMA(self.atr, period=20) * self.p.guard
        self.entered = 0
        self.fills: list[tuple[int, float, float]] = []

    def notify_order(self, order: Any) -> None:
        if order.status == order.Completed:
            self.entered = len(self)
            self.fills.append((len(self) - 1, order.executed.size, order.executed.price))

    def next(self) -> None:
        fast, slow, adx = self.fast[0], self.slow[0], self.adx[0]
        atr, guard, close = self.atr[0], self.guard[0], self.data.close[0]
        if self.position:
            over = fast < slow or adx < self.p.threshold or atr > guard
            reversed_ = fast < slow and close < fast and close < slow and adx > self.p.threshold and atr < guard
            if over or reversed_ or len(self) - self.entered + 1 >= self.p.hold:
                self.close()
        elif fast > slow and close > fast and close > slow and adx > self.p.threshold and atr < guard:
            self.buy(size=self.broker.getvalue() * SHARE / close)


def trend(frame: pd.DataFrame, step: str, *, analyzers: bool = True, observers: bool = True) -> Outcome:
    """Run `StockTrend` on close-stamped bars; default observers, and analyzers for the metrics."""
    cerebro = bt.Cerebro(stdstats=observers)
    stamped = frame.set_axis(frame.index.tz_localize(None) + pd.Timedelta(step))
    cerebro.adddata(bt.feeds.PandasData(dataname=stamped, openinterest=None))
    cerebro.broker.setcash(CAPITAL)
    cerebro.broker.setcommission(commission=FEE)
    cerebro.broker.set_slippage_perc(SLIPPAGE, slip_open=True, slip_limit=True, slip_match=True, slip_out=True)
    cerebro.addstrategy(StockTrend)
    for analyzer in ANALYZERS if analyzers else ():
        cerebro.addanalyzer(analyzer)
    strategy = cerebro.run()[0]
    return Outcome(strategy.fills, cerebro.broker.getvalue())
