"""What market streams say: one function for each payload, its fields in Binance's order.

References
----------
https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from btbot.exchange.events import TradeEvent
from btbot.exchange.units import text
from btbot.paper.candles import Candle
from btbot.paper.record import Aggregate, Day

Payload = dict[str, object]
Row = tuple[int, int]
_PERCENT = 1_000  # thousandths of a percent
_ORDINARY = ("E", "T")
_TIMES = {
    "24hrTicker": ("E", "O", "C"),
    "1hTicker": ("E", "O", "C"),
    "4hTicker": ("E", "O", "C"),
    "1dTicker": ("E", "O", "C"),
    "executionReport": ("E", "T", "O", "W", "D"),
    "outboundAccountPosition": ("E", "u"),
}


def encode(payload: object) -> str:
    """Write a payload as Binance does, without blanks.

    Examples
    --------
    >>> encode({"e": "trade", "m": True})
    '{"e":"trade","m":true}'
    """
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False)


def in_microseconds(payload: object) -> object:
    """Give a payload with its times in microseconds, as ``timeUnit=MICROSECOND`` in the address asks for.

    Examples
    --------
    >>> in_microseconds({"e": "avgPrice", "E": 5, "w": "1.00000000", "T": 4})
    {'e': 'avgPrice', 'E': 5000, 'w': '1.00000000', 'T': 4000}
    """
    if isinstance(payload, list):
        return [in_microseconds(one) for one in payload]
    if not isinstance(payload, dict):
        return payload
    times = _TIMES.get(payload.get("e", ""), _ORDINARY)
    longer = {name: value * 1000 if name in times else value for name, value in payload.items()}
    candle = payload.get("k")
    if candle is not None:
        longer["k"] = {**candle, "t": candle["t"] * 1000, "T": candle["T"] * 1000 + 999}
    return longer


def trade(event: TradeEvent) -> Payload:
    return {
        "e": "trade",
        "E": event.time_ms,
        "s": event.symbol,
        "t": event.id,
        "p": text(event.price),
        "q": text(event.quantity),
        "T": event.time_ms,
        "m": event.buyer_is_maker,
        "M": True,
    }


def aggregate(symbol: str, entry: Aggregate) -> Payload:
    return {
        "e": "aggTrade",
        "E": entry.time_ms,
        "s": symbol,
        "a": entry.id,
        "p": text(entry.price),
        "q": text(entry.quantity),
        "f": entry.first_id,
        "l": entry.last_id,
        "T": entry.time_ms,
        "m": entry.buyer_is_maker,
        "M": True,
    }


def kline(symbol: str, interval: str, candle: Candle, ids: Row, *, closed: bool, now_ms: int) -> Payload:
    """Describe a candle; `ids` are those of its first and last trade, -1 where it has none."""
    return {
        "e": "kline",
        "E": now_ms,
        "s": symbol,
        "k": {
            "t": candle.open_ms,
            "T": candle.close_ms,
            "s": symbol,
            "i": interval,
            "f": ids[0],
            "L": ids[1],
            "o": text(candle.open),
            "c": text(candle.close),
            "h": text(candle.high),
            "l": text(candle.low),
            "v": text(candle.volume),
            "n": candle.trades,
            "x": closed,
            "q": text(candle.quote_volume),
            "V": text(candle.taker_base),
            "Q": text(candle.taker_quote),
            "B": "0",
        },
    }


def book_ticker(symbol: str, update_id: int, bid: Row, ask: Row) -> Payload:
    return {
        "u": update_id, "s": symbol, "b": text(bid[0]), "B": text(bid[1]), "a": text(ask[0]), "A": text(ask[1]),
    }  # fmt: skip


def depth(symbol: str, first: int, last: int, bids: Sequence[Row], asks: Sequence[Row], *, now_ms: int) -> Payload:
    """Describe the levels that changed; quantity 0 takes one away."""
    return {"e": "depthUpdate", "E": now_ms, "s": symbol, "U": first, "u": last, "b": _rows(bids), "a": _rows(asks)}


def partial(last: int, bids: Sequence[Row], asks: Sequence[Row]) -> Payload:
    return {"lastUpdateId": last, "bids": _rows(bids), "asks": _rows(asks)}


def mini_ticker(symbol: str, day: Day, *, now_ms: int) -> Payload:
    return {
        "e": "24hrMiniTicker",
        "E": now_ms,
        "s": symbol,
        "c": text(day.last),
        "o": text(day.open),
        "h": text(day.high),
        "l": text(day.low),
        "v": text(day.volume),
        "q": text(day.quote_volume),
    }


def ticker(symbol: str, day: Day, bid: Row, ask: Row, *, now_ms: int) -> Payload:
    return {
        "e": "24hrTicker",
        "E": now_ms,
        "s": symbol,
        "p": text(day.last - day.open),
        "P": percent(day.last - day.open, day.open),
        "w": text(day.average),
        "x": text(day.previous_close),
        "c": text(day.last),
        "Q": text(day.last_quantity),
        "b": text(bid[0]),
        "B": text(bid[1]),
        "a": text(ask[0]),
        "A": text(ask[1]),
        "o": text(day.open),
        "h": text(day.high),
        "l": text(day.low),
        "v": text(day.volume),
        "q": text(day.quote_volume),
        "O": day.open_ms,
        "C": day.close_ms,
        "F": day.first_id,
        "L": day.last_id,
        "n": day.trades,
    }


def window_ticker(symbol: str, window: str, day: Day, *, now_ms: int) -> Payload:
    """Describe a rolling window of `window` instead of a day."""
    return {
        "e": f"{window}Ticker",
        "E": now_ms,
        "s": symbol,
        "p": text(day.last - day.open),
        "P": percent(day.last - day.open, day.open),
        "o": text(day.open),
        "h": text(day.high),
        "l": text(day.low),
        "c": text(day.last),
        "w": text(day.average),
        "v": text(day.volume),
        "q": text(day.quote_volume),
        "O": day.open_ms,
        "C": day.close_ms,
        "F": day.first_id,
        "L": day.last_id,
        "n": day.trades,
    }


def average_price(symbol: str, price: int, minutes: int, traded_ms: int, *, now_ms: int) -> Payload:
    return {"e": "avgPrice", "E": now_ms, "s": symbol, "i": f"{minutes}m", "w": text(price), "T": traded_ms}


def percent(change: int, base: int) -> str:
    """Write a change as percent with three decimals, rounded down.

    Examples
    --------
    >>> percent(15, 6)
    '250.000'
    """
    thousandths = abs(change) * 100 * _PERCENT // base if base else 0
    sign = "-" if change < 0 and thousandths else ""
    return f"{sign}{thousandths // _PERCENT}.{thousandths % _PERCENT:03d}"


def _rows(rows: Sequence[Row]) -> list[list[str]]:
    return [[text(price), text(quantity)] for price, quantity in rows]
