"""Books, trades, candles: what everybody may see."""

from __future__ import annotations

from btbot.exchange.events import TradeEvent
from btbot.exchange.refusals import invalid_symbol
from btbot.exchange.refused import Refused
from btbot.exchange.request_refusals import status_mismatch
from btbot.exchange.units import text
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.params import LONGEST_LIST
from btbot.paper.api.zones import candles_in_zone
from btbot.paper.candles import Candle
from btbot.paper.record import Record

DEFAULT_LIMIT = 500
DEFAULT_DEPTH = 100
DEEPEST = 5_000
AVERAGE_MINUTES = 5


def wanted(values: Values) -> int:
    """Give how many entries are asked for, at most 1000."""
    limit: int = values.get("limit", DEFAULT_LIMIT)
    return min(limit, LONGEST_LIST)


def known(context: Context, values: Values) -> str:
    """Give the symbol.

    Raises
    ------
    Refused
        -1121 for one that is not listed, -1220 where its status is another than `symbolStatus`.
    """
    name: str = values["symbol"]
    symbol = context.venue.exchange.symbols.get(name)
    if symbol is None:
        raise invalid_symbol()
    if values.get("symbolStatus") not in (None, symbol.status):
        raise status_mismatch()
    return name


def record_of(context: Context, name: str) -> Record:
    """Give the memory of a symbol's market, up to now; one that was listed later begins here."""
    records, now_ms = context.venue.records, context.venue.market_ms()
    if name not in records:
        records[name] = Record(name, begin_ms=now_ms)
    record = records[name]
    record.advance(now_ms)
    return record


def depth(context: Context, values: Values) -> Json:
    """Give both sides of the book."""
    book = context.venue.exchange.books[known(context, values)]
    limit = min(values.get("limit", DEFAULT_DEPTH), DEEPEST)
    return {
        "lastUpdateId": book.update_id,
        "bids": [[text(price), text(quantity)] for price, quantity in book.levels("BUY", limit)],
        "asks": [[text(price), text(quantity)] for price, quantity in book.levels("SELL", limit)],
    }


def trades(context: Context, values: Values) -> list[Json]:
    """Give trades: the newest, or from an id on."""
    record = record_of(context, known(context, values))
    return [_trade(event) for event in record.trades(wanted(values), values.get("fromId"))]


def aggregates(context: Context, values: Values) -> list[Json]:
    """Give trades with those of one order at one price as one."""
    record = record_of(context, known(context, values))
    found = record.aggregates(
        from_id=values.get("fromId"),
        start_ms=values.get("startTime"),
        end_ms=values.get("endTime"),
        limit=wanted(values),
    )
    return [
        {
            "a": one.id,
            "p": text(one.price),
            "q": text(one.quantity),
            "f": one.first_id,
            "l": one.last_id,
            "T": one.time_ms,
            "m": one.buyer_is_maker,
            "M": True,
        }
        for one in found
    ]


def klines(context: Context, values: Values) -> list[list[object]]:
    """Give candles; where a time zone is named, those of 2 hours and longer begin by its clock."""
    record = record_of(context, known(context, values))
    spans = {"start_ms": values.get("startTime"), "end_ms": values.get("endTime")}
    zone = values.get("timeZone", 0)
    if zone:
        found = candles_in_zone(record, values["interval"], zone, limit=wanted(values), **spans)
    else:
        found = record.candles(values["interval"], limit=wanted(values), **spans)
    return [_kline(candle) for candle in found]


def average_price(context: Context, values: Values) -> Json:
    """Give the price of the last five minutes."""
    record = record_of(context, known(context, values))
    last = record.last_trade
    return {
        "mins": AVERAGE_MINUTES,
        "price": text(record.average_price(AVERAGE_MINUTES)),
        "closeTime": record.now_ms if last is None else last.time_ms,
    }


def reference_price(context: Context, values: Values) -> Json:
    """Refuse: no symbol has a reference price."""
    known(context, values)
    raise Refused(-2043, "This symbol doesn't have a reference price.")


def block_trades(context: Context, values: Values) -> list[Json]:
    """Give trades that were agreed on outside the book: there are none."""
    known(context, values)
    return []


def _trade(event: TradeEvent) -> Json:
    return {
        "id": event.id,
        "price": text(event.price),
        "qty": text(event.quantity),
        "quoteQty": text(event.quote),
        "time": event.time_ms,
        "isBuyerMaker": event.buyer_is_maker,
        "isBestMatch": True,
    }


def _kline(candle: Candle) -> list[object]:
    return [
        candle.open_ms,
        text(candle.open),
        text(candle.high),
        text(candle.low),
        text(candle.close),
        text(candle.volume),
        candle.close_ms,
        text(candle.quote_volume),
        candle.trades,
        text(candle.taker_base),
        text(candle.taker_quote),
        "0",
    ]
