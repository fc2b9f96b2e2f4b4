"""Placing, cancelling, replacing and amending orders."""

from __future__ import annotations

from collections.abc import Sequence

from btbot.exchange import refusals, request_refusals
from btbot.exchange.commands import Amend, Cancel, CancelAll, Replace
from btbot.exchange.events import Event, ListEvent, OrderEvent
from btbot.exchange.fees import FeeRates
from btbot.exchange.matching import Outcome
from btbot.exchange.order import Order, OrderList
from btbot.exchange.refused import Refused
from btbot.exchange.units import text
from btbot.paper.api import formats
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.limits import Limited
from btbot.paper.api.placing import place, response_form
from btbot.paper.api.tally import Amendment


def new(context: Context, values: Values) -> Json:
    """Place an order."""
    outcome = context.venue.execute(place(context.account, values), request=context.request)
    return formats.placed(outcome.orders[0], response_form(values), outcome.events)


def routed(context: Context, values: Values) -> Json:
    """Refuse: there is no smart order routing (exchangeInfo has no ``sors``)."""
    del context, values
    raise request_refusals.unsupported_operation()


def test(context: Context, values: Values) -> Json:
    """Check an order without placing it; give what it would cost where that is asked for."""
    venue = context.venue
    venue.pump()
    rates = venue.exchange.test(place(context.account, values), venue.market_ms())
    if not values.get("computeCommissionRates"):
        return {}
    return {
        "standardCommissionForOrder": {"maker": text(rates.maker), "taker": text(rates.taker)},
        "specialCommissionForOrder": {"maker": text(0), "taker": text(0)},
        "taxCommissionForOrder": {"maker": text(0), "taker": text(0)},
        "discount": discount(rates),
    }


def discount(rates: FeeRates) -> Json:
    """Tell what an account pays less in the discount asset."""
    return {
        "enabledForAccount": rates.discount > 0,
        "enabledForSymbol": True,
        "discountAsset": rates.discount_asset,
        "discount": text(rates.discount),
    }


def cancel(context: Context, values: Values) -> Json:
    """Cancel an order; one that belongs to a list takes the list with it, and the answer is the list."""
    need_order_id(values)
    command = Cancel(
        context.account,
        values["symbol"],
        order_id=order_id(values),
        client_id=values.get("origClientOrderId", ""),
        new_client_id=values.get("newClientOrderId", ""),
        only_if=values.get("cancelRestrictions", ""),
    )
    outcome = context.venue.execute(command, request=context.request)
    if outcome.list is None:
        return formats.cancelled(outcome.orders[0], outcome.events)
    return cancelled_list(outcome.list, outcome.orders, outcome.events)


def cancelled_list(entry: OrderList, orders: Sequence[Order], events: Sequence[Event]) -> Json:
    """Give the answer to the end of a list."""
    reports = [formats.cancelled(order, events) for order in orders]
    return {**formats.listed(entry, orders), "orderReports": reports}


def members(context: Context, entry: OrderList) -> list[Order]:
    """Give the orders of a list."""
    exchange = context.venue.exchange
    return [exchange.order(entry.account, entry.symbol, order_id=one) for one in entry.order_ids]


def cancel_all(context: Context, values: Values) -> list[Json]:
    """Cancel all open orders of a symbol; lists come after the plain orders."""
    outcome = context.venue.execute(CancelAll(context.account, values["symbol"]), request=context.request)
    plain = [formats.cancelled(order, outcome.events) for order in outcome.orders if order.list_id < 0]
    lists = {event.list.id: event.list for event in outcome.events if isinstance(event, ListEvent)}
    return plain + [cancelled_list(entry, members(context, entry), outcome.events) for entry in lists.values()]


def replace(context: Context, values: Values) -> Json:
    """Cancel an order and place another one.

    Raises
    ------
    Refused
        -2021 or -2022 with both answers where one or both failed.
    """
    command = _replace_command(context, values)
    try:
        context.meter.place(context.account, 1, context.venue.clock.now_ms())
    except Limited as limited:
        if values.get("orderRateLimitExceededMode") != "CANCEL_ONLY":
            raise
        return _cancel_only(context, command, limited)
    outcome = context.venue.execute(command, request=context.request)
    return _replace_answer(outcome, response_form(values))


