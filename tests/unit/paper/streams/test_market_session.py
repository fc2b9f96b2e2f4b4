"""Commands of market connections, their answers and errors, and who gets which event."""

import asyncio
import json

import pytest

from btbot.exchange.refused import Refused

ACK = {"result": None, "id": 1}
VARIANTS = "`SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`"


def subscribe(wire, *names, number=1, method="SUBSCRIBE"):
    wire.say({"method": method, "params": list(names), "id": number})


def streams_in(wire):
    return [frame["stream"] for frame in wire.take()]


def test_raw_events_at_ws_and_wrapped_ones_at_stream(world):
    async def main():
        raw = world.connect("/ws/btcusdt@trade")
        wrapped = world.connect("/stream", "streams=btcusdt@trade/ethusdt@trade")
        world.trade(10, "100")
        await world.pass_ms(20)
        (event,) = raw.take()
        assert event["e"] == "trade"
        assert wrapped.take() == [{"stream": "btcusdt@trade", "data": event}]

    asyncio.run(main())


def test_subscribe_list_unsubscribe_as_documented(world):
    async def main():
        wire = world.connect("/ws")
        subscribe(wire, "btcusdt@aggTrade", "btcusdt@depth")
        subscribe(wire, "btcusdt@depth", number=312, method="UNSUBSCRIBE")
        wire.say({"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert wire.frames == [
            '{"result":null,"id":1}',
            '{"result":null,"id":312}',
            '{"result":["btcusdt@aggTrade"],"id":3}',
        ]

    asyncio.run(main())


def test_properties_as_documented(world):
    async def main():
        wire = world.connect("/ws/btcusdt@trade")
        wire.say({"method": "GET_PROPERTY", "params": ["combined"], "id": 2})
        wire.say({"method": "SET_PROPERTY", "params": ["combined", True], "id": 5})
        wire.say({"method": "GET_PROPERTY", "params": ["combined"], "id": 2})
        assert wire.take() == [{"result": False, "id": 2}, {"result": None, "id": 5}, {"result": True, "id": 2}]
        world.trade(10, "100")
        await world.pass_ms(20)
        assert streams_in(wire) == ["btcusdt@trade"]
        combined = world.connect("/stream")
        combined.say({"method": "GET_PROPERTY", "params": ["combined"], "id": 2})
        assert combined.take() == [{"result": True, "id": 2}]

    asyncio.run(main())


def test_events_go_to_those_who_subscribed_and_once(world):
    async def main():
        both, trades, other = world.connect("/stream"), world.connect("/stream"), world.connect("/stream")
        subscribe(both, "btcusdt@trade", "btcusdt@aggTrade")
        subscribe(both, "btcusdt@trade", number=2)
        subscribe(trades, "btcusdt@trade")
        subscribe(other, "ethusdt@trade", "btcusdt@depth@100ms")
        for wire in (both, trades, other):
            wire.take()
        world.trade(10, "100")
        await world.pass_ms(20)
        assert streams_in(both) == ["btcusdt@trade", "btcusdt@aggTrade"]
        assert streams_in(trades) == ["btcusdt@trade"]
        assert streams_in(other) == []
        subscribe(both, "btcusdt@trade", method="UNSUBSCRIBE")
        both.take()
        world.trade(30, "101")
        await world.pass_ms(20)
        assert streams_in(both) == ["btcusdt@aggTrade"]
        assert streams_in(trades) == ["btcusdt@trade"]

    asyncio.run(main())


@pytest.mark.parametrize("name", ["btcusdt@nothing", "dogeusdt@trade", "BTCUSDT@trade", "btcusdt@kline_7m"])
def test_unknown_streams_are_taken_and_stay_silent(world, name):
    async def main():
        wire = world.connect("/ws")
        subscribe(wire, name)
        world.trade(10, "100")
        await world.pass_ms(3000)
        wire.say({"method": "LIST_SUBSCRIPTIONS", "id": 2})
        assert wire.take() == [ACK, {"result": [name], "id": 2}]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("message", "code", "text", "number"),
    [
        ({"method": "SET_PROPERTY", "params": ["other", True], "id": 7}, 0, "Unknown property", 7),
        ({"method": "GET_PROPERTY", "params": ["other"], "id": 7}, 0, "Unknown property", 7),
        ({"method": "SET_PROPERTY", "params": ["combined", "yes"], "id": 7}, 1, "Invalid value type: expected Boolean", 7),
        ({"method": "SET_PROPERTY", "params": ["combined"], "id": 7}, 1, "Invalid value type: expected Boolean", 7),
        ({"method": "SET_PROPERTY", "params": [5, True], "id": 7}, 2, "Invalid request: property name must be a string", 7),
        ({"method": "GET_PROPERTY", "params": [], "id": 7}, 2, "Invalid request: property name must be a string", 7),
        ({"method": "GET_PROPERTY", "params": ["combined", 1], "id": 7}, 2, "Invalid request: too many parameters", 7),
        ({"method": "LIST_SUBSCRIPTIONS", "params": ["a@b"], "id": 7}, 2, "Invalid request: too many parameters", 7),
        ({"method": "SUBSCRIBE", "params": ["not asdfads"], "id": 7}, 2, "Invalid request: invalid stream", 7),
        ({"method": "SUBSCRIBE", "params": [7], "id": 7}, 2, "Invalid request: invalid stream", 7),
        ({"method": "SUBSCRIBE", "params": ["a@b"]}, 2, "Invalid request: request ID must be an unsigned integer", None),
        ({"method": "SUBSCRIBE", "params": [], "id": {}}, 2, "Invalid request: request ID must be an unsigned integer", None),
        ({"method": "SUBSCRIBE", "params": [], "id": 2**63}, 2, "Invalid request: request ID must be an unsigned integer", None),
        ({"method": "SUBSCRIBE", "params": [], "id": "x" * 37}, 2, "Invalid request: request ID must be an unsigned integer", None),
        ('{"id":1,"params":["a@b"]}', 2, "Invalid request: missing field `method` at line 1 column 25", 1),
        (
            '{"method": "SUBSCRBE", "params": [], "id": 1}', 2,
            f"Invalid request: unknown variant `SUBSCRBE`, expected one of {VARIANTS} at line 1 column 21", 1,
        ),
        ("", 3, "Invalid JSON: expected value at line 1 column 1", None),
        ("{\n\"method\": oops}", 3, "Invalid JSON: expected value at line 2 column 11", None),
    ],
)  # fmt: skip
def test_errors_as_documented(world, message, code, text, number):
    async def main():
        wire = world.connect("/ws")
        wire.say(message)
        expected = {"error": {"code": code, "msg": text}}
        assert wire.take() == [expected if number is None else {**expected, "id": number}]
        assert wire.closed is None

    asyncio.run(main())


