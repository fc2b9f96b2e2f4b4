"""The way inside a candle: exactly its four prices and its volume, whatever the candle."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from btbot.paper.market.path import Bar, Print, path, prints_in

BAR = Bar(0, 3_600_000, 100_000, 110_000, 90_000, 105_000, 5_000_000)


def walk(bar: Bar = BAR, *, seed: int = 1, prints: int = 60, tick: int = 100, step: int = 10) -> list[Print]:
    return path(bar, Random(seed), prints=prints, tick=tick, step=step)


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    low = draw(st.integers(1, 10**13))
    high = low + draw(st.integers(0, 10**12))
    inside = st.integers(low, high)
    return Bar(0, draw(st.sampled_from([60_000, 86_400_000])), draw(inside), high, low, draw(inside),
               draw(st.integers(0, 10**21)))  # fmt: skip


@given(bars(), st.integers(0, 9), st.integers(1, 80), st.sampled_from([1, 100, 10**6]), st.sampled_from([1, 1000]))
def test_any_candle_is_made_exactly(bar: Bar, seed: int, prints: int, tick: int, step: int) -> None:
    made = path(bar, Random(seed), prints=prints, tick=tick, step=step)
    prices = [one.price for one in made]
    assert (prices[0], max(prices), min(prices), prices[-1]) == (bar.open, bar.high, bar.low, bar.close)
    assert sum(one.quantity for one in made) == max(bar.volume, len(made) if bar.volume < len(made) else 0)
    times = [one.time_ms for one in made]
    assert times == sorted(times)
    assert times[0] == bar.open_ms
    assert times[-1] < bar.end_ms
    assert all(one.quantity > 0 for one in made)


def test_extremes_are_touched_once_and_prices_between_are_on_the_tick() -> None:
    for seed in range(50):
        prices = [one.price for one in walk(seed=seed)]
        counts = Counter(prices)
        assert counts[110_000] == counts[90_000] == 1
        assert all(price % 100 == 0 for price in prices)
        assert len(prices) == 60


def test_quantities_are_whole_steps_and_sum_to_the_volume() -> None:
    made = walk(BAR._replace(volume=5_000_007))
    assert sum(one.quantity for one in made) == 5_000_007
    assert all(one.quantity % 10 == 0 for one in made[:-1])


def test_takers_follow_the_price() -> None:
    made = walk()
    for before, after in pairwise(made):
        if after.price != before.price:
            assert after.taker == ("BUY" if after.price > before.price else "SELL")


def test_the_same_seed_makes_the_same_way_and_another_one_another() -> None:
    assert walk(seed=3) == walk(seed=3)
    assert walk(seed=3) != walk(seed=4)


def test_a_little_volume_makes_few_prints() -> None:
    assert [one.quantity for one in walk(BAR._replace(volume=50))] == [10] * 5
    assert sum(one.quantity for one in walk(BAR._replace(volume=7))) == 7


def test_a_candle_without_volume_prints_one_unit_where_the_price_moved() -> None:
    made = walk(BAR._replace(volume=0))
    assert [one.quantity for one in made] == [1, 1, 1, 1]
    flat = walk(Bar(0, 60_000, 5, 5, 5, 5, 0))
    assert [(one.price, one.quantity) for one in flat] == [(5, 1)]


def test_the_nearer_extreme_comes_first_more_often() -> None:
    near_high = BAR._replace(open=108_000, close=100_000)
    first = [walk(near_high, seed=seed, prints=4)[1].price for seed in range(200)]
    # lengths 2+20+10 and 18+20+10 thousand: odds (32^2 - 48^2) 4 ln 2 / (2 20^2) = -4.4, so 0.988
    assert 190 <= first.count(110_000) < 200


def test_how_many_prints_a_bar_has() -> None:
    assert [prints_in(minutes * 60_000) for minutes in (1, 15, 60, 240, 1440)] == [12, 15, 60, 120, 120]
