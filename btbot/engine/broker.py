"""The simulated exchange: Backtrader's broker with its faults mended.

Every order type of Backtrader keeps its meaning. Different from the host: sizes are rounded to the step and never
leave dust; an order that costs too much is cut, not refused together with its neighbours; maker and taker pay
their own fee; an order that reduces a position is never refused; a bar is matched once, and only if it is new;
slippage is not capped by the bar and never takes a limit beyond its limit; children of a bracket work in the bar
of the entry; shorts and leverage can be liquidated; funding and interest are booked; finished orders are forgotten.
"""

from __future__ import annotations

import logging
import math
from typing import Any

import backtrader as bt

from btbot.costs import arrival, fee, fillable, price_at, slipped_price
from btbot.engine.carry import Carry
from btbot.engine.ledger import Ledger
from btbot.engine.matching import Matching
from btbot.engine.orders import BuyOrder, SellOrder
from btbot.engine.terms import Terms
from btbot.engine.view import View
from btbot.risk import affordable, buying_power
from btbot.sizing import is_dust, meets_minimum, round_down

log = logging.getLogger(__name__)
_CLOSED = (bt.Order.Completed, bt.Order.Canceled, bt.Order.Expired, bt.Order.Margin, bt.Order.Rejected)


class CommissionInfo(bt.CommInfoBase):  # type: ignore[misc]
    """Percentage fees, and sizes that are not cut down to whole numbers."""

    params = (("percabs", True), ("stocklike", True), ("commtype", bt.CommInfoBase.COMM_PERC))

    def getsize(self, price: float, cash: float) -> float:
        """Return the size that `cash` buys, without rounding."""
        return cash / price if price else 0.0


