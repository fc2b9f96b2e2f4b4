"""What happened: fills, orders and round trips, booked as they occur."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import backtrader as bt

from btbot.sizing import is_dust

log = logging.getLogger(__name__)
NOTES_OF_A_KIND = 10
_BUY = bt.Order.Buy
_LIMITED = (bt.Order.Limit, bt.Order.StopLimit, bt.Order.Stop, bt.Order.StopTrail, bt.Order.StopTrailLimit)


@dataclass(slots=True, eq=False)
class Trade:
    """One round trip of one symbol, from flat to flat.

    `size` is all that was entered, `entry_price` and `exit_price` are averages over all entries and all exits, so
    that the profit of a closed trade is ``side * size * (exit_price - entry_price)`` however often it was scaled.
    `cost` is the average price of what is still held.
    """

    strategy: str
    symbol: int
    side: int
    entry_bar: int
    size: float = 0.0
    held: float = 0.0
    cost: float = 0.0
    entry_price: float = 0.0
    exit_bar: int = -1
    exit_size: float = 0.0
    exit_price: float = 0.0
    profit: float = 0.0
    fees: float = 0.0
    reason: str = "open"

    @property
    def pnl(self) -> float:
        """Realised profit net of all fees, in quote currency."""
        return self.profit - self.fees

    @property
    def return_fraction(self) -> float:
        """Profit net of fees over the value that was entered."""
        return self.pnl / (self.size * self.entry_price)


@dataclass(slots=True, eq=False)
class Ledger:
    """Book of a run.

    Parameters
    ----------
    symbols
        Their names, in the order of the run.

    Attributes
    ----------
    fills
        Tuples (strategy, symbol index, order id, bar index, signed size, price, fee, reason).
    orders
        Tuples in the order of `ORDER_COLUMNS`, appended when an order reaches its end.
    closed
        Finished round trips, in the order of their exits.
    """

    symbols: list[str]
    fills: list[tuple[str, int, int, int, float, float, float, str]] = field(default_factory=list)
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    closed: list[Trade] = field(default_factory=list)
    fees_paid: float = 0.0
    slippage_paid: float = 0.0
    funding_paid: float = 0.0
    borrow_paid: float = 0.0
    traded_notional: float = 0.0
    on_fill: Callable[[int, int, float, float, Any], None] | None = None
    _notes: list[str] = field(default_factory=list)
    _said: dict[str, int] = field(default_factory=dict)
    _open: dict[tuple[int, int], Trade] = field(default_factory=dict)

    def fill(
        self,
        strategy: str,
        symbol: int,
        order: Any,
        *,
        bar: int,
        size: float,
        price: float,
        fee: float,
        reason: str,
    ) -> None:
        """Book one execution of signed `size`; a fill through zero ends one trade and begins another.

        Backtrader's ``tradeid`` keeps the trades of a symbol apart, as it does for ``notify_trade``.
        """
        self.fills.append((strategy, symbol, order.ref, bar, size, price, fee, reason))
        self.fees_paid += fee
        self.traded_notional += abs(size) * price
        key = (symbol, order.tradeid)
        trade = self._open.get(key)
        if trade is not None and (size > 0.0) != (trade.side > 0):
            beyond = abs(size) - trade.held
            if beyond <= 0.0 or is_dust(beyond, size):
                self._reduce(key, abs(size), price, fee, bar, reason, last=is_dust(beyond, size))
            else:
                share = trade.held / abs(size)
                self._reduce(key, trade.held, price, fee * share, bar, reason, last=True)
                self._enter(strategy, key, bar, beyond if size > 0 else -beyond, price, fee * (1.0 - share))
        else:
            self._enter(strategy, key, bar, size, price, fee)
        if self.on_fill is not None:
            self.on_fill(symbol, bar, size, price, order)

    def _enter(self, strategy: str, key: tuple[int, int], bar: int, size: float, price: float, fee: float) -> None:
        trade = self._open.get(key)
        if trade is None:
            trade = self._open[key] = Trade(strategy, key[0], 1 if size > 0 else -1, bar)
        amount = abs(size)
        trade.cost = (trade.cost * trade.held + price * amount) / (trade.held + amount)
        trade.entry_price = (trade.entry_price * trade.size + price * amount) / (trade.size + amount)
        trade.held += amount
        trade.size += amount
        trade.fees += fee

    def _reduce(
        self, key: tuple[int, int], amount: float, price: float, fee: float, bar: int, reason: str, *, last: bool
    ) -> None:
        trade = self._open[key]
        trade.profit += trade.side * amount * (price - trade.cost)
        trade.fees += fee
        trade.exit_price = (trade.exit_price * trade.exit_size + price * amount) / (trade.exit_size + amount)
        trade.exit_size += amount
        trade.held -= amount
        trade.exit_bar, trade.reason = bar, reason
        if last:
            trade.held = 0.0
            del self._open[key]
            self.closed.append(trade)

    def note(self, kind: str, text: str) -> None:
        """Write down what the reader of the report should know; of one kind the first few, then their number."""
        said = self._said[kind] = self._said.get(kind, 0) + 1
        if said <= NOTES_OF_A_KIND:
            log.info("%s", text)
            self._notes.append(text)

    @property
    def notes(self) -> list[str]:
        """What was noted, in the order of time, and how often more of the same was left out."""
        more = [
            f"{count - NOTES_OF_A_KIND} more like these: {kind}"
            for kind, count in self._said.items()
            if count > NOTES_OF_A_KIND
        ]
        return self._notes + more

    @property
    def open_trades(self) -> list[Trade]:
        """Round trips that have not ended."""
        return list(self._open.values())

    def order(self, strategy: str, symbol: int, order: Any) -> None:
        """Book an order that has reached its end, or is still alive at the end of the run."""
        created, executed = order.created, order.executed
        self.orders.append(
            (
                order.ref,
                strategy,
                symbol,
                "buy" if order.ordtype == _BUY else "sell",
                order.ExecTypes[order.exectype].lower(),
                abs(created.size),
                created.dt,
                created.price if order.exectype in _LIMITED else None,
                order.Status[order.status].lower(),
                abs(executed.size),
                executed.price if executed.size else None,
                executed.exbits[-1].dt if executed.size else None,
                executed.comm,
                order.info.get("reason", "order"),
            )
        )


ORDER_COLUMNS = (
    "id",
    "strategy",
    "symbol",
    "side",
    "type",
    "size",
    "created_time",
    "price",
    "status",
    "filled",
    "fill_price",
    "fill_time",
    "fee",
    "reason",
)
