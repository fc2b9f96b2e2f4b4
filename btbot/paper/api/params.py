"""Parameters of calls: from text to numbers, with Binance's words for everything that is wrong with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

from btbot.exchange import request_refusals as refusals
from btbot.exchange.refused import Refused
from btbot.exchange.units import units
from btbot.paper.api.endpoint import Endpoint, Parser

_OF_SIGNED = frozenset({"timestamp", "recvWindow", "signature", "apiKey"})
_OF_PUBLIC = frozenset({"apiKey"})  # the ws-api names the key among the parameters
_HIGHEST = 2**63 - 1
_FIRST_OF_MICROSECONDS = 10**14
LONGEST_LIST = 1_000

_DECIMAL = re.compile(r"([0-9]{1,20})(\.[0-9]{1,20})?")
_DECIMAL_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
_INTEGER = re.compile(r"[0-9]{1,20}")
_INTEGER_RANGE = "^[0-9]{1,20}$"
_SYMBOL = re.compile(r"[\w\-.]{1,50}")
_SYMBOL_RANGE = r"^[\w\-._&&[^a-z]]{1,50}$"
_CLIENT_ID = re.compile(r"[a-zA-Z0-9\-_]{1,36}")
_CLIENT_ID_RANGE = "^[a-zA-Z0-9-_]{1,36}$"
_SYMBOLS_RANGE = r"""^\[("[\w\-._&&[^a-z]]{1,50}"(,"[\w\-._&&[^a-z]]{1,50}"){0,}){0,1}\]$"""
_ZONE = re.compile(r"([+-]?)(\d{1,2})(?::(\d{2}))?")
_WINDOW = re.compile(r"[1-5]?[0-9]m|1?[0-9]h|2[0-3]h|[1-7]d")
_LOWER = re.compile(r"[a-z]")


def split(text: str) -> list[tuple[str, str]]:
    """Split a query or a form into names and values, decoded.

    Examples
    --------
    >>> split("symbol=BTCUSDT&symbols=%5B%5D")
    [('symbol', 'BTCUSDT'), ('symbols', '[]')]
    """
    if not text:
        return []
    pairs = [part.partition("=") for part in text.split("&") if part]
    if "%" not in text and "+" not in text:
        return [(name, value) for name, _, value in pairs]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def merge(query: str, body: str) -> dict[str, str]:
    """Give the parameters of a request; those of the query win over those of the body.

    Raises
    ------
    Refused
        -1101 where a name is there twice in one of them.
    """
    merged: dict[str, str] = {}
    for text in (body, query):
        pairs = split(text)
        found = dict(pairs)
        if len(found) != len(pairs):
            raise refusals.duplicate_parameter()
        merged |= found
    return merged


def from_json(params: Mapping[str, object]) -> dict[str, str]:
    """Write the parameters of a ws-api request as text.

    Examples
    --------
    >>> from_json({"quantity": 0.00000012, "omitZeroBalances": True, "symbols": ["BTCUSDT"]})
    {'quantity': '0.00000012', 'omitZeroBalances': 'true', 'symbols': '["BTCUSDT"]'}
    """
    return {name: _plain(value) for name, value in params.items() if value is not None}


def parse(endpoint: Endpoint, raw: Mapping[str, str]) -> dict[str, Any]:
    """Read what an endpoint takes.

    Raises
    ------
    Refused
        -1100 to -1130 for the first thing that is wrong.
    """
    for name in endpoint.required:
        if not raw.get(name):
            raise refusals.missing(name)
    values: dict[str, Any] = {}
    takes = endpoint.takes
    others = _OF_PUBLIC if endpoint.security == "NONE" else _OF_SIGNED
    security = 0
    for name, text in raw.items():
        parser = takes.get(name)
        if parser is not None:
            if not text:
                raise refusals.empty(name)
            values[name] = parser(name, text)
        elif name in others:
            security += 1
    if len(values) + security < len(raw) and endpoint.strict:
        raise _unread(endpoint, len(values) + security, len(raw))
    return values


def _unread(endpoint: Endpoint, read: int, sent: int) -> Refused:
    if not endpoint.takes and endpoint.security == "NONE":
        return refusals.too_many_parameters(0, sent)
    return refusals.unread_parameters(read, sent)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, int):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _decimal(name: str, text: str) -> int:
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise refusals.illegal_characters(name, _DECIMAL_RANGE)
    try:
        value = units(text)
    except ValueError:
        raise refusals.too_precise(name) from None
    if value > _HIGHEST:
        raise refusals.overflowed(name)
    return value


def _integer(name: str, text: str) -> int:
    if _INTEGER.fullmatch(text) is None:
        raise refusals.illegal_characters(name, _INTEGER_RANGE)
    value = int(text)
    if value > _HIGHEST:
        raise refusals.overflowed(name)
    return value


def _time(name: str, text: str) -> int:
    """Read milliseconds; microseconds are cut."""
    value = _integer(name, text)
    return value // 1000 if value >= _FIRST_OF_MICROSECONDS else value


def _limit(name: str, text: str) -> int:
    """Read how many are wanted; what is above the highest number gives that number, as at Binance."""
    value = _integer(name, text)
    if value < 1:
        raise refusals.invalid_data(name)
    return value


def _strategy_type(name: str, text: str) -> int:
    value = _integer(name, text)
    if value < 1_000_000:
        raise refusals.low_strategy_type()
    return value


def _symbol(name: str, text: str) -> str:
    if not _is_symbol(text):
        raise refusals.illegal_characters(name, _SYMBOL_RANGE)
    return text


def _symbols(name: str, text: str) -> tuple[str, ...]:
    try:
        listed = json.loads(text)
    except ValueError:
        listed = None
    if not isinstance(listed, list) or not all(isinstance(one, str) and _is_symbol(one) for one in listed):
        raise refusals.illegal_characters(name, _SYMBOLS_RANGE)
    if len(set(listed)) != len(listed):
        raise refusals.duplicate_symbols()
    return tuple(listed)


def _is_symbol(text: str) -> bool:
    return _SYMBOL.fullmatch(text) is not None and not _LOWER.search(text)


def _permissions(name: str, text: str) -> tuple[str, ...]:
    return _symbols(name, text) if text.startswith("[") else (text,)


def _client_id(name: str, text: str) -> str:
    if _CLIENT_ID.fullmatch(text) is None:
        raise refusals.illegal_characters(name, _CLIENT_ID_RANGE)
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise refusals.illegal_characters(name, "^(true|false)$")
    return text.lower() == "true"


def _zone(name: str, text: str) -> int:
    """Read a time zone such as 0, -1:00 or 05:45 as minutes east of UTC."""
    match = _ZONE.fullmatch(text)
    minutes = int(match[2]) * 60 + int(match[3] or 0) if match else 10**6
    if match and match[1] == "-":
        minutes = -minutes
    if not -720 <= minutes <= 840:
        raise refusals.invalid_data(name)
    return minutes


def _window(name: str, text: str) -> str:
    if _WINDOW.fullmatch(text) is None:
        raise refusals.invalid_data(name)
    return text


def _text(name: str, text: str) -> str:
    del name
    return text


def _one_of(allowed: str, refused: Callable[[], Refused] | None = None) -> Parser:
    words = frozenset(allowed.split())

    def parse_word(name: str, text: str) -> str:
        if text not in words:
            raise refusals.invalid_data(name) if refused is None else refused()
        return text

    return parse_word


_TYPES = "LIMIT LIMIT_MAKER MARKET STOP_LOSS STOP_LOSS_LIMIT TAKE_PROFIT TAKE_PROFIT_LIMIT"
_TYPE = _one_of(_TYPES, refusals.invalid_order_type)
_SIDE = _one_of("BUY SELL", refusals.invalid_side)
_TIME_IN_FORCE = _one_of("GTC IOC FOK", refusals.invalid_time_in_force)
_INTERVAL = _one_of("1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M", refusals.invalid_interval)
_PEG = _one_of("PRIMARY_PEG MARKET_PEG", lambda: Refused(-1210, "Invalid pegPriceType."))
_PEG_OFFSET = _one_of("PRICE_LEVEL", lambda: Refused(-1211, "Invalid pegOffsetType."))
_LEG: dict[str, Parser] = {
    "Type": _TYPE, "Side": _SIDE, "Price": _decimal, "StopPrice": _decimal, "Quantity": _decimal,
    "TrailingDelta": _integer, "IcebergQty": _decimal, "TimeInForce": _TIME_IN_FORCE, "ClientOrderId": _client_id,
    "StrategyId": _integer, "StrategyType": _strategy_type, "PegPriceType": _PEG, "PegOffsetType": _PEG_OFFSET,
    "PegOffsetValue": _integer,
}  # fmt: skip
LEGS = ("above", "below", "working", "pending", "pendingAbove", "pendingBelow")
PARSERS: dict[str, Parser] = {
    "symbol": _symbol, "symbols": _symbols, "permissions": _permissions, "showPermissionSets": _flag,
    "symbolStatus": _one_of("TRADING HALT BREAK", refusals.invalid_symbol_status),
    "limit": _limit, "fromId": _integer, "startTime": _time, "endTime": _time, "interval": _INTERVAL,
    "timeZone": _zone, "windowSize": _window,
    "type": _TYPE, "side": _SIDE, "timeInForce": _TIME_IN_FORCE, "quantity": _decimal, "quoteOrderQty": _decimal,
    "price": _decimal, "stopPrice": _decimal, "trailingDelta": _integer, "icebergQty": _decimal, "newQty": _decimal,
    "strategyId": _integer, "strategyType": _strategy_type, "newClientOrderId": _client_id,
    "newOrderRespType": _one_of("ACK RESULT FULL"),
    "selfTradePreventionMode": _one_of("NONE EXPIRE_TAKER EXPIRE_MAKER EXPIRE_BOTH DECREMENT"),
    "orderId": _integer, "origClientOrderId": _client_id, "orderListId": _integer, "listClientOrderId": _client_id,
    "cancelRestrictions": _one_of("ONLY_NEW ONLY_PARTIALLY_FILLED", refusals.invalid_cancel_restrictions),
    "cancelReplaceMode": _one_of("STOP_ON_FAILURE ALLOW_FAILURE"), "cancelOrderId": _integer,
    "cancelOrigClientOrderId": _client_id, "cancelNewClientOrderId": _client_id,
    "orderRateLimitExceededMode": _one_of("DO_NOTHING CANCEL_ONLY"),
    "computeCommissionRates": _flag, "omitZeroBalances": _flag,
    "limitClientOrderId": _client_id, "limitIcebergQty": _decimal, "limitStrategyId": _integer,
    "limitStrategyType": _strategy_type, "stopClientOrderId": _client_id, "stopLimitPrice": _decimal,
    "stopLimitTimeInForce": _TIME_IN_FORCE, "stopIcebergQty": _decimal, "stopStrategyId": _integer,
    "stopStrategyType": _strategy_type, "preventedMatchId": _integer,
    "fromPreventedMatchId": _integer, "fromAllocationId": _integer, "fromExecutionId": _integer, "coin": _text,
    "pegPriceType": _PEG, "pegOffsetType": _PEG_OFFSET, "pegOffsetValue": _integer,
    "tickerType": _one_of("FULL MINI", refusals.invalid_ticker_type),
    **{leg + name: parser for leg in LEGS for name, parser in _LEG.items()},
}  # fmt: skip
