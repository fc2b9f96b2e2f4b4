"""The exchange's clock, and what faults do to the venue as time passes."""

import pytest

from btbot.exchange.commands import Adjust, Place
from btbot.exchange.units import SCALE, units
from btbot.paper.faults import Notice

START = 1_700_000_000_000


def fund(venue, account="alice"):
    for asset, amount in (("USDT", 10_000), ("BTC", 1)):
        venue.execute(Adjust(account, asset, amount * SCALE))


def place(venue, account="alice", side="BUY", price="20000", quantity="0.1", **more):
    limit = Place(
        account, "BTCUSDT", side, "LIMIT", quantity=units(quantity), price=units(price), time_in_force="GTC", **more
    )
    return venue.execute(limit)


def failed(history):
    return [entry["problem"] for entry in history.entries("fault") if entry["kind"] == "failed"]


def test_a_clock_that_is_off(faults, clock, history):
    faults.add({"do": {"kind": "skew", "ms": -3000}})
    faults.add({"when": {"after_ms": 60_000}, "do": {"kind": "skew", "ms": 10_000}})
    assert [faults.clock_offset_ms(START + passed) for passed in (0, 59_999, 60_000)] == [-3000, -3000, 7000]
    assert [entry["kind"] for entry in history.entries("fault")] == ["skew", "skew"]


def test_a_jump_that_ends(faults):
    faults.add({"when": {"after_ms": 1000, "before_ms": 2000}, "do": {"kind": "skew", "ms": 3_600_000}})
    assert [faults.clock_offset_ms(START + passed) for passed in (999, 1000, 1999, 2000)] == [
        0,
        3_600_000,
        3_600_000,
        0,
    ]


def test_a_clock_that_drifts(faults):
    faults.add({"when": {"after_ms": 60_000}, "do": {"kind": "drift", "ms_per_minute": 50}})
    assert [faults.clock_offset_ms(START + minutes * 60_000) for minutes in (0, 1, 2, 11)] == [0, 0, 50, 500]


def test_the_venue_has_this_clock(venue, faults):
    assert venue.server_ms() == START
    faults.add({"do": {"kind": "skew", "ms": 2500}})
    assert venue.server_ms() == START + 2500


def test_deeds_wait_for_their_time(venue, faults, clock, notices):
    faults.add({"when": {"after_ms": 5000}, "do": {"kind": "expire_listen", "account": "alice"}})
    assert faults.next_ms() == START + 5000
    clock.now += 4999
    venue.pump()
    assert notices == []
    clock.now += 1
    venue.pump()
    venue.pump()
    assert notices == [Notice("terminate", account="alice")]
    assert faults.next_ms() is None


def test_deeds_wait_for_the_market_s_time(venue, faults, clock):
    faults.add({"when": {"since": "2020-09-13T12:26:50"}, "do": {"kind": "halt", "symbol": "BTC/USDT"}})
    assert (faults.next_ms(), faults.next_market_ms()) == (None, 1_600_000_010_000)
    clock.now += 999
    venue.pump()
    assert venue.exchange.symbols["BTCUSDT"].status == "TRADING"
    clock.now += 1
    venue.pump()
    assert venue.exchange.symbols["BTCUSDT"].status == "HALT"
    assert faults.next_market_ms() is None


@pytest.mark.parametrize("when", [{"probability": 1e-9}, {"before_ms": 5}, {"nth": 2}])
def test_a_deed_that_does_not_come_is_not_waited_for(venue, faults, clock, when):
    faults.add({"when": when, "do": {"kind": "halt", "symbol": "BTC/USDT"}})
    clock.now += 10
    venue.pump()
    assert venue.exchange.symbols["BTCUSDT"].status == "TRADING"
    assert (faults.next_ms(), faults.next_market_ms()) == (None, None)


