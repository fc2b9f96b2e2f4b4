"""What holds at every moment of random order flow, and that the events alone rebuild the exchange."""

from __future__ import annotations

from random import Random

import pytest
from exchange_flow import Flow
from exchange_pictures import attempt
from exchange_plain_calls import Plain
from exchange_replay import replay
from exchange_runs import QUICK, SLOW, obey, start
from exchange_symbols import SYMBOLS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btbot.exchange.matching import Exchange

RELAXED = settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=list(HealthCheck))
GROUP = 10


@pytest.mark.parametrize("first", range(QUICK.start, QUICK.stop, GROUP))
def test_rules_hold_at_every_moment(first):
    for seed in range(first, first + GROUP):
        obey(Exchange, Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW.start, SLOW.stop, 100))
def test_rules_hold_for_long(first):
    for seed in range(first, first + 100):
        obey(Exchange, Random(seed), 400)


@RELAXED
@given(seed=st.integers(0, 10**9), count=st.integers(1, 40))
def test_rules_hold_from_any_seed(seed, count):
    obey(Exchange, Random(seed), count)


@pytest.mark.parametrize("first", range(0, 12, 6))
def test_events_rebuild_the_exchange_to_the_last_byte(first):
    for seed in range(first, first + 6):
        replay(Exchange, Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1400, 50))
def test_events_rebuild_the_exchange_for_long(first):
    for seed in range(first, first + 50):
        replay(Exchange, Random(seed), 400)


def test_only_so_many_done_orders_are_kept():
    """Counters, fills and orders stay bounded, and what is forgotten cannot be asked for."""
    exchange, plain = start(Exchange(SYMBOLS, keep_done=5)), Plain(SYMBOLS)
    for step in Flow(Random(7), plain).steps(600):
        attempt(exchange, step)
        attempt(plain, step)
    for shelf in exchange.state()["orders"].values():
        assert len(shelf["done"]) == 5
        assert len(shelf["kept"]) <= 5 + 3 * max(symbol.max_orders for symbol in SYMBOLS)
