"""The exchange does what the plain one does: refusals, trades, fills, fees, money, orders, levels and lists agree."""

from __future__ import annotations

from random import Random

import pytest
from exchange_pictures import attempt, differences, picture, plain_picture
from exchange_plain_calls import Plain
from exchange_runs import QUICK, SLOW, compare, start
from exchange_symbols import ACCOUNTS, MODES, ROUND, SYMBOLS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btbot.exchange.commands import Adjust, Place
from btbot.exchange.matching import Exchange
from btbot.exchange.units import units

RELAXED = settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
GROUP = 10


@pytest.mark.parametrize("first", range(QUICK.start, QUICK.stop, GROUP))
def test_same_as_the_plain_exchange(first):
    for seed in range(first, first + GROUP):
        compare(Exchange, Random(seed))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(SLOW.start, SLOW.stop, 100))
def test_same_as_the_plain_exchange_for_long(first):
    for seed in range(first, first + 100):
        compare(Exchange, Random(seed), 400)


@RELAXED
@given(seed=st.integers(0, 10**9), count=st.integers(1, 40))
def test_same_from_any_seed(seed, count):
    compare(Exchange, Random(seed), count)


ORDERS = st.lists(
    st.tuples(
        st.sampled_from(ACCOUNTS[:2]),
        st.sampled_from(("BUY", "SELL")),
        st.integers(-2, 2),
        st.integers(1, 12),
        st.sampled_from(("GTC", "GTC", "GTC", "IOC", "FOK")),
        st.sampled_from(MODES),
        st.integers(0, 3),
    ),
    max_size=12,
)


@RELAXED
@given(orders=ORDERS)
def test_same_for_limit_orders_on_five_levels(orders):
    """Few levels, small quantities, every mode of prevention, some icebergs: what is found here is small."""
    plain, tested = Plain(SYMBOLS), start(Exchange(SYMBOLS))
    steps = [("execute", Adjust(one, asset, units(900)), 0) for one in ACCOUNTS[:2] for asset in ("USD", "ABC")]
    for account, side, level, lots, force, mode, part in orders:
        quantity = units("0.3") * lots
        iceberg = quantity // 3 if part == 0 and force == "GTC" else 0
        place = Place(
            account, ROUND.name, side, "LIMIT", quantity, price=units(100) + level * units("0.5"),
            iceberg_quantity=iceberg, time_in_force=force, prevention=mode,
        )  # fmt: skip
        steps.append(("execute", place, 0))
    for step in steps:
        assert attempt(tested, step)[1] == attempt(plain, step)[1]
        assert differences(picture(tested), plain_picture(plain)) == ""