def test_a_deed_may_wait_for_both_clocks(venue, faults, clock):
    when = {"since": "2020-09-13T12:26:50", "after_ms": 3000, "until": "2020-09-13T12:28:00"}
    faults.add({"when": when, "do": {"kind": "halt", "symbol": "BTC/USDT"}})
    assert (faults.next_ms(), faults.next_market_ms()) == (None, 1_600_000_010_000)
    clock.now += 1000
    venue.pump()
    assert (faults.next_ms(), faults.next_market_ms()) == (START + 3000, None)
    clock.now += 2000
    venue.pump()
    assert venue.exchange.symbols["BTCUSDT"].status == "HALT"
    assert (faults.next_ms(), faults.next_market_ms()) == (None, None)


def test_halt_break_resume_and_delisting(venue, faults, history):
    for do, status in (
        ({"kind": "halt", "symbol": "BTC/USDT"}, "HALT"),
        ({"kind": "halt", "symbol": "btcusdt", "status": "BREAK"}, "BREAK"),
        ({"kind": "resume", "symbol": "BTC/USDT"}, "TRADING"),
    ):
        faults.add({"do": do})
        venue.pump()
        assert venue.exchange.symbols["BTCUSDT"].status == status
    fund(venue)
    place(venue, client_id="mine")
    faults.add({"do": {"kind": "delist", "symbol": "BTC/USDT"}})
    venue.pump()
    assert list(venue.exchange.symbols) == ["ETHUSDT"]
    assert [(entry["client_id"], entry["change"], entry["reason"]) for entry in history.entries("order")][1:] == [
        ("mine", "CANCELED", "DELISTED")
    ]
    assert [entry["status"] for entry in history.entries("symbol")] == ["HALT", "BREAK", "TRADING", None]


