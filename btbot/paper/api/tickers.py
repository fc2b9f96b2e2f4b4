"""Figures of a day or another stretch of time, last prices, best prices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from btbot.exchange.refusals import invalid_symbol
from btbot.exchange.request_refusals import bad_combination, one_of_missing
from btbot.exchange.units import SCALE, text
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.market_data import known, record_of
from btbot.paper.api.zones import candles_in_zone
from btbot.paper.candles import Candle, Running
from btbot.paper.record import Record

_MINUTE_MS, _DAY_MS = 60_000, 86_400_000
_WINDOW_UNITS = {"m": _MINUTE_MS, "h": 60 * _MINUTE_MS, "d": _DAY_MS}
_ALL = 10**9

Ticker = Callable[[str], Json]


def day(context: Context, values: Values) -> Json | list[Json]:
    """Give the figures of the last 24 hours."""
    return _each(context, values, partial(_day, context, values.get("type") == "MINI"))


def price(context: Context, values: Values) -> Json | list[Json]:
    """Give last prices."""
    return _each(context, values, lambda name: {"symbol": name, "price": text(_last(context, name))})


def book(context: Context, values: Values) -> Json | list[Json]:
    """Give the best price of each side with its quantity."""
    return _each(context, values, partial(_book, context))


def trading_day(context: Context, values: Values) -> Json | list[Json]:
    """Give the figures of the calendar day of a time zone."""
    zone = values.get("timeZone", 0)

    def figures(name: str) -> Json:
        record = record_of(context, name)
        today = candles_in_zone(record, "1d", zone, limit=1)
        shift = zone * _MINUTE_MS
        open_ms = (record.now_ms + shift) // _DAY_MS * _DAY_MS - shift
        return _window(name, record, today, open_ms, open_ms + _DAY_MS - 1, mini=values.get("type") == "MINI")

    _need_symbols(values)
    return _each(context, values, figures)


def rolling(context: Context, values: Values) -> Json | list[Json]:
    """Give the figures of a window that begins on a minute and ends now."""
    size = values.get("windowSize", "1d")
    length = int(size[:-1]) * _WINDOW_UNITS[size[-1]]

    def figures(name: str) -> Json:
        record = record_of(context, name)
        open_ms = (record.now_ms - length) // _MINUTE_MS * _MINUTE_MS
        minutes = record.candles("1m", start_ms=open_ms, limit=_ALL)
        return _window(name, record, minutes, open_ms, record.now_ms, mini=values.get("type") == "MINI")

    _need_symbols(values)
    return _each(context, values, figures)


def _each(context: Context, values: Values, ticker: Ticker) -> Json | list[Json]:
    """Give one ticker, or those of several symbols, or of all."""
    symbols = context.venue.exchange.symbols
    if "symbol" in values:
        if "symbols" in values:
            raise bad_combination()
        return ticker(known(context, values))
    names = values.get("symbols", symbols)
    if any(name not in symbols for name in names):
        raise invalid_symbol()
    status = values.get("symbolStatus")
    return [ticker(name) for name in names if status in (None, symbols[name].status)]


def _need_symbols(values: Values) -> None:
    if "symbol" not in values and "symbols" not in values:
        raise one_of_missing("symbol", "symbols")


def _last(context: Context, name: str) -> int:
    return context.venue.exchange.last_price.get(name) or record_of(context, name).last_price


def _book(context: Context, name: str) -> Json:
    (bid, bid_quantity), (ask, ask_quantity) = _best(context, name)
    return {
        "symbol": name,
        "bidPrice": text(bid),
        "bidQty": text(bid_quantity),
        "askPrice": text(ask),
        "askQty": text(ask_quantity),
    }


def _best(context: Context, name: str) -> tuple[tuple[int, int], tuple[int, int]]:
    levels = context.venue.exchange.books[name].levels
    bids, asks = levels("BUY", 1), levels("SELL", 1)
    return bids[0] if bids else (0, 0), asks[0] if asks else (0, 0)


def _day(context: Context, mini: bool, name: str) -> Json:
    figures = record_of(context, name).day()
    found: Json = {"symbol": name}
    if not mini:
        found.update(_change(figures.open, figures.last))
        found["weightedAvgPrice"] = text(figures.average)
        (bid, bid_quantity), (ask, ask_quantity) = _best(context, name)
        found["prevClosePrice"] = text(figures.previous_close)
        found["lastPrice"] = text(figures.last)
        found["lastQty"] = text(figures.last_quantity)
        found["bidPrice"] = text(bid)
        found["bidQty"] = text(bid_quantity)
        found["askPrice"] = text(ask)
        found["askQty"] = text(ask_quantity)
    found["openPrice"] = text(figures.open)
    found["highPrice"] = text(figures.high)
    found["lowPrice"] = text(figures.low)
    if mini:
        found["lastPrice"] = text(figures.last)
    found["volume"] = text(figures.volume)
    found["quoteVolume"] = text(figures.quote_volume)
    found["openTime"] = figures.open_ms
    found["closeTime"] = figures.close_ms
    found["firstId"] = figures.first_id
    found["lastId"] = figures.last_id
    found["count"] = figures.trades
    return found


def _change(first: int, last: int) -> Json:
    thousandths = round((last - first) * 100_000 / first) if first else 0
    return {"priceChange": text(last - first), "priceChangePercent": f"{thousandths / 1000:.3f}"}


def _window(name: str, record: Record, candles: list[Candle], open_ms: int, close_ms: int, *, mini: bool) -> Json:
    whole = Running(open_ms, close_ms + 1, candles[0].open if candles else record.last_price)
    for candle in candles:
        whole.fold(candle)
    found: Json = {"symbol": name}
    if not mini:
        found.update(_change(whole.open, whole.close))
        average = whole.quote_volume * SCALE // whole.volume if whole.volume else whole.close
        found["weightedAvgPrice"] = text(average)
    last = record.last_trade
    last_id = last.id if last is not None and whole.trades else -1
    found.update(
        openPrice=text(whole.open),
        highPrice=text(whole.high),
        lowPrice=text(whole.low),
        lastPrice=text(whole.close),
        volume=text(whole.volume),
        quoteVolume=text(whole.quote_volume),
        openTime=open_ms,
        closeTime=close_ms,
        firstId=last_id - whole.trades + 1 if whole.trades else -1,
        lastId=last_id,
        count=whole.trades,
    )
    return found
