"""Codes and texts are those of Binance: errors.md of the Spot API documentation.

Where that names several codes for a text (-1010, -1013, -2010), the code is the one that clients report.
"""

from __future__ import annotations

import inspect

import pytest

from btbot.exchange import refusals, request_refusals
from btbot.exchange.refused import Refused

RULES = {
    refusals.market_closed: (-1013, "Market is closed."),
    refusals.zero_value: (-1013, "Price * QTY is zero or less."),
    refusals.invalid_quantity: (-1013, "Invalid quantity."),
    refusals.invalid_price: (-1013, "Invalid price."),
    refusals.invalid_symbol: (-1121, "Invalid symbol."),
    refusals.insufficient_balance: (-2010, "Account has insufficient balance for requested action."),
    refusals.duplicate_order: (-2010, "Duplicate order sent."),
    refusals.would_match: (-2010, "Order would immediately match and take."),
    refusals.would_trigger: (-2010, "Order would trigger immediately."),
    refusals.unsupported_combination: (-1014, "Unsupported order combination."),
    refusals.no_icebergs: (-1013, "Iceberg orders are not supported for this symbol."),
    refusals.no_trailing_stops: (-1013, "Trailing stop orders are not supported for this symbol."),
    refusals.iceberg_exceeds: (-1013, "IcebergQty exceeds QTY."),
    refusals.book_empty: (-2010, "Order book liquidity is less than symbol minimum quantity."),
    refusals.self_trade_mode: (-1013, "This symbol does not allow the specified self-trade prevention mode."),
    refusals.unknown_order: (-2011, "Unknown order sent."),
    refusals.unknown_list: (-2011, "Unknown order list sent."),
    refusals.cancel_restricted: (-2011, "Order was not canceled due to cancel restrictions."),
    refusals.cancel_without_id: (-2011, "Cancel order is invalid. Check origClOrdId and orderId."),
    refusals.no_such_order: (-2013, "Order does not exist."),
    refusals.no_such_list: (-2018, "Order list does not exist."),
    refusals.wrong_client_id: (-2039, "Client order ID is not correct for this order ID."),
    refusals.amend_increases: (-2038, "Order amend (quantity increase) is not supported."),
    refusals.amend_changes_nothing: (-2038, "The requested action would change no state; rejecting."),
    refusals.too_many_amends: (-2038, "Filter failure: MAX_NUM_ORDER_AMENDS"),
    refusals.amend_unknown_order: (-2038, "Unknown order sent."),
    refusals.price_relation: (-2010, "The relationship of the prices for the orders is not correct."),
    refusals.oco_order_type: (-1158, "Order type not supported in OCO."),
    refusals.oco_buy_limit_above: (-1165, "A limit order in a buy OCO must be below."),
    refusals.oco_sell_limit_below: (-1166, "A limit order in a sell OCO must be above."),
    refusals.oco_both_limits: (-1168, "At least one OCO order must be contingent."),
    refusals.oco_buy_stop_below: (-1196, "A stop loss order in a buy OCO must be above."),
    refusals.oco_sell_stop_above: (-1197, "A stop loss order in a sell OCO must be below."),
    refusals.oco_buy_profit_above: (-1198, "A take profit order in a buy OCO must be below."),
    refusals.oco_sell_profit_below: (-1199, "A take profit order in a sell OCO must be above."),
}
NAMED = {
    refusals.filter_failure: (("LOT_SIZE",), -1013, "Filter failure: LOT_SIZE", 400),
    refusals.unsupported_kind: (("STOP_LOSS",), -1013, "Stop loss orders are not supported for this symbol.", 400),
    refusals.book_below: (
        ("LOT_SIZE",),
        -2010,
        "Order book liquidity is less than LOT_SIZE filter minimum quantity.",
        400,
    ),
    refusals.replace_partly_failed: (({"a": 1},), -2021, "Order cancel-replace partially failed.", 409),
    refusals.replace_failed: (({"a": 1},), -2022, "Order cancel-replace failed.", 400),
}
_POLLING = "Please use WebSocket Streams for live updates to avoid polling the API."
_BANS = "Please use WebSocket Streams for live updates to avoid bans."
REQUESTS = {
    request_refusals.too_much_weight: (
        (6000, "1 MINUTE"),
        -1003,
        f"Too much request weight used; current limit is 6000 request weight per 1 MINUTE. {_POLLING}",
        429,
    ),
    request_refusals.banned: (
        (1_700_000_000_000,),
        -1003,
        f"Way too much request weight used; IP banned until 1700000000000. {_BANS}",
        418,
    ),
    request_refusals.overloaded: (
        (),
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
        503,
    ),
    request_refusals.too_many_orders: (
        (100, "10 SECOND"),
        -1015,
        "Too many new orders; current limit is 100 orders per 10 SECOND.",
        429,
    ),
    request_refusals.unsupported_operation: ((), -1020, "This operation is not supported.", 400),
    request_refusals.outside_window: ((), -1021, "Timestamp for this request is outside of the recvWindow.", 400),
    request_refusals.ahead_of_server: (
        (),
        -1021,
        "Timestamp for this request was 1000ms ahead of the server's time.",
        400,
    ),
    request_refusals.bad_signature: ((), -1022, "Signature for this request is not valid.", 400),
    request_refusals.illegal_characters: (
        ("symbol", "^[A-Z]{1,20}$"),
        -1100,
        "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z]{1,20}$'.",
        400,
    ),
    request_refusals.too_many_parameters: ((3, 4), -1101, "Too many parameters; expected '3' and received '4'.", 400),
    request_refusals.duplicate_parameter: ((), -1101, "Duplicate values for a parameter detected.", 400),
    request_refusals.missing: (
        ("symbol",),
        -1102,
        "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
        400,
    ),
    request_refusals.one_of_missing: (
        ("quantity", "quoteOrderQty"),
        -1102,
        "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!",
        400,
    ),
    request_refusals.unread_parameters: (
        (3, 4),
        -1104,
        "Not all sent parameters were read; read '3' parameter(s) but was sent '4'.",
        400,
    ),
    request_refusals.empty: (("symbol",), -1105, "Parameter 'symbol' was empty.", 400),
    request_refusals.not_required: (("price",), -1106, "Parameter 'price' sent when not required.", 400),
    request_refusals.overflowed: (("price",), -1108, "Parameter 'price' overflowed.", 400),
    request_refusals.too_precise: (("price",), -1111, "Parameter 'price' has too much precision.", 400),
    request_refusals.invalid_time_in_force: ((), -1115, "Invalid timeInForce.", 400),
    request_refusals.invalid_order_type: ((), -1116, "Invalid orderType.", 400),
    request_refusals.invalid_side: ((), -1117, "Invalid side.", 400),
    request_refusals.invalid_interval: ((), -1120, "Invalid interval.", 400),
    request_refusals.invalid_symbol_status: ((), -1122, "Invalid symbolStatus.", 400),
    request_refusals.window_too_long: ((24,), -1127, "More than 24 hours between startTime and endTime.", 400),
    request_refusals.bad_combination: ((), -1128, "Combination of optional parameters invalid.", 400),
    request_refusals.invalid_data: (("limit",), -1130, "Data sent for parameter 'limit' is not valid.", 400),
    request_refusals.window_above_limit: ((), -1131, "recvWindow must be less than 60000", 400),
    request_refusals.low_strategy_type: ((), -1134, "`strategyType` was less than 1000000.", 400),
    request_refusals.invalid_json: ((), -1135, "Invalid JSON Request", 400),
    request_refusals.invalid_ticker_type: ((), -1139, "Invalid ticker type.", 400),
    request_refusals.invalid_cancel_restrictions: (
        (),
        -1145,
        "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.",
        400,
    ),
    request_refusals.duplicate_symbols: ((), -1151, "Symbol is present multiple times in the list.", 400),
    request_refusals.invalid_time_unit: (
        (),
        -1194,
        "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.",
        400,
    ),
    request_refusals.status_mismatch: (
        (),
        -1220,
        "The symbol's status does not match the requested symbolStatus.",
        400,
    ),
    request_refusals.bad_key_format: ((), -2014, "API-key format invalid.", 401),
    request_refusals.rejected_key: ((), -2015, "Invalid API-key, IP, or permissions for action.", 401),
    request_refusals.subscription_active: ((), -2035, "User Data Stream subscription already active.", 400),
    request_refusals.subscription_inactive: ((), -2036, "User Data Stream subscription not active.", 400),
}