def _replace_command(context: Context, values: Values) -> Replace:
    if "cancelOrderId" not in values and "cancelOrigClientOrderId" not in values:
        raise request_refusals.one_of_missing("cancelOrigClientOrderId", "cancelOrderId")
    cancellation = Cancel(
        context.account,
        values["symbol"],
        order_id=order_id(values, "cancelOrderId"),
        client_id=values.get("cancelOrigClientOrderId", ""),
        new_client_id=values.get("cancelNewClientOrderId", ""),
        only_if=values.get("cancelRestrictions", ""),
    )
    return Replace(cancellation, place(context.account, values), values["cancelReplaceMode"])


def _cancel_only(context: Context, command: Replace, limited: Limited) -> Json:
    """Cancel although no order may be placed now; raises what became of both."""
    stop = command.mode == "STOP_ON_FAILURE"
    try:
        outcome = context.venue.execute(command.cancel, request=context.request)
    except Refused as refused:
        word, answer = ("NOT_ATTEMPTED", None) if stop else ("FAILURE", error(limited))
        failure = refusals.replace_failed(_data("FAILURE", word, error(refused), answer))
    else:
        gone = formats.cancelled(outcome.orders[0], outcome.events)
        failure = refusals.replace_partly_failed(_data("SUCCESS", "FAILURE", gone, error(limited)))
    if stop:
        failure.status = 429
    raise failure


def _replace_answer(outcome: Outcome, form: str) -> Json:
    """Give both halves; raise them where one or both failed."""
    gone, made = outcome.cancelled, outcome.placed
    data = _data(
        _word(gone, outcome.cancel_refused),
        _word(made, outcome.place_refused),
        formats.cancelled(gone, outcome.events) if gone else _refusal(outcome.cancel_refused),
        formats.placed(made, form, outcome.events) if made else _refusal(outcome.place_refused),
    )
    if gone and made:
        return data
    raise refusals.replace_partly_failed(data) if gone or made else refusals.replace_failed(data)


def _word(order: Order | None, refused: Refused | None) -> str:
    if order is not None:
        return "SUCCESS"
    return "NOT_ATTEMPTED" if refused is None else "FAILURE"


def _refusal(refused: Refused | None) -> Json | None:
    return None if refused is None else error(refused)


def _data(cancel_word: str, place_word: str, cancelled: Json | None, placed: Json | None) -> Json:
    return {
        "cancelResult": cancel_word,
        "newOrderResult": place_word,
        "cancelResponse": cancelled,
        "newOrderResponse": placed,
    }


def amend(context: Context, values: Values) -> Json:
    """Make an order smaller, keeping its place in the queue."""
    need_order_id(values)
    command = Amend(
        context.account,
        values["symbol"],
        values["newQty"],
        order_id=order_id(values),
        client_id=values.get("origClientOrderId", ""),
        new_client_id=values.get("newClientOrderId", ""),
    )
    venue = context.venue
    venue.pump()
    before = _quantity(context, command)
    outcome = venue.execute(command, request=context.request)
    events = (event for event in outcome.events if isinstance(event, OrderEvent))
    change = next(event for event in events if event.change == "REPLACED")
    order = change.order
    old_client_id = change.client_id or order.client_id
    amendment = Amendment(
        context.tally.executions, old_client_id, order.client_id, before, order.quantity, change.time_ms
    )
    context.tally.note(context.account, order.id, amendment)
    found: Json = {
        "transactTime": change.time_ms,
        "executionId": amendment.execution_id,
        "amendedOrder": formats.amended(order, old_client_id),
    }
    if outcome.list is not None:
        found["listStatus"] = formats.list_status(outcome.list, outcome.orders)
    return found


def _quantity(context: Context, command: Amend) -> int:
    """Give the quantity before an amendment, 0 where the order cannot be found: then the amendment is refused."""
    by = {"order_id": command.order_id} if command.order_id else {"client_id": command.client_id}
    try:
        return context.venue.exchange.order(command.account, command.symbol, **by).quantity
    except Refused:
        return 0


def need_order_id(values: Values) -> None:
    """Refuse a call that names no order."""
    if "orderId" not in values and "origClientOrderId" not in values:
        raise request_refusals.one_of_missing("origClientOrderId", "orderId")


def order_id(values: Values, name: str = "orderId") -> int:
    """Give the id that was sent, 0 where there was none; 0 itself is nobody's id and becomes -1."""
    return (values[name] or -1) if name in values else 0


def error(refused: Refused) -> Json:
    """Give an error's body."""
    found: Json = {"code": refused.code, "msg": refused.message}
    return found if refused.data is None else {**found, "data": refused.data}
