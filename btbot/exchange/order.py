"""Orders and lists of orders as the exchange keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Side = Literal["BUY", "SELL"]
Kind = Literal["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"]
TimeInForce = Literal["GTC", "IOC", "FOK"]
Status = Literal[
    "NEW", "PENDING_NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"
]
Prevention = Literal["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"]
DONE = frozenset({"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"})


@dataclass(slots=True, eq=False)
class Order:
    """One order of an account. Numbers are units of 1e-8, times market time in ms.

    Attributes
    ----------
    price, stop_price, quote_quantity, trailing_delta, iceberg_quantity
        0 where the order has none; `trailing_delta` in basis points.
    executed, spent
        Quantity and quote amount filled so far.
    prevented
        Quantity that self-trade prevention took away.
    working
        In the book (or done after having been there); False while a trigger or another order is awaited.
    peak
        The most favourable price since a trailing order became active; 0 before.
    """

    id: int
    account: str
    symbol: str
    client_id: str
    side: Side
    kind: Kind
    time_in_force: TimeInForce
    quantity: int
    price: int = 0
    stop_price: int = 0
    quote_quantity: int = 0
    iceberg_quantity: int = 0
    trailing_delta: int = 0
    prevention: Prevention = "NONE"
    list_id: int = -1
    status: Status = "NEW"
    executed: int = 0
    spent: int = 0
    prevented: int = 0
    working: bool = False
    peak: int = 0
    created_ms: int = 0
    updated_ms: int = 0
    working_ms: int = -1
    strategy_id: int = 0
    strategy_type: int = 0

    @property
    def remaining(self) -> int:
        return self.quantity - self.executed - self.prevented

    @property
    def done(self) -> bool:
        return self.status in DONE


@dataclass(slots=True, eq=False)
class OrderList:
    """Orders that depend on each other: OCO, OTO, OTOCO.

    Attributes
    ----------
    contingency
        ``OCO`` for one-cancels-the-other, ``OTO`` for one-triggers-the-other (OTOCO too, as Binance reports it).
    order_ids
        In the order of the reply.
    pending_ids
        Those that wait until the working order is filled; empty for a plain OCO.
    """

    id: int
    account: str
    symbol: str
    client_id: str
    contingency: Literal["OCO", "OTO"]
    order_ids: list[int] = field(default_factory=list)
    pending_ids: list[int] = field(default_factory=list)
    status: Literal["RESPONSE", "EXEC_STARTED", "UPDATED", "ALL_DONE"] = "EXEC_STARTED"
    order_status: Literal["EXECUTING", "ALL_DONE", "REJECT"] = "EXECUTING"
    created_ms: int = 0
    updated_ms: int = 0