class Broker(Matching, Carry, bt.brokers.BackBroker):  # type: ignore[misc]
    """Matches orders against bars by the rules of the default fills.

    Parameters
    ----------
    terms
        Costs, margins and units.
    ledger
        Books every fill and every finished order.
    """

    def __init__(self, terms: Terms, ledger: Ledger) -> None:
        self.terms, self.ledger = terms, ledger
        self.listening = True  # someone wants notifications
        self.views: list[View] = []
        self._numbers: dict[int, View] = {}
        self._ended: list[int] = []
        self._taken: dict[int, tuple[int, float]] = {}  # volume that our orders took of a bar
        super().__init__()
        self.addcommissioninfo(CommissionInfo(commission=terms.taker_fee))

    def watch(self, datas: list[Any]) -> None:
        """Take the datas of the run, in the order of its symbols."""
        self.views = [View(number, data) for number, data in enumerate(datas)]
        self._numbers = {id(view.data): view for view in self.views}

    def view(self, data: Any) -> View:
        """Return the view of a data."""
        return self._numbers[id(data)]

    # -- orders coming in -------------------------------------------------------------------------------------

    def buy(self, owner: Any, data: Any, size: float, price: float | None = None, **kwargs: Any) -> Any:
        """Send a buy order; the keywords are those of Backtrader."""
        return self._send(BuyOrder, owner, data, size, price, kwargs)

    def sell(self, owner: Any, data: Any, size: float, price: float | None = None, **kwargs: Any) -> Any:
        """Send a sell order; the keywords are those of Backtrader."""
        return self._send(SellOrder, owner, data, size, price, kwargs)

    def _send(self, kind: Any, owner: Any, data: Any, size: float, price: Any, options: dict[str, Any]) -> Any:
        known = {
            name: options.pop(name)
            for name in (
                "exectype",
                "valid",
                "tradeid",
                "trailamount",
                "trailpercent",
                "parent",
                "transmit",
                "histnotify",
            )
            if name in options
        }
        oco, check = options.pop("oco", None), options.pop("_checksubmit", True)
        lot = self.terms.lots[self.view(data).number]
        order = kind(
            owner=owner, data=data, size=round_down(abs(size), lot.step), price=price,
            pricelimit=options.pop("plimit", None), **known,
        )  # fmt: skip
        order.addinfo(**options)
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
                self._note(view, "order refused: its size or value is below the instrument's minimum")
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
        done = bool(super().cancel(order, bracket=bracket))
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
        if getattr(order, "booked", False):
            return
        order.booked = True
        self._ended.append(order.ref)
        self.ledger.order(self.owner_name(order), self.view(order.data).number, order)

    @staticmethod
    def owner_name(order: Any) -> str:
        """Return the configured name of the strategy that sent an order."""
        return str(getattr(order.owner, "_btbot_name", type(order.owner).__name__))

    def _note(self, view: View, text: str) -> None:
        note = f"{self.ledger.symbols[view.number]} {view.stamp()}: {text}"
        log.info("%s", note)
        self.ledger.notes.append(note)

    # -- fills ------------------------------------------------------------------------------------------------

    def _reduces(self, order: Any) -> bool:
        held = self.positions[order.data].size if order.data in self.positions else 0.0
        return bool(held and (held > 0) != (order.size > 0) and abs(order.size) <= abs(held) * (1.0 + 1e-9))

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
        size = math.copysign(round_down(min(abs(size), room), self.terms.lots[view.number].step), size)
        self._taken[view.number] = (view.bar, taken + abs(size))
        return size

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
        if not meets_minimum(cut, price, lot.min_notional):
            cut = 0.0
        self._note(view, f"size cut at the fill from {abs(opening):.10g} to {cut:.10g} by the buying power")
        return closing + math.copysign(cut, opening)

    def _book(self, order: Any, view: View, size: float, price: float, paid: float) -> None:
        """Move cash and position, execute the order, tell everyone."""
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
        if view.bar < order.plen + terms.latency_bars:
            return -1.0
        if not terms.latency_ms:
            return 0.0
        sent = view.close_time(order.plen - 1)
        length = view.length_ms
        return arrival(sent, terms.latency_ms, view.close_time(view.bar) - length, length)

    def arrival_price(self, view: View, fraction: float) -> float:
        """Return the price at which an order that arrives inside the bar meets the market."""
        return price_at(view.open, view.close, fraction) if fraction > 0.0 else view.open

    # -- the state of the account -----------------------------------------------------------------------------

    def _get_value(self, datas: Any = None, lever: bool = False) -> float:
        while self._cash_addition:
            added = self._cash_addition.popleft()
            self._fundshares += added / self._fundval
            self.cash += added
        value = 0.0 if datas else self.cash
        for data in datas or list(self.positions):
            position = self.positions[data]
            if position.size:
                value += position.size * self.view(data).close
        if not datas:
            self._value = self._valuelever = value
            self._valuemkt = self._valuemktlever = value - self.cash
            self._fundval = value / self._fundshares
        return value

    def next(self) -> None:
        """Match everything in the book against the new bars, book what positions cost, value the account."""
        now = max(view.when for view in self.views if view.bar >= 0)
        for view in self.views:
            view.fresh = view.bar >= 0 and view.when == now
        while self._toactivate:
            self._toactivate.popleft().activate()
        if self.submitted:
            self.check_submitted()
        if self._userhist:
            self._process_order_history()
        if self.pending:
            self.match()
        self.carry()
        if self._ended:
            self._forget()
        self._get_value()

    def _forget(self) -> None:
        """Drop finished orders from the book and from the host's registers."""
        for reference in self._ended:
            leader = self._ocos.get(reference)
            if leader != reference or len(self._ocol.get(reference, ())) <= 1:
                self._ocos.pop(reference, None)
                self._ocol.pop(reference, None)
        self._ended.clear()
        self.pending = type(self.pending)(order for order in self.pending if order.alive())
        self.orders = [order for order in self.orders if order.status not in _CLOSED]
        for reference in [key for key, children in self._pchildren.items() if not children]:
            del self._pchildren[reference]
