"""What it costs to hold a position: funding, interest on shorts, and liquidation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from btbot.costs import interest, payment
from btbot.engine.broker.orders import desk_order
from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.ledger import Ledger
from btbot.risk import liquidated


class Carry:
    """The part of the broker that books what open positions cost, after the orders of the bar."""

    if TYPE_CHECKING:
        cash: float
        ledger: Ledger
        pending: Any
        positions: Any
        terms: Terms
        _borrowing: dict[int, int]

        def view(self, data: Any) -> View: ...
        def accept(self, order: Any) -> None: ...
        def cancel(self, order: Any, bracket: bool = False) -> bool: ...
        def fill(self, order: Any, price: float, *, maker: bool) -> None: ...
        def _note(self, view: View, kind: str, text: str) -> None: ...

    def carry(self) -> None:
        """Liquidate if the margin is gone; book funding and interest on what is still held at the close."""
        held = [(self.view(data), position) for data, position in self.positions.items() if position.size]
        if not held:
            return
        if self.cash < 0.0 or any(position.size < 0.0 for _, position in held):
            self._liquidate(held)
        if self.terms.funding is not None or self.terms.borrow_rate > 0.0:
            for view, position in held:
                if position.size and view.fresh:
                    self._charge(view, position.size)

    def _charge(self, view: View, size: float) -> None:
        rates = self.terms.funding[view.number] if self.terms.funding is not None else None
        if rates is not None and rates[view.bar]:
            paid = payment(size, view.close, float(rates[view.bar]))
            self.cash -= paid
            self.ledger.funding_paid += paid
        if size < 0.0 and self.terms.borrow_rate > 0.0:
            paid = interest(abs(size) * view.close, self.terms.borrow_rate, self._elapsed_ms(view))
            self.cash -= paid
            self.ledger.borrow_paid += paid

    def _elapsed_ms(self, view: View) -> float:
        """Return the time since the last close, weekends and outages included; in the first bar, its length."""
        before, self._borrowing[view.number] = self._borrowing.get(view.number), view.bar
        if before != view.bar - 1:
            return float(view.length_ms)
        return float(view.close_time(view.bar) - view.close_time(view.bar - 1))

    def _liquidate(self, held: list[tuple[View, Any]]) -> None:
        """Close everything at the worst prices of the bar if equity is below the maintenance margin there."""
        worst = [view.worst(position.size) for view, position in held]
        equity, notional = self.cash, 0.0
        for (_, position), price in zip(held, worst, strict=True):
            equity += position.size * price
            notional += abs(position.size) * price
        if not liquidated(equity, self.terms.maintenance_margin, notional):
            return
        for (view, position), price in zip(held, worst, strict=True):
            text = f"liquidated at {price:.10g}: equity {equity:.10g}, positions {notional:.10g}"
            self._note(view, "liquidation", text)
            for order in list(self.pending):
                if order.data is view.data and order.alive():
                    self.cancel(order)
            order = desk_order(
                self._owner_of(view), view.data, size=-position.size, exectype=0, price=None, close=view.close,
                when=view.when, length=view.bar + 1, reason="liquidation",
            )  # fmt: skip
            order.seen, order.since = view.bar + 1, 0  # the exchange's own order is not on its way
            self.accept(order)
            order.reduce_only = True
            self.fill(order, price, maker=False)

    def _owner_of(self, view: View) -> Any:
        """Return the strategy that trades a symbol."""
        owners: dict[int, Any] = getattr(self, "owners", {})
        return owners.get(view.number)