def test_filters_change(venue, faults):
    faults.add({"do": {"kind": "filters", "symbol": "BTC/USDT", "tick": 0.1, "step": "0.001", "max_algo_orders": 1}})
    venue.pump()
    symbol = venue.exchange.symbols["BTCUSDT"]
    assert (symbol.tick, symbol.step, symbol.max_algo_orders) == (SCALE // 10, SCALE // 1000, 1)
    assert symbol.min_notional == 5 * SCALE


def test_money_moves_without_the_client(venue, faults, history):
    faults.add({"do": {"kind": "transfer", "account": "alice", "asset": "usdt", "amount": 250.5}})
    faults.add({"do": {"kind": "transfer", "account": "alice", "asset": "USDT", "amount": -100}})
    venue.pump()
    assert [entry["amount"] for entry in history.entries("transfer")] == ["250.50000000", "-100.00000000"]
    assert (
        history.entries("balance")[-1].items() >= {"account": "alice", "asset": "USDT", "free": "150.50000000"}.items()
    )


def test_orders_that_somebody_else_places_and_cancels(venue, faults, history):
    fund(venue)
    order = {"kind": "manual_order", "account": "alice", "symbol": "BTC/USDT", "side": "BUY", "type": "LIMIT"}
    faults.add({"do": {**order, "quantity": 0.5, "price": 100, "client_id": "app"}})
    venue.pump()
    assert [one.client_id for one in venue.exchange.open_orders("alice")] == ["app"]
    faults.add({"do": {"kind": "cancel_orders", "account": "alice", "symbol": "BTC/USDT"}})
    venue.pump()
    assert venue.exchange.open_orders("alice") == []
    assert [entry["change"] for entry in history.entries("order")] == ["NEW", "CANCELED"]


def test_what_cannot_be_done_is_told(venue, faults, history):
    for do in (
        {"kind": "halt", "symbol": "XYZ/USDT"},
        {"kind": "transfer", "account": "alice", "asset": "USDT", "amount": -1},
        {"kind": "cancel_orders", "account": "alice", "symbol": "BTC/USDT"},
    ):
        faults.add({"do": do})
    venue.pump()
    assert failed(history) == [
        "there is no symbol XYZUSDT",
        "-2010 Account has insufficient balance for requested action.",
        "-2011 Unknown order sent.",
    ]


def test_keys(venue, faults):
    faults.add({"do": {"kind": "key", "account": "alice", "trading": False, "ips": ["10.0.0.1"]}})
    venue.pump()
    [changed] = venue.accounts.keys("alice")
    assert (changed.trading, changed.reading, changed.ips) == (False, True, ("10.0.0.1",))
    faults.add({"do": {"kind": "key", "account": "alice", "revoke": True}})
    venue.pump()
    assert venue.accounts.keys("alice") == []
    assert len(venue.accounts.keys("bob")) == 1


def test_a_thin_book(venue, faults):
    for price in (100, 99, 98):
        venue.exchange.supply("BTCUSDT", "BUY", price * SCALE, 5 * SCALE, 0)
    faults.add({"do": {"kind": "thin_book", "symbol": "BTC/USDT", "quantity": 0.25}})
    venue.pump()
    assert venue.exchange.books["BTCUSDT"].levels("BUY", 10) == [(100 * SCALE, SCALE // 4)]
    faults.add({"do": {"kind": "thin_book", "symbol": "BTC/USDT"}})
    venue.pump()
    assert venue.exchange.books["BTCUSDT"].levels("BUY", 10) == []


def test_a_deed_can_follow_a_request(venue, faults, order):
    faults.add({"when": {"endpoint": "order.place", "nth": 2}, "do": {"kind": "halt", "symbol": "BTC/USDT"}})
    for status in ("TRADING", "HALT"):
        assert faults.arrive(order()) is None
        venue.pump()
        assert venue.exchange.symbols["BTCUSDT"].status == status


def test_a_deed_can_follow_a_frame(venue, faults, notices):
    faults.add({"when": {"event": "executionReport"}, "do": "expire_listen"})
    assert len(faults.frames(1, "user", "alice", "", '{"event":{"e":"executionReport"}}')) == 1
    assert notices == [Notice("terminate")]
    venue.pump()
    assert len(notices) == 1


def test_maintenance_is_announced_then_closes_then_ends(venue, faults, clock, order, notices):
    faults.add({"when": {"after_ms": 10}, "do": {"kind": "maintenance", "ms": 5000, "notice_ms": 2000}})
    clock.now += 10
    venue.pump()
    assert notices == [Notice("shutdown")]
    assert faults.arrive(order()) is None
    assert faults.next_ms() == START + 2010
    clock.now += 2000
    venue.pump()
    assert notices[1:] == [Notice("close", code=1001, reason="maintenance")]
    assert faults.arrive(order()).reply.status == 503
    assert faults.handshake("/ws", "127.0.0.1").status == 503
    clock.now += 5000
    assert (faults.arrive(order()), faults.handshake("/ws", "127.0.0.1")) == (None, None)


def test_a_restart_keeps_or_loses_orders(venue, faults, clock, order, notices):
    fund(venue)
    place(venue)
    faults.add({"do": {"kind": "restart", "down_ms": 700}})
    venue.pump()
    assert notices == [Notice("close", code=1006)]
    assert faults.arrive(order()).reply.wire == "drop"
    assert faults.handshake("/ws", "127.0.0.1").status == 0
    clock.now += 700
    assert faults.arrive(order()) is None
    assert len(venue.exchange.open_orders("alice")) == 1
    faults.add({"do": {"kind": "restart", "lose_orders": True}})
    venue.pump()
    assert venue.exchange.open_orders("alice") == []


def test_clear_ends_what_rules_left_behind(venue, faults, order, clock):
    faults.add({"do": {"kind": "maintenance", "ms": 5000}})
    faults.add({"when": {"after_ms": 100}, "do": "server_shutdown"})
    venue.pump()
    assert faults.arrive(order()).reply.status == 503
    faults.clear()
    assert (faults.arrive(order()), faults.next_ms()) == (None, None)
