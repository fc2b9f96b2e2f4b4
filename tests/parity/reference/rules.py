"""The decision table and the orders, as a plain Backtrader strategy on an unchanged broker."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import backtrader as bt
import numpy as np
import talib
from reference.protection import ABSENT, Position


@dataclass
class Wish:
    """What a strategy asks for at the close of one bar."""

    enter_long: bool = False
    exit_long: bool = False
    enter_short: bool = False
    exit_short: bool = False
    stop_long: float = ABSENT
    stop_short: float = ABSENT
    target_long: float = ABSENT
    target_short: float = ABSENT


class Rules(bt.Strategy):
    """Base of the reference strategies.

    A subclass gives `EXITS` (what the strategy declares), `prepare` (TA-Lib arrays of one symbol) and `wish`
    (the conditions at one bar). Everything else is here, and uses nothing but `self.buy`, `self.sell`,
    `self.close`, `self.cancel` and the broker's value.
    """

    params = (("settings", None), ("sizing", None), ("exits", None), ("allow_short", False), ("prices", None))
    DEFAULTS: Mapping[str, Any] = {}
    EXITS: Mapping[str, Any] = {}

    def prepare(self, prices: dict[str, np.ndarray], p: Any) -> dict[str, np.ndarray]:
        """Return arrays of shape (n,) over all bars of one symbol; the value at `i` uses bars 0..i."""
        raise NotImplementedError

    def wish(self, v: dict[str, np.ndarray], i: int) -> Wish:
        """Return what is asked for at the close of bar `i`."""
        raise NotImplementedError

    def __init__(self) -> None:
        settings = {**self.DEFAULTS, **(self.p.settings or {})}
        self.own = type("Parameters", (), settings)()
        self.exits = merged(self.EXITS, self.p.exits or {})
        self.arrays, self.atr = {}, {}
        for data in self.datas:
            prices = self.p.prices[data._name]
            self.arrays[data] = {**prices, **self.prepare(prices, self.own)}
            period = self.exits.get("atr_period") or 14
            self.atr[data] = talib.ATR(prices["high"], prices["low"], prices["close"], period)
        self.held: dict[Any, Position | None] = dict.fromkeys(self.datas)
        self.sent: dict[Any, tuple[int, Wish]] = {}
        self.exit_bar: dict[Any, int | None] = dict.fromkeys(self.datas)
        self.fills: list[dict[str, Any]] = []
        self.curve: list[tuple[float, float]] = []
        self.refused = 0

    # Orders that fill inside bar i are notified just before `next` of bar i.
    def notify_order(self, order: Any) -> None:
        if order.status in (order.Margin, order.Rejected):
            self.refused += 1
        if order.status != order.Completed:
            return
        data, bar = order.data, len(order.data) - 1
        position = self.held[data]
        opens = position is None
        if opens:
            signal_bar, wish = self.sent[data]
            position = self._opened(data, order, signal_bar, bar, wish)
        elif position.stop_order is not None and order.ref == position.stop_order.ref:
            position.exit_reason = position.stop_reason
        elif position.target_order is not None and order.ref == position.target_order.ref:
            position.exit_reason = "take_profit"
        self.fills.append(
            {
                "symbol": data._name,
                "bar": bar,
                "size": order.executed.size,
                "price": order.executed.price,
                "fee": order.executed.comm,
                "reason": "entry" if opens else position.exit_reason,
            }
        )
        if not opens:
            self.held[data], self.exit_bar[data] = None, bar

    def _opened(self, data: Any, order: Any, signal_bar: int, bar: int, wish: Wish) -> Position:
        sign = 1 if order.isbuy() else -1
        position = Position(sign, signal_bar, bar, order.executed.price, self.exits, self.atr[data])
        position.stop_level = wish.stop_long if sign > 0 else wish.stop_short
        position.target_level = wish.target_long if sign > 0 else wish.target_short
        self.held[data] = position
        return position

    def next(self) -> None:
        i = len(self.data) - 1
        equity = self.broker.getvalue()  # one snapshot for all decisions of this close
        self.curve.append((equity, self.broker.getcash()))
        flat = [data for data in self.datas if self.held[data] is None]
        for data in self.datas:
            if self.held[data] is not None:
                self._in_position(data, self.held[data], i)
        for data in flat:
            self._flat(data, i, equity)

    def _in_position(self, data: Any, position: Position, i: int) -> None:
        wish = self.wish(self.arrays[data], i)
        own = wish.exit_long if position.sign > 0 else wish.exit_short
        opposite = wish.enter_short if position.sign > 0 else wish.enter_long
        opposite = opposite and self.exits.get("opposite", True)
        limit = self.exits.get("max_hold_bars")
        bars_held = i - position.entry_bar + 1
        reason = "signal" if own else "opposite" if opposite else ""
        if not reason and limit and bars_held >= limit:
            reason = "max_hold"
        if not reason:
            position.close_of(i, data.high[0], data.low[0])
            self._protect(data, position)
            return
        position.exit_reason = reason
        self._withdraw(position)
        self.close(data)

    def _flat(self, data: Any, i: int, equity: float) -> None:
        wish = self.wish(self.arrays[data], i)
        last = self.exit_bar[data]
        bars_since_exit = math.inf if last is None else i - last + 1
        if bars_since_exit < (self.exits.get("cooldown_bars") or 0):
            return
        if wish.enter_long and wish.enter_short:
            return
        sign = 1 if wish.enter_long else -1 if wish.enter_short and self.p.allow_short else 0
        if not sign:
            return
        size = self._size(data, i, equity, sign, wish)
        if not size > 0:
            return
        self.sent[data] = (i, wish)
        (self.buy if sign > 0 else self.sell)(data, size=size)

    def _size(self, data: Any, i: int, equity: float, sign: int, wish: Wish) -> float:
        sizing, close = self.p.sizing, data.close[0]
        if sizing["name"] == "fixed_units":
            return sizing["units"]
        if sizing["name"] == "fixed_cash":
            return sizing["cash"] / close
        if sizing["name"] == "fixed_risk":
            return equity * sizing["risk"] / self._stop_distance(i, close, sign, wish, self.atr[data])
        return equity * sizing["percent"] / close

    def _stop_distance(self, i: int, close: float, sign: int, wish: Wish, atr: np.ndarray) -> float:
        stop = self.exits["stop"]  # at the decision the close stands for the fill price
        if stop.get("level"):
            return abs(close - (wish.stop_long if sign > 0 else wish.stop_short))
        return stop["percent"] * close if "percent" in stop else stop["atr"] * atr[i]

    def _protect(self, data: Any, position: Position) -> None:
        level, reason = position.tightest()
        target = position.target()
        resting = position.stop_order is not None and position.stop_order.alive()
        aiming = position.target_order is not None and position.target_order.alive()
        if resting and not position.sign * (level - position.stop_order.created.price) > 0:
            return
        if not resting and math.isnan(level) and (aiming or math.isnan(target)):
            return
        # Cancelling one of an OCO pair cancels the other in the stock broker: both are sent anew, the stop first,
        # so that inside one bar it is taken before the target.
        self._withdraw(position)
        send = self.sell if position.sign > 0 else self.buy
        size = abs(self.getposition(data).size)
        if not math.isnan(level):
            position.stop_reason = reason
            position.stop_order = send(data, size=size, exectype=bt.Order.Stop, price=level)
        if not math.isnan(target):
            position.target_order = send(
                data, size=size, exectype=bt.Order.Limit, price=target, oco=position.stop_order
            )

    def _withdraw(self, position: Position) -> None:
        for order in (position.stop_order, position.target_order):
            if order is not None and order.alive():
                self.cancel(order)
        position.stop_order = position.target_order = None


def merged(declared: Mapping[str, Any], configured: Mapping[str, Any]) -> dict[str, Any]:
    """Add the config's exits to the strategy's; of one kind the config wins, `False` and 0 switch off."""
    result = dict(declared)
    result.update({key: value for key, value in configured.items() if value is not None})
    return {key: value for key, value in result.items() if value or key == "opposite"}
