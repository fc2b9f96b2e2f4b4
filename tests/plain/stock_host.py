"""Run a plain strategy file on a stock Cerebro and keep what the broker and the strategy saw."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import backtrader as bt
import pandas as pd


class Witness(bt.Analyzer):
    """Cash and value at every bar, and every trade."""

    def start(self) -> None:
        self.curve: list[tuple[float, float]] = []
        self.trades: dict[int, Any] = {}

    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.curve.append((value, cash))

    def notify_trade(self, trade: Any) -> None:
        self.trades[trade.ref] = trade


@dataclass
class Stock:
    """What the stock host leaves behind; times are the open of the bar, as in a run's files."""

    orders: pd.DataFrame
    trades: pd.DataFrame
    equity: pd.DataFrame


def run_stock(path: Path, frames: dict[str, pd.DataFrame], step: pd.Timedelta, costs: dict[str, float]) -> Stock:
    """Run the strategy class in `path` over hourly frames, stamped with their close."""
    strategy = _load(path)
    # Whoever writes `next_open` means it to be called.
    cerebro = bt.Cerebro(cheat_on_open="next_open" in vars(strategy))
    for symbol, frame in frames.items():
        stamped = frame.set_axis(frame.index.tz_localize(None) + step)
        minutes = int(step.total_seconds() // 60)
        feed = bt.feeds.PandasData(
            dataname=stamped, openinterest=None, timeframe=bt.TimeFrame.Minutes, compression=minutes
        )
        cerebro.adddata(feed, name=symbol)
    cerebro.broker.setcash(costs["capital"])
    cerebro.broker.setcommission(commission=costs["fee"])
    cerebro.broker.set_slippage_perc(costs["slippage"], slip_open=True, slip_limit=True, slip_match=True, slip_out=True)
    cerebro.addstrategy(strategy)
    cerebro.addanalyzer(Witness, _name="witness")
    strat = cerebro.run()[0]
    witness = strat.analyzers.witness
    equity = pd.DataFrame(witness.curve, columns=["equity", "cash"])
    return Stock(_orders(cerebro.broker.orders, step), _trades(witness.trades.values(), step), equity)


def _load(path: Path) -> type[bt.Strategy]:
    spec = importlib.util.spec_from_file_location(f"plain_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # Backtrader looks up the module of a strategy by its name
    spec.loader.exec_module(module)
    (found,) = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, bt.Strategy) and item.__module__ == module.__name__
    ]
    return found


def _time(number: float, step: pd.Timedelta) -> pd.Timestamp:
    # A float day resolves 10 microseconds; bars are whole minutes.
    return pd.Timestamp(bt.num2date(number)).round("s").tz_localize("UTC") - step


def _orders(orders: list[Any], step: pd.Timedelta) -> pd.DataFrame:
    rows = [
        {
            "symbol": order.data._name,
            "side": "buy" if order.isbuy() else "sell",
            "type": order.getordername(),
            "status": order.getstatusname(),
            "size": abs(order.created.size),
            "filled": abs(order.executed.size),
            "fill_price": order.executed.price if order.executed.size else float("nan"),
            "fee": order.executed.comm,
            "fill_time": _time(order.executed.dt, step) if order.executed.size else pd.NaT,
        }
        for order in orders
    ]
    columns = ["symbol", "side", "type", "status", "size", "filled", "fill_price", "fee", "fill_time"]
    return pd.DataFrame(rows, columns=columns)


def _trades(trades: Any, step: pd.Timedelta) -> pd.DataFrame:
    rows = [
        {
            "symbol": trade.data._name,
            "side": "long" if trade.long else "short",
            "entry_time": _time(trade.dtopen, step),
            "exit_time": _time(trade.dtclose, step) if trade.isclosed else pd.NaT,
            "pnl": trade.pnlcomm,
            "fees": trade.commission,
            "open": not trade.isclosed,
        }
        for trade in trades
    ]
    columns = ["symbol", "side", "entry_time", "exit_time", "pnl", "fees", "open"]
    return pd.DataFrame(rows, columns=columns)
