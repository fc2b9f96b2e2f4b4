"""The exchange: commands in, events out.

Every change goes the same way: a command is checked against the state, events are made, and applying an event is the
only thing that changes the state. So the events of an exchange, applied to an empty one, give the same exchange.
"""

from __future__ import annotations

from collections.abc import Iterable

from btbot.exchange import amending, cancelling, grouping, placing, reading, replacing, snapshot
from btbot.exchange.book import Book
from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, CancelList, Place, PlaceList, Replace, UserCommand
from btbot.exchange.events import BalanceEvent, Event, OrderEvent, SymbolEvent, TradeEvent
from btbot.exchange.fees import FeeRates
from btbot.exchange.ledger import Balance, Ledger
from btbot.exchange.order import Order, OrderList, Side
from btbot.exchange.outcome import Outcome
from btbot.exchange.pairs import members
from btbot.exchange.refusals import insufficient_balance, invalid_symbol
from btbot.exchange.state import State
from btbot.exchange.symbols import Symbol
from btbot.exchange.taking import announce, sweep
from btbot.exchange.units import amount
from btbot.exchange.working import settle

__all__ = ["Exchange", "Outcome"]


class Exchange:
    """Books, balances and orders of all symbols and accounts. Numbers are units of 1e-8, times market time in ms.

    Parameters
    ----------
    symbols
        Listed from the start, without an event: a replay begins with the same ones, or with those that
        `set_symbol` reported.
    discount_asset
        In which fees may be paid.
    keep_done
        How many done orders of an account are kept; older ones are forgotten.

    Attributes
    ----------
    symbols, books, last_price
        By symbol.
    ledger
        All balances.
    """

    def __init__(self, symbols: Iterable[Symbol] = (), *, discount_asset: str = "BNB", keep_done: int = 10_000) -> None:
        self._state = State(discount_asset, keep_done)
        self.symbols = self._state.symbols
        self.books: dict[str, Book] = self._state.books
        self.ledger: Ledger = self._state.ledger
        self.last_price = self._state.last_price
        for symbol in symbols:
            self._state.apply(SymbolEvent(symbol.name, symbol, 0))

    # Users

    def execute(self, command: UserCommand, now_ms: int) -> Outcome:
        """Do what a user asks for.

        Raises
        ------
        Refused
            Where it may not be; then nothing has changed.
        """
        state = self._state
        outcome = Outcome()
        try:
            if type(command) is Place:
                outcome.orders = [placing.place(state, command, now_ms)]
            elif type(command) is Cancel:
                self._cancel(command, now_ms, outcome)
            else:
                self._other(command, now_ms, outcome)
            if state.due:
                settle(state, now_ms)
        finally:
            outcome.events = state.end_batch()
        return outcome

    def _cancel(self, command: Cancel, now_ms: int, outcome: Outcome) -> None:
        order = cancelling.cancel(self._state, command, now_ms)
        outcome.orders = [order]
        if order.list_id >= 0:
            self._tell_list(order.list_id, outcome)

    def _tell_list(self, list_id: int, outcome: Outcome) -> None:
        """Let the reply speak of all orders of a list."""
        outcome.list = self._state.lists.get(list_id)
        if outcome.list is not None:
            outcome.orders = list(members(self._state, outcome.list))

    def _other(self, command: UserCommand, now_ms: int, outcome: Outcome) -> None:
        """Do what is asked for more rarely."""
        state = self._state
        if isinstance(command, CancelAll):
            outcome.orders = list(cancelling.cancel_all(state, command, now_ms))
        elif isinstance(command, PlaceList):
            outcome.list, orders = grouping.place_list(state, command, now_ms)
            outcome.orders = list(orders)
        elif isinstance(command, CancelList):
            self._tell_list(cancelling.cancel_list(state, command, now_ms).id, outcome)
        elif isinstance(command, Amend):
            order = amending.amend(state, command, now_ms)
            outcome.orders = [order]
            if order.list_id >= 0:
                self._tell_list(order.list_id, outcome)
        elif isinstance(command, Replace):
            outcome.cancelled, outcome.cancel_refused = replacing.cancel_first(state, command, now_ms)
            if outcome.cancelled is not None or command.mode == "ALLOW_FAILURE":
                outcome.placed, outcome.place_refused = replacing.place_then(state, command, now_ms)
            outcome.orders = [order for order in (outcome.cancelled, outcome.placed) if order is not None]
        elif isinstance(command, Adjust):
            if command.amount < 0 and -command.amount > state.ledger.free(command.account, command.asset):
                raise insufficient_balance()
            state.emit(BalanceEvent(command.account, command.asset, command.amount, now_ms))

    def test(self, place: Place, now_ms: int) -> FeeRates:
        """Check an order as `execute` does, without effect, and give the rates it would trade at.

        Raises
        ------
        Refused
            Where it may not be.
        """
        placing.prepare(self._state, place, now_ms)
        return self._state.fees.rates(place.account, place.symbol)

    # Replay

    def apply(self, event: Event) -> None:
        """Let an event happen again: those of an exchange, applied to an empty one, rebuild it."""
        self._state.apply(event)

    def state(self) -> dict[str, object]:
        """Give balances, orders, queues, lists and counters as plain values; equal states are equal exchanges."""
        return snapshot.snapshot(self._state)

    def counters(self) -> dict[str, int]:
        """Give the last order id and list id, and the last trade id of each symbol as ``trade:BTCUSDT``."""
        trades = {f"trade:{name}": number for name, number in self._state.trade_ids.items()}
        return {"order": self._state.order_id, "list": self._state.list_id, **trades}

    def raise_counters(self, counters: dict[str, int]) -> None:
        """Make sure that ids up to these are not given again; counters that are further on stay."""
        state = self._state
        for name, number in counters.items():
            if name == "order":
                state.order_id = max(state.order_id, number)
            elif name == "list":
                state.list_id = max(state.list_id, number)
            else:
                symbol = name.removeprefix("trade:")
                state.trade_ids[symbol] = max(state.trade_ids.get(symbol, -1), number)

    def matters(self, event: Event) -> bool:
        """Say whether a replay needs an event; trades of the market with itself matter to trailing orders only."""
        if type(event) is not TradeEvent or event.buy_order_id >= 0 or event.sell_order_id >= 0:
            return True
        triggers = self._state.triggers.get(event.symbol)
        return triggers is not None and bool(triggers.trailing)

    # The market. It may outlive the listing of a symbol: then nothing of this does anything.

    def supply(self, symbol: str, side: Side, price: int, quantity: int, now_ms: int) -> None:
        """Add liquidity of the market behind all that waits at a price.

        Raises
        ------
        ValueError
            If it crosses the other side of the book: that must be swept first.
        """
        if symbol in self.books:
            self.books[symbol].supply(side, price, quantity)

    def withdraw(self, symbol: str, side: Side, price: int, quantity: int, now_ms: int) -> int:
        """Take liquidity of the market away from the back of the queue; give how much there was."""
        return self.books[symbol].withdraw(side, price, quantity) if symbol in self.books else 0

    def clear(self, symbol: str) -> None:
        """Take all liquidity of the market off the book."""
        if symbol in self.books:
            self.books[symbol].clear()

    def sweep(self, symbol: str, side: Side, price: int, quantity: int, now_ms: int) -> list[Event]:
        """Let the market buy or sell up to a price (0: any) whatever rests, at once; nothing while the symbol halts."""
        state = self._state
        if self._trades(symbol):
            sweep(state, symbol, side, price, quantity, now_ms)
            if state.due:
                settle(state, now_ms)
        return state.end_batch()

    def print_trade(self, symbol: str, price: int, quantity: int, buyer_is_maker: bool, now_ms: int) -> list[Event]:
        """Report a trade that happened elsewhere: it moves the last price and triggers stops, the book stays."""
        state = self._state
        if self._trades(symbol):
            number = state.trade_ids[symbol] + 1
            event = TradeEvent(
                symbol, number, price, quantity, amount(price, quantity), now_ms, buyer_is_maker
            )  # fmt: skip
            announce(state, event)
            if state.due:
                settle(state, now_ms)
        return state.end_batch()

    def _trades(self, symbol: str) -> bool:
        return symbol in self.symbols and self.symbols[symbol].status == "TRADING"

    # Operators

    def set_symbol(self, symbol: Symbol, now_ms: int) -> list[Event]:
        """List a symbol, or change its filters or status; what rests stays."""
        self._state.emit(SymbolEvent(symbol.name, symbol, now_ms))
        return self._state.end_batch()

    def remove_symbol(self, name: str, now_ms: int) -> list[Event]:
        """Delist a symbol: its open orders are cancelled."""
        state = self._state
        if name in state.symbols:
            for account in state.shelves:
                for order in reading.open_orders(state, account, name):
                    if not order.done:
                        cancelling.end(state, order, now_ms, reason="DELISTED")
            state.emit(SymbolEvent(name, None, now_ms))
        return state.end_batch()

    def set_fees(self, account: str, maker: int, taker: int, discount: int = 0, *, symbol: str | None = None) -> None:
        """Set the rates of an account in units of 1e-8 of a fraction, for one symbol or for all others.

        `discount` is the part of a fee that is charged when it is paid in the discount asset (75 000 000 for a quarter
        off); 0 pays every fee in what is received.
        """
        self._state.fees.set(account, maker, taker, discount, symbol)

    def open_account(self, account: str) -> None:
        """Begin an account without money."""
        self._state.shelf(account)

    # Reading

    def order(self, account: str, symbol: str, *, order_id: int = 0, client_id: str = "") -> Order:
        """Give one order, the newest of a client id; raises `Refused` -2013 where there is none."""
        return reading.order(self._state, account, symbol, order_id, client_id)

    def open_orders(self, account: str, symbol: str | None = None) -> list[Order]:
        """List the open orders of an account by id."""
        return list(reading.open_orders(self._state, account, symbol))

    def orders(
        self, account: str, symbol: str, *, from_id: int = 0, start_ms: int | None = None, end_ms: int | None = None,
        limit: int = 500,
    ) -> list[Order]:  # fmt: skip
        """List orders by id: the first from an id or time on, else the newest."""
        return list(reading.orders(self._state, account, symbol, from_id, start_ms, end_ms, limit))

    def fills(
        self, account: str, symbol: str, *, order_id: int = 0, from_id: int | None = None, start_ms: int | None = None,
        end_ms: int | None = None, limit: int = 500,
    ) -> list[OrderEvent]:  # fmt: skip
        """List the fills of an account by trade id: the first from an id or time on, else the newest."""
        return reading.fills(self._state, account, symbol, order_id, from_id, start_ms, end_ms, limit)

    def prevented(self, account: str, symbol: str) -> list[OrderEvent]:
        """List the self-trades that were prevented; `trade_id` is the id of the prevented match."""
        return list(reading.page(self._state, account, symbol).prevented)

    def order_list(self, account: str, *, list_id: int = -1, client_id: str = "") -> OrderList:
        """Give one list, the newest of a client id; raises `Refused` -2018 where there is none."""
        return reading.order_list(self._state, account, list_id, client_id)

    def order_lists(
        self, account: str, *, from_id: int | None = None, start_ms: int | None = None, end_ms: int | None = None,
        limit: int = 500,
    ) -> list[OrderList]:  # fmt: skip
        """List the lists by id: the first from an id or time on, else the newest."""
        return reading.order_lists(self._state, account, from_id, start_ms, end_ms, limit)

    def open_lists(self, account: str) -> list[OrderList]:
        """List the lists of which an order is open."""
        return [one for one in self.order_lists(account, limit=10**9) if one.order_status == "EXECUTING"]

    def balances(self, account: str) -> dict[str, Balance]:
        """Copy the balances of an account."""
        return reading.balances(self._state, account)

    def fee_rates(self, account: str, symbol: str) -> FeeRates:
        """Give the rates of an account on a symbol."""
        if symbol in self.symbols:
            return self._state.fees.rates(account, symbol)
        raise invalid_symbol()

    def average_price(self, symbol: str, now_ms: int) -> int:
        """Give the mean price of the minutes that the filters name, else the last price, 0 where there is none."""
        average = self._state.averages.get(symbol)
        return (average and average.price(now_ms)) or self.last_price.get(symbol, 0)
