"""Orders that depend on each other: what one of them does to the others."""

from __future__ import annotations

from btbot.exchange.events import ListEvent, OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import DONE, OrderList
from btbot.exchange.pairs import members, partner
from btbot.exchange.state import State


def touched(state: State, order: Live, now_ms: int) -> None:
    """Expire the other leg of a pair before one of them trades or is triggered."""
    other = partner(state, order)
    if other is not None:
        expire(state, other, now_ms, "OCO")


def ended(state: State, order: Live, now_ms: int) -> None:
    """Let the end of an order have its effect on its list: the pending ones start or end, the list is done."""
    group = state.lists.get(order.list_id)
    if group is None or group.order_status != "EXECUTING":
        return
    if group.pending_ids and order.id not in group.pending_ids:
        for one in members(state, group):
            if one.status == "PENDING_NEW":
                if order.status == "FILLED":
                    state.due.setdefault(one.id, one)
                else:
                    expire(state, one, now_ms, "LIST")
    elif order.status != "FILLED" and not order.executed:
        touched(state, order, now_ms)
    finish(state, group, now_ms)


def finish(state: State, group: OrderList, now_ms: int) -> None:
    """Report that a list is done, once no order of it is open."""
    if group.order_status == "EXECUTING" and all(order.status in DONE for order in members(state, group)):
        state.emit(ListEvent(group, "ALL_DONE", "ALL_DONE", now_ms))


def expire(state: State, order: Live, now_ms: int, reason: str) -> None:
    """End what is left of an order, whatever that means for its list."""
    state.emit(
        OrderEvent(
            order, "EXPIRED", now_ms, "EXPIRED", order.executed, order.spent, order.working, reason=reason
        )
    )  # fmt: skip
