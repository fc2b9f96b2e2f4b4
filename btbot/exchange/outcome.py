"""What a command did, as the reply to it needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field

from btbot.exchange.events import Event
from btbot.exchange.order import Order, OrderList
from btbot.exchange.refused import Refused


@dataclass(slots=True)
class Outcome:
    """What a command did.

    Attributes
    ----------
    events
        In the order in which they happened.
    orders
        Those that the reply speaks of, in order.
    list
        The list that was placed or cancelled, or that the order belongs to.
    cancelled, placed, cancel_refused, place_refused
        Of a `Replace`, whose halves may fail alone: nothing is raised then, since the other half may have happened. A
        new order that is neither placed nor refused was not attempted.
    """

    events: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    list: OrderList | None = None
    cancelled: Order | None = None
    placed: Order | None = None
    cancel_refused: Refused | None = None
    place_refused: Refused | None = None
