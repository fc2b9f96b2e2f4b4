"""The live market over real sockets: an exchange here follows one in another process through ccxt.pro."""

from __future__ import annotations

import asyncio

import pytest

from btbot.errors import ConfigError, ExchangeError
from btbot.exchange.events import TradeEvent
from btbot.exchange.matching import Exchange
from btbot.paper.market.live import LiveMarket, live_market
from btbot.paper.record import Record

pytest.importorskip("ccxt.pro")
pytestmark = pytest.mark.xdist_group("paper_server")


async def followed(url: str, *, until: int) -> tuple[LiveMarket, Exchange, Record, list[TradeEvent]]:
    """Follow until some trades have come."""
    market = await live_market("BTC/USDT", url=url)
    exchange, trades = Exchange([market.symbol]), []
    record = Record(market.symbol.name, history=market.history(), begin_ms=market.start_ms)
    reading = asyncio.ensure_future(market.run())
    try:
        async with asyncio.timeout(60):
            while len(trades) < until and not reading.done():
                await asyncio.sleep(0.02)
                while market.next_ms() is not None:
                    found = [event for event in market.step(exchange) if isinstance(event, TradeEvent)]
                    for event in found:
                        record.on_trade(event)
                    trades += found
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await market.close()
    return market, exchange, record, trades


def test_book_and_trades_arrive_as_they_are(paper_server) -> None:
    market, exchange, record, trades = asyncio.run(followed(paper_server.rest_url, until=10))
    book = exchange.books["BTCUSDT"]
    assert len(trades) >= 10
    assert len(book.bids.keys) > 15
    assert len(book.asks.keys) > 15
    assert 0 < book.best("BUY") < book.best("SELL")
    assert book.best("BUY") * 0.99 < record.last_price < book.best("SELL") * 1.01
    assert market.symbol.min_notional > 0
    assert [str(bars.timeframe) for bars in market.history()] == ["1m", "1h", "1d"]
    assert len(market.history()[0]) > 100


def test_a_market_that_is_not_there_is_refused(paper_server) -> None:
    with pytest.raises(ConfigError, match=r"binance has no market BTC/USDZ; did you mean 'BTC/USDT'\?"):
        asyncio.run(live_market("BTC/USDZ", url=paper_server.rest_url))


def test_an_exchange_that_is_not_there_is_said() -> None:
    with pytest.raises(ExchangeError, match="binance: BTC/USDT cannot be had"):
        asyncio.run(live_market("BTC/USDT", url="http://127.0.0.1:9"))
