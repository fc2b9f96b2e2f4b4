"""Every refusal of a request before the rules see it: parameters, signatures, limits, the server's own troubles.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/errors
"""

from __future__ import annotations

from btbot.exchange.refused import Refused


def too_much_weight(limit: int, interval: str) -> Refused:
    """Refuse above the weight of a window, such as 6000 a ``1 MINUTE``."""
    text = (
        f"Too much request weight used; current limit is {limit} request weight per {interval}. "
        "Please use WebSocket Streams for live updates to avoid polling the API."
    )
    return Refused(-1003, text, status=429)


def banned(until_ms: int) -> Refused:
    text = (
        f"Way too much request weight used; IP banned until {until_ms}. "
        "Please use WebSocket Streams for live updates to avoid bans."
    )
    return Refused(-1003, text, status=418)


def overloaded() -> Refused:
    text = "Server is currently overloaded with other requests. Please try again in a few minutes."
    return Refused(-1008, text, status=503)


def too_many_orders(limit: int, interval: str) -> Refused:
    """Refuse above the order count of a window, such as 100 a ``10 SECOND``."""
    return Refused(-1015, f"Too many new orders; current limit is {limit} orders per {interval}.", status=429)


def unsupported_operation() -> Refused:
    return Refused(-1020, "This operation is not supported.")


def outside_window() -> Refused:
    return Refused(-1021, "Timestamp for this request is outside of the recvWindow.")


def ahead_of_server() -> Refused:
    return Refused(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def bad_signature() -> Refused:
    return Refused(-1022, "Signature for this request is not valid.")


def illegal_characters(name: str, legal: str) -> Refused:
    return Refused(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def too_many_parameters(expected: int, received: int) -> Refused:
    return Refused(-1101, f"Too many parameters; expected '{expected}' and received '{received}'.")


def duplicate_parameter() -> Refused:
    return Refused(-1101, "Duplicate values for a parameter detected.")


def missing(name: str) -> Refused:
    return Refused(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def one_of_missing(first: str, second: str) -> Refused:
    return Refused(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def unread_parameters(read: int, sent: int) -> Refused:
    return Refused(-1104, f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.")


def empty(name: str) -> Refused:
    return Refused(-1105, f"Parameter '{name}' was empty.")


def not_required(name: str) -> Refused:
    return Refused(-1106, f"Parameter '{name}' sent when not required.")


def overflowed(name: str) -> Refused:
    return Refused(-1108, f"Parameter '{name}' overflowed.")


def too_precise(name: str) -> Refused:
    return Refused(-1111, f"Parameter '{name}' has too much precision.")


def invalid_time_in_force() -> Refused:
    return Refused(-1115, "Invalid timeInForce.")


def invalid_order_type() -> Refused:
    return Refused(-1116, "Invalid orderType.")


def invalid_side() -> Refused:
    return Refused(-1117, "Invalid side.")


def invalid_interval() -> Refused:
    return Refused(-1120, "Invalid interval.")


def invalid_symbol_status() -> Refused:
    return Refused(-1122, "Invalid symbolStatus.")


def window_too_long(hours: int) -> Refused:
    return Refused(-1127, f"More than {hours} hours between startTime and endTime.")


def bad_combination() -> Refused:
    return Refused(-1128, "Combination of optional parameters invalid.")


def invalid_data(name: str) -> Refused:
    return Refused(-1130, f"Data sent for parameter '{name}' is not valid.")


def window_above_limit() -> Refused:
    return Refused(-1131, "recvWindow must be less than 60000")


def low_strategy_type() -> Refused:
    return Refused(-1134, "`strategyType` was less than 1000000.")


def invalid_json() -> Refused:
    return Refused(-1135, "Invalid JSON Request")


def invalid_ticker_type() -> Refused:
    return Refused(-1139, "Invalid ticker type.")


def invalid_cancel_restrictions() -> Refused:
    return Refused(-1145, "`cancelRestrictions` has to be either `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.")


def duplicate_symbols() -> Refused:
    return Refused(-1151, "Symbol is present multiple times in the list.")


def invalid_time_unit() -> Refused:
    return Refused(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")


def status_mismatch() -> Refused:
    return Refused(-1220, "The symbol's status does not match the requested symbolStatus.")


def bad_key_format() -> Refused:
    return Refused(-2014, "API-key format invalid.", status=401)


def rejected_key() -> Refused:
    return Refused(-2015, "Invalid API-key, IP, or permissions for action.", status=401)


def subscription_active() -> Refused:
    return Refused(-2035, "User Data Stream subscription already active.")


def subscription_inactive() -> Refused:
    return Refused(-2036, "User Data Stream subscription not active.")
