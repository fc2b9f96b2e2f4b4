"""User data: the report of every change, in order, then the balances (user-data-stream.md)."""

import asyncio

import pytest

from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, CancelList, Place, PlaceList, Replace
from btbot.exchange.units import units

START = 1_700_000_040_000
REPORT = [*"eEscSofqpPFgCxXrilzLnNTtIwmMOZYQV"]


def play(world, *deeds, account="alice"):
    """Give the events that each deed sends to an account."""
    found = []

    async def main():
        wire = world.user(account)
        await world.pass_ms(1)
        wire.take()
        for deed in deeds:
            deed()
            frames = wire.take()
            assert all(frame["subscriptionId"] == 0 for frame in frames)
            found.append([frame["event"] for frame in frames])

    asyncio.run(main())
    return found if len(deeds) > 1 else found[0]


def brief(events):
    return [(event["x"], event["X"]) if event["e"] == "executionReport" else event["e"] for event in events]


def limit(side, price, quantity, **more):
    return Place("alice", "BTCUSDT", side, "LIMIT", units(quantity), price=units(price), time_in_force="GTC", **more)


def test_a_new_order_has_the_fields_of_the_documented_example(world):
    report, position = play(world, lambda: world.place(price="90", client_id="mine"))
    assert list(report)[: len(REPORT)] == REPORT
    number = report.pop("I")
    assert isinstance(number, int)
    assert report == {
        "e": "executionReport", "E": START + 1, "s": "BTCUSDT", "c": "mine", "S": "BUY", "o": "LIMIT", "f": "GTC",
        "q": "1.00000000", "p": "90.00000000", "P": "0.00000000", "F": "0.00000000", "g": -1, "C": "", "x": "NEW",
        "X": "NEW", "r": "NONE", "i": 1, "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0", "N": None,
        "T": START + 1, "t": -1, "w": True, "m": False, "M": False, "O": START + 1, "Z": "0.00000000",
        "Y": "0.00000000", "Q": "0.00000000", "V": "EXPIRE_MAKER", "W": START + 1,
    }  # fmt: skip
    assert position == {
        "e": "outboundAccountPosition", "E": START + 1, "u": START + 1,
        "B": [
            {"a": "BTC", "f": "10.00000000", "l": "0.00000000"},
            {"a": "USDT", "f": "99910.00000000", "l": "90.00000000"},
        ],
    }  # fmt: skip


def test_fills_of_a_taker_and_of_a_maker(world):
    world.book()
    taken, made = play(
        world,
        lambda: world.place(kind="MARKET", quantity="3", price="0"),
        lambda: (world.place(price="99.5", quantity="1"), world.place("bob", "SELL", price="99.5", quantity="0.4")),
    )
    assert brief(taken) == [
        ("NEW", "NEW"), ("TRADE", "PARTIALLY_FILLED"), ("TRADE", "FILLED"), "outboundAccountPosition",
    ]  # fmt: skip
    first, last = taken[1:3]
    assert (first["l"], first["L"], first["z"], first["Y"], first["Z"]) == (
        "2.00000000", "101.00000000", "2.00000000", "202.00000000", "202.00000000",
    )  # fmt: skip
    assert (last["l"], last["L"], last["z"], last["Y"], last["Z"]) == (
        "1.00000000", "102.00000000", "3.00000000", "102.00000000", "304.00000000",
    )  # fmt: skip
    assert (first["n"], first["N"], first["m"], first["t"] + 1) == ("0.00200000", "BTC", False, last["t"])
    assert (first["w"], last["w"]) == (True, False)
    assert brief(made) == [
        ("NEW", "NEW"), "outboundAccountPosition", ("TRADE", "PARTIALLY_FILLED"), "outboundAccountPosition",
    ]  # fmt: skip
    assert (made[2]["m"], made[2]["z"], made[2]["w"], made[2]["N"]) == (True, "0.40000000", True, "BTC")
    bought = made[3]["B"]
    assert bought[0] == {"a": "BTC", "f": "13.39660000", "l": "0.00000000"}
    assert bought[1]["l"] == "59.70000000"


def test_a_cancellation_names_itself_and_the_order(world):
    _, named, unnamed = play(
        world,
        lambda: (world.place(price="90", client_id="one"), world.place(price="91", client_id="two")),
        lambda: world.venue.execute(Cancel("alice", "BTCUSDT", client_id="one", new_client_id="gone")),
        lambda: world.venue.execute(Cancel("alice", "BTCUSDT", client_id="two")),
    )
    assert brief(named) == [("CANCELED", "CANCELED"), "outboundAccountPosition"]
    assert (named[0]["c"], named[0]["C"], named[0]["w"]) == ("gone", "one", False)
    assert unnamed[0]["C"] == "two"
    assert unnamed[0]["c"] not in ("", "two")
    assert named[1]["B"][1]["l"] == "91.00000000"


