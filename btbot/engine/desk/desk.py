"""The desk: at each close it looks at every symbol, decides, sizes, and sends; it also knows when to look next."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.desk.book import Book, Wish
from btbot.engine.desk.sending import Sending
from btbot.engine.desk.sizer import Moment, Rule
from btbot.engine.desk.venue import Venue
from btbot.engine.desk.watch import RiskWatch
from btbot.engine.ledger import Ledger
from btbot.engine.timeline import Timeline
from btbot.signals import Targets
from btbot.sizing import round_down


class Desk(Sending):
    """Trades the signals of all strategies of a run.

    Parameters
    ----------
    books
        One for each symbol that a `Strategy` trades, in the order of the run's symbols.
    sizer
        Size of full exposure at a close.
    sizes_by_stop
        True if the sizer asks for the distance of the stop.
    cut
        False leaves affordability to the broker, as ``fills: stock`` does.
    visits
        int64, sorted: closes at which the broker has something to book whatever the desk wants (funding).
    """

    def __init__(
        self,
        books: list[Book],
        *,
        broker: Any,
        venue: Venue,
        ledger: Ledger,
        terms: Terms,
        sizer: Rule,
        sizes_by_stop: bool,
        timeline: Timeline,
        watch: RiskWatch,
        cut: bool,
        visits: npt.NDArray[np.int64],
    ) -> None:
        self.books = books
        self.broker, self.venue, self.ledger, self.terms = broker, venue, ledger, terms
        self.sizes_by_stop = sizes_by_stop
        self.sizer, self.timeline, self.watch, self.cut = sizer, timeline, watch, cut
        self._visits = visits
        self._by_number = {book.number: book for book in books}
        self.last_strategy: Any = None
        self.now = -1
        self._could_enter = True
        self._halted_by: str | None = None  # the limit that the last close broke
        self._account: list[tuple[View, Any]] = []  # of all symbols, whoever trades them
        ledger.on_fill = self.filled

    def bind(self, strategies: list[Any], datas: list[Any]) -> None:
        """Take the strategies and datas that Cerebro has made."""
        views = {view.number: view for view in getattr(self.broker, "views", ())}
        self._account = []
        for number, data in enumerate(datas):
            view, position = views.get(number) or View(number, data), self.broker.positions[data]
            self._account.append((view, position))
        for strategy in strategies:
            books = [self._by_number[number] for number in strategy._btbot_numbers if number in self._by_number]
            for book in books:
                view, position = self._account[book.number]
                book.reset(strategy, view.data, view, position)
            if books:
                strategy._desk = self
                self.last_strategy = strategy

    def turn(self, strategy: Any) -> None:
        """Decide for all once the last strategy of the bar has had its turn."""
        if strategy is self.last_strategy:
            self.close(self.now)

    def holdings(self) -> list[tuple[int, float]]:
        """Return number and signed size of all open positions, in the order of the symbols."""
        return [(book.number, size) for book in self.books if (size := book.held)]

    # -- before and after the broker --------------------------------------------------------------------------

    def prepare(self, at: int) -> None:
        """Bring levels and limits up to the close before `at`, whatever was skipped."""
        if self.watch.limits:
            self.watch.catch_up(at, self.broker.cash, self.holdings())
        for book in self.books:
            if book.protection is not None:
                bar = int(self.timeline.at[book.number][at])
                fresh = self.timeline.fresh[book.number]
                book.protection.close(bar - 1 if fresh is None or fresh[at] else bar)
                self.venue.move(book)

    def filled(self, number: int, bar: int, size: float, price: float, order: Any) -> None:
        """Take note of a fill that the broker has booked."""
        book = self._by_number.get(number)
        if book is None:
            return
        held = book.held
        book.wake = -1
        if not held:
            if book.working is not None and not book.reducing:
                self.venue.cancel(book.working)  # the rest of an entry whose position is already over
            self.venue.release(book)
            book.left(bar, -1 if size > 0 else 1, order.info.get("reason", "order"))
        elif abs(held) <= abs(size) and (held > 0.0) == (size > 0.0):
            if book.working is None or book.working.ref != order.ref:
                book.signal_bar = bar - 1  # an order of the strategy's own
            book.entered(bar, price, 1 if held > 0.0 else -1)
            self.venue.guard(book, held, order)

    # -- the decision at a close ------------------------------------------------------------------------------

    def close(self, at: int) -> None:
        """Decide at the close number `at` for every symbol that has a bar there."""
        equity = self._equity()
        limit = self.watch.close(at, equity)
        if limit:
            self._halt(limit, at, equity)
        self._halted_by = limit
        may_enter = not self.watch.limits or self.watch.may_enter(at)
        entries = []
        for book in self.books:
            fresh = self.timeline.fresh[book.number]
            if fresh is not None and not fresh[at]:
                continue
            bar = int(self.timeline.at[book.number][at])
            wish = self._wish(book, bar, equity, may_enter)
            if book.protection is not None:
                book.protection.close(bar)
            if wish is not None and wish.reduces:
                self._reduce(wish)
                continue
            if book.protection is not None:
                self.venue.move(book)
            if wish is not None:
                entries.append((wish, bar))
        if entries:
            self._enter(entries, equity)

    def _equity(self) -> float:
        equity = float(self.broker.cash)
        for view, position in self._account:
            if position.size:
                equity += position.size * view.close
        return equity

    def _halt(self, limit: str, at: int, equity: float) -> None:
        """End every position at its symbol's next open, and the entries that are on their way."""
        for book in self.books:
            if book.working is not None and not book.reducing:
                self.venue.cancel(book.working)
            if book.held:
                book.due = limit
                fresh = self.timeline.fresh[book.number]
                if fresh is not None and not fresh[at] and not book.busy():
                    self._reduce(Wish(book, -book.held, limit, True))
        if limit != self._halted_by:
            when = np.datetime64(int(self.timeline.time[at]), "ms")
            ban = "for the rest of the run" if self.watch.halted else "until the next UTC day"
            self.ledger.note(limit, f"{limit} reached at {when}Z: equity {equity:.10g}; no entries {ban}")

    def _wish(self, book: Book, bar: int, equity: float, may_enter: bool) -> Wish | None:
        """Return the order that a symbol wants at the close of `bar`, None for none."""
        held = book.held
        if book.busy():
            return self._wish_while_busy(book, bar, held)
        if held and book.due:
            return Wish(book, -held, book.due, True)
        if isinstance(book.plan, Targets):
            return self._wish_target(book, bar, held, equity, may_enter)
        side = book.decision(bar, held)
        if held:
            return None if side else Wish(book, -held, book.why_exit(bar, held), True)
        if not side or not may_enter:
            return None
        size = self._unit(book, bar, equity, side) * book.confidence(bar)
        return Wish(book, side * size, "signal", False) if size > 0.0 else None

    def _wish_while_busy(self, book: Book, bar: int, held: float) -> Wish | None:
        """Stop an entry that is still trading when its position should already end."""
        working = book.working
        if not held or working is None or book.reducing or isinstance(book.plan, Targets):
            return None
        if book.decision(bar, held):
            return None
        self.venue.cancel(working)
        book.working = None
        return Wish(book, -held, book.why_exit(bar, held), True)

    def _wish_target(self, book: Book, bar: int, held: float, equity: float, may_enter: bool) -> Wish | None:
        exposure = float(book.plan.exposure[bar])  # type: ignore[union-attr]
        unit = self._unit(book, bar, equity, 1 if exposure >= 0.0 else -1)
        size, reason = book.towards_target(bar, held, unit)
        if not size:
            return None
        reduces = bool(held) and (held > 0.0) != (size > 0.0)
        if reduces and abs(size) < abs(held):
            size = math.copysign(round_down(abs(size), book.lot.step), size)
            if not size:
                return None
        return Wish(book, size, reason, reduces) if reduces or may_enter else None

    def _unit(self, book: Book, bar: int, equity: float, side: int) -> float:
        """Return the size of full exposure, before steps and buying power."""
        close = book.view.close
        realized = float("nan") if book.realized is None else float(book.realized[bar])
        distance = book.stop_distance(bar, close, side) if self.sizes_by_stop else float("nan")
        moment = Moment(book.name, equity, close, distance, realized)
        size = self.sizer(moment)
        return size if size == size and size > 0.0 else 0.0

    # -- when to look next ------------------------------------------------------------------------------------

    def next_wake(self, at: int) -> int:
        """Return the next close after `at` at which something can happen, at most the last one."""
        end = len(self.timeline) - 1
        if at >= end:
            return end + 1
        if self.broker.submitted or self.broker.notifs or any(_moves(order) for order in self.broker.pending):
            return at + 1
        soonest = end
        may_enter = self._may_enter(at)
        for book in self.books:
            soonest = min(soonest, self._book_wake(book, at, soonest, may_enter))
            if soonest <= at + 1:
                return at + 1
        if not may_enter and not self.watch.halted:
            soonest = min(soonest, self.watch.day_end(at))
        holdings = self.holdings()
        if holdings:
            soonest = min(soonest, self._next_visit(at, holdings))
            soonest = self.watch.next_breach(at, soonest, self.broker.cash, holdings)
        return max(soonest, at + 1)

    def _may_enter(self, at: int) -> bool:
        """Return whether entries are allowed; what the books planned before that changed no longer holds."""
        if not self.watch.limits or at < 0:
            return True
        may_enter = self.watch.may_enter(at)
        if may_enter != self._could_enter:
            self._could_enter = may_enter
            for book in self.books:
                book.wake = -1
        return may_enter

    def _book_wake(self, book: Book, at: int, soonest: int, may_enter: bool) -> int:
        """Return the next close that matters to one symbol."""
        axis = self.timeline.at[book.number]
        bar = int(axis[at]) if at >= 0 else -1
        end = len(book.bars)
        if not self.venue.guarded(book):
            return at + 1
        target = book.next_bar(bar, book.held, end, may_enter=may_enter)
        if target >= end:
            return soonest
        if self.timeline.fresh[book.number] is None:
            return target
        return int(np.searchsorted(self.timeline.time, book.bars.close_time[target]))

    def _next_visit(self, at: int, holdings: list[tuple[int, float]]) -> int:
        if self.terms.borrow_rate > 0.0 and any(size < 0.0 for _, size in holdings):
            return at + 1
        if not len(self._visits):
            return len(self.timeline)
        index = int(self._visits.searchsorted(at + 1))
        return int(self._visits[index]) if index < len(self._visits) else len(self.timeline)


def _moves(order: Any) -> bool:
    """True for an order that the next bar may fill whatever its range: a market order, or a hook's own."""
    return bool(order.alive() and (order.exectype == order.Market or "reason" not in order.info))
