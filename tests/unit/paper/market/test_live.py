"""The live market fed by a source that was written down, and the reading of what ccxt gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.errors import ConfigError
from btbot.exchange.ccxt_public import PublicSource, book_of
from btbot.exchange.public import PublicBook, PublicEvent, PublicTrade
from btbot.exchange.symbols import usual
from btbot.exchange.units import SCALE
from btbot.paper.market import LiveMarket
from btbot.timeframe import Timeframe

Begin = Callable[..., Any]
T = 1_704_067_200_000
SYMBOL = usual("BTC/USDT", 100.0)


async def source(*events: PublicEvent) -> AsyncIterator[PublicEvent]:
    for event in events:
        yield event


def live(*events: PublicEvent, history: tuple[Bars, ...] = ()) -> LiveMarket:
    return LiveMarket(SYMBOL, events=source(*events), start_ms=T, history=history)


BOOK = PublicBook(T + 5, ((99 * SCALE, SCALE),), ((101 * SCALE, SCALE),), True)


def test_what_comes_in_is_due_at_once_and_in_order(begin: Begin) -> None:
    late = PublicTrade(T + 1, 101 * SCALE, SCALE // 2, False)  # the source's clock went back
    market = live(BOOK, PublicTrade(T + 9, 99 * SCALE, SCALE // 2, True), late)
    heard: list[int] = []
    market.on_arrival = lambda: heard.append(1)
    assert market.next_ms() is None
    run = begin(market)
    assert market.step(run.exchange) == []
    asyncio.run(market.run())
    assert len(heard) == 3
    run.run()
    assert [(event.time_ms - T, event.price // SCALE, event.buyer_is_maker) for event in run.trades] == [
        (9, 99, True), (9, 101, False),
    ]  # fmt: skip
    assert run.ladder("BUY") == [(99, 0.5)]


def test_what_a_user_took_is_gone_until_the_source_tells_again(begin: Begin) -> None:
    market = live(BOOK, BOOK._replace(time_ms=T + 6))
    run = begin(market)
    asyncio.run(market.run())
    run.step()
    run.order("BUY", 0.5)
    assert run.ladder("SELL") == [(101, 0.5)]
    run.step()
    assert run.ladder("SELL") == [(101, 1.0)]


def test_a_slow_reader_does_not_grow_without_bound(begin: Begin) -> None:
    market = live(*(BOOK for _ in range(100_500)))
    asyncio.run(market.run())
    assert len(market._waiting) == 100_000


def test_history_is_what_had_ended(begin: Begin) -> None:
    time = T - 180_000 + 60_000 * np.arange(4)
    bars = Bars("BTC/USDT", Timeframe(60_000), time, *np.full((5, 4), 100.0))
    market = live(history=(bars,))
    assert market.history()[0].time.tolist() == time[:3].tolist()
    market.skip_to(T + 5)
    assert market.start_ms == T
    assert list(market.holes) == []
    assert [candle.open_ms for candle in begin(market).record.candles("1m", limit=2)] == [T - 60_000, T]


def test_the_book_of_ccxt_is_read() -> None:
    entry = {"bids": [[99.5, 1.0, 3]], "asks": [[100.5, 0.5, 1]], "timestamp": None, "nonce": 7}
    found = book_of(entry, T)
    assert found == PublicBook(T, ((9_950_000_000, SCALE),), ((10_050_000_000, SCALE // 2),), True, 7, 7)


def test_an_exchange_that_ccxt_does_not_know_is_refused() -> None:
    pytest.importorskip("ccxt.pro")
    with pytest.raises(ConfigError, match="exchange: 'binanse' has no streams in ccxt; did you mean 'binance'"):
        PublicSource("BTC/USDT", exchange="binanse")