def assert_refusal(refused: Refused, code: int, message: str, status: int = 400) -> None:
    assert (refused.code, refused.message, refused.status) == (code, message, status)


@pytest.mark.parametrize("named", RULES, ids=lambda named: named.__name__)
def test_refusal_of_the_rules(named):
    assert_refusal(named(), *RULES[named])


@pytest.mark.parametrize("named", [*NAMED, *REQUESTS], ids=lambda named: named.__name__)
def test_refusal_with_its_status(named):
    arguments, code, message, status = (NAMED | REQUESTS)[named]
    assert_refusal(named(*arguments), code, message, status)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("MARKET", "Market orders are not supported for this symbol."),
        ("STOP_LOSS", "Stop loss orders are not supported for this symbol."),
        ("STOP_LOSS_LIMIT", "Stop loss limit orders are not supported for this symbol."),
        ("TAKE_PROFIT", "Take profit orders are not supported for this symbol."),
        ("TAKE_PROFIT_LIMIT", "Take profit limit orders are not supported for this symbol."),
    ],
)
def test_type_that_the_symbol_does_not_offer(kind, text):
    assert_refusal(refusals.unsupported_kind(kind), -1013, text)


def test_limit_orders_have_no_text_of_their_own():
    assert_refusal(refusals.unsupported_kind("LIMIT_MAKER"), -1014, "Unsupported order combination.")


def test_failures_of_cancel_replace_say_what_happened():
    assert refusals.replace_partly_failed({"cancelResult": "SUCCESS"}).data == {"cancelResult": "SUCCESS"}
    assert refusals.replace_failed({"cancelResult": "FAILURE"}).data == {"cancelResult": "FAILURE"}


@pytest.mark.parametrize("module", [refusals, request_refusals])
def test_every_refusal_is_checked_here(module):
    named = {
        value
        for _, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__ and not value.__name__.startswith("_")
    }
    assert named - {*RULES, *NAMED, *REQUESTS} == set()
