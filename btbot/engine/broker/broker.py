"""The broker as Cerebro sees it: its parts put together, and the account.

Every order type of Backtrader keeps its meaning. Different from the host: sizes are rounded to the step and never
leave dust; an order that costs too much is cut, not refused together with its neighbours; maker and taker pay
their own fee; an order that reduces a position is never refused; a bar is matched once, and only if it is new;
slippage is not capped by the bar and never takes a limit beyond its limit; children of a bracket work in the bar
of the entry; shorts and leverage can be liquidated; funding and interest are booked; finished orders are forgotten.
"""

from __future__ import annotations

from typing import Any

import backtrader as bt

from btbot.engine.broker.carry import Carry
from btbot.engine.broker.filling import Filling
from btbot.engine.broker.intake import Intake
from btbot.engine.broker.matching import Matching
from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.ledger import Ledger


class CommissionInfo(bt.CommInfoBase):
    """Percentage fees, and sizes that are not cut down to whole numbers."""

    params = (("percabs", True), ("stocklike", True), ("commtype", bt.CommInfoBase.COMM_PERC))

    def getsize(self, price: float, cash: float) -> float:
        """Return the size that `cash` buys, without rounding."""
        return cash / price if price else 0.0


class Broker(Intake, Filling, Matching, Carry, bt.brokers.BackBroker):
    """Matches orders against bars by the rules of the default fills.

    Parameters
    ----------
    terms
        Costs, margins and units.
    ledger
        Books every fill and every finished order.
    """

    cerebro: Any
    _fundval: float
    _fundshares: float

    def __init__(self, terms: Terms, ledger: Ledger) -> None:
        self.terms, self.ledger = terms, ledger
        self.listening = True  # someone wants notifications
        self.views: list[View] = []
        self._numbers: dict[int, View] = {}
        self._borrowing: dict[int, int] = {}  # bar of the last interest on a short
        self._ended: list[Any] = []  # orders that ended in this bar
        self._taken: dict[int, tuple[int, float]] = {}  # volume that our orders took of a bar
        super().__init__()
        self.addcommissioninfo(CommissionInfo(commission=terms.taker_fee))

    def watch(self, datas: list[Any]) -> None:
        """Take the datas of the run, in the order of its symbols."""
        self.views = [View(number, data) for number, data in enumerate(datas)]
        self._numbers = {id(view.data): view for view in self.views}
        for data in datas:
            self.positions[data]  # enters them in the order of the symbols, in which they are summed up

    def _see_who_is_fresh(self) -> None:
        now = max(view.when for view in self.views if view.bar >= 0)
        for view in self.views:
            view.fresh = view.bar >= 0 and view.when == now

    def view(self, data: Any) -> View:
        """Return the view of a data."""
        if not self._numbers:
            self.watch(self.cerebro.datas)  # an order before the first bar, from a strategy's start()
        return self._numbers[id(data)]

    def _get_value(self, datas: Any = None, lever: bool = False) -> float:
        while self._cash_addition:
            added = self._cash_addition.popleft()
            self._fundshares += added / float(self._fundval)
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
        if len(self.views) > 1:
            self._see_who_is_fresh()
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
