"""How orders meet a bar: which one first, at which price."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import backtrader as bt

from btbot.engine.broker.view import View
from btbot.exits import breached, reached

_MARKET, _CLOSE, _LIMIT, _STOP = bt.Order.Market, bt.Order.Close, bt.Order.Limit, bt.Order.Stop
_STOP_FAMILY = (bt.Order.Stop, bt.Order.StopTrail, bt.Order.StopLimit, bt.Order.StopTrailLimit)
_TRIGGERED_AS_MARKET = (bt.Order.Stop, bt.Order.StopTrail)


class Matching:
    """The part of the broker that matches its book against the present bars.

    Within a bar market orders come first, those that reduce a position before the others; then stops; then
    limits. An order that becomes active inside the bar (the child of a bracket, the protection of a new
    position) is matched in the same bar.
    """

    if TYPE_CHECKING:
        pending: Any
        positions: Any
        p: Any
        _meeting: Any
        _toactivate: Any

        def view(self, data: Any) -> View: ...
        def fill(self, order: Any, price: float, *, maker: bool) -> None: ...
        def slipped(self, order: Any, view: View, price: float) -> float: ...
        def arrived(self, order: Any, view: View) -> float: ...
        def arrival_price(self, view: View, fraction: float) -> float: ...
        def _drop(self, order: Any) -> None: ...
        def _bracketize(self, order: Any, cancel: bool = False) -> None: ...
        def _try_exec(self, order: Any) -> None: ...

    def match(self) -> None:
        """Match until no order is left that has not met its present bar."""
        while True:
            ready = [order for order in self.pending if self._is_ready(order)]
            if not ready:
                return
            if len(ready) > 1:
                ready.sort(key=lambda order: (self._rank(order), self.view(order.data).number))
            rank = self._rank(ready[0])
            for order in ready:
                if self._rank(order) != rank:
                    break  # what the first ones activated may come before the rest
                if order.alive():
                    self._meet(order)

    def _is_ready(self, order: Any) -> bool:
        if not order._active or not order.alive():
            return False
        view = self.view(order.data)
        length = view.bar + 1
        return bool(view.fresh and length >= order.since and order.seen != length)

    def _rank(self, order: Any) -> int:
        if order.exectype == _MARKET or (order.triggered and order.exectype in _TRIGGERED_AS_MARKET):
            held = self.positions[order.data].size
            return 0 if held and (held > 0) != (order.size > 0) else 1
        return 2 if order.exectype in _STOP_FAMILY else 3

    def _meet(self, order: Any) -> None:
        """Let one order meet the present bar of its data."""
        view = self.view(order.data)
        order.seen = view.bar + 1
        order.inside_price = math.nan
        if not order.desk and order.expire():
            self._drop(order)
            return
        # Children and protection (`since` 0) are at the exchange already when they become active.
        elapsed = self.arrived(order, view) if order.since else 0.0
        if elapsed < 0.0:
            return
        kind = order.exectype
        if kind == _MARKET or (order.triggered and kind in _TRIGGERED_AS_MARKET):
            self._meet_market(order, view, elapsed)
        elif elapsed > 0.0 or (order.born == order.seen and kind not in _STOP_FAMILY):
            return  # it begins to rest inside this bar, whose path is unknown
        elif kind == _STOP:
            self._meet_stop(order, view)
        elif kind == _LIMIT:
            self._meet_limit(order, view, order.created.price)
        else:
            self._meeting = order
            self._try_exec(order)
        if not order.desk and order.status == order.Completed:
            self._release(order)

    def _release(self, order: Any) -> None:
        """Let the children of a filled bracket parent work at once, in the bar of the entry."""
        self._bracketize(order)
        while self._toactivate:
            child = self._toactivate.popleft()
            child.activate()
            child.since = 0
            if order.inside_price == order.inside_price:
                child.born, child.born_price = order.seen, order.inside_price

    def _meet_market(self, order: Any, view: View, elapsed: float) -> None:
        if elapsed > 0.0:
            order.inside_price = self.arrival_price(view, elapsed)
        if self.p.coc and order.info.get("coc", True) and not order.triggered:
            self.fill(order, self.slipped(order, view, order.created.pclose), maker=False)
            return
        self.fill(order, self.slipped(order, view, self.arrival_price(view, elapsed)), maker=False)

    def _meet_stop(self, order: Any, view: View) -> None:
        side = -1 if order.size > 0 else 1  # the side that this stop would protect
        price = breached(side, order.created.price, self._begin(order, view.open), view.high, view.low)
        if price == price:
            order.triggered = True  # what the volume of this bar leaves over trades at the next open
            if price != view.open:
                order.inside_price = price
            self.fill(order, self.slipped(order, view, price), maker=False)

    def _meet_limit(self, order: Any, view: View, limit: float) -> None:
        side = -1 if order.size > 0 else 1
        price = reached(side, limit, view.open, view.high, view.low)
        if price == price:
            if price == limit and price != view.open:
                order.inside_price = price
            at_once = price != limit and order.seen == order.since and not order.protective
            self.fill(order, price, maker=not at_once)

    # -- what Backtrader's own matching of the other order types calls ---------------------------------------

    def _try_exec_limit(self, order: Any, popen: float, phigh: float, plow: float, plimit: float) -> None:
        self._meet_limit(order, self.view(order.data), plimit)

    @staticmethod
    def _begin(order: Any, opening: float) -> float:
        """Return the price from which on an order meets its bar: not the open, if it became active inside."""
        return float(order.born_price) if order.born == order.seen else opening

    def _try_exec_stop(self, order: Any, popen: float, *rest: Any) -> None:
        bt.brokers.BackBroker._try_exec_stop(self, order, self._begin(order, popen), *rest)

    def _try_exec_stoplimit(self, order: Any, popen: float, *rest: Any) -> None:
        bt.brokers.BackBroker._try_exec_stoplimit(self, order, self._begin(order, popen), *rest)

    def _execute(self, order: Any, ago: Any = None, price: float | None = None, **_: Any) -> None:
        if price is not None:
            order.inside_price = price
            self.fill(order, price, maker=False)

    def _slip(self, price: float, direction: int, *, limited: bool) -> float:
        """Slip a price of the host's own matching; a limit is never taken beyond its limit."""
        order = self._meeting
        slipped = self.slipped(order, self.view(order.data), price)
        if not limited:
            return slipped
        limit = order.created.pricelimit or order.created.price
        return float(min(slipped, limit) if direction > 0 else max(slipped, limit))

    def _slip_up(self, pmax: float, price: float, doslip: bool = True, lim: bool = False) -> float:
        return self._slip(price, 1, limited=lim)

    def _slip_down(self, pmin: float, price: float, doslip: bool = True, lim: bool = False) -> float:
        return self._slip(price, -1, limited=lim)
