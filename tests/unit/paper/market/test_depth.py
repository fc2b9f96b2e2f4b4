"""The model of spread and depth against numbers worked out by hand."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from btbot.exchange.units import SCALE
from btbot.paper.market.depth import Conditions, Shape, ladder, shape

PRICE = 50_000 * SCALE
CALM = Conditions(variance=0.004**2, volume=900.0)


def made(conditions: Conditions = CALM, **changes: int) -> Shape:
    settings = {"tick": SCALE // 100, "step": 1_000, "min_notional": 5 * SCALE} | changes
    return shape(conditions, PRICE, **settings)


def test_spread_is_the_volatility_of_one_trade() -> None:
    # sigma 200, N = 900 * 50,000 / 300 = 150,000 trades: 200 / 387.3 = 0.516 -> 0.52
    assert made().spread == 52 * SCALE // 100
    # without a least notional 3,600 trades an hour: 200 / 60 = 3.33
    assert made(min_notional=0).spread == 333 * SCALE // 100


def test_spread_is_a_tick_at_least_and_a_hundredth_of_the_price_at_most() -> None:
    assert made(Conditions(0.0, 0.0)).spread == SCALE // 100
    assert made(Conditions(100.0, 0.001)).spread == 500 * SCALE


def test_depth_inverts_the_square_root_law() -> None:
    grid, quantities = made().bands[2]  # 50 apart, from 0.5 * 8 + 5 * 10 = 54 on
    assert grid == 50 * SCALE
    # from 54 to 104: 900 (104^2 - 54^2) / 200^2 = 177.75
    assert quantities[0] == pytest.approx(177.75 * SCALE, abs=2_000)
    # beyond one sigma: 900 * 2 * 50 / 200 = 450 each
    assert quantities[-1] == pytest.approx(450 * SCALE, abs=2_000)


def test_every_level_holds_a_quarter_of_a_second_of_volume_at_least() -> None:
    assert made().bands[0][1][0] == SCALE // 16


def test_ladder_begins_with_the_best_price_and_runs_away_from_it() -> None:
    book = made()
    asks, bids = ladder(book, PRICE + 7, "SELL", 1), ladder(book, PRICE - 7, "BUY", 1)
    assert next(iter(asks)) == PRICE + 7
    assert next(iter(bids)) == PRICE - 7
    assert all(after > before for before, after in pairwise(asks))
    assert all(after < before for before, after in pairwise(bids))
    assert len(asks) == len(bids) == 30
    assert all(price % book.unit == 0 for price in list(asks)[1:] + list(bids)[1:])
    assert all(quantity % book.step == 0 and quantity > 0 for quantity in asks.values())


def test_levels_keep_their_factor_while_the_price_moves() -> None:
    book = made()
    here, there = ladder(book, PRICE, "SELL", 1), ladder(book, PRICE + book.unit // 5, "SELL", 1)
    assert sum(here[price] == there[price] for price in here.keys() & there.keys()) > 20
    assert ladder(book, PRICE, "SELL", 2) != here


def test_bids_end_above_zero() -> None:
    cheap = shape(Conditions(0.01**2, 1e9), 30, tick=1, step=SCALE, min_notional=5 * SCALE)
    assert min(ladder(cheap, 29, "BUY", 0)) >= 1
    assert ladder(cheap, 0, "BUY", 0) == {}


def test_conditions_average_parkinsons_variance_by_the_hour() -> None:
    after = Conditions(0.0, 0.0).after(110.0, 100.0, 50.0, 900_000)
    assert after.volume == pytest.approx(200.0 * 2 / 51)
    assert after.variance == pytest.approx(math.log(1.1) ** 2 / (4 * math.log(2)) * 4 * 2 / 51)
