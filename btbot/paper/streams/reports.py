"""What the user data stream says: one function for each payload.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from btbot.exchange.events import BalanceEvent, ListEvent, OrderEvent
from btbot.exchange.order import Order
from btbot.exchange.units import amount, text

Payload = dict[str, object]
_CHANGES = {"TRIGGERED": "NEW"}
EXPIRIES = {
    "OCO": "OCO_TRIGGER",
    "LIST": "OTO_PHASE_ONE_EXPIRED",
    "OTO": "OTO_PHASE_ONE_EXPIRED",
    "IOC": "UNFILLED_IOC_QUANTITY_EXPIRED",
    "FOK": "UNFILLED_FOK_ORDER_EXPIRED",
    "INSUFFICIENT_LIQUIDITY": "INSUFFICIENT_LIQUIDITY",
    "PRICE_BAND": "EXECUTION_RULE_PRICE_RANGE_EXCEEDED",
    "HALT": "EXCHANGE_CANCELED",
    "DELISTED": "EXCHANGE_CANCELED",
}
REJECTS = {
    "INSUFFICIENT_BALANCE": "INSUFFICIENT_BALANCES",
    "INSUFFICIENT_BALANCES": "INSUFFICIENT_BALANCES",
    "WOULD_TRIGGER": "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    "WOULD_MATCH": "WOULD_MATCH_IMMEDIATELY",
    "BAD_PRICES": "OCO_BAD_PRICES",
}


def execution_report(event: OrderEvent, execution_id: int, prevented: int = 0) -> Payload:
    """Describe one change of an order; `prevented` is what self-trade prevention had taken from it by then.

    A cancellation and an amendment have an id of their own: it is ``c``, and ``C`` is the order's. Everywhere else
    ``C`` is empty, which is what tells clients that ``c`` is the order's.
    """
    report = {**_order_fields(event), **_change_fields(event, execution_id), **_conditional(event, event.order)}
    if prevented:
        report["A"] = text(prevented)
    return report


def _order_fields(event: OrderEvent) -> Payload:
    order = event.order
    client_id, original = _client_ids(event)
    return {
        "e": "executionReport",
        "E": event.time_ms,
        "s": order.symbol,
        "c": client_id,
        "S": order.side,
        "o": order.kind,
        "f": order.time_in_force,
        "q": text(event.quantity if event.change == "REPLACED" else order.quantity),
        "p": text(order.price),
        "P": text(order.stop_price),
        "F": text(order.iceberg_quantity),
        "g": order.list_id,
        "C": original,
    }


def _change_fields(event: OrderEvent, execution_id: int) -> Payload:
    order, traded = event.order, event.change == "TRADE"
    return {
        "x": _CHANGES.get(event.change, event.change),
        "X": event.status,
        "r": REJECTS.get(event.reason, "NONE"),
        "i": order.id,
        "l": text(event.quantity if traded else 0),
        "z": text(event.executed),
        "L": text(event.price if traded else 0),
        "n": text(event.commission) if event.commission else "0",
        "N": event.commission_asset or None,
        "T": event.time_ms,
        "t": event.trade_id if traded else -1,
        "I": execution_id,
        "w": event.working and event.status in ("NEW", "PARTIALLY_FILLED"),
        "m": event.is_maker,
        "M": traded,
        "O": order.created_ms,
        "Z": text(event.spent),
        "Y": text(event.quote if traded else 0),
        "Q": text(order.quote_quantity),
        "V": order.prevention,
    }


def account_position(balances: Mapping[str, tuple[int, int]], *, now_ms: int, updated_ms: int) -> Payload:
    """Describe the free and locked amounts of the assets that may have changed."""
    rows = [{"a": asset, "f": text(free), "l": text(locked)} for asset, (free, locked) in balances.items()]
    return {"e": "outboundAccountPosition", "E": now_ms, "u": updated_ms, "B": rows}


def balance_update(event: BalanceEvent) -> Payload:
    return {
        "e": "balanceUpdate", "E": event.time_ms, "a": event.asset, "d": text(event.amount), "T": event.time_ms,
    }  # fmt: skip


def list_status(event: ListEvent, orders: Sequence[tuple[int, str]]) -> Payload:
    """Describe a list; `orders` are the ids and client ids of its orders."""
    group = event.list
    return {
        "e": "listStatus",
        "E": event.time_ms,
        "s": group.symbol,
        "g": group.id,
        "c": group.contingency,
        "l": event.status,
        "L": event.order_status,
        "r": "NONE",
        "C": group.client_id,
        "T": event.time_ms,
        "O": [{"s": group.symbol, "i": number, "c": client_id} for number, client_id in orders],
    }


def stream_terminated(now_ms: int) -> Payload:
    return {"e": "eventStreamTerminated", "E": now_ms}


def server_shutdown(now_ms: int) -> Payload:
    return {"e": "serverShutdown", "E": now_ms}


def _client_ids(event: OrderEvent) -> tuple[str, str]:
    """Give the ids that a report calls ``c`` and ``C``."""
    order = event.order
    if event.change == "CANCELED" and event.client_id:
        return event.client_id, order.client_id
    if event.change == "REPLACED" and event.client_id and event.client_id != order.client_id:
        return order.client_id, event.client_id
    return order.client_id, ""


def _conditional(event: OrderEvent, order: Order) -> Payload:
    """Give the fields that a report has only in certain cases."""
    more: Payload = {}
    if order.working_ms >= 0 and event.working:
        more["W"] = order.working_ms
    if order.trailing_delta:
        more["d"] = order.trailing_delta
        if order.peak:
            more["D"] = order.working_ms if event.working else event.time_ms
    if order.strategy_id:
        more["j"] = order.strategy_id
    if order.strategy_type:
        more["J"] = order.strategy_type
    if event.change == "TRADE_PREVENTION":
        more |= {
            "v": event.trade_id,
            "B": text(event.quantity),
            "u": -1,
            "U": event.counter_order_id,
            "Cs": order.symbol,
            "pl": text(event.quantity),
            "pL": text(event.price),
            "pY": text(amount(event.price, event.quantity)),
        }
    expiry = _expiry(event, order)
    if expiry:
        more["eR"] = expiry
    return more


def _expiry(event: OrderEvent, order: Order) -> str:
    """Give the reason why an order has expired, empty where it has not."""
    if event.change != "EXPIRED":
        return ""
    if event.reason in REJECTS:
        return "REJECTED"
    if not event.reason and order.time_in_force == "IOC" and order.price:
        return "UNFILLED_IOC_QUANTITY_EXPIRED"
    return EXPIRIES.get(event.reason, "")
