"""Trades: how much of an order, at which price and fee, and what that does to cash and position."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import backtrader as bt

from btbot.costs import arrival, arrival_bar, fee, fillable, price_at, slipped_price
from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.ledger import Ledger
from btbot.risk import affordable, buying_power
from btbot.sizing import is_dust, meets_minimum, round_down


class Filling:
    """The part of the broker that trades one order."""

    if TYPE_CHECKING:
        cash: float
        ledger: Ledger
        positions: Any
        terms: Terms
        _taken: dict[int, tuple[int, float]]

        def getcommissioninfo(self, data: Any) -> Any: ...
        def notify(self, order: Any) -> None: ...
        def owner_name(self, order: Any) -> str: ...
        def view(self, data: Any) -> View: ...
        def _drop(self, order: Any) -> None: ...
        def _finish(self, order: Any) -> None: ...
        def _note(self, view: View, kind: str, text: str) -> None: ...
        def _ococheck(self, order: Any) -> None: ...

    def fill(self, order: Any, price: float, *, maker: bool) -> None:
        """Trade an order at `price`, slippage included, as far as volume and buying power allow."""
        view = self.view(order.data)
        if order.reduce_only and not self._fit(order):
            order.cancel()
            self._drop(order)
            return
        size = self._within_volume(order, view)
        if not size:
            return
        rate = self.terms.maker_fee if maker else self.terms.taker_fee
        allowed = size if order.reduce_only else self._allowed(order, view, size, price, rate)
        if not allowed:
            order.margin()
            self._drop(order)
            return
        if allowed != size:
            self._resize(order, allowed)
        self._book(order, view, allowed, price, fee(allowed * price, rate))

    def _fit(self, order: Any) -> bool:
        """Fit a reducing order to the position that is left; False if there is nothing to reduce."""
        held, rest = self.positions[order.data].size, order.executed.remsize
        if not held or (held > 0) == (order.size > 0):
            return False
        if abs(rest) > abs(held) or (order.protective and rest != -held):
            self._resize(order, -held)
        return True

    @staticmethod
    def _resize(order: Any, rest: float) -> None:
        """Set the part of an order that is still to trade."""
        order.executed.remsize = rest
        order.created.size = order.executed.size + rest

    def _within_volume(self, order: Any, view: View) -> float:
        """Return the signed size that the volume of the present bar lets an order trade."""
        size = float(order.executed.remsize)
        share = self.terms.max_volume_share
        if share <= 0.0:
            return size
        bar, taken = self._taken.get(view.number, (-1, 0.0))
        taken = taken if bar == view.bar else 0.0
        room = max(0.0, fillable(math.inf, view.volume, share) - taken)
        return math.copysign(round_down(min(abs(size), room), self.terms.lots[view.number].step), size)

    def _allowed(self, order: Any, view: View, size: float, price: float, rate: float) -> float:
        """Cut the part of `size` that opens a position to the buying power; what reduces is always allowed."""
        held = self.positions[order.data].size
        closing = 0.0
        if held and (held > 0) != (size > 0):
            closing = math.copysign(min(abs(size), abs(held)), size)
        opening = size - closing
        if not opening or is_dust(abs(opening), abs(size)):
            return size
        notional, equity = 0.0, self.cash
        for data, position in self.positions.items():
            if position.size:
                mark = self.view(data).mark
                equity += position.size * mark
                rest = 0.0 if data is order.data and closing else position.size
                notional += abs(rest) * mark
        power = buying_power(equity, self.terms.leverage, notional, 0.0)
        cut = affordable(abs(opening), price, rate, power)
        if cut == abs(opening):
            return size
        lot = self.terms.lots[view.number]
        cut = round_down(cut, lot.step)
        if is_dust(cut, abs(opening)) or not meets_minimum(cut, price, lot.min_notional):
            cut = 0.0
        self._note(view, "size cut", f"size cut at the fill from {abs(opening):.10g} to {cut:.10g} by the buying power")
        return closing + math.copysign(cut, opening)

    def _book(self, order: Any, view: View, size: float, price: float, paid: float) -> None:
        """Move cash and position, execute the order, tell everyone."""
        bar, taken = self._taken.get(view.number, (-1, 0.0))
        self._taken[view.number] = (view.bar, abs(size) + (taken if bar == view.bar else 0.0))
        position = self.positions[order.data]
        before_price = position.price
        after, average, opened, closed = position.update(size, price)
        if after and is_dust(abs(after), abs(size)):
            position.size = after = 0.0
            position.price = average = 0.0
            opened, closed = 0.0, size
        profit = -closed * (price - before_price) if closed else 0.0
        self.cash -= size * price + paid
        share = abs(closed / size)
        order.execute(
            view.when, size, price, closed, -closed * before_price, paid * share, opened, opened * price,
            paid * (1.0 - share), None, profit, after, average,
        )  # fmt: skip
        if is_dust(abs(order.executed.remsize), abs(size)):
            order.executed.remsize = 0.0
            order.status = order.Completed
        order.addcomminfo(self.getcommissioninfo(order.data))
        self.notify(order)
        if order.status == order.Completed:
            self._finish(order)
            if not order.desk:
                self._ococheck(order)
        elif order.exectype == bt.Order.StopTrail:
            order.triggered = True
        reason = order.info.get("reason", "order")
        self.ledger.fill(
            self.owner_name(order),
            view.number,
            order,
            bar=view.bar,
            size=size,
            price=price,
            fee=paid,
            reason=reason,
        )

    def slipped(self, order: Any, view: View, price: float) -> float:
        """Return the price of a taking order after slippage."""
        size = float(order.executed.remsize)
        fraction = self.terms.slippage(view.number, view.bar - 1, size, view.volume)
        price_after = slipped_price(price, 1 if size > 0 else -1, fraction)
        self.ledger.slippage_paid += abs(price_after - price) * abs(size)
        return price_after

    def arrived(self, order: Any, view: View) -> float:
        """Return the share of the bar that had passed when an order reached the market, -1 if it has not."""
        terms = self.terms
        if view.bar < arrival_bar(order.since - 2, terms.latency_bars):
            return -1.0
        if not terms.latency_ms or order.since < 2:
            return 0.0
        sent = view.close_time(order.since - 2)
        length = view.length_ms
        return arrival(sent, terms.latency_ms, view.close_time(view.bar) - length, length)

    def arrival_price(self, view: View, fraction: float) -> float:
        """Return the price at which an order that arrives inside the bar meets the market."""
        return price_at(view.open, view.close, fraction) if fraction > 0.0 else view.open
