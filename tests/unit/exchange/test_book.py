"""Levels, queues, the market's share of them, and what changed since the last look."""

from __future__ import annotations

import pytest

from btbot.exchange.book import Book
from btbot.exchange.live import Live


def order(number, side, quantity, price):
    return Live(number, "alice", "BTCUSDT", f"c{number}", side, "LIMIT", "GTC", quantity, price)


def test_best_first():
    book = Book()
    for side, prices in (("BUY", (5, 9, 7)), ("SELL", (14, 11, 12))):
        for price in prices:
            book.supply(side, price, price * 10)
    assert book.levels("BUY", 2) == [(9, 90), (7, 70)]
    assert book.levels("SELL", 5) == [(11, 110), (12, 120), (14, 140)]
    assert (book.best("BUY"), book.best("SELL")) == (9, 11)
    assert (Book().best("BUY"), Book().levels("SELL", 5)) == (0, [])


def test_changes_are_told_once():
    book = Book()
    book.supply("BUY", 9, 1)
    book.supply("SELL", 11, 2)
    book.supply("SELL", 12, 2)
    assert book.drain() == (1, 3, [(9, 1)], [(11, 2), (12, 2)])
    assert book.drain() == (4, 3, [], [])
    book.withdraw("SELL", 11, 2)
    book.supply("BUY", 9, 3)
    book.supply("BUY", 10, 1)
    assert book.drain() == (4, 6, [(10, 1), (9, 4)], [(11, 0)])
    assert book.update_id == 6


def test_market_withdraws_from_the_back():
    book = Book()
    book.supply("BUY", 9, 5)
    book.add(order(1, "BUY", 7, 9), 7)
    book.supply("BUY", 9, 3)
    book.supply("BUY", 9, 1)
    assert (book.best("BUY"), book.of_market("BUY", 9), book.levels("BUY", 1)) == (9, 9, [(9, 16)])
    assert book.withdraw("BUY", 9, 6) == 6
    assert [type(entry).__name__ for entry in book.bids.levels[9].queue.values()] == ["Chunk", "Live"]
    assert book.withdraw("BUY", 9, 6) == 3
    assert book.withdraw("BUY", 9, 6) == 0
    assert book.withdraw("BUY", 8, 6) == 0
    assert book.levels("BUY", 1) == [(9, 7)]


def test_clear_leaves_users_alone():
    book = Book()
    book.supply("SELL", 11, 5)
    book.supply("SELL", 12, 5)
    book.add(order(1, "SELL", 7, 12), 7)
    book.supply("SELL", 12, 5)
    book.clear()
    assert book.levels("SELL", 9) == [(12, 7)]
    assert book.of_market("SELL", 12) == book.of_market("BUY", 3) == 0


@pytest.mark.parametrize(("side", "price"), [("BUY", 11), ("SELL", 9), ("BUY", 12)])
def test_supply_may_not_cross(side, price):
    book = Book()
    book.supply("BUY", 9, 1)
    book.supply("SELL", 11, 1)
    with pytest.raises(ValueError, match="crosses"):
        book.supply(side, price, 1)
    book.supply("BUY", 10, 0)
    assert book.best("BUY") == 9


def test_partly_taken_order_keeps_its_place_and_an_iceberg_loses_it():
    book = Book()
    first, second = order(1, "SELL", 9, 11), order(2, "SELL", 5, 11)
    book.add(first, 3)
    book.add(second, 5)
    book.reduce(first, first.level, 2, 0)
    assert list(book.asks.levels[11].queue) == [1, 2]
    assert book.levels("SELL", 1) == [(11, 6)]
    book.reduce(first, first.level, 1, 3)
    assert list(book.asks.levels[11].queue) == [2, 1]
    assert (first.shown, book.levels("SELL", 1)) == (3, [(11, 8)])
    book.remove(second, second.level)
    book.reduce(first, first.level, 3, 0)
    assert (first.level, second.level, book.levels("SELL", 1)) == (None, None, [])


def test_changes_that_nobody_reads_are_forgotten():
    book = Book()
    for price in range(1, 150_000):
        book.supply("BUY", price, 1)
        book.withdraw("BUY", price, 1)
    assert len(book.bids.changed) <= 100_001
