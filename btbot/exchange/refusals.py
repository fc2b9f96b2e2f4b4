"""Every refusal of the rules by its name, with Binance's code and text.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

from btbot.exchange.refused import Refused

_UNSUPPORTED_KINDS = {
    "MARKET": "Market orders",
    "STOP_LOSS": "Stop loss orders",
    "STOP_LOSS_LIMIT": "Stop loss limit orders",
    "TAKE_PROFIT": "Take profit orders",
    "TAKE_PROFIT_LIMIT": "Take profit limit orders",
}


def filter_failure(name: str) -> Refused:
    """Say which filter of the symbol an order breaks, such as LOT_SIZE."""
    return Refused(-1013, f"Filter failure: {name}")


def market_closed() -> Refused:
    return Refused(-1013, "Market is closed.")


def zero_value() -> Refused:
    return Refused(-1013, "Price * QTY is zero or less.")


def invalid_quantity() -> Refused:
    return Refused(-1013, "Invalid quantity.")


def invalid_price() -> Refused:
    return Refused(-1013, "Invalid price.")


def invalid_symbol() -> Refused:
    return Refused(-1121, "Invalid symbol.")


def insufficient_balance() -> Refused:
    return Refused(-2010, "Account has insufficient balance for requested action.")


def duplicate_order() -> Refused:
    return Refused(-2010, "Duplicate order sent.")


def would_match() -> Refused:
    """Refuse a LIMIT_MAKER order that would take."""
    return Refused(-2010, "Order would immediately match and take.")


def would_trigger() -> Refused:
    return Refused(-2010, "Order would trigger immediately.")


def unsupported_combination() -> Refused:
    return Refused(-1014, "Unsupported order combination.")


def unsupported_kind(kind: str) -> Refused:
    """Refuse an order type that the symbol does not list."""
    if kind not in _UNSUPPORTED_KINDS:
        return unsupported_combination()
    return Refused(-1013, f"{_UNSUPPORTED_KINDS[kind]} are not supported for this symbol.")


def no_icebergs() -> Refused:
    return Refused(-1013, "Iceberg orders are not supported for this symbol.")


def no_trailing_stops() -> Refused:
    return Refused(-1013, "Trailing stop orders are not supported for this symbol.")


def iceberg_exceeds() -> Refused:
    return Refused(-1013, "IcebergQty exceeds QTY.")


def book_empty() -> Refused:
    """Refuse a market order by quote quantity where nothing rests on the other side."""
    return Refused(-2010, "Order book liquidity is less than symbol minimum quantity.")


def book_below(name: str) -> Refused:
    """Refuse a market order by quote quantity where less rests than the minimum of LOT_SIZE or MARKET_LOT_SIZE."""
    return Refused(-2010, f"Order book liquidity is less than {name} filter minimum quantity.")


def self_trade_mode() -> Refused:
    """Refuse a self-trade prevention mode that the symbol does not list."""
    return Refused(-1013, "This symbol does not allow the specified self-trade prevention mode.")


def unknown_order() -> Refused:
    """Refuse to cancel what is not open."""
    return Refused(-2011, "Unknown order sent.")


def cancel_restricted() -> Refused:
    return Refused(-2011, "Order was not canceled due to cancel restrictions.")


def cancel_without_id() -> Refused:
    return Refused(-2011, "Cancel order is invalid. Check origClOrdId and orderId.")


def no_such_order() -> Refused:
    """Answer a query about an order that does not exist, or is too old to be kept."""
    return Refused(-2013, "Order does not exist.")


def unknown_list() -> Refused:
    """Refuse to cancel a list that is not open."""
    return Refused(-2011, "Unknown order list sent.")


def no_such_list() -> Refused:
    return Refused(-2018, "Order list does not exist.")


def wrong_client_id() -> Refused:
    return Refused(-2039, "Client order ID is not correct for this order ID.")


def amend_increases() -> Refused:
    return Refused(-2038, "Order amend (quantity increase) is not supported.")


def amend_changes_nothing() -> Refused:
    return Refused(-2038, "The requested action would change no state; rejecting.")


def too_many_amends() -> Refused:
    return Refused(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")


def amend_unknown_order() -> Refused:
    return Refused(-2038, "Unknown order sent.")


def replace_partly_failed(data: dict[str, object]) -> Refused:
    """Say that either the cancellation or the new order failed; `data` tells which."""
    return Refused(-2021, "Order cancel-replace partially failed.", status=409, data=data)


def replace_failed(data: dict[str, object]) -> Refused:
    """Say that nothing was cancelled and nothing was placed; `data` tells why."""
    return Refused(-2022, "Order cancel-replace failed.", data=data)


def price_relation() -> Refused:
    """Refuse an OCO whose prices are not on the two sides of the last price."""
    return Refused(-2010, "The relationship of the prices for the orders is not correct.")


def oco_order_type() -> Refused:
    return Refused(-1158, "Order type not supported in OCO.")


def oco_buy_limit_above() -> Refused:
    return Refused(-1165, "A limit order in a buy OCO must be below.")


def oco_sell_limit_below() -> Refused:
    return Refused(-1166, "A limit order in a sell OCO must be above.")


def oco_both_limits() -> Refused:
    return Refused(-1168, "At least one OCO order must be contingent.")


def oco_buy_stop_below() -> Refused:
    return Refused(-1196, "A stop loss order in a buy OCO must be above.")


def oco_sell_stop_above() -> Refused:
    return Refused(-1197, "A stop loss order in a sell OCO must be below.")


def oco_buy_profit_above() -> Refused:
    return Refused(-1198, "A take profit order in a buy OCO must be below.")


def oco_sell_profit_below() -> Refused:
    return Refused(-1199, "A take profit order in a sell OCO must be above.")
