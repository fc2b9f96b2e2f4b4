"""The filters of a symbol: what an order may look like before it is matched.

Checked in the order of exchangeInfo, whole numbers only; the first that fails is named in the refusal.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/filters
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from btbot.exchange import refusals
from btbot.exchange.commands import Place, PlaceList
from btbot.exchange.order import Order
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE

ALGO = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})
PRICED = frozenset({"LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"})
STOP_LOSSES = frozenset({"STOP_LOSS", "STOP_LOSS_LIMIT"})
TAKE_PROFITS = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_LIMIT"})


@dataclass(slots=True)
class Reference:
    """What the filters must know of the market and of the account; may be kept and changed between orders.

    Attributes
    ----------
    last, average, bid, ask
        Prices in units of 1e-8, 0 where there is none. `average` is the mean over the minutes that the symbol's
        filters name, weighted by quantity; without one the last price is taken.
    open_orders, open_algo_orders, open_iceberg_orders, open_lists
        Of this account on this symbol. Algo orders are stops and take-profits, iceberg orders those with a hidden part.
    """

    last: int = 0
    average: int = 0
    bid: int = 0
    ask: int = 0
    open_orders: int = 0
    open_algo_orders: int = 0
    open_iceberg_orders: int = 0
    open_lists: int = 0


def check_place(symbol: Symbol, place: Place, market: Reference) -> None:
    """Check one new order against every filter.

    Raises
    ------
    Refused
        With the name of the first filter that fails, or -1013 for a type of order that the symbol does not offer.
    """
    _check_figures(symbol, place, market)
    if market.open_orders >= symbol.max_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ORDERS")
    if place.kind in ALGO and market.open_algo_orders >= symbol.max_algo_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ALGO_ORDERS")
    if place.iceberg_quantity and market.open_iceberg_orders >= symbol.max_iceberg_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ICEBERG_ORDERS")


def check_list(symbol: Symbol, command: PlaceList, market: Reference) -> None:
    """Check every order of a list, the number of lists, and that the pair of an OCO is one.

    Raises
    ------
    Refused
        As `check_place`, or for the types and prices of the two legs (-1158 to -1199, -2010).
    """
    legs = command.orders if command.form == "OCO" else command.orders[1:]
    if command.form != "OTO":
        _check_pair(legs[0], legs[1], market.last if command.form == "OCO" else 0)
    for place in command.orders:
        _check_figures(symbol, place, market)
    _check_counts(symbol, command.orders, market)


def check_amend(symbol: Symbol, order: Order, quantity: int, *, amends: int = 0) -> None:
    """Check the smaller quantity of an order in the book; `amends` were made before.

    Raises
    ------
    Refused
        -2038 where the quantity is not smaller or amends are used up, -1013 where it breaks a filter.
    """
    if quantity > order.quantity:
        raise refusals.amend_increases()
    if quantity == order.quantity or quantity <= order.executed + order.prevented:
        raise refusals.amend_changes_nothing()
    if amends >= symbol.max_amends > 0:
        raise refusals.too_many_amends()
    if quantity < symbol.min_quantity or (symbol.step and quantity % symbol.step):
        raise refusals.filter_failure("LOT_SIZE")
    price = order.price or order.stop_price
    if price and price * quantity < symbol.min_notional * SCALE:
        raise refusals.filter_failure(symbol.notional_filter)


def _check_figures(symbol: Symbol, place: Place, market: Reference) -> None:
    kind = place.kind
    if kind not in symbol.order_types:
        raise refusals.unsupported_kind(kind)
    if place.price:
        _check_price(symbol, place.price)
    if place.stop_price:
        _check_price(symbol, place.stop_price)
    if not place.quote_quantity:
        _check_quantity(symbol, place.quantity)
        if kind == "MARKET":
            _check_market_quantity(symbol, place.quantity)
    if place.iceberg_quantity:
        _check_iceberg(symbol, place)
    if place.trailing_delta:
        _check_trailing(symbol, place)
    average = market.average or market.last
    if place.price and average:
        _check_band(symbol, place, average)
    _check_notional(symbol, place, average)


def _check_price(symbol: Symbol, price: int) -> None:
    tick, highest = symbol.tick, symbol.max_price
    if price < symbol.min_price or (highest and price > highest) or (tick and price % tick):
        raise refusals.filter_failure("PRICE_FILTER")


def _check_quantity(symbol: Symbol, quantity: int) -> None:
    step, highest = symbol.step, symbol.max_quantity
    if quantity < symbol.min_quantity or (highest and quantity > highest) or (step and quantity % step):
        raise refusals.filter_failure("LOT_SIZE")


def _check_market_quantity(symbol: Symbol, quantity: int) -> None:
    step, highest = symbol.market_step, symbol.market_max_quantity
    if quantity < symbol.market_min_quantity or (highest and quantity > highest) or (step and quantity % step):
        raise refusals.filter_failure("MARKET_LOT_SIZE")


def _check_iceberg(symbol: Symbol, place: Place) -> None:
    if not symbol.iceberg_parts:
        raise refusals.no_icebergs()
    if place.iceberg_quantity > place.quantity:
        raise refusals.iceberg_exceeds()
    _check_quantity(symbol, place.iceberg_quantity)
    if -(-place.quantity // place.iceberg_quantity) > symbol.iceberg_parts:
        raise refusals.filter_failure("ICEBERG_PARTS")


def _check_trailing(symbol: Symbol, place: Place) -> None:
    if (place.side == "BUY") == (place.kind in STOP_LOSSES):
        lowest, highest = symbol.trailing_above_min, symbol.trailing_above_max
    else:
        lowest, highest = symbol.trailing_below_min, symbol.trailing_below_max
    if not highest:
        raise refusals.no_trailing_stops()
    if not lowest <= place.trailing_delta <= highest:
        raise refusals.filter_failure("TRAILING_DELTA")


def _check_band(symbol: Symbol, place: Place, average: int) -> None:
    scaled = place.price * SCALE
    if place.side == "BUY":
        up, down = symbol.bid_multiplier_up, symbol.bid_multiplier_down
    else:
        up, down = symbol.ask_multiplier_up, symbol.ask_multiplier_down
    if (up and scaled > average * up) or scaled < average * down:
        raise refusals.filter_failure("PERCENT_PRICE_BY_SIDE")


def _check_notional(symbol: Symbol, place: Place, average: int) -> None:
    """Value the order at its limit, else at its trigger, else at the average price; nothing is rounded."""
    if place.quote_quantity:
        value = place.quote_quantity * SCALE
    else:
        value = (place.price or place.stop_price or average) * place.quantity
        if not value:
            return
    priced = place.price > 0
    if value < symbol.min_notional * SCALE and (priced or symbol.min_notional_for_market):
        raise refusals.filter_failure(symbol.notional_filter)
    highest = symbol.max_notional
    if highest and value > highest * SCALE and (priced or symbol.max_notional_for_market):
        raise refusals.filter_failure(symbol.notional_filter)


def _check_counts(symbol: Symbol, orders: Sequence[Place], market: Reference) -> None:
    algos = sum(place.kind in ALGO for place in orders)
    icebergs = sum(place.iceberg_quantity > 0 for place in orders)
    if market.open_orders + len(orders) > symbol.max_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ORDERS")
    if market.open_lists >= symbol.max_order_lists > 0:
        raise refusals.filter_failure("MAX_NUM_ORDER_LISTS")
    if algos and market.open_algo_orders + algos > symbol.max_algo_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ALGO_ORDERS")
    if icebergs and market.open_iceberg_orders + icebergs > symbol.max_iceberg_orders > 0:
        raise refusals.filter_failure("MAX_NUM_ICEBERG_ORDERS")


def _check_pair(above: Place, below: Place, last: int) -> None:
    """Check types and prices of the legs of an OCO; `last` is 0 for legs that wait for a working order."""
    _check_pair_kinds(above, below)
    upper, lower = _level(above), _level(below)
    if upper and lower and upper <= lower:
        raise refusals.price_relation()
    if last and ((upper and upper <= last) or (lower and lower >= last)):
        raise refusals.price_relation()


def _check_pair_kinds(above: Place, below: Place) -> None:
    if above.kind in ("MARKET", "LIMIT") or below.kind in ("MARKET", "LIMIT"):
        raise refusals.oco_order_type()
    if above.kind == below.kind == "LIMIT_MAKER":
        raise refusals.oco_both_limits()
    if above.side == "BUY":
        if above.kind == "LIMIT_MAKER":
            raise refusals.oco_buy_limit_above()
        if above.kind in TAKE_PROFITS:
            raise refusals.oco_buy_profit_above()
        if below.kind in STOP_LOSSES:
            raise refusals.oco_buy_stop_below()
    else:
        if below.kind == "LIMIT_MAKER":
            raise refusals.oco_sell_limit_below()
        if below.kind in TAKE_PROFITS:
            raise refusals.oco_sell_profit_below()
        if above.kind in STOP_LOSSES:
            raise refusals.oco_sell_stop_above()


def _level(leg: Place) -> int:
    """Give the price at which a leg acts: its trigger, or the limit of a LIMIT_MAKER; 0 for a plain trailing leg."""
    return leg.price if leg.kind == "LIMIT_MAKER" else leg.stop_price
