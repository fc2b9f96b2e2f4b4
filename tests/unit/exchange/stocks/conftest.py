"""A server that speaks as Yahoo's charts and Alpaca's market data do, and goes wrong where a test asks for it."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

NEW_YORK = ZoneInfo("America/New_York")


class Sellers:
    """What is sold, what was asked for, and what goes wrong.

    Attributes
    ----------
    bars
        By (ticker, interval of Yahoo): rows of (opening, open, high, low, close, volume, adjusted close).
    splits
        By ticker: (day, factor).
    faults
        Answers that are given before anything else, the first one first: functions of the request.
    asked
        Every request as (path, query, headers).
    """

    def __init__(self):
        self.bars, self.splits = defaultdict(list), defaultdict(list)
        self.faults, self.asked = [], []
        self.url = ""

    def __enter__(self):
        self.loop, listening = asyncio.new_event_loop(), threading.Event()

        async def serve():
            app = web.Application()
            app.router.add_get("/v8/finance/chart/{ticker}", self.chart)
            app.router.add_get("/v2/stocks/{ticker}/bars", self.stock_bars)
            app.router.add_get("/v2/assets", self.assets)
            app.router.add_get("/v2/clock", self.clock)
            self.runner = web.AppRunner(app)
            await self.runner.setup()
            site = web.TCPSite(self.runner, "127.0.0.1", 0)
            await site.start()
            self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
            listening.set()

        def run():
            self.loop.run_until_complete(serve())
            self.loop.run_forever()

        self.thread = threading.Thread(target=run)
        self.thread.start()
        listening.wait(10)
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self.runner.cleanup(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    def reset(self):
        self.bars.clear()
        self.splits.clear()
        self.faults.clear()
        self.asked.clear()
        self.silent = False

    def requests(self, part):
        return [(path, query) for path, query, _ in self.asked if part in path]

    def note(self, request):
        self.asked.append((request.path, dict(request.query), dict(request.headers)))
        return self.faults.pop(0)(request) if self.faults else None

    async def chart(self, request):
        if self.silent:
            await asyncio.sleep(1)
        if (fault := self.note(request)) is not None:
            return fault
        ticker, interval = request.match_info["ticker"], request.query["interval"]
        interval = {"60m": "1h"}.get(interval, interval)
        if not any(name == ticker for name, _ in self.bars):
            text = "No data found, symbol may be delisted"
            return web.json_response(
                {"chart": {"result": None, "error": {"code": "Not Found", "description": text}}}, status=404
            )
        start, end = int(request.query.get("period1", 0)), int(request.query.get("period2", 2**40))
        rows = [row for row in self.bars[ticker, interval] if start * 1000 <= row[0] < end * 1000]
        return web.json_response({"chart": {"result": [self.result(ticker, rows)], "error": None}})

    def result(self, ticker, rows):
        day = int(dt.datetime(2024, 6, 14, 9, 30, tzinfo=NEW_YORK).timestamp())
        span = {"timezone": "EDT", "start": day, "end": day + 23_400, "gmtoffset": -14_400}
        meta = {
            "currency": "USD", "symbol": ticker, "exchangeName": "NMS", "instrumentType": "EQUITY",
            "firstTradeDate": 345479400, "regularMarketTime": day, "gmtoffset": -14400, "timezone": "EDT",
            "exchangeTimezoneName": "America/New_York", "regularMarketPrice": 212.49, "priceHint": 2,
            "currentTradingPeriod": {"pre": span, "regular": span, "post": span}, "dataGranularity": "1d",
            "range": "", "validRanges": ["1d", "max"],
        }  # fmt: skip
        if len(rows) and rows[-1][0] % 86_400_000 and (rows[-1][0] - rows[0][0]) < 40 * 86_400_000:
            days = sorted({dt.datetime.fromtimestamp(row[0] / 1000, NEW_YORK).date() for row in rows})
            meta["tradingPeriods"] = [[self.period(day)] for day in days]
        columns = list(zip(*(row[1:] for row in rows), strict=True))
        quote = dict(zip(("open", "high", "low", "close", "volume"), map(list, columns), strict=False))
        split = {
            str(at): {"date": at, "numerator": factor, "denominator": 1, "splitRatio": f"{factor}:1"}
            for at, factor in self.splits[ticker]
        }
        found = {
            "meta": meta,
            "indicators": {"quote": [quote], "adjclose": [{"adjclose": list(columns[5])} if rows else {}]},
        }
        if rows:
            found["timestamp"] = [row[0] // 1000 for row in rows]
        return found | ({"events": {"splits": split}} if split else {})

    @staticmethod
    def period(day):
        opens = int(dt.datetime.combine(day, dt.time(9, 30), NEW_YORK).timestamp())
        return {"timezone": "EST", "start": opens, "end": opens + 23_400, "gmtoffset": -18_000}

    async def stock_bars(self, request):
        if (fault := self.note(request)) is not None:
            return fault
        ticker, query = request.match_info["ticker"], request.query
        start, end = (dt.datetime.fromisoformat(query[name]).timestamp() * 1000 for name in ("start", "end"))
        rows = [row for row in self.bars[ticker, query["timeframe"]] if start <= row[0] <= end]
        first, size = int(query.get("page_token", 0)), min(int(query["limit"]), 400)
        page = [
            {"t": dt.datetime.fromtimestamp(row[0] / 1000, dt.UTC).isoformat().replace("+00:00", "Z"),
             "o": row[1], "h": row[2], "l": row[3], "c": row[4], "v": row[5], "n": 7, "vw": row[4]}
            for row in rows[first : first + size]
        ]  # fmt: skip
        more = str(first + size) if first + size < len(rows) else None
        return web.json_response({"bars": page or None, "symbol": ticker, "next_page_token": more})

    async def assets(self, request):
        if (fault := self.note(request)) is not None:
            return fault
        tickers = sorted({ticker for ticker, _ in self.bars})
        return web.json_response(
            [{"id": "1", "class": "us_equity", "symbol": one, "status": "active", "tradable": True} for one in tickers]
        )

    async def clock(self, request):
        if (fault := self.note(request)) is not None:
            return fault
        now = dt.datetime.fromtimestamp(time.time(), NEW_YORK)
        return web.json_response({"timestamp": now.isoformat(), "is_open": False})


@pytest.fixture(scope="session")
def _sellers():
    with Sellers() as sellers:
        yield sellers


@pytest.fixture
def sellers(_sellers):
    _sellers.reset()
    return _sellers


@pytest.fixture(scope="session", autouse=True)
def _no_files(tmp_path_factory):
    """Let yfinance keep its files elsewhere than in the home folder."""
    yfinance = pytest.importorskip("yfinance", reason="yfinance is not installed")
    yfinance.set_tz_cache_location(str(tmp_path_factory.mktemp("yfinance")))


def at(day, hour=9, minute=30):
    """Epoch milliseconds of a time of New York."""
    moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute), NEW_YORK)
    return round(moment.timestamp() * 1000)


@pytest.fixture(name="at")
def _at():
    return at
