"""Trades: every one once, in whatever pieces they come."""

from __future__ import annotations

import asyncio
import random

import numpy as np
import pytest
from scripted_exchange import T0, ScriptedExchange, run

from btbot.data.download import Job
from btbot.data.store import Channel
from btbot.errors import Retryable
from btbot.exchange.client import TapeTrade

JOB = Job("BTC/USDT", kind="trades")
HOUR = 3_600_000
CHANNEL = Channel("paper", "spot", "BTC/USDT", "trades")


def tape(count=500, *, hours=30, seed=3, first=1):
    rng = random.Random(seed)
    times = sorted(T0 + rng.randrange(hours * HOUR) for _ in range(count))
    times[40:60] = [times[40]] * 20  # many in one millisecond
    return [
        TapeTrade(at, str(first + n), round(20_000 + rng.gauss(0, 50), 2), round(rng.random() + 1e-5, 5), rng.choice(["buy", "sell"]))
        for n, at in enumerate(sorted(times))
    ]  # fmt: skip


def exchange(trades, **more):
    return ScriptedExchange({}, now=trades[-1].time_ms + HOUR, tape=trades, **{"limit": 50, **more})


def assert_equal(store, trades):
    found = store.tape.get("BTC/USDT")
    assert found.trade.tolist() == [one.trade_id for one in trades]
    assert found.time.tolist() == [one.time_ms for one in trades]
    assert found.price.tolist() == [one.price for one in trades]
    assert found.amount.tolist() == [one.amount for one in trades]
    assert found.side.tolist() == [1 if one.side == "buy" else -1 for one in trades]


@pytest.mark.parametrize("by_id", [True, False])
def test_all_trades_come_and_the_second_call_asks_for_the_end_only(store, by_id):
    trades = tape()
    client = exchange(trades, trades_by_id=by_id)
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.error, found.notices) == (500, None, [])
    assert_equal(store, trades)
    client.asked.clear()
    (found,) = run(store, client, [JOB])
    assert found.inserted == 0
    assert len(client.asked) <= 5
    assert_equal(store, trades)


def test_a_later_call_goes_on_and_one_into_the_past_fills_the_past(store):
    trades = tape()
    client = exchange(trades[:300])
    run(store, client, [JOB], since=trades[100].time_ms)
    client.tape, client.now = trades, trades[-1].time_ms + HOUR
    run(store, client, [JOB], since=trades[100].time_ms)
    assert store.tape.get("BTC/USDT").trade[0] == trades[100].trade_id
    run(store, client, [JOB])
    assert_equal(store, trades)


def test_years_before_the_first_trade_are_one_request(store):
    trades = tape()
    client = exchange(trades)
    run(store, client, [JOB], since=T0 - 3 * 365 * 24 * HOUR)
    assert_equal(store, trades)
    assert len(client.asked) < 40


def test_of_a_year_no_more_is_begun_than_the_workers_do(store):
    trades = tape(hours=365 * 24)
    begun = []

    def spoil(_, page):
        begun.append(len(asyncio.all_tasks()))
        return page

    client = exchange(trades, spoil=spoil)
    run(store, client, [JOB], workers=3)
    assert_equal(store, trades)
    assert max(begun) < 10


def test_a_silence_of_a_year_is_few_requests(store):
    late = [
        TapeTrade(one.time_ms + 365 * 24 * HOUR, str(int(one.trade_id) + 500), one.price, one.amount, one.side)
        for one in tape()
    ]
    trades = tape() + late
    client = exchange(trades)
    run(store, client, [JOB])
    assert_equal(store, trades)
    assert len(client.asked) < 80


@pytest.mark.parametrize("seed", range(8))
def test_after_any_faults_one_more_call_completes_it(store, seed):
    rng = random.Random(seed)
    trades = tape(seed=seed)
    client = exchange(trades, trades_by_id=rng.random() < 0.5, limit=rng.choice([25, 50, 200]))

    def spoil(number, page):
        if rng.random() > 0.4:
            return page
        match rng.randrange(4):
            case 0:
                raise Retryable("paper: cut")
            case 1:
                return []
            case 2:
                return page[: len(page) // 2]
            case _:
                return page[: rng.choice([1, 2, 3])]

    client.spoil = spoil
    for _ in range(rng.randrange(1, 3)):
        run(store, client, [JOB], workers=rng.choice([1, 4]), since=T0 + rng.choice([0, 9]) * HOUR)
    client.spoil = None
    run(store, client, [JOB])
    assert_equal(store, trades)


def test_trades_that_the_exchange_leaves_out_are_reported(store):
    trades = tape()
    client = exchange(trades[:100] + trades[110:])
    (found,) = run(store, client, [JOB])
    assert [one for one in found.notices if "missing" in one] == [
        "trades between 100 and 111 are missing at the exchange"
    ]
    assert len(store.tape.get("BTC/USDT")) == 490


def test_a_gap_that_one_answer_has_is_closed_by_the_next(store):
    trades = tape()
    client = exchange(trades)
    client.spoil = lambda number, page: page[5:] if number == 3 else page
    (found,) = run(store, client, [JOB], until=T0 + 6 * HOUR, workers=1)
    assert found.notices == []
    assert_equal(store, [one for one in trades if one.time_ms < T0 + 6 * HOUR])


def test_the_record_says_up_to_where_trades_are_complete(store):
    trades = tape()
    run(store, exchange(trades), [JOB])
    spans = store.downloads.spans(CHANNEL)
    assert (spans[0].start, spans[-1].end) == (
        trades[0].time_ms if trades[0].time_ms > T0 and spans[0].start != T0 else T0,
        spans[-1].end,
    )
    assert trades[-1].time_ms <= spans[-1].end <= trades[-1].time_ms + HOUR


def test_a_page_within_one_millisecond_is_said_where_the_exchange_gives_no_more(store):
    trades = [TapeTrade(T0 + 5, str(n), 1.0 + n, 1.0, "buy") for n in range(1, 1_101)]
    trades.append(TapeTrade(T0 + 9, "2000", 5.0, 1.0, "sell"))
    client = exchange(trades, trades_by_id=False, limit=1_000)
    (found,) = run(store, client, [JOB])
    assert found.notices == ["more than 1000 trades at 2021-01-01 00:00: the exchange does not give the rest"]
    assert np.isin(["2000"], store.tape.get("BTC/USDT").trade).all()


def test_trades_of_one_millisecond_that_come_in_pieces_end(store):
    trades = [TapeTrade(T0 + 5, str(n), 1.0 + n, 1.0, "buy") for n in range(1, 9)]
    client = exchange(trades, trades_by_id=False)
    client.spoil = lambda number, page: page[: 2 * number]
    run(store, client, [JOB])
    client.spoil = None
    run(store, client, [JOB])
    assert_equal(store, trades)
