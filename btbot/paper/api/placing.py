"""From parameters to a new order: what each type of order needs, and what it does not take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from btbot.exchange import request_refusals as refusals
from btbot.exchange.commands import Place
from btbot.exchange.refused import Refused
from btbot.paper.api.endpoint import Values

FULL_BY_DEFAULT = frozenset({"MARKET", "LIMIT"})


@dataclass(frozen=True, slots=True)
class Names:
    """What the parameters of one order are called; those of a list's orders begin with the order's part in it."""

    kind: str = "type"
    quantity: str = "quantity"
    quote_quantity: str = "quoteOrderQty"
    price: str = "price"
    stop_price: str = "stopPrice"
    trailing_delta: str = "trailingDelta"
    iceberg_quantity: str = "icebergQty"
    time_in_force: str = "timeInForce"
    client_id: str = "newClientOrderId"
    strategy_id: str = "strategyId"
    strategy_type: str = "strategyType"
    peg: str = "pegPriceType"


PLAIN = Names()


@cache
def names_of(part: str) -> Names:
    """Give the names for ``above``, ``below``, ``working``, ``pending``, ``pendingAbove`` or ``pendingBelow``."""
    return Names(
        kind=f"{part}Type",
        quantity=f"{part}Quantity",
        quote_quantity="",
        price=f"{part}Price",
        stop_price=f"{part}StopPrice",
        trailing_delta=f"{part}TrailingDelta",
        iceberg_quantity=f"{part}IcebergQty",
        time_in_force=f"{part}TimeInForce",
        client_id=f"{part}ClientOrderId",
        strategy_id=f"{part}StrategyId",
        strategy_type=f"{part}StrategyType",
        peg=f"{part}PegPriceType",
    )


_NEEDED: dict[str, tuple[str, ...]] = {
    "LIMIT": ("time_in_force", "quantity", "price"),
    "LIMIT_MAKER": ("quantity", "price"),
    "MARKET": (),
    "STOP_LOSS": ("quantity",),
    "STOP_LOSS_LIMIT": ("time_in_force", "quantity", "price"),
    "TAKE_PROFIT": ("quantity",),
    "TAKE_PROFIT_LIMIT": ("time_in_force", "quantity", "price"),
}
_NOT_TAKEN: dict[str, tuple[str, ...]] = {
    "LIMIT": ("quote_quantity", "stop_price", "trailing_delta"),
    "LIMIT_MAKER": ("quote_quantity", "stop_price", "trailing_delta", "time_in_force"),
    "MARKET": ("price", "stop_price", "trailing_delta", "time_in_force", "iceberg_quantity"),
    "STOP_LOSS": ("quote_quantity", "price", "time_in_force", "iceberg_quantity"),
    "STOP_LOSS_LIMIT": ("quote_quantity",),
    "TAKE_PROFIT": ("quote_quantity", "price", "time_in_force", "iceberg_quantity"),
    "TAKE_PROFIT_LIMIT": ("quote_quantity",),
}
_TRIGGERED = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})


def place(account: str, values: Values, names: Names = PLAIN, **fixed: Any) -> Place:
    """Make the command for one order.

    Parameters
    ----------
    values
        As parsed.
    fixed
        Fields that come from elsewhere, such as the side and the quantity of both legs of an OCO.

    Raises
    ------
    Refused
        -1102 for what the type needs, -1106 for what it does not take, and for an iceberg that is not GTC.
    """
    kind = values[names.kind]
    _check(kind, values, names, fixed)
    get = values.get
    fields: dict[str, Any] = {
        "side": fixed.get("side") or values["side"],
        "quantity": fixed.get("quantity") or get(names.quantity, 0),
        "quote_quantity": get(names.quote_quantity, 0),
    }
    return Place(
        account,
        values["symbol"],
        kind=kind,
        price=get(names.price, 0),
        stop_price=get(names.stop_price, 0),
        trailing_delta=get(names.trailing_delta, 0),
        iceberg_quantity=get(names.iceberg_quantity, 0),
        time_in_force=get(names.time_in_force),
        client_id=get(names.client_id, ""),
        prevention=get("selfTradePreventionMode"),
        strategy_id=get(names.strategy_id, 0),
        strategy_type=get(names.strategy_type, 0),
        **fields,
    )


def response_form(values: Values, default: str | None = None) -> str:
    """Give the form of the answer: as asked for, else `default`, else by the type of the order."""
    asked = values.get("newOrderRespType") or default
    return asked or ("FULL" if values.get("type") in FULL_BY_DEFAULT else "ACK")


def _check(kind: str, values: Values, names: Names, fixed: Values) -> None:
    for field in _NEEDED[kind]:
        name = getattr(names, field)
        if name not in values and field not in fixed:
            raise refusals.missing(name)
    for field in _NOT_TAKEN[kind]:
        name = getattr(names, field)
        if name in values:
            raise refusals.not_required(name)
    if names.peg in values:
        raise Refused(-1013, "Pegged orders are not supported for this symbol.")
    if kind == "MARKET":
        _check_market(values, names, fixed)
    elif kind in _TRIGGERED and names.stop_price not in values and names.trailing_delta not in values:
        raise refusals.one_of_missing(names.stop_price, names.trailing_delta)
    if names.iceberg_quantity in values and values.get(names.time_in_force, "GTC") != "GTC":
        raise refusals.not_required(names.iceberg_quantity)


def _check_market(values: Values, names: Names, fixed: Values) -> None:
    if names.quantity in values or "quantity" in fixed:
        if names.quote_quantity in values:
            raise refusals.not_required(names.quote_quantity)
    elif not names.quote_quantity:
        raise refusals.missing(names.quantity)
    elif names.quote_quantity not in values:
        raise refusals.one_of_missing(names.quantity, names.quote_quantity)
