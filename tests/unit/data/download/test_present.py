"""Which candles are stored: counted, halved and looked at, the answer is the same."""

from __future__ import annotations

import random

import numpy as np
import pytest
from scripted_exchange import HOUR, T0, bars

from btbot.data.download import present
from btbot.data.download.plan import plan
from btbot.data.download.spans import clipped, divided, joined, total, without
from btbot.data.download.trades import tape_of
from btbot.data.store import Channel
from btbot.exchange.client import TapeTrade

CHANNEL = Channel("paper", "spot", "BTC/USDT", "candles", HOUR)


def slow_runs(times, start, end):
    """The same by looking at every hour."""
    found = []
    for at in range(start, end, HOUR.ms):
        if at in times:
            if found and found[-1][1] == at:
                found[-1] = (found[-1][0], at + HOUR.ms)
            else:
                found.append((at, at + HOUR.ms))
    return found


@pytest.mark.parametrize("few", [1, 7, 20_000])
def test_runs_are_those_of_a_naive_count(store, monkeypatch, few):
    monkeypatch.setattr(present, "_FEW", few)
    rng = random.Random(few)
    source = bars(300, holes=sorted(rng.sample(range(300), 9)) + list(range(120, 160)))
    store.write(source, exchange="paper")
    times = set(source.time.tolist())
    with store.reading() as connection:
        key = present.series_of(connection, CHANNEL)
        for _ in range(15):
            start = T0 + rng.randrange(-20, 310) * HOUR.ms
            end = start + rng.randrange(1, 300) * HOUR.ms
            assert present.runs(connection, key, HOUR, start, end) == slow_runs(times, start, end)
        assert present.last_before(connection, key, T0) is None
        assert present.series_of(connection, Channel("other", "spot", "BTC/USDT", "candles", HOUR)) is None
    assert present.first_stored(store, CHANNEL) == int(source.time[0])


def test_a_candle_beside_the_grid_hides_no_hole(store, monkeypatch):
    monkeypatch.setattr(present, "_FEW", 4)
    source = bars(40)
    time = source.time.copy()
    time[21] = time[20] + 60_000  # two in one hour, none in the next
    store.write(
        type(source)("BTC/USDT", HOUR, time, *(getattr(source, n) for n in ("open", "high", "low", "close", "volume"))),
        exchange="paper",
    )
    with store.reading() as connection:
        key = present.series_of(connection, CHANNEL)
        found = present.runs(connection, key, HOUR, T0, T0 + 40 * HOUR.ms)
    assert found == [(T0, T0 + 21 * HOUR.ms), (T0 + 22 * HOUR.ms, T0 + 40 * HOUR.ms)]


def test_the_plan_leaves_out_what_is_stored_and_settled_and_has_the_seam(store):
    store.write(bars(100, holes=[50]), exchange="paper")
    wanted = (T0, T0 + 120 * HOUR.ms)
    found, end = plan(store, CHANNEL, HOUR, wanted, source="x", seam=5 * HOUR.ms, gap=0)
    assert end == T0 + 100 * HOUR.ms
    assert found == [(T0 + 50 * HOUR.ms, T0 + 51 * HOUR.ms), (T0 + 95 * HOUR.ms, T0 + 120 * HOUR.ms)]
    for _ in range(2):
        with store.writing() as connection:
            store.downloads.record(connection, CHANNEL, *found[0], rows=0, source="x")
    assert plan(store, CHANNEL, HOUR, wanted, source="x", seam=5 * HOUR.ms, gap=0)[0] == found[1:]
    assert plan(store, CHANNEL, HOUR, wanted, source="y", seam=5 * HOUR.ms, gap=0)[0] == found


def test_the_first_row_is_that_of_the_market_and_its_kind(store):
    def first(kind, symbol="BTC/USDT", exchange="paper"):
        return present.first_stored(store, Channel(exchange, "spot", symbol, kind))

    assert [first(kind) for kind in ("trades", "funding", "books")] == [None] * 3
    for exchange, at in (("paper", 50), ("other", 7)):
        one, two = (TapeTrade(at + n, str(n), 1.0, 1.0, "buy") for n in (0, 9))
        store.tape.write("BTC/USDT", tape_of([one, two]), exchange=exchange, market="spot")
    rates = np.array([30, 40]), np.array([0.1, 0.1]), np.array([np.nan, np.nan])
    store.funding.write("BTC/USDT", *rates, exchange="paper", market="spot")
    assert (first("trades"), first("trades", exchange="other"), first("funding")) == (50, 7, 30)
    assert [first("trades", symbol="ETH/USDT"), first("funding", exchange="other")] == [None, None]


def test_spans_are_sets_of_moments():
    rng = np.random.default_rng(3)

    def made():
        return [(int(a), int(a + n)) for a, n in zip(rng.integers(0, 40, 5), rng.integers(0, 9, 5), strict=True)]

    def moments(spans):
        return {at for start, end in spans for at in range(start, end)}

    for _ in range(200):
        one, two = made(), made()
        assert moments(joined(one)) == moments(one)
        assert moments(without(one, two)) == moments(one) - moments(two)
        assert moments(clipped(joined(one), 5, 25)) == moments(one) & set(range(5, 25))
        assert total(joined(one)) == len(moments(one))
        assert moments(joined(one, gap=3)) >= moments(one)
    assert divided((0, 7), 3) == [(0, 3), (3, 6), (6, 7)]
