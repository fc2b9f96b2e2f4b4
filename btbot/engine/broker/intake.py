"""Orders on their way into the book and out of it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import backtrader as bt

from btbot.engine.broker.orders import BuyOrder, SellOrder
from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.ledger import Ledger
from btbot.feed import host_times
from btbot.sizing import meets_minimum, round_down

_CLOSED = (bt.Order.Completed, bt.Order.Canceled, bt.Order.Expired, bt.Order.Margin, bt.Order.Rejected)
_OPTIONS = ("exectype", "valid", "tradeid", "trailamount", "trailpercent", "parent", "transmit", "histnotify")


class Intake:
    """The part of the broker that takes, accepts, cancels and forgets orders."""

    if TYPE_CHECKING:
        ledger: Ledger
        listening: bool
        notifs: deque[Any]
        orders: list[Any]
        p: Any
        pending: Any
        positions: Any
        submitted: deque[Any]
        terms: Terms
        _ended: list[Any]
        _ocol: Any
        _ocos: Any
        _pchildren: Any

        def view(self, data: Any) -> View: ...
        def submit(self, order: Any, check: bool = True) -> Any: ...
        def submit_accept(self, order: Any) -> None: ...
        def _bracketize(self, order: Any, cancel: bool = False) -> None: ...
        def _ocoize(self, order: Any, oco: Any) -> None: ...
        def _take_children(self, order: Any) -> Any: ...

    def buy(self, owner: Any, data: Any, size: float, price: float | None = None, **kwargs: Any) -> Any:
        """Send a buy order; the keywords are those of Backtrader."""
        return self._send(BuyOrder, owner, data, size, price, kwargs)

    def sell(self, owner: Any, data: Any, size: float, price: float | None = None, **kwargs: Any) -> Any:
        """Send a sell order; the keywords are those of Backtrader."""
        return self._send(SellOrder, owner, data, size, price, kwargs)

    def _send(self, kind: Any, owner: Any, data: Any, size: float, price: Any, options: dict[str, Any]) -> Any:
        known = {name: options.pop(name) for name in _OPTIONS if name in options}
        oco, check = options.pop("oco", None), options.pop("_checksubmit", True)
        view = self.view(data)
        lot = self.terms.lots[view.number]
        order = kind(
            owner=owner, data=data, size=round_down(abs(size), lot.step), price=price,
            pricelimit=options.pop("plimit", None), **known,
        )  # fmt: skip
        order.addinfo(**options)
        if view.bar < 0:  # Backtrader dates and prices it by the last bar of a loaded data
            order.created.dt = float(host_times(data.held.time[:1])[0])
            order.created.price = float(data.held.open[0]) if price is None else price
        self._ocoize(order, oco)
        return self.submit(order, check=check)

    def accept(self, order: Any) -> None:
        """Take an order of the desk, which is already accepted, into the book."""
        self.pending.append(order)
        if self.listening:
            order.status = order.Submitted
            self.notify(order)
            order.status = order.Accepted
            self.notify(order)

    def check_submitted(self) -> None:
        """Accept what was sent. Cash is looked at when an order opens something, not before."""
        while self.submitted:
            order = self.submitted.popleft()
            if self._take_children(order) is None:
                self._finish(order)
                continue
            view = self.view(order.data)
            lot = self.terms.lots[view.number]
            if not order.size or not (
                self._reduces(order) or meets_minimum(abs(order.size), order.created.price, lot.min_notional)
            ):
                self._note(view, "order refused", "order refused: its size or value is below the instrument's minimum")
                order.reject(self)
                self._drop(order)
                continue
            sent = order.plen
            self.submit_accept(order)
            order.plen = sent  # the host takes the bar of the acceptance for that of the order
            order.since = sent if self.p.coo else sent + 1

    def _drop(self, order: Any) -> None:
        """Tell about an order that ended without a trade, and end those that hang on it."""
        self.notify(order)
        self._finish(order)
        if not order.desk:
            self._ococheck(order)
            self._bracketize(order, cancel=True)

    def cancel(self, order: Any, bracket: bool = False) -> bool:
        """Cancel an order; False if it was not in the book."""
        if order.desk:
            if not order.alive():
                return False
            order.cancel()
            self.notify(order)
            self._finish(order)
            return True
        done = bool(bt.brokers.BackBroker.cancel(self, order, bracket=bracket))
        if done:
            self._finish(order)
        return done

    def _ococheck(self, order: Any) -> None:
        """Cancel the others of an order's one-cancels-the-other group."""
        group = self._ocol.pop(self._ocos.get(self._ocos.get(order.ref)), ())
        for other in self.pending:
            if other.ref in group and other is not order and other.alive():
                other.cancel()
                self.notify(other)
                self._finish(other)

    def notify(self, order: Any) -> None:
        """Queue a copy for the strategy, if anybody listens."""
        if self.listening:
            self.notifs.append(order.clone())

    def _finish(self, order: Any) -> None:
        """Book an order that has reached its end."""
        if order.booked:
            return
        order.booked = True
        self._ended.append(order)
        self.ledger.order(self.owner_name(order), self.view(order.data).number, order)

    @staticmethod
    def owner_name(order: Any) -> str:
        """Return the configured name of the strategy that sent an order."""
        return str(getattr(order.owner, "_btbot_name", type(order.owner).__name__))

    def _note(self, view: View, kind: str, text: str) -> None:
        self.ledger.note(kind, f"{self.ledger.symbols[view.number]} {view.stamp()}: {text}")

    def _reduces(self, order: Any) -> bool:
        held = self.positions[order.data].size if order.data in self.positions else 0.0
        return bool(held and (held > 0) != (order.size > 0) and abs(order.size) <= abs(held) * (1.0 + 1e-9))

    def _forget(self) -> None:
        """Drop finished orders from the book and from the host's registers."""
        self.pending = type(self.pending)(order for order in self.pending if order.alive())
        references = [order.ref for order in self._ended if not order.desk]
        self._ended.clear()
        if not references:
            return
        for reference in references:
            leader = self._ocos.get(reference)
            if leader != reference or len(self._ocol.get(reference, ())) <= 1:
                self._ocos.pop(reference, None)
                self._ocol.pop(reference, None)
        self.orders = [order for order in self.orders if order.status not in _CLOSED]
        for reference in [key for key, children in self._pchildren.items() if not children]:
            del self._pchildren[reference]
