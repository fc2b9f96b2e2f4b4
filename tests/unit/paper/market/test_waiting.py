"""Who waits where, and what of a made-up market's levels is left."""

from __future__ import annotations

from random import Random

import pytest

from btbot.exchange.commands import Adjust, Place
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.market.shelf import Shelf
from btbot.paper.market.waiting import better, met, own, pass_through, within

SYMBOL = Symbol("PEPEUSDT", "PEPE", "USDT", max_quantity=10**9 * SCALE, tick=1, step=SCALE)
PRICE = 908


@pytest.fixture
def exchange() -> Exchange:
    """Ann is rich; a tick is the smallest unit there is."""
    made = Exchange([SYMBOL])
    made.open_account("ann")
    for asset in ("PEPE", "USDT"):
        made.execute(Adjust("ann", asset, 10**9 * SCALE), 0)
    return made


def place(exchange: Exchange, side: str, price: int, quantity: int = 10**6, **more: int) -> None:
    order = Place("ann", "PEPEUSDT", side, "LIMIT", quantity * SCALE, price=price, time_in_force="GTC", **more)
    exchange.execute(order, 0)


def test_what_is_better_depends_on_the_side() -> None:
    assert better("BUY", 2, 1)
    assert better("SELL", 1, 2)
    assert not better("BUY", 1, 1)
    assert not better("SELL", 1, 1)


def test_a_level_is_told_apart_by_owner(exchange: Exchange) -> None:
    book = exchange.books["PEPEUSDT"]
    exchange.supply("PEPEUSDT", "BUY", PRICE, 5 * SCALE, 0)
    assert met(book, PRICE, "BUY") == "BUY"
    place(exchange, "BUY", PRICE)
    exchange.supply("PEPEUSDT", "BUY", PRICE, 7 * SCALE, 0)
    assert own(book, "BUY", PRICE) == 12 * SCALE
    assert own(book, "SELL", PRICE) == 0
    assert met(book, PRICE, "BUY") == met(book, PRICE, "SELL") == "SELL"
    assert within(book, "BUY", PRICE) == (10**6 + 12) * SCALE
    assert within(book, "BUY", PRICE + 1) == 0
    assert within(book, "SELL", PRICE) == 0


@pytest.mark.parametrize(("side", "away"), [("BUY", 1), ("SELL", -1)])
def test_an_order_one_unit_beyond_is_passed_and_one_at_the_price_is_not(
    exchange: Exchange, side: str, away: int
) -> None:
    book = exchange.books["PEPEUSDT"]
    place(exchange, side, PRICE + away, 10**7, iceberg_quantity=10**6 * SCALE)
    place(exchange, side, PRICE)
    events = pass_through(exchange, book, "PEPEUSDT", PRICE, 5)
    assert events
    assert [order.price for order in exchange.open_orders("ann")] == [PRICE]
    assert pass_through(exchange, book, "PEPEUSDT", PRICE, 5) == []


def test_a_shelf_is_bounded_and_sees_what_was_taken(exchange: Exchange) -> None:
    shelf, book = Shelf("PEPEUSDT"), exchange.books["PEPEUSDT"]
    for price in range(900, 905):
        shelf.add(exchange, "BUY", price, 10 * SCALE, 0)
        shelf.bound(exchange, "BUY", 4, 0)
    for price in range(910, 915):
        shelf.add(exchange, "SELL", price, 10 * SCALE, 0)
        shelf.bound(exchange, "SELL", 4, 0)
    assert sorted(shelf.held["BUY"]) == [901, 902, 903, 904]
    assert sorted(shelf.held["SELL"]) == [910, 911, 912, 913]
    assert [price for price, _ in book.levels("BUY", 9)] == [904, 903, 902, 901]
    shelf.add(exchange, "BUY", 910, SCALE, 0)  # would cross
    assert book.best("BUY") == 904
    assert shelf.taken(book) == {}
    place(exchange, "BUY", 911, 2 * 10**7)
    assert shelf.taken(book) == {"SELL": 20 * SCALE}
    assert sorted(shelf.held["SELL"]) == [912, 913]
    assert shelf.taken(book) == {}
    for _ in range(6):
        shelf.cancel(exchange, Random(1), 0)
    shelf.cancel(exchange, Random(1), 0)
    assert shelf.held == {"BUY": {}, "SELL": {}}
