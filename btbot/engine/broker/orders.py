"""Backtrader orders without the cost of their general constructor, and with what our broker needs to know."""

from __future__ import annotations

import math
from typing import Any

import backtrader as bt
from backtrader.order import OrderData
from backtrader.utils import AutoOrderedDict

_END_OF_DAY = 1.0 - 1e-5 / 86_400  # Backtrader's 23:59:59.999990, as a fraction of a day


class _Marks:
    """Attributes that the broker keeps on its orders.

    Attributes
    ----------
    booked
        In the ledger: it has reached its end.
    desk
        Sent by the desk: no bracket, no OCO group, no expiry.
    reduce_only
        May only shrink a position, whatever its size says.
    protective
        Always as large as the position.
    seen
        Length of the data when the order was last matched; a bar is matched once.
    since
        First length of the data at which the order may be matched.
    born, born_price
        Length of the data when the order became active inside a bar, at an unknown moment, and the price of the
        market then. In that bar a stop meets the market from there on, and nothing but a stop may trade: the
        other extreme may have come before.
    inside_price
        Price at which the order itself traded inside a bar; NaN if at the open.
    """

    booked = False
    desk = False
    reduce_only = False
    protective = False
    seen = 0
    since = 0
    born = 0
    born_price = math.nan
    inside_price = math.nan


class BuyOrder(_Marks, bt.order.BuyOrder):
    """A buy order."""


class SellOrder(_Marks, bt.order.SellOrder):
    """A sell order."""


# What the general constructor would set on an accepted order without options.
_FRESH = {
    "broker": None, "comminfo": None, "parent": None, "pannotated": None, "triggered": False, "_active": True,
    "desk": True, "status": bt.Order.Accepted, "_plimit": None, "_limitoffset": 0.0, "position": 0,
}  # fmt: skip
_TEMPLATES = {BuyOrder: BuyOrder.params, SellOrder: SellOrder.params}


def desk_order(
    owner: Any,
    data: Any,
    *,
    size: float,
    exectype: int,
    price: float | None,
    close: float,
    when: float,
    length: int,
    reason: str,
) -> Any:
    """Return an accepted order of signed `size`; what ``BuyOrder(...)`` gives in a tenth of the time.

    Parameters
    ----------
    price
        Trigger or limit; None for a market order.
    close, when, length
        Close, time (Backtrader's day number) and length of the data now.
    """
    kind: Any = BuyOrder if size > 0 else SellOrder
    order: Any = object.__new__(kind)
    given = {"owner": owner, "data": data, "size": size, "price": price, "exectype": exectype, "transmit": True}
    order.p = order.params = object.__new__(_TEMPLATES[kind])
    order.p.__dict__.update(given)
    order.__dict__.update(_FRESH)
    order.__dict__.update(given)
    order.ref = next(order.refbasis)
    order.info = AutoOrderedDict()
    order.info["reason"] = reason
    order.created = OrderData(dt=when, size=size, price=close if price is None else price, pclose=close)
    order.executed = OrderData(remsize=size)
    order.dteos = math.floor(when) + _END_OF_DAY
    order.plen, order.since = length, length + 1
    return order
