"""Looking orders, lists and fills up."""

from __future__ import annotations

from btbot.exchange import request_refusals as refusals
from btbot.exchange.events import OrderEvent
from btbot.exchange.order import Order, OrderList
from btbot.exchange.units import text
from btbot.paper.api import formats
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.market_data import known, wanted
from btbot.paper.api.orders import members, need_order_id, order_id

_HOURS = 24
_PREVENTED_FILTERS = frozenset({"preventedMatchId", "orderId", "fromPreventedMatchId"})
_PREVENTED_COMBINATIONS = frozenset(
    frozenset(names.split()) for names in ("preventedMatchId", "orderId", "orderId fromPreventedMatchId")
)
_TRADE_FILTERS = frozenset({"orderId", "startTime", "endTime", "fromId"})
_TRADE_COMBINATIONS = frozenset(
    frozenset(names.split())
    for names in ("", "orderId", "startTime", "endTime", "fromId", "startTime endTime", "orderId fromId")
)


def order(context: Context, values: Values) -> Json:
    """Give one order."""
    known(context, values)
    need_order_id(values)
    found = context.venue.exchange.order(
        context.account,
        values["symbol"],
        order_id=order_id(values),
        client_id=values.get("origClientOrderId", ""),
    )
    return _queried(context, found)


def open_orders(context: Context, values: Values) -> list[Json]:
    """Give the open orders of a symbol, or of all."""
    if "symbol" in values:
        known(context, values)
    found = context.venue.exchange.open_orders(context.account, values.get("symbol"))
    return [_queried(context, one) for one in found]


def all_orders(context: Context, values: Values) -> list[Json]:
    """Give orders of a symbol, whatever became of them."""
    known(context, values)
    check_span(values)
    found = context.venue.exchange.orders(
        context.account,
        values["symbol"],
        from_id=max(1, values["orderId"]) if "orderId" in values else 0,
        start_ms=values.get("startTime"),
        end_ms=values.get("endTime"),
        limit=wanted(values),
    )
    return [_queried(context, one) for one in found]


def trades(context: Context, values: Values) -> list[Json]:
    """Give the account's fills of a symbol."""
    known(context, values)
    if _TRADE_FILTERS.intersection(values) not in _TRADE_COMBINATIONS:
        raise refusals.bad_combination()
    check_span(values)
    found = context.venue.exchange.fills(
        context.account,
        values["symbol"],
        order_id=order_id(values),
        from_id=values.get("fromId"),
        start_ms=values.get("startTime"),
        end_ms=values.get("endTime"),
        limit=wanted(values),
    )
    return [formats.trade(event) for event in found]


def amendments(context: Context, values: Values) -> list[Json]:
    """Give how an order was made smaller, since the server began."""
    name = known(context, values)
    return [
        {
            "symbol": name,
            "orderId": values["orderId"],
            "executionId": one.execution_id,
            "origClientOrderId": one.old_client_id,
            "newClientOrderId": one.new_client_id,
            "origQty": text(one.old_quantity),
            "newQty": text(one.new_quantity),
            "time": one.time_ms,
        }
        for one in context.tally.amendments(context.account, values["orderId"])
        if one.execution_id >= values.get("fromExecutionId", 0)
    ][: wanted(values)]


def prevented(context: Context, values: Values) -> list[Json]:
    """Give the trades of the account with itself that were prevented, by match or by order."""
    name = known(context, values)
    if _PREVENTED_FILTERS.intersection(values) not in _PREVENTED_COMBINATIONS:
        raise refusals.bad_combination()
    matches: dict[int, Json] = {}
    for event in context.venue.exchange.prevented(context.account, name):
        pair = (event.order.id, event.counter_order_id)
        if values.get("preventedMatchId", event.trade_id) != event.trade_id:
            continue
        if values.get("orderId", pair[0]) in pair and event.trade_id >= values.get("fromPreventedMatchId", 0):
            _add_prevented(matches, event)
    return list(matches.values())[: wanted(values)]


def order_list(context: Context, values: Values) -> Json:
    """Give one list."""
    if "orderListId" not in values and "origClientOrderId" not in values:
        raise refusals.one_of_missing("origClientOrderId", "orderListId")
    found = context.venue.exchange.order_list(
        context.account, list_id=values.get("orderListId", -1), client_id=values.get("origClientOrderId", "")
    )
    return _listed(context, found)


def all_lists(context: Context, values: Values) -> list[Json]:
    """Give lists, whatever became of them."""
    if "fromId" in values and ("startTime" in values or "endTime" in values):
        raise refusals.bad_combination()
    check_span(values)
    found = context.venue.exchange.order_lists(
        context.account,
        from_id=values.get("fromId"),
        start_ms=values.get("startTime"),
        end_ms=values.get("endTime"),
        limit=wanted(values),
    )
    return [_listed(context, one) for one in found]


def open_lists(context: Context, values: Values) -> list[Json]:
    """Give the lists that are not done."""
    del values
    return [_listed(context, found) for found in context.venue.exchange.open_lists(context.account)]


def _add_prevented(matches: dict[int, Json], event: OrderEvent) -> None:
    order = event.order
    maker, taker = (order.id, event.counter_order_id) if event.is_maker else (event.counter_order_id, order.id)
    match = matches.setdefault(
        event.trade_id,
        {
            "symbol": order.symbol,
            "preventedMatchId": event.trade_id,
            "takerOrderId": taker,
            "makerSymbol": order.symbol,
            "makerOrderId": maker,
            "tradeGroupId": -1,
            "selfTradePreventionMode": order.prevention,
            "price": text(event.price),
            "transactTime": event.time_ms,
        },
    )
    match["makerPreventedQuantity" if event.is_maker else "takerPreventedQuantity"] = text(event.quantity)


def _queried(context: Context, order: Order) -> Json:
    exchange = context.venue.exchange
    return formats.queried(order, exchange.prevented(order.account, order.symbol) if order.prevented else ())


def check_span(values: Values) -> None:
    """Refuse more than a day between `startTime` and `endTime`, and an end before the start."""
    if "startTime" in values and "endTime" in values:
        span = values["endTime"] - values["startTime"]
        if span > _HOURS * 3_600_000:
            raise refusals.window_too_long(_HOURS)
        if span < 0:
            raise refusals.bad_combination()


def _listed(context: Context, entry: OrderList) -> Json:
    return formats.listed(entry, members(context, entry))
