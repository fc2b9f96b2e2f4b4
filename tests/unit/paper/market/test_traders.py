"""Traders at random in every form of market: no order breaks it, and what a market promises holds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest

from btbot.data.gate import admit
from btbot.data.sample import generate
from btbot.exchange.commands import Cancel, Place
from btbot.exchange.events import OrderEvent, TradeEvent
from btbot.exchange.public import PublicBook, PublicTrade
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import usual
from btbot.exchange.units import SCALE
from btbot.paper.market import BookReplay, CandleReplay, Market, Synthetic, TapeReplay
from btbot.paper.market.tape import Tape
from btbot.timeframe import Timeframe

Begin = Callable[..., Any]
BEGIN = 1_704_067_200_000
SYMBOL = usual("BTC/USDT", 30_000.0)
KINDS = ("LIMIT", "LIMIT", "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT", "ICEBERG", "TRAIL")


def candles(seed: int) -> Market:
    frame = generate("BTC/USDT", Timeframe(3_600_000), bars=60, seed=seed, start_ms=BEGIN, price=30_000.0)
    bars, _ = admit(frame, "BTC/USDT", timeframe=Timeframe(3_600_000))
    return CandleReplay(SYMBOL, bars, start=20, seed=seed)


def tape(seed: int) -> Market:
    random = np.random.default_rng(seed)
    price = (3_000_000 + np.cumsum(random.integers(-300, 301, 1_500))) / 100
    time = BEGIN + np.cumsum(random.integers(0, 4_000, 1_500))
    trades = Tape(time, price, random.integers(1, 10**5, 1_500) / 1e5, random.random(1_500) < 0.5)
    return TapeReplay(SYMBOL, trades, start=0, seed=seed)


def synthetic(seed: int) -> Market:
    return Synthetic(SYMBOL, price=30_000.0, start_ms=BEGIN, seed=seed, history_bars=0)


def book(seed: int) -> Market:
    random, middle, events = Random(seed), 30_000.0, []
    for number in range(800):
        middle += random.gauss(0.0, 3.0)
        sides = []
        for sign in (-1, 1):
            prices = sorted({round(middle + sign * random.uniform(0.5, 60.0), 2) for _ in range(20)})
            sides.append(tuple((round(price * SCALE), random.randrange(1, SCALE)) for price in prices))
        events.append(PublicBook(BEGIN + number * 500, *sides, whole=True))
        sold = random.random() < 0.5
        best = max(sides[0])[0] if sold else min(sides[1])[0]
        events.append(PublicTrade(BEGIN + number * 500 + 200, best, random.randrange(1, SCALE), sold))
    return BookReplay(SYMBOL, events)


def place(random: Random, last: int, side: str) -> Place:
    kind = random.choice(KINDS)
    tick = SYMBOL.tick

    def near(spread: float) -> int:
        return round(last * (1.0 + random.gauss(0.0, spread)) / tick) * tick

    size = (round(random.expovariate(1.0) * 10**8 / SYMBOL.step) + 100) * SYMBOL.step
    if kind == "TRAIL":
        return Place("ann", "BTCUSDT", side, "STOP_LOSS", size, trailing_delta=random.randrange(10, 100))
    if kind == "ICEBERG":
        return Place(
            "ann", "BTCUSDT", side, "LIMIT", size * 9, price=near(0.003), iceberg_quantity=size, time_in_force="GTC"
        )
    stop = near(0.002) if kind.endswith("_LIMIT") else 0
    terms = None if kind in ("MARKET", "LIMIT_MAKER") else random.choice(["GTC", "GTC", "IOC", "FOK"])
    price = 0 if kind == "MARKET" else near(0.003)
    return Place("ann", "BTCUSDT", side, kind, size, price=price, stop_price=stop, time_in_force=terms)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("make", [candles, tape, synthetic, book])
def test_nothing_that_traders_do_breaks_a_market(begin: Begin, make: Callable[[int], Market], seed: int) -> None:
    run, random = begin(make(seed)), Random(seed)
    ledger = run.exchange.books["BTCUSDT"]
    taken = 0
    for _ in range(1_200):
        if run.market.next_ms() is None:
            break
        run.step()
        bid, ask = ledger.best("BUY"), ledger.best("SELL")
        assert not (bid and ask) or bid < ask
        last = run.record.last_price
        if not last or random.random() < 0.5:
            continue
        try:
            waiting = run.exchange.open_orders("ann", "BTCUSDT")
            if waiting and random.random() < 0.3:
                command: Any = Cancel("ann", "BTCUSDT", order_id=random.choice(waiting).id)
            else:
                command = place(random, last, random.choice(["BUY", "SELL"]))
            run.take(run.exchange.execute(command, run.now_ms).events)
            taken += 1
        except Refused:
            continue
    assert taken > 100
    fills = [event for event in run.events if isinstance(event, OrderEvent) and event.change == "TRADE"]
    assert len(fills) > 50
    assert {event.is_maker for event in fills} == {True, False}
    times = [event.time_ms for event in run.events if isinstance(event, TradeEvent)]
    assert times == sorted(times)


@pytest.mark.parametrize("make", [candles, tape])
def test_no_limit_is_left_behind_by_a_price(begin: Begin, make: Callable[[int], Market]) -> None:
    run, random = begin(make(3)), Random(3)
    orders = []
    while run.market.next_ms() is not None:
        printed = [event for event in run.step() if isinstance(event, TradeEvent)]
        if printed:
            price = printed[-1].price
            for order in orders:
                passed = order.price > price if order.side == "BUY" else order.price < price
                assert order.done or not passed, (order, price)
        last = run.record.last_price / SCALE
        if random.random() < 0.2:
            side, away = random.choice([("BUY", -1), ("SELL", 1)])
            orders.append(
                run.order(side, round(random.uniform(0.01, 50.0), 5), round(last + away * random.expovariate(0.02), 2))
            )
            orders = [order for order in orders if not order.done][-100:]
