"""Funding rates: each once, revised ones replaced and reported, holes asked for twice."""

from __future__ import annotations

import random

import pytest
from scripted_exchange import T0, ScriptedExchange, run

from btbot.data.download import Job
from btbot.errors import Retryable
from btbot.exchange.client import FundingRate

JOB = Job("BTC/USDT", kind="funding")
EIGHT = 8 * 3_600_000


def rates(count=200, *, holes=()):
    rng = random.Random(5)
    made = [
        FundingRate(T0 + n * EIGHT + 3, round(rng.gauss(1e-4, 1e-4), 8), 20_000.0 + n if n % 2 else None)
        for n in range(count)
    ]
    return [one for n, one in enumerate(made) if n not in holes]


def exchange(what, **more):
    return ScriptedExchange(
        {}, now=what[-1].time_ms + EIGHT // 2, rates=what, market="perpetual", **{"limit": 20, **more}
    )


def assert_equal(store, what):
    found = store.funding.get("BTC/USDT")
    assert found.time.tolist() == [one.time_ms for one in what]
    assert found.rate.tolist() == [one.rate for one in what]
    marks = [None if mark != mark else mark for mark in found.mark_price.tolist()]
    assert marks == [one.mark_price for one in what]


def test_all_come_and_the_second_call_asks_for_the_end(store):
    what = rates()
    client = exchange(what)
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.error, found.empty) == (200, None, [])
    assert_equal(store, what)
    client.asked.clear()
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.changed) == (0, 0)
    assert len(client.asked) <= 4
    client.rates, client.now = rates(230), rates(230)[-1].time_ms
    run(store, client, [JOB])
    assert_equal(store, rates(229) if store.funding.get("BTC/USDT").time[-1] != rates(230)[-1].time_ms else rates(230))


def test_a_hole_is_asked_for_by_the_next_call(store):
    client = exchange(rates(holes=[50, 51]))
    (found,) = run(store, client, [JOB])
    assert found.empty == [(T0 + 50 * EIGHT + 3, T0 + 52 * EIGHT + 3)]
    client.rates = rates()
    run(store, client, [JOB])
    assert_equal(store, rates())


def test_a_changed_rate_is_said(store):
    client = exchange(rates())
    run(store, client, [JOB])
    last = client.rates[-1]
    client.rates = [*client.rates[:-1], FundingRate(last.time_ms, 0.5, last.mark_price)]
    (found,) = run(store, client, [JOB])
    assert found.notices == ["1 stored funding rates were changed by the exchange"]
    assert_equal(store, client.rates)


@pytest.mark.parametrize("seed", range(5))
def test_after_any_faults_one_more_call_completes_it(store, seed):
    rng = random.Random(seed)
    client = exchange(rates())

    def spoil(number, page):
        if rng.random() > 0.5:
            return page
        match rng.randrange(3):
            case 0:
                raise Retryable("paper: cut")
            case 1:
                return []
            case _:
                return page[: rng.randrange(1, 6)]

    client.spoil = spoil
    for _ in range(rng.randrange(1, 3)):
        run(store, client, [JOB], since=T0 + rng.choice([0, 40]) * EIGHT)
    client.spoil = None
    run(store, client, [JOB])
    assert_equal(store, client.rates)
