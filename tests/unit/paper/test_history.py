"""The exchange's own account of what happened."""

import json

import pytest

from btbot.errors import ConfigError
from btbot.exchange.commands import Adjust, Cancel, Place, PlaceList
from btbot.exchange.events import TradeEvent
from btbot.exchange.matching import Exchange
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE, units
from btbot.paper.clock import MarketClock
from btbot.paper.faults import Call, Faults
from btbot.paper.history import History
from btbot.paper.wire import Reply


class Clock:
    now = 5_000

    def now_ms(self):
        return self.now

    async def sleep(self, milliseconds):
        raise AssertionError("a history waits for nothing")


@pytest.fixture
def exchange():
    exchange = Exchange([Symbol("BTCUSDT", "BTC", "USDT")])
    exchange.open_account("alice")
    exchange.set_fees("alice", 100_000, 100_000)
    return exchange


@pytest.fixture
def history(exchange):
    history = History()
    history.attach(Clock(), MarketClock(Clock(), start_ms=1_000), balances=exchange.balances)
    history.events(exchange.execute(Adjust("alice", "USDT", 1000 * SCALE), 0).events)
    return history


def without_times(entries):
    return [
        {name: value for name, value in one.items() if name not in ("n", "at", "market", "what")} for one in entries
    ]


def test_lines_are_numbered_and_carry_both_times(history):
    assert json.loads(history.lines()[0]) == {
        "n": 1, "at": 5000, "market": 1000, "what": "transfer", "account": "alice", "asset": "USDT",
        "amount": "1000.00000000",
    }  # fmt: skip
    assert [entry["n"] for entry in history.entries()] == [1, 2]


def test_orders_fills_and_balances(history, exchange):
    exchange.supply("BTCUSDT", "SELL", 100 * SCALE, 2 * SCALE, 0)
    place = Place("alice", "BTCUSDT", "BUY", "LIMIT", 3 * SCALE, price=units("100"), time_in_force="GTC", client_id="a")
    history.events(exchange.execute(place, 0).events)
    history.events(exchange.execute(Cancel("alice", "BTCUSDT", client_id="a"), 0).events)
    assert without_times(history.entries("fill")) == [
        {
            "account": "alice", "symbol": "BTCUSDT", "id": 1, "client_id": "a", "side": "BUY",
            "status": "PARTIALLY_FILLED", "trade_id": 0, "price": "100.00000000", "quantity": "2.00000000",
            "quote": "200.00000000", "commission": "0.00200000", "commission_asset": "BTC", "maker": False,
            "executed": "2.00000000",
        }
    ]  # fmt: skip
    assert [(entry["change"], entry["status"], entry["executed"]) for entry in history.entries("order")] == [
        ("NEW", "NEW", "0.00000000"), ("CANCELED", "CANCELED", "2.00000000"),
    ]  # fmt: skip
    assert [(entry["asset"], entry["free"], entry["locked"]) for entry in history.entries("balance")] == [
        ("USDT", "1000.00000000", "0.00000000"), ("BTC", "1.99800000", "0.00000000"),
        ("USDT", "700.00000000", "100.00000000"), ("USDT", "800.00000000", "0.00000000"),
    ]  # fmt: skip


def test_lists(history, exchange):
    exchange.supply("BTCUSDT", "SELL", 100 * SCALE, 2 * SCALE, 0)
    exchange.sweep("BTCUSDT", "BUY", 100 * SCALE, SCALE, 0)
    legs = (
        Place("alice", "BTCUSDT", "BUY", "STOP_LOSS", SCALE, stop_price=110 * SCALE),
        Place("alice", "BTCUSDT", "BUY", "LIMIT_MAKER", SCALE, price=90 * SCALE),
    )
    history.events(exchange.execute(PlaceList("alice", "BTCUSDT", "OCO", legs, client_id="pair"), 0).events)
    [entry] = without_times(history.entries("list"))
    assert entry.items() >= {"client_id": "pair", "order_status": "EXECUTING", "orders": [1, 2]}.items()


def test_symbols_and_the_public_s_trades(history, exchange):
    history.events([TradeEvent("BTCUSDT", 1, SCALE, SCALE, SCALE, 0, False)])
    history.events(exchange.remove_symbol("BTCUSDT", 0))
    assert without_times(history.entries()[2:]) == [{"symbol": "BTCUSDT", "status": None}]


def test_requests_and_answers(history):
    faults = Faults(history=history)
    faults.add({"when": {"nth": 1}, "do": "drop_after"})
    for reply in (Reply(200, b"{}"), Reply(400, b'{"code":-2010,"msg":"no"}')):
        call = Call("POST", "/api/v3/order", {"symbol": "BTCUSDT", "signature": "ab12", "apiKey": "k"}, "alice")
        faults.arrive(call)
        faults.answer(call, reply)
    assert without_times(history.entries()[2:]) == [
        {"method": "POST", "path": "/api/v3/order", "account": "alice", "params": {"symbol": "BTCUSDT"}},
        {"kind": "drop_after", "rule": 1, "name": "drop_after", "request": 3},
        {"request": 3, "status": 200, "wire": "drop", "instead_of": 200},
        {"method": "POST", "path": "/api/v3/order", "account": "alice", "params": {"symbol": "BTCUSDT"}},
        {"request": 6, "status": 400, "code": -2010},
    ]
    assert "ab12" not in "".join(history.lines())


def test_memory_is_bounded_the_file_is_whole(tmp_path):
    path = tmp_path / "deep" / "history.jsonl"
    history = History(path, keep=3)
    for number in range(10):
        history.add("fault", {"x": number})
    assert [entry["x"] for entry in history.entries()] == [7, 8, 9]
    assert [json.loads(line)["x"] for line in history.tail(2)] == [8, 9]
    assert history.tail(0) == []
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == list(range(1, 11))
    history.close()
    history.add("fault", {"x": 10})
    history.close()
    assert len(path.read_text().splitlines()) == 11


def test_an_answer_is_in_the_file_with_what_led_to_it_before_it_is_sent(tmp_path, exchange):
    path = tmp_path / "history.jsonl"
    history = History(path)
    history.attach(Clock(), None, balances=exchange.balances)
    history.add("request", {"method": "POST"})
    history.events(exchange.execute(Adjust("alice", "USDT", SCALE), 0).events)
    assert [json.loads(line)["what"] for line in path.read_text().splitlines()] == ["request", "transfer", "balance"]
    history.add("reply", {"request": 1})
    history.add("request", {"method": "GET"})
    history.add("reply", {"request": 5})
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == list(range(1, 7))
    history.close()


def test_another_start_goes_on_with_the_numbers(tmp_path):
    path = tmp_path / "history.jsonl"
    first = History(path)
    for _ in range(3):
        first.add("fault", {})
    first.close()
    with path.open("a") as torn:
        torn.write('{"n":4,"what":"fil')
    second = History(path)
    assert second.add("fault", {}) == 4
    second.close()
    lines = path.read_text().splitlines()
    assert [json.loads(line)["n"] for line in [*lines[:3], lines[4]]] == [1, 2, 3, 4]
    assert lines[3] == '{"n":4,"what":"fil'


def test_a_file_of_something_else_is_gone_on_with(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text("no json\n[]\n")
    history = History(path)
    assert history.add("fault", {}) == 1
    history.close()


def test_a_file_that_cannot_be_written(tmp_path):
    history = History(tmp_path)
    with pytest.raises(ConfigError, match="the history cannot be written: Is a directory"):
        history.add("fault", {})
