"""Lists of orders: OCO, OTO, OTOCO, and their end."""

from __future__ import annotations

from typing import cast

from btbot.exchange import request_refusals as refusals
from btbot.exchange.commands import CancelList, Place, PlaceList
from btbot.exchange.order import OrderList
from btbot.exchange.refused import Refused
from btbot.exchange.units import text
from btbot.paper.api import formats
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.market_data import known
from btbot.paper.api.orders import cancelled_list
from btbot.paper.api.placing import Names, names_of, place, response_form

_FORM = "RESULT"
_LIMIT_LEG = Names(
    iceberg_quantity="limitIcebergQty",
    client_id="limitClientOrderId",
    strategy_id="limitStrategyId",
    strategy_type="limitStrategyType",
    stop_price="",
    trailing_delta="",
    time_in_force="",
)
_STOP_LEG = Names(
    price="stopLimitPrice",
    iceberg_quantity="stopIcebergQty",
    time_in_force="stopLimitTimeInForce",
    client_id="stopClientOrderId",
    strategy_id="stopStrategyId",
    strategy_type="stopStrategyType",
)


def oco(context: Context, values: Values) -> Json:
    """Place two orders of which one ends the other."""
    both = {"side": values["side"], "quantity": values["quantity"]}
    legs = tuple(place(context.account, values, names_of(part), **both) for part in ("above", "below"))
    return _place(context, values, PlaceList(context.account, values["symbol"], "OCO", legs, _client_id(values)))


def old_oco(context: Context, values: Values) -> Json:
    """Place an OCO by the call that Binance has deprecated: a limit order, and a stop beyond the price."""
    if "stopLimitPrice" in values and "stopLimitTimeInForce" not in values:
        raise refusals.missing("stopLimitTimeInForce")
    both = {"side": values["side"], "quantity": values["quantity"]}
    limit = place(context.account, {**values, "type": "LIMIT_MAKER"}, _LIMIT_LEG, **both)
    kind = "STOP_LOSS_LIMIT" if "stopLimitPrice" in values else "STOP_LOSS"
    stop = place(context.account, {**values, "type": kind}, _STOP_LEG, **both)
    legs = (stop, limit) if values["side"] == "BUY" else (limit, stop)
    return _place(context, values, PlaceList(context.account, values["symbol"], "OCO", legs, _client_id(values)))


def oto(context: Context, values: Values) -> Json:
    """Place an order, and another one that waits until the first is filled."""
    orders = (_working(context, values), _pending(context, values, "pending"))
    return _place(context, values, PlaceList(context.account, values["symbol"], "OTO", orders, _client_id(values)))


def otoco(context: Context, values: Values) -> Json:
    """Place an order, and an OCO that waits until it is filled."""
    if "pendingBelowType" not in values:
        raise refusals.missing("pendingBelowType")
    pending = (_pending(context, values, part) for part in ("pendingAbove", "pendingBelow"))
    orders = (_working(context, values), *pending)
    return _place(context, values, PlaceList(context.account, values["symbol"], "OTOCO", orders, _client_id(values)))


def opo(context: Context, values: Values) -> Json:
    """Refuse: no symbol offers lists in which one order pays for the other (opoAllowed is false)."""
    known(context, values)
    raise Refused(-1013, "OPO orders are not supported for this symbol.")


def cancel(context: Context, values: Values) -> Json:
    """Cancel all orders of a list."""
    if "orderListId" not in values and "listClientOrderId" not in values:
        raise refusals.one_of_missing("orderListId", "listClientOrderId")
    command = CancelList(
        context.account,
        values["symbol"],
        list_id=values.get("orderListId", -1),
        client_id=values.get("listClientOrderId", ""),
        new_client_id=values.get("newClientOrderId", ""),
    )
    outcome = context.venue.execute(command, request=context.request)
    return cancelled_list(cast(OrderList, outcome.list), outcome.orders, outcome.events)


def _working(context: Context, values: Values) -> Place:
    if values["workingType"] not in ("LIMIT", "LIMIT_MAKER"):
        raise refusals.invalid_data("workingType")
    return place(context.account, values, names_of("working"), side=values["workingSide"])


def _pending(context: Context, values: Values, part: str) -> Place:
    both = {"side": values["pendingSide"], "quantity": values["pendingQuantity"]}
    return place(context.account, values, names_of(part), **both)


def _client_id(values: Values) -> str:
    found: str = values.get("listClientOrderId", "")
    return found


def _place(context: Context, values: Values, command: PlaceList) -> Json:
    outcome = context.venue.execute(command, request=context.request)
    form = response_form(values, _FORM)
    reports = [formats.placed(order, form, outcome.events) for order in outcome.orders]
    found = {**formats.listed(cast(OrderList, outcome.list), outcome.orders), "orderReports": reports}
    if command.form != "OCO":
        for report in reports[1:]:
            _as_pending(report)
        found.update(listStatusType="EXEC_STARTED", listOrderStatus="EXECUTING")
    return found


def _as_pending(report: Json) -> None:
    """Show an order as it was when the list was placed, as Binance does even where the working one was filled."""
    before = {"status": "PENDING_NEW", "executedQty": text(0), "cummulativeQuoteQty": text(0), "workingTime": -1}
    report.update((name, value) for name, value in {**before, "fills": []}.items() if name in report)
