"""What an order may look like, decided a second time: with Decimal, in plain words, without the code under test."""

from __future__ import annotations

from decimal import Decimal

ALGO = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")
PRICED = ("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT")


class No(Exception):
    """The plain exchange refuses."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code, self.text = code, text


def dec(units: int) -> Decimal:
    return Decimal(units) / 100_000_000


def outside(value: Decimal, lowest: Decimal, highest: Decimal, step: Decimal) -> bool:
    """Say whether a value breaks a range, 0 being no bound."""
    if value < lowest or (highest > 0 and value > highest):
        return True
    return step > 0 and value % step != 0


def broken_filter(symbol, place, average: Decimal) -> str | None:
    """Name the first filter of exchangeInfo that an order breaks by its figures."""
    price, stop, quantity, iceberg = map(dec, (place.price, place.stop_price, place.quantity, place.iceberg_quantity))
    quote = dec(place.quote_quantity)
    for one in (price, stop):
        if one and outside(one, dec(symbol.min_price), dec(symbol.max_price), dec(symbol.tick)):
            return "PRICE_FILTER"
    lot = dec(symbol.min_quantity), dec(symbol.max_quantity), dec(symbol.step)
    market_lot = dec(symbol.market_min_quantity), dec(symbol.market_max_quantity), dec(symbol.market_step)
    if not quote:
        if outside(quantity, *lot):
            return "LOT_SIZE"
        if place.kind == "MARKET" and outside(quantity, *market_lot):
            return "MARKET_LOT_SIZE"
    if iceberg:
        if iceberg > quantity:
            raise No(-1013, "IcebergQty exceeds QTY.")
        if outside(iceberg, *lot):
            return "LOT_SIZE"
        if quantity > iceberg * symbol.iceberg_parts:
            return "ICEBERG_PARTS"
    if place.trailing_delta and not trailing_allowed(symbol, place):
        return "TRAILING_DELTA"
    if price and average and not band_allowed(symbol, place.side, price, average):
        return "PERCENT_PRICE_BY_SIDE"
    value = quote or (price or stop or average) * quantity
    if not value:
        return None
    if value < dec(symbol.min_notional) and (price or symbol.min_notional_for_market):
        return symbol.notional_filter
    if 0 < dec(symbol.max_notional) < value and (price or symbol.max_notional_for_market):
        return symbol.notional_filter
    return None


def trailing_allowed(symbol, place) -> bool:
    upward = (place.side, place.kind[:4]) in (("BUY", "STOP"), ("SELL", "TAKE"))
    if upward:
        return symbol.trailing_above_min <= place.trailing_delta <= symbol.trailing_above_max
    return symbol.trailing_below_min <= place.trailing_delta <= symbol.trailing_below_max


def band_allowed(symbol, side: str, price: Decimal, average: Decimal) -> bool:
    if side == "BUY":
        down, up = dec(symbol.bid_multiplier_down), dec(symbol.bid_multiplier_up)
    else:
        down, up = dec(symbol.ask_multiplier_down), dec(symbol.ask_multiplier_up)
    return average * down <= price <= average * up


def check_figures(symbol, place) -> None:
    """Refuse what makes no sense for its type."""
    quoted = place.kind == "MARKET" and place.quote_quantity > 0
    if place.quantity <= 0 and not quoted:
        raise No(-1013, "Invalid quantity.")
    if place.kind in PRICED and place.price <= 0:
        raise No(-1013, "Invalid price.")
    if place.kind in ALGO and place.stop_price <= 0 and place.trailing_delta <= 0:
        raise No(-1013, "Invalid price.")
    if place.prevention and place.prevention not in symbol.preventions:
        raise No(-1013, "This symbol does not allow the specified self-trade prevention mode.")
    if place.iceberg_quantity and (place.kind == "MARKET" or place.time_in_force in ("IOC", "FOK")):
        raise No(-1014, "Unsupported order combination.")


def check_one(symbol, place, average: Decimal) -> None:
    if name := broken_filter(symbol, place, average):
        raise No(-1013, f"Filter failure: {name}")


def check_counts(symbol, orders, mine) -> None:
    """Refuse orders above the number that may be open; `mine` are those of the account on the symbol that are."""

    def count(kinds) -> int:
        return sum(order.kind in kinds for order in mine)

    icebergs = sum(order.iceberg > 0 for order in mine)
    if len(mine) + len(orders) > symbol.max_orders:
        raise No(-1013, "Filter failure: MAX_NUM_ORDERS")
    if len(orders) > 1 and len({order.list_id for order in mine if order.list_id >= 0}) >= symbol.max_order_lists:
        raise No(-1013, "Filter failure: MAX_NUM_ORDER_LISTS")
    algos = sum(place.kind in ALGO for place in orders)
    if algos and count(ALGO) + algos > symbol.max_algo_orders:
        raise No(-1013, "Filter failure: MAX_NUM_ALGO_ORDERS")
    more = sum(place.iceberg_quantity > 0 for place in orders)
    if more and icebergs + more > symbol.max_iceberg_orders:
        raise No(-1013, "Filter failure: MAX_NUM_ICEBERG_ORDERS")


def check_pair(above, below, last: Decimal | None) -> None:
    """Refuse what is no pair of an order above and one below the price."""
    names = {"LIMIT_MAKER": "limit", "STOP_LOSS": "stop", "STOP_LOSS_LIMIT": "stop"}
    names |= {"TAKE_PROFIT": "profit", "TAKE_PROFIT_LIMIT": "profit"}
    if above.kind not in names or below.kind not in names:
        raise No(-1158, "Order type not supported in OCO.")
    high, low = names[above.kind], names[below.kind]
    if high == low == "limit":
        raise No(-1168, "At least one OCO order must be contingent.")
    wrong = {
        ("BUY", "limit", "above"): (-1165, "A limit order in a buy OCO must be below."),
        ("BUY", "profit", "above"): (-1198, "A take profit order in a buy OCO must be below."),
        ("BUY", "stop", "below"): (-1196, "A stop loss order in a buy OCO must be above."),
        ("SELL", "limit", "below"): (-1166, "A limit order in a sell OCO must be above."),
        ("SELL", "profit", "below"): (-1199, "A take profit order in a sell OCO must be above."),
        ("SELL", "stop", "above"): (-1197, "A stop loss order in a sell OCO must be below."),
    }
    first, second = ((high, "above"), (low, "below")) if above.side == "BUY" else ((low, "below"), (high, "above"))
    for name, where in (first, second):
        if (above.side, name, where) in wrong:
            raise No(*wrong[above.side, name, where])
    levels = [dec(leg.price if leg.kind == "LIMIT_MAKER" else leg.stop_price) for leg in (above, below)]
    top, bottom = levels
    if top and bottom and top <= bottom:
        raise No(-2010, "The relationship of the prices for the orders is not correct.")
    if last and ((top and top <= last) or (bottom and bottom >= last)):
        raise No(-2010, "The relationship of the prices for the orders is not correct.")
