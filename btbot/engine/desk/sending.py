"""From what the books wish to orders: reductions at once, entries within the buying power."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from btbot.costs import slipped_price
from btbot.engine.broker.terms import Terms
from btbot.engine.broker.view import View
from btbot.engine.desk.book import Book, Wish
from btbot.engine.desk.venue import Venue
from btbot.engine.ledger import Ledger
from btbot.risk import affordable, buying_power
from btbot.sizing import is_dust, meets_minimum, round_down


class Sending:
    """The part of the desk that sizes what may be sent, and sends it."""

    if TYPE_CHECKING:
        books: list[Book]
        cut: bool
        ledger: Ledger
        terms: Terms
        venue: Venue
        _account: list[tuple[View, Any]]

    def _reduce(self, wish: Wish) -> None:
        """Send what reduces a position, at once and in full."""
        if self.venue.releases_before_exit:
            self.venue.release(wish.book)
        self.venue.send(wish.book, wish.size, wish.reason, reduces=True)

    def _enter(self, entries: list[tuple[Wish, int]], equity: float) -> None:
        """Send entries in the order of the symbols, each within the buying power that the others leave."""
        positions = sum(abs(position.size) * view.close for view, position in self._account if position.size)
        for wish, bar in entries:
            power = buying_power(equity, self.terms.leverage, positions, self._on_the_way())
            size = self._affordable(wish, bar, power) if self.cut else wish.size
            if size:
                wish.book.signal_bar = bar
                self.venue.send(wish.book, size, wish.reason, reduces=False)
                wish.book.wake = -1

    def _on_the_way(self) -> float:
        """Return the value of entries that have not filled yet."""
        return sum(
            abs(float(book.working.executed.remsize)) * book.view.close
            for book in self.books
            if book.working is not None and book.working.alive() and not book.reducing
        )

    def _affordable(self, wish: Wish, bar: int, power: float) -> float:
        """Cut an entry to buying power and step; 0.0 if too little is left."""
        book, lot = wish.book, wish.book.lot
        close, wanted = book.view.close, abs(wish.size)
        direction = 1 if wish.size > 0 else -1
        fraction = self.terms.slippage(book.number, bar, wanted, book.view.volume)
        size = affordable(wanted, slipped_price(close, direction, fraction), self.terms.taker_fee, power)
        if size < wanted:
            text = f"size cut at the decision from {wanted:.10g} to {size:.10g} by the buying power"
            self._note(book, "size cut", text)
        size = round_down(size, lot.step)
        if not size or is_dust(size, wanted):
            return 0.0
        if not meets_minimum(size, close, lot.min_notional):
            self._note(
                book,
                "entry refused",
                f"entry of {size:.10g} refused: below the minimum notional of {lot.min_notional:.10g}",
            )
            return 0.0
        return direction * size

    def _note(self, book: Book, kind: str, text: str) -> None:
        self.ledger.note(kind, f"{book.bars.symbol} {book.view.stamp()}: {text}")