def test_cancel_all_is_one_batch_with_one_position(world):
    _, events = play(
        world,
        lambda: (world.place(price="90"), world.place(price="91")),
        lambda: world.venue.execute(CancelAll("alice", "BTCUSDT")),
    )
    assert brief(events) == [("CANCELED", "CANCELED")] * 2 + ["outboundAccountPosition"]
    assert events[-1]["B"][1] == {"a": "USDT", "f": "100000.00000000", "l": "0.00000000"}


@pytest.mark.parametrize(
    ("time_in_force", "expiry"), [("IOC", "UNFILLED_IOC_QUANTITY_EXPIRED"), ("FOK", "UNFILLED_FOK_ORDER_EXPIRED")]
)
def test_what_is_not_filled_at_once_expires(world, time_in_force, expiry):
    events = play(world, lambda: world.place(price="90", time_in_force=time_in_force))
    assert brief(events) == [("NEW", "NEW"), ("EXPIRED", "EXPIRED"), "outboundAccountPosition"]
    assert (events[1]["eR"], events[1]["C"], events[1]["r"]) == (expiry, "", "NONE")
    assert "eR" not in events[0]


def test_a_market_order_that_runs_out_of_book(world):
    world.supply("SELL", "101", "1")
    events = play(world, lambda: world.place(kind="MARKET", quantity="3", price="0"))
    assert brief(events)[1:3] == [("TRADE", "PARTIALLY_FILLED"), ("EXPIRED", "EXPIRED")]
    assert (events[2]["eR"], events[2]["z"]) == ("INSUFFICIENT_LIQUIDITY", "1.00000000")


def test_a_stop_that_triggers(world):
    world.book()
    world.trade(100, "100")

    def begin():
        world.venue.pump()
        world.place(side="SELL", kind="STOP_LOSS_LIMIT", price="90", stop="95", quantity="1")

    def fall():
        world.clock._now += 400
        world.venue.pump()

    world.clock._now += 150
    world.trade(300, "95")
    placed, triggered = play(world, begin, fall)
    assert brief(placed) == [("NEW", "NEW"), "outboundAccountPosition"]
    assert (placed[0]["w"], placed[0]["P"], "W" in placed[0]) == (False, "95.00000000", False)
    assert brief(triggered) == [("NEW", "NEW"), ("TRADE", "FILLED"), "outboundAccountPosition"]
    assert (triggered[0]["w"], triggered[0]["W"]) == (True, START + 300)
    assert triggered[0]["O"] == placed[0]["O"]


def test_a_trailing_stop_and_a_strategy_show_their_fields(world):
    world.trade(1, "100")
    world.clock._now += 10
    report, _ = play(
        world,
        lambda: world.place(
            side="SELL", kind="STOP_LOSS", price="0", trailing_delta=150, strategy_id=7, strategy_type=1_000_000
        ),
    )
    assert (report["d"], report["j"], report["J"]) == (150, 7, 1_000_000)
    assert isinstance(report["D"], int)


def test_an_amendment(world):
    _, events = play(
        world,
        lambda: world.place(price="90", quantity="2", client_id="old"),
        lambda: world.venue.execute(Amend("alice", "BTCUSDT", units("1.5"), client_id="old", new_client_id="new")),
    )
    assert brief(events) == [("REPLACED", "NEW"), "outboundAccountPosition"]
    assert (events[0]["q"], events[0]["c"], events[0]["C"], events[0]["l"]) == (
        "1.50000000",
        "new",
        "old",
        "0.00000000",
    )
    assert events[1]["B"][1]["l"] == "135.00000000"


def test_cancel_and_replace(world):
    _, events = play(
        world,
        lambda: world.place(price="90", client_id="old"),
        lambda: world.venue.execute(
            Replace(Cancel("alice", "BTCUSDT", client_id="old"), limit("BUY", "91", "1", client_id="fresh"))
        ),
    )
    assert brief(events) == [("CANCELED", "CANCELED"), ("NEW", "NEW"), "outboundAccountPosition"]
    assert (events[0]["C"], events[1]["c"]) == ("old", "fresh")


def test_self_trade_prevention(world):
    _, events = play(
        world,
        lambda: world.place(price="100", quantity="1"),
        lambda: world.place(side="SELL", price="100", quantity="2", prevention="EXPIRE_MAKER"),
    )
    (report,) = [event for event in events if event.get("x") == "TRADE_PREVENTION"]
    assert (report["X"], report["t"], report["A"], report["B"]) == ("EXPIRED_IN_MATCH", -1, "1.00000000", "1.00000000")
    assert (report["U"], report["Cs"], report["pl"], report["pL"], report["pY"]) == (
        2, "BTCUSDT", "1.00000000", "100.00000000", "100.00000000",
    )  # fmt: skip
    assert isinstance(report["v"], int)
    assert report["u"] == -1


