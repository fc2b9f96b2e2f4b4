"""A recorded book: its levels are there, users wait in its queues and are passed by its prices."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from btbot.errors import DataError
from btbot.exchange.public import PublicBook, PublicTrade
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.market import BookReplay
from btbot.paper.market.book_file import read_book

Begin = Callable[..., Any]
SYMBOL = Symbol("BTCUSDT", "BTC", "USDT", max_quantity=10**9 * SCALE, tick=SCALE // 100, step=1_000, min_notional=SCALE)
T = 1_704_067_200_000


def rows(*levels: tuple[float, float]) -> tuple[tuple[int, int], ...]:
    return tuple((round(price * SCALE), round(size * SCALE)) for price, size in levels)


def book(time: int, bids: list[tuple[float, float]], asks: list[tuple[float, float]], *, whole: bool = False,
         ids: tuple[int, int] = (0, 0)) -> PublicBook:  # fmt: skip
    return PublicBook(T + time, rows(*bids), rows(*asks), whole, *ids)


def trade(time: int, price: float, size: float, *, sold: bool) -> PublicTrade:
    return PublicTrade(T + time, round(price * SCALE), round(size * SCALE), sold)


WHOLE = book(0, [(99, 5), (98, 7)], [(101, 4), (102, 6)], whole=True, ids=(10, 10))


def test_levels_follow_the_recording(begin: Begin) -> None:
    changes = book(5, [(99, 0), (97, 2)], [(101, 1), (100.5, 3)], ids=(11, 14))
    run = begin(BookReplay(SYMBOL, [WHOLE, changes]))
    run.step()
    assert (run.ladder("BUY"), run.ladder("SELL")) == ([(99, 5), (98, 7)], [(101, 4), (102, 6)])
    run.step()
    assert (run.ladder("BUY"), run.ladder("SELL")) == ([(98, 7), (97, 2)], [(100.5, 3), (101, 1), (102, 6)])
    assert run.market.gaps == 0
    assert run.market.next_ms() is None
    assert run.market.step(run.exchange) == []


def test_any_recording_gives_its_own_book(begin: Begin) -> None:
    random = Random(1)
    state: dict[str, dict[float, float]] = {"b": {99.0: 1.0}, "a": {101.0: 1.0}}
    events = [book(0, list(state["b"].items()), list(state["a"].items()), whole=True)]
    snapshots = []
    for number in range(400):
        middle = 100 + 3 * random.random()
        changed: dict[str, list[tuple[float, float]]] = {"b": [], "a": []}
        for side, sign in (("b", -1), ("a", 1)):
            for price in [one for one in state[side] if (one - middle) * sign <= 0]:
                changed[side].append((price, 0))
                del state[side][price]
            for _ in range(3):
                price = round(middle + sign * (0.01 + random.random()), 2)
                if (price - middle) * sign <= 0:
                    continue
                size = random.choice([0.0, round(random.random(), 3)])
                changed[side].append((price, size))
                state[side].pop(price, None)
                if size:
                    state[side][price] = size
        events.append(book(number + 1, changed["b"], changed["a"]))
        snapshots.append((sorted(state["b"].items(), reverse=True), sorted(state["a"].items())))
    run = begin(BookReplay(SYMBOL, events))
    run.step()
    for bids, asks in snapshots:
        run.step()
        assert (run.ladder("BUY"), run.ladder("SELL")) == (bids, asks)


def test_a_user_waits_behind_what_was_there_and_before_what_comes(begin: Begin) -> None:
    events = [WHOLE, book(1, [(99, 8)], []), trade(2, 99, 4, sold=True), trade(3, 99, 2, sold=True)]
    run = begin(BookReplay(SYMBOL, events))
    run.step()
    order = run.order("BUY", 3.0, 99.0)
    run.step()
    run.step()
    assert order.executed == 0
    run.step()
    assert order.executed == SCALE
    assert [event.quantity // SCALE for event in run.trades] == [4, 1, 1]


def test_a_level_that_shrinks_does_so_from_behind_the_user(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, book(1, [(99, 9)], []), book(2, [(99, 5)], []), trade(3, 99, 6, sold=True)]))
    run.step()
    order = run.order("BUY", 3.0, 99.0)
    run.run()
    assert order.executed == SCALE


def test_prices_that_cross_a_users_order_fill_it(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, book(1, [(99, 0), (98, 0)], [(98.5, 2), (97.5, 1)])]))
    run.step()
    order = run.order("BUY", 5.0, 99.0)
    run.step()
    assert order.executed == 3 * SCALE
    assert run.ladder("BUY") == [(99, 2)]
    assert run.ladder("SELL")[0] == (101, 4)


def test_a_trade_through_a_users_limit_fills_it_as_a_whole(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, trade(1, 97.0, 0.5, sold=True), trade(2, 103.0, 0.5, sold=False)]))
    run.step()
    bought, sold = run.order("BUY", 50.0, 98.5), run.order("SELL", 40.0, 102.5)
    run.step()
    assert bought.status == "FILLED"
    assert run.trades[-1].price == 97 * SCALE
    run.step()
    assert sold.status == "FILLED"


def test_stops_wait_for_trades(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, trade(1, 99, 1, sold=True)]))
    run.step()
    run.step()
    assert run.record.last_price == 99 * SCALE


def test_a_closed_market_stands_still(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, trade(1, 99, 1, sold=True)]))
    run.step()
    run.exchange.set_symbol(replace(SYMBOL, status="HALT"), run.now_ms)
    assert run.run() == []


def test_missing_updates_are_counted_and_stale_levels_go(begin: Begin) -> None:
    run = begin(BookReplay(SYMBOL, [WHOLE, book(1, [(101.5, 2)], [], ids=(20, 21))]))
    run.run()
    assert run.market.gaps == 1
    assert run.ladder("BUY")[0] == (101.5, 2)
    assert run.ladder("SELL")[0] == (102, 6)


def test_a_restarted_replay_has_the_book_of_that_time(begin: Begin) -> None:
    events = [WHOLE, book(5, [(99, 0), (97, 2)], [], ids=(11, 14)), book(9, [], [(101, 0)], ids=(15, 15))]
    market = BookReplay(SYMBOL, events)
    market.skip_to(T + 7)
    run = begin(market)
    run.step()
    assert run.now_ms == T + 7
    assert (run.ladder("BUY"), run.ladder("SELL")) == ([(98, 7), (97, 2)], [(101, 4), (102, 6)])
    run.run()
    assert run.ladder("SELL") == [(102, 6)]
    assert market.gaps == 0


def test_streams_are_read_as_they_came(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"lastUpdateId": 10, "bids": [["99.0", "5"]], "asks": [["101.0", "4"]]},
        {"stream": "btcusdt@depth", "data": {"e": "depthUpdate", "E": T + 1, "s": "BTCUSDT", "U": 11, "u": 12,
                                             "b": [["99.0", "0"]], "a": []}},
        {"e": "trade", "E": T + 2, "T": T + 2, "s": "BTCUSDT", "p": "101.0", "q": "1.5", "m": False},
        {"e": "trade", "E": T + 2, "T": T + 2, "s": "ETHUSDT", "p": "1.0", "q": "1.5", "m": False},
        {"result": None, "id": 1},
    ]  # fmt: skip
    file = tmp_path / "stream.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    assert read_book([file], symbol="BTC/USDT") == [
        book(1, [(99, 5)], [(101, 4)], whole=True, ids=(10, 10)),
        book(1, [(99, 0)], [], ids=(11, 12)),
        trade(2, 101, 1.5, sold=False),
    ]


def test_the_archive_of_depth_is_read(data_dir: Path, begin: Begin) -> None:
    folder = data_dir / "fixtures/binance"
    events = read_book([folder / "btcusdt-depth-snap.csv", folder / "btcusdt-depth-update.csv"], symbol="BTC/USDT")
    assert [len(event.bids) + len(event.asks) for event in events if isinstance(event, PublicBook)] == [100, 100]
    run = begin(BookReplay(SYMBOL, events))
    run.step()
    assert len(run.ladder("BUY")) + len(run.ladder("SELL")) == 100
    assert run.ladder("BUY")[0] == (20377.0, 1.77)
    run.step()
    assert run.market.gaps == 1
    assert run.ladder("BUY")[0][0] < run.ladder("SELL")[0][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "b.csv: is no recorded order book"),
        ("update_type,side\n", "b.csv: has no column timestamp, first_update_id, last_update_id, price, qty"),
        ('{"e":"trade"}\n', "b.csv, line 1: cannot be read as a message ('T')"),
        ('{"e":"trade"}\n{"e"\n', "b.csv, line 1: cannot be read"),
        ('{"lastUpdateId":1,"bids":[["x","1"]],"asks":[]}', "b.csv: a level is not a plain decimal number: 'x'"),
        ('{"result":null}\n{"broken\n', "b.csv, line 2: is no JSON"),
    ],
)
def test_a_wrong_file_is_refused_in_words(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "b.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_book([tmp_path / "b.csv"])
    assert str(caught.value).startswith(message)


def test_changes_alone_are_no_market() -> None:
    with pytest.raises(DataError, match="BTCUSDT: there is no snapshot of the book among 1 recorded events"):
        BookReplay(SYMBOL, [book(0, [(99, 1)], [])])
