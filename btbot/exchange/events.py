"""What happened, in order. A journal of these is the whole truth: applied to an empty exchange they rebuild it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from btbot.exchange.order import Order, OrderList, Status
from btbot.exchange.symbols import Symbol

Change = Literal["NEW", "TRIGGERED", "TRADE", "CANCELED", "EXPIRED", "REJECTED", "REPLACED", "TRADE_PREVENTION"]


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One change of one order; `change` is what an executionReport calls the execution type.

    The fields from `status` to `working` are those of the order right after the change, since `order` itself goes on
    changing. ``TRIGGERED`` (a stop that enters the book) has no report of its own at Binance beyond status NEW with
    `working` true. ``REPLACED`` is an amendment: `quantity` is the new one.

    Attributes
    ----------
    price, quantity, quote
        Of this fill; 0 unless `change` is TRADE. For REPLACED `quantity` is the new quantity of the order.
    commission, commission_asset
        Of this fill, as charged.
    trade_id
        -1 unless TRADE.
    client_id
        Of the request that caused the change where it is another than the order's own (cancellations), else empty.
    reason
        A code such as ``INSUFFICIENT_LIQUIDITY``, ``FOK``, ``OCO``, ``LIST``, ``STP``, ``DELISTED``; empty for the
        plain case.
    counter_account, counter_order_id
        The other side of a trade; the account is empty for the market.
    """

    order: Order
    change: Change
    time_ms: int
    status: Status
    executed: int
    spent: int
    working: bool
    price: int = 0
    quantity: int = 0
    quote: int = 0
    commission: int = 0
    commission_asset: str = ""
    trade_id: int = -1
    is_maker: bool = False
    client_id: str = ""
    reason: str = ""
    counter_account: str = ""
    counter_order_id: int = -1


@dataclass(frozen=True, slots=True)
class TradeEvent:
    """A trade as the public sees it; order ids are -1 for the market's own orders."""

    symbol: str
    id: int
    price: int
    quantity: int
    quote: int
    time_ms: int
    buyer_is_maker: bool
    buy_order_id: int = -1
    sell_order_id: int = -1


@dataclass(frozen=True, slots=True)
class ListEvent:
    """A list began, went on or ended; statuses are those right after the change."""

    list: OrderList
    status: str
    order_status: str
    time_ms: int


@dataclass(frozen=True, slots=True)
class BalanceEvent:
    """A deposit or withdrawal (units of 1e-8, negative for money that leaves)."""

    account: str
    asset: str
    amount: int
    time_ms: int


@dataclass(frozen=True, slots=True)
class SymbolEvent:
    """A symbol was listed, changed (filters, status) or, with `symbol` None, removed."""

    name: str
    symbol: Symbol | None
    time_ms: int


Event = OrderEvent | TradeEvent | ListEvent | BalanceEvent | SymbolEvent