def oco(world, **more):
    above = Place("alice", "BTCUSDT", "SELL", "LIMIT_MAKER", units("1"), price=units("110"), client_id="above")
    below = Place(
        "alice", "BTCUSDT", "SELL", "STOP_LOSS_LIMIT", units("1"), price=units("89"), stop_price=units("90"),
        time_in_force="GTC", client_id="below",
    )  # fmt: skip
    return world.venue.execute(PlaceList("alice", "BTCUSDT", "OCO", (above, below), client_id="pair", **more))


def test_a_list_begins_and_ends(world):
    world.trade(1, "100")
    world.clock._now += 10
    placed, cancelled = play(
        world, lambda: oco(world), lambda: world.venue.execute(CancelList("alice", "BTCUSDT", client_id="pair"))
    )
    assert sorted(map(str, brief(placed))) == sorted(
        map(str, [("NEW", "NEW"), ("NEW", "NEW"), "listStatus", "outboundAccountPosition"])
    )
    assert placed[-1]["e"] == "outboundAccountPosition"
    (status,) = [event for event in placed if event["e"] == "listStatus"]
    assert status == {
        "e": "listStatus", "E": status["T"], "s": "BTCUSDT", "g": 0, "c": "OCO", "l": "EXEC_STARTED",
        "L": "EXECUTING", "r": "NONE", "C": "pair", "T": status["T"],
        "O": [{"s": "BTCUSDT", "i": 1, "c": "below"}, {"s": "BTCUSDT", "i": 2, "c": "above"}],
    }  # fmt: skip
    assert {event["g"] for event in placed[:-1]} == {0}
    (done,) = [event for event in cancelled if event["e"] == "listStatus"]
    assert (done["l"], done["L"]) == ("ALL_DONE", "ALL_DONE")
    assert brief(cancelled).count(("CANCELED", "CANCELED")) == 2


def test_one_leg_of_a_pair_ends_the_other(world):
    world.trade(1, "100")
    world.clock._now += 10
    _, events = play(
        world,
        lambda: oco(world),
        lambda: world.place("bob", price="110", quantity="1"),
    )
    (expired,) = [event for event in events if event.get("x") == "EXPIRED"]
    assert (expired["c"], expired["eR"]) == ("below", "OCO_TRIGGER")
    assert ("TRADE", "FILLED") in brief(events)
    assert [event["l"] for event in events if event["e"] == "listStatus"] == ["ALL_DONE"]


def test_deposits_and_withdrawals(world):
    deposit, withdrawal = play(
        world,
        lambda: world.venue.execute(Adjust("alice", "USDT", units("5"))),
        lambda: world.venue.execute(Adjust("alice", "BTC", -units("1"))),
    )
    assert deposit[0] == {
        "e": "balanceUpdate", "E": START + 1, "a": "USDT", "d": "5.00000000", "T": START + 1,
    }  # fmt: skip
    assert deposit[1]["B"] == [{"a": "USDT", "f": "100005.00000000", "l": "0.00000000"}]
    assert withdrawal[0]["d"] == "-1.00000000"
    assert withdrawal[1]["B"] == [{"a": "BTC", "f": "9.00000000", "l": "0.00000000"}]


def test_delisting_ends_the_orders(world):
    _, events = play(world, lambda: world.place(price="90"), lambda: world.venue.remove_symbol("BTCUSDT"))
    assert events[0]["X"] in ("CANCELED", "EXPIRED")
    assert events[-1]["e"] == "outboundAccountPosition"
    assert events[-1]["B"][1] == {"a": "USDT", "f": "100000.00000000", "l": "0.00000000"}


def test_each_account_hears_of_itself_alone(world):
    world.book()
    events = play(world, lambda: world.place("bob", price="90"), account="alice")
    assert events == []
    own = play(world, lambda: world.place("bob", price="90"), account="bob")
    assert brief(own) == [("NEW", "NEW"), "outboundAccountPosition"]


def test_two_connections_of_an_account_hear_the_same_with_their_own_numbers(world):
    async def main():
        first, second = world.user(), world.user("bob")
        await world.pass_ms(1)
        second.say({"id": 2, "method": "userDataStream.subscribe.signature", "params": world.signed("alice")})
        await world.pass_ms(1)
        first.take(), second.take()
        world.place(price="90")
        one, two = first.take(), second.take()
        assert [frame["event"] for frame in one] == [frame["event"] for frame in two]
        assert {frame["subscriptionId"] for frame in one} == {0}
        assert {frame["subscriptionId"] for frame in two} == {1}

    asyncio.run(main())


def test_execution_ids_grow(world):
    world.book()
    events = play(world, lambda: world.place(kind="MARKET", quantity="5", price="0"))
    numbers = [event["I"] for event in events if event["e"] == "executionReport"]
    assert numbers == sorted(set(numbers))
