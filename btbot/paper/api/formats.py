"""Orders, fills and lists in the words of Binance's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from btbot.exchange.events import Event, OrderEvent
from btbot.exchange.order import Order, OrderList
from btbot.exchange.units import text

Json = dict[str, object]


def placed(order: Order, form: str, events: Iterable[Event] = ()) -> Json:
    """Give the answer to a new order: ``ACK``, ``RESULT``, or ``FULL`` with the fills among `events`."""
    found: Json = {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "transactTime": order.updated_ms,
    }
    if form == "ACK":
        return found
    found.update(_figures(order))
    found.update(_conditional(order))
    found["workingTime"] = order.working_ms
    if form == "FULL":
        found["fills"] = fills(order, events)
    found["selfTradePreventionMode"] = order.prevention
    if order.prevented:
        found.update(_prevented(order, events))
    return found


def fills(order: Order, events: Iterable[Event]) -> list[Json]:
    """Give the fills of an order among events."""
    return [
        {
            "price": text(event.price),
            "qty": text(event.quantity),
            "commission": text(event.commission),
            "commissionAsset": event.commission_asset,
            "tradeId": event.trade_id,
        }
        for event in events
        if isinstance(event, OrderEvent) and event.change == "TRADE" and event.order.id == order.id
    ]


def cancelled(order: Order, events: Iterable[Event]) -> Json:
    """Give the answer to a cancellation; the id of the request stands in place of the order's own."""
    found: Json = {
        "symbol": order.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": _cancel_id(order, events),
        "transactTime": order.updated_ms,
    }
    found.update(_figures(order))
    found.update(_conditional(order))
    found["selfTradePreventionMode"] = order.prevention
    return found


def queried(order: Order, prevented: Iterable[Event] = ()) -> Json:
    """Give an order as the query endpoints do; `prevented` are self-trades that did not happen."""
    found: Json = {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "price": text(order.price),
        "origQty": text(order.quantity),
        "executedQty": text(order.executed),
        "cummulativeQuoteQty": text(order.spent),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.kind,
        "side": order.side,
        "stopPrice": text(order.stop_price),
        "icebergQty": text(order.iceberg_quantity),
        "time": order.created_ms,
        "updateTime": order.updated_ms,
        "isWorking": order.working,
        "workingTime": order.working_ms,
        "origQuoteOrderQty": text(order.quote_quantity),
        "selfTradePreventionMode": order.prevention,
    }
    for name, value in _conditional(order).items():
        found.setdefault(name, value)
    if order.prevented:
        found.update(_prevented(order, prevented))
    return found


def amended(order: Order, old_client_id: str) -> Json:
    """Give an order as the answer to an amendment has it."""
    found: Json = {
        "symbol": order.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "origClientOrderId": old_client_id,
        "clientOrderId": order.client_id,
        "price": text(order.price),
        "qty": text(order.quantity),
        "executedQty": text(order.executed),
        "preventedQty": text(order.prevented),
        "quoteOrderQty": text(order.quote_quantity),
        "cumulativeQuoteQty": text(order.spent),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.kind,
        "side": order.side,
    }
    found.update(_conditional(order))
    if order.working_ms >= 0:
        found["workingTime"] = order.working_ms
    found["selfTradePreventionMode"] = order.prevention
    return found


def listed(entry: OrderList, orders: Sequence[Order]) -> Json:
    """Give a list of orders."""
    return {
        "orderListId": entry.id,
        "contingencyType": entry.contingency,
        "listStatusType": entry.status,
        "listOrderStatus": entry.order_status,
        "listClientOrderId": entry.client_id,
        "transactionTime": entry.updated_ms,
        "symbol": entry.symbol,
        "orders": [_member(order) for order in orders],
    }


def list_status(entry: OrderList, orders: Sequence[Order]) -> Json:
    """Give a list as the answer to an amendment of one of its orders has it."""
    return {
        "orderListId": entry.id,
        "contingencyType": entry.contingency,
        "listOrderStatus": entry.order_status,
        "listClientOrderId": entry.client_id,
        "symbol": entry.symbol,
        "orders": [_member(order) for order in orders],
    }


def trade(event: OrderEvent) -> Json:
    """Give a fill as an account's list of trades has it."""
    order = event.order
    return {
        "symbol": order.symbol,
        "id": event.trade_id,
        "orderId": order.id,
        "orderListId": order.list_id,
        "price": text(event.price),
        "qty": text(event.quantity),
        "quoteQty": text(event.quote),
        "commission": text(event.commission),
        "commissionAsset": event.commission_asset,
        "time": event.time_ms,
        "isBuyer": order.side == "BUY",
        "isMaker": event.is_maker,
        "isBestMatch": True,
    }


def _figures(order: Order) -> Json:
    return {
        "price": text(order.price),
        "origQty": text(order.quantity),
        "executedQty": text(order.executed),
        "origQuoteOrderQty": text(order.quote_quantity),
        "cummulativeQuoteQty": text(order.spent),
        "status": order.status,
        "timeInForce": order.time_in_force,
        "type": order.kind,
        "side": order.side,
    }


def _conditional(order: Order) -> Json:
    """Give the fields that are there only where an order has what they tell of."""
    found: Json = {}
    if order.stop_price:
        found["stopPrice"] = text(order.stop_price)
    if order.trailing_delta:
        found["trailingDelta"] = order.trailing_delta
        found["trailingTime"] = order.created_ms if order.peak else -1
    if order.iceberg_quantity:
        found["icebergQty"] = text(order.iceberg_quantity)
    if order.strategy_id:
        found["strategyId"] = order.strategy_id
    if order.strategy_type:
        found["strategyType"] = order.strategy_type
    return found


def _prevented(order: Order, events: Iterable[Event]) -> Json:
    matches = [
        event.trade_id
        for event in events
        if isinstance(event, OrderEvent) and event.change == "TRADE_PREVENTION" and event.order.id == order.id
    ]
    found: Json = {"preventedMatchId": matches[-1]} if matches else {}
    return {**found, "preventedQuantity": text(order.prevented)}


def _member(order: Order) -> Json:
    return {"symbol": order.symbol, "orderId": order.id, "clientOrderId": order.client_id}


def _cancel_id(order: Order, events: Iterable[Event]) -> str:
    for event in events:
        if isinstance(event, OrderEvent) and event.order.id == order.id and event.client_id:
            return event.client_id
    return order.client_id