@pytest.mark.parametrize("number", [0, -5, 2**63 - 1, "abc-123", None, "e2a85d9f-07a5-4f94-8d5f-789dc3deb097"])
def test_ids_come_back_as_they_were(world, number):
    async def main():
        wire = world.connect("/ws")
        subscribe(wire, "btcusdt@trade", number=number)
        assert wire.take() == [{"result": None, "id": number}]

    asyncio.run(main())


def test_at_most_1024_streams(world):
    async def main():
        wire = world.connect("/ws")
        subscribe(wire, *(f"s{number}@trade" for number in range(1024)))
        subscribe(wire, "s0@trade", number=2)
        subscribe(wire, "more@trade", number=3)
        assert wire.take() == [
            ACK,
            {"result": None, "id": 2},
            {"error": {"code": 4, "msg": "Too many subscriptions"}, "id": 3},
        ]
        with pytest.raises(Refused):
            world.connect("/stream", "streams=" + "/".join(f"s{number}@trade" for number in range(1025)))

    asyncio.run(main())


def test_the_sixth_message_within_a_second_ends_the_connection(world):
    async def main():
        wire, calm = world.connect("/ws"), world.connect("/ws")
        for number in range(5):
            subscribe(wire, "btcusdt@trade", number=number)
        assert len(wire.take()) == 5
        wire.session.pinged(b"")
        assert wire.closed == (1008, "Too many requests")
        for number in range(12):
            subscribe(calm, "btcusdt@trade", number=number)
            await world.pass_ms(200)
        assert calm.closed is None
        assert len(calm.take()) == 12

    asyncio.run(main())


def test_pings_and_pongs_of_the_client_count_as_messages(world):
    async def main():
        wire = world.connect("/ws")
        for _ in range(3):
            wire.session.pinged(b"x")
            wire.session.ponged(b"")
        assert wire.closed == (1008, "Too many requests")
        assert wire.pongs == [b"x"] * 3

    asyncio.run(main())


def test_frames_as_bytes_are_read_too(world):
    async def main():
        wire = world.connect("/ws")
        wire.session.receive(json.dumps({"method": "SUBSCRIBE", "params": [], "id": 1}).encode())
        wire.session.receive(b"\xff\xfe")
        assert wire.take()[0] == ACK
        assert wire.closed is None

    asyncio.run(main())


def test_server_shutdown_in_both_forms(world):
    async def main():
        raw, wrapped = world.connect("/ws"), world.connect("/stream")
        world.streams.shutdown()
        (event,) = raw.take()
        assert event == {"e": "serverShutdown", "E": world.venue.market_ms()}
        assert wrapped.take() == [{"stream": "!serverShutdown", "data": event}]

    asyncio.run(main())
