"""Run a reference strategy on a stock Cerebro and bring its record into the columns of a run's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd
from reference.rules import Rules
from reference.strategies import STRATEGIES

PRICES = ("open", "high", "low", "close", "volume")


@dataclass
class Reference:
    """What the stock host did.

    Attributes
    ----------
    fills
        Columns symbol, bar, size (signed), price, fee, reason, in the order of execution.
    trades
        The columns of a run's trades.
    equity
        Columns time (close of the bar, UTC), equity, cash.
    refused
        Number of orders that the stock broker refused.
    """

    fills: pd.DataFrame
    trades: pd.DataFrame
    equity: pd.DataFrame
    refused: int

    @property
    def final_equity(self) -> float:
        return float(self.equity["equity"].iloc[-1])


def run_reference(config: Mapping[str, Any], strategy: type[Rules] | None = None) -> Reference:
    """Run the strategy that `config` names; frames are those of its feed, over common timestamps."""
    entry, symbols = config["strategies"][0], config["symbols"]
    frames = {symbol: config["feed"]["frame"][symbol] for symbol in symbols}
    step = pd.Timedelta(config["timeframe"])
    cerebro = bt.Cerebro(stdstats=False)
    for symbol, frame in frames.items():
        stamped = frame.set_axis(frame.index.tz_localize(None) + step)
        cerebro.adddata(bt.feeds.PandasData(dataname=stamped, openinterest=None), name=symbol)
    _broker(cerebro, config)
    cerebro.addstrategy(
        strategy or STRATEGIES[entry["name"]],
        settings=entry.get("params"),
        sizing=config["sizing"],
        exits=config.get("exits"),
        allow_short=config.get("allow_short", False),
        prices={s: {c: f[c].to_numpy(np.float64) for c in PRICES} for s, f in frames.items()},
    )
    strat = cerebro.run()[0]
    index = next(iter(frames.values())).index
    return _record(strat, entry["name"], index, step, {s: f["close"].iloc[-1] for s, f in frames.items()})


def _broker(cerebro: bt.Cerebro, config: Mapping[str, Any]) -> None:
    costs = config["costs"]
    cerebro.broker.setcash(config["capital"])
    cerebro.broker.setcommission(commission=costs["taker_fee"])
    cerebro.broker.set_slippage_perc(
        costs["slippage_bps"] / 10_000, slip_open=True, slip_limit=True, slip_match=True, slip_out=True
    )


def _record(strat: Rules, name: str, index: pd.DatetimeIndex, step: pd.Timedelta, last: dict[str, float]) -> Reference:
    equity = pd.DataFrame(strat.curve, columns=["equity", "cash"])
    equity.insert(0, "time", index + step)
    columns = ["symbol", "bar", "size", "price", "fee", "reason"]
    fills = pd.DataFrame(strat.fills, columns=columns)
    rows, entries = [], {}
    for fill in strat.fills:
        if fill["symbol"] not in entries:
            entries[fill["symbol"]] = fill
        else:
            rows.append(_trade(name, index, entries.pop(fill["symbol"]), fill))
    rows += [_open_trade(name, index, fill, last[symbol]) for symbol, fill in entries.items()]
    return Reference(fills, pd.DataFrame(rows, columns=TRADE_COLUMNS), equity, strat.refused)


TRADE_COLUMNS = [
    "strategy", "symbol", "side", "size", "entry_time", "entry_price",
    "exit_time", "exit_price", "pnl", "fees", "bars_held", "exit_reason",
]  # fmt: skip


def _trade(name: str, index: pd.DatetimeIndex, entry: dict[str, Any], leave: dict[str, Any]) -> dict[str, Any]:
    fees = entry["fee"] + leave["fee"]
    return {
        **_entry(name, index, entry),
        "exit_time": index[leave["bar"]],
        "exit_price": leave["price"],
        "pnl": entry["size"] * (leave["price"] - entry["price"]) - fees,
        "fees": fees,
        # Number of closes at which the position was held.
        "bars_held": leave["bar"] - entry["bar"],
        "exit_reason": leave["reason"],
    }


def _open_trade(name: str, index: pd.DatetimeIndex, entry: dict[str, Any], close: float) -> dict[str, Any]:
    return {
        **_entry(name, index, entry),
        "exit_time": pd.NaT,
        "exit_price": np.nan,
        "pnl": entry["size"] * (close - entry["price"]) - entry["fee"],
        "fees": entry["fee"],
        "bars_held": len(index) - entry["bar"],
        "exit_reason": "open",
    }


def _entry(name: str, index: pd.DatetimeIndex, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "strategy": name,
        "symbol": entry["symbol"],
        "side": "long" if entry["size"] > 0 else "short",
        "size": abs(entry["size"]),
        "entry_time": index[entry["bar"]],
        "entry_price": entry["price"],
    }
