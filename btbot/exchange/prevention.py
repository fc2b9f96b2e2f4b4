"""Self-trade prevention: what happens instead of a trade of an account with itself.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/faqs/stp_faq
"""

from __future__ import annotations

from btbot.exchange import lists
from btbot.exchange.events import OrderEvent
from btbot.exchange.live import Live
from btbot.exchange.order import DONE
from btbot.exchange.state import State


def prevent(state: State, taker: Live, maker: Live, now_ms: int) -> None:
    """Expire or shrink one or both of two orders that may not trade; the taker's mode decides."""
    mode = taker.prevention
    price = maker.price
    if mode == "DECREMENT":
        lost = min(taker.remaining, maker.remaining)
        losses = [(maker, lost, taker), (taker, lost, maker)]
    else:
        losses = []
        if mode in ("EXPIRE_MAKER", "EXPIRE_BOTH"):
            losses.append((maker, maker.remaining, taker))
        if mode in ("EXPIRE_TAKER", "EXPIRE_BOTH"):
            losses.append((taker, taker.remaining, maker))
    match = state.prevented_ids.get(taker.symbol, -1) + 1
    for order, lost, other in losses:
        if order.list_id >= 0 and order.status not in DONE:
            lists.touched(state, order, now_ms)
        _lose(state, order, lost, other, price, match, now_ms)
    for order, _, _ in losses:
        if order.list_id >= 0 and order.status in DONE:
            lists.ended(state, order, now_ms)


def _lose(state: State, order: Live, lost: int, other: Live, price: int, match: int, now_ms: int) -> None:
    status = "EXPIRED_IN_MATCH" if lost == order.remaining else order.status
    state.emit(
        OrderEvent(
            order, "TRADE_PREVENTION", now_ms, status, order.executed, order.spent, order.working, price, lost,
            trade_id=match, is_maker=order.level is not None, reason="STP",
            counter_account=other.account, counter_order_id=other.id,
        )
    )  # fmt: skip
