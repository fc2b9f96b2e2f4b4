"""Which orders of a list belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from btbot.exchange.live import Live
from btbot.exchange.order import DONE, OrderList

if TYPE_CHECKING:
    from btbot.exchange.state import State


def partner(state: State, order: Live) -> Live | None:
    """Give the open order that ends when this one trades: the other leg of an OCO, None where there is none."""
    group = state.lists.get(order.list_id)
    if group is None:
        return None
    pair = group.pending_ids or group.order_ids
    if len(pair) != 2 or order.id not in pair:
        return None
    other = state.orders.get(pair[1] if pair[0] == order.id else pair[0])
    return None if other is None or other.status in DONE else other


def members(state: State, group: OrderList) -> list[Live]:
    """List the orders of a list that are known yet, in the order of the reply."""
    return [state.orders[one] for one in group.order_ids if one in state.orders]
