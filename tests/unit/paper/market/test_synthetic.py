"""The made-up market: endless, bounded, repeatable, and it gives way and comes back."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from btbot.exchange.events import TradeEvent
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import usual
from btbot.exchange.units import SCALE
from btbot.paper.market import Synthetic
from btbot.paper.record import Record

Begin = Callable[..., Any]
BEGIN = 1_704_067_200_000
SYMBOL = usual("BTC/USDT", 30_000.0)


def market(seed: int = 1, **changes: Any) -> Synthetic:
    return Synthetic(SYMBOL, price=30_000.0, start_ms=BEGIN, seed=seed, **{"history_bars": 0, **changes})


def test_it_stays_sane_for_a_hundred_thousand_steps() -> None:
    made, exchange = market(), Exchange([SYMBOL])
    record = Record("BTCUSDT", begin_ms=BEGIN, keep=500, keep_trades=500)
    book = exchange.books["BTCUSDT"]
    spreads, after_warming = [], 0
    for number in range(100_000):
        when = made.next_ms()
        for event in made.step(exchange):
            if isinstance(event, TradeEvent):
                assert event.time_ms == when
                record.on_trade(event)
        bid, ask = book.best("BUY"), book.best("SELL")
        assert 0 < bid < ask
        assert len(book.bids.keys) <= 241
        assert len(book.asks.keys) <= 241
        if number % 100 == 0:
            spreads.append((ask - bid) / ask)
            book.drain()
            exchange.average_price("BTCUSDT", when)
        if number == 50_000:
            after_warming = sys.getallocatedblocks()
    grown = sys.getallocatedblocks() - after_warming
    assert grown < 10_000
    assert sorted(spreads)[len(spreads) // 2] < 0.0005
    assert 0.8 < record.last_price / SCALE / 30_000 < 1.25
    minutes = [candle.close for candle in record.candles("1m", limit=400)]
    moves = [math.log(after / before) for before, after in pairwise(minutes)]
    yearly = math.sqrt(sum(move * move for move in moves) / len(moves) * 525_600)
    assert 0.3 < yearly < 1.5
    hours = (made.next_ms() - BEGIN) / 3_600_000
    assert 5.0 < hours < 30.0


def test_the_same_seed_gives_the_same_market(begin: Begin) -> None:
    first, second, other = (begin(market(seed)) for seed in (1, 1, 2))
    for run in (first, second, other):
        run.run(steps=2_000)
        run.order("BUY", 1.0)
        run.run(steps=2_000)
    assert first.trades == second.trades
    assert first.trades != other.trades


def test_a_large_order_moves_the_price_and_it_comes_back(begin: Begin) -> None:
    jumped, left = [], []
    for seed in range(12):  # the value wanders by a quarter of a percent in ten minutes: take the mean
        run = begin(market(seed))
        run.run(steps=500)
        best = run.ladder("SELL")[0][0]
        depth = [size for price, size in run.ladder("SELL") if price < best * 1.004]
        assert run.order("BUY", round(sum(depth), 5)).status == "FILLED"
        jumped.append(run.ladder("SELL")[0][0] / best - 1.0)
        run.run(until_ms=run.now_ms + 600_000)
        left.append(run.ladder("SELL")[0][0] / best - 1.0)
    assert min(jumped) > 0.0035
    assert sum(left) / 12 < 0.5 * sum(jumped) / 12


def test_a_resting_order_inside_of_the_spread_is_hit(begin: Begin) -> None:
    filled = 0
    for seed in range(8):
        run = begin(market(seed))
        run.run(steps=200)
        order = run.order("BUY", 0.01, run.ladder("SELL")[0][0] - 0.01)
        run.run(steps=1_000)
        filled += order.status == "FILLED"
    assert filled >= 6


def test_a_wall_of_a_user_does_not_break_it(begin: Begin) -> None:
    run = begin(market(5))
    run.run(steps=200)
    best = run.ladder("BUY")[0][0]
    for number in range(20):
        run.order("BUY", 100.0, round(best - number * 0.01, 2))
        run.order("SELL", 100.0, round(best + 50 + number, 2))
    run.run(steps=5_000)
    assert run.ladder("BUY")[0][0] < run.ladder("SELL")[0][0]


def test_an_emptied_side_fills_again(begin: Begin) -> None:
    run = begin(market(6))
    run.run(steps=50)
    run.exchange.clear("BTCUSDT")
    run.run(steps=200)
    assert len(run.ladder("BUY")) > 10
    assert len(run.ladder("SELL")) > 10


def test_history_ends_at_the_price_where_it_begins() -> None:
    bars = market(history_bars=300).history()[0]
    assert len(bars) == 300
    assert bars.close[-1] == pytest.approx(30_000.0, abs=0.01)
    assert int(bars.close_time[-1]) == BEGIN
    assert market().history() == []


def test_time_passes_while_the_market_is_closed_and_nothing_else(begin: Begin) -> None:
    run = begin(market())
    run.run(steps=100)
    run.exchange.set_symbol(replace(SYMBOL, status="HALT"), run.now_ms)
    seen = run.exchange.books["BTCUSDT"].update_id
    assert run.run(steps=100) == []
    assert run.exchange.books["BTCUSDT"].update_id == seen


def test_a_restart_goes_on_at_its_time(begin: Begin) -> None:
    made = market(history_bars=10)
    made.skip_to(BEGIN + 90_500)
    run = begin(made)
    assert made.next_ms() == BEGIN + 90_500
    run.run(steps=500)
    assert int(made.history()[0].close_time[-1]) == BEGIN + 60_000


@pytest.mark.parametrize(("pair", "price"), [("DOGE/USDT", 0.15), ("PEPE/USDT", 9.08e-6), ("ETH/BTC", 0.05)])
def test_any_price_will_do(begin: Begin, pair: str, price: float) -> None:
    symbol = usual(pair, price)
    run = begin(Synthetic(symbol, price=price, start_ms=BEGIN, seed=1, history_bars=0, turnover=1e8 * price))
    run.run(steps=3_000)
    assert run.record.last_price / SCALE == pytest.approx(price, rel=0.1)
    assert len(run.trades) > 200


def test_a_restart_at_another_price_meets_who_waits_there(begin: Begin) -> None:
    run = begin(market())
    run.run(steps=100)
    low, high = run.order("BUY", 1.0, 28_000.0), run.order("SELL", 1.0, 33_000.0)
    run.exchange.clear("BTCUSDT")
    again = begin(Synthetic(SYMBOL, price=27_000.0, start_ms=run.now_ms, seed=9, history_bars=0), run.exchange)
    again.run(steps=300)
    assert low.status == "FILLED"
    assert low.spent == 28_000 * SCALE
    assert high.executed == 0
    assert again.ladder("BUY")[0][0] < again.ladder("SELL")[0][0] < 28_000.0


def test_what_users_take_moves_the_value(begin: Begin) -> None:
    for side, sign in (("BUY", 1), ("SELL", -1)):
        run = begin(market())
        run.run(steps=100)
        before = run.market._value
        run.order(side, 30.0)
        run.step()
        assert sign * run.market._pull > 0.0001
        assert sign * (run.market._value - before) > 0.00001
