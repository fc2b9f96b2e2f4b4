"""What may be asked of the exchange. Numbers are units of 1e-8; what the parser left out is 0 or empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from btbot.exchange.order import Kind, Prevention, Side, TimeInForce


@dataclass(frozen=True, slots=True)
class Place:
    """One new order; `client_id` is empty where the exchange is to make one."""

    account: str
    symbol: str
    side: Side
    kind: Kind
    quantity: int = 0
    quote_quantity: int = 0
    price: int = 0
    stop_price: int = 0
    trailing_delta: int = 0
    iceberg_quantity: int = 0
    time_in_force: TimeInForce | None = None
    client_id: str = ""
    prevention: Prevention | None = None
    strategy_id: int = 0
    strategy_type: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel an order, or its whole list, by either id; `new_client_id` names the cancellation."""

    account: str
    symbol: str
    order_id: int = 0
    client_id: str = ""
    new_client_id: str = ""
    only_if: Literal["", "ONLY_NEW", "ONLY_PARTIALLY_FILLED"] = ""


@dataclass(frozen=True, slots=True)
class CancelAll:
    """Cancel every open order and list of an account on a symbol."""

    account: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Replace:
    """Cancel one order, then place another."""

    cancel: Cancel
    place: Place
    mode: Literal["STOP_ON_FAILURE", "ALLOW_FAILURE"] = "STOP_ON_FAILURE"


@dataclass(frozen=True, slots=True)
class Amend:
    """Make an order in the book smaller without losing its place in the queue."""

    account: str
    symbol: str
    quantity: int
    order_id: int = 0
    client_id: str = ""
    new_client_id: str = ""


@dataclass(frozen=True, slots=True)
class PlaceList:
    """Several orders at once.

    ``OCO``: `orders` are (above, below), as POST /orderList/oco names them. ``OTO``: (working, pending).
    ``OTOCO``: (working, pending above, pending below).
    """

    account: str
    symbol: str
    form: Literal["OCO", "OTO", "OTOCO"]
    orders: tuple[Place, ...]
    client_id: str = ""


@dataclass(frozen=True, slots=True)
class CancelList:
    """Cancel all orders of a list, by either id."""

    account: str
    symbol: str
    list_id: int = -1
    client_id: str = ""
    new_client_id: str = ""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Deposit (positive) or withdraw (negative) an amount of an asset."""

    account: str
    asset: str
    amount: int


UserCommand = Place | Cancel | CancelAll | Replace | Amend | PlaceList | CancelList | Adjust
