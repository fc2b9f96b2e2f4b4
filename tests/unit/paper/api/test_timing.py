from __future__ import annotations

import asyncio
import json

import pytest
from api_client import NOW_MS, Client, make

from btbot.exchange.refused import Refused
from btbot.paper.api.timing import Stamp, read_stamp
from btbot.paper.faults import Action, Faults
from btbot.paper.wire import Request

OUTSIDE = (-1021, "Timestamp for this request is outside of the recvWindow.")
AHEAD = (-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def refusal(stamp: int, window: str | None = None) -> tuple[int, str] | None:
    raw = {"timestamp": str(stamp)} | ({} if window is None else {"recvWindow": window})
    try:
        read_stamp(raw).check_arrival(NOW_MS)
    except Refused as refused:
        return refused.code, refused.message
    return None


@pytest.mark.parametrize(
    ("age_ms", "window", "expected"),
    [
        (0, None, None),
        (5000, None, None),
        (5001, None, OUTSIDE),
        (100, "100", None),
        (101, "100", OUTSIDE),
        (60_000, "60000", None),
        (60_001, "60000", OUTSIDE),
        (-999, None, None),
        (-1000, None, AHEAD),
        (-5000, "60000", AHEAD),
        (1, "0", OUTSIDE),
        (0, "0", None),
    ],
)
def test_a_request_is_valid_for_its_window_and_less_than_a_second_ahead(
    age_ms: int, window: str | None, expected: tuple[int, str] | None
) -> None:
    assert refusal(NOW_MS - age_ms, window) == expected


def test_timestamps_may_be_microseconds_and_windows_have_decimals() -> None:
    assert read_stamp({"timestamp": f"{NOW_MS}123", "recvWindow": "6000.346"}) == Stamp(NOW_MS * 1000 + 123, 6_000_346)
    assert refusal(NOW_MS * 1000 - 100_001, "100") == OUTSIDE
    assert refusal(NOW_MS * 1000 - 100_001, "100.001") is None


@pytest.mark.parametrize(
    ("raw", "code", "message"),
    [
        ({}, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."),
        ({"timestamp": ""}, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or malformed."),
        (
            {"timestamp": "17e9"}, -1100,
            "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'.",
        ),
        ({"timestamp": "1", "recvWindow": ""}, -1105, "Parameter 'recvWindow' was empty."),
        (
            {"timestamp": "1", "recvWindow": "-5"}, -1100,
            r"Illegal characters found in parameter 'recvWindow'; legal range is '^([0-9]{1,20})(\.[0-9]{1,3})?$'.",
        ),
        ({"timestamp": "1", "recvWindow": "60001"}, -1131, "recvWindow must be less than 60000"),
        ({"timestamp": "1", "recvWindow": "60000.001"}, -1131, "recvWindow must be less than 60000"),
    ],
)  # fmt: skip
def test_times_that_cannot_be_read(raw: dict[str, str], code: int, message: str) -> None:
    with pytest.raises(Refused) as caught:
        read_stamp(raw)
    assert (caught.value.code, caught.value.message) == (code, message)


class Parked(Faults):
    """Every request waits before it is matched."""

    def __init__(self, park_ms: int) -> None:
        super().__init__()
        self.park_ms = park_ms

    def arrive(self, call: object) -> Action:
        return Action(park_ms=self.park_ms)


async def answer_parked(client: Client, query: str) -> tuple[int, dict[str, object]]:
    request = Request("GET", "/api/v3/account", query, headers={"x-mbx-apikey": client.key.api_key})
    task = asyncio.create_task(client.api.handle(request))
    await asyncio.sleep(0)
    await client.clock.advance(10_000)
    reply = await task
    return reply.status, json.loads(reply.body)


@pytest.mark.parametrize(("park_ms", "status"), [(4_999, 200), (5_000, 200), (5_001, 400)])
def test_the_window_is_checked_again_right_before_the_request_takes_effect(park_ms: int, status: int) -> None:
    client = make(faults=Parked(park_ms))
    found, body = asyncio.run(answer_parked(client, client.sign({})))
    assert found == status
    if status == 400:
        assert (body["code"], body["msg"]) == OUTSIDE


def test_an_order_that_waited_too_long_is_not_placed() -> None:
    client = make(faults=Parked(6_000))

    async def place() -> int:
        text = client.sign({
            "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "100",
        })  # fmt: skip
        request = Request("POST", "/api/v3/order", "", text, {"x-mbx-apikey": client.key.api_key})
        task = asyncio.create_task(client.api.handle(request))
        await asyncio.sleep(0)
        await client.clock.advance(10_000)
        return (await task).status

    assert asyncio.run(place()) == 400
    assert client.venue.exchange.open_orders("alice") == []


def test_a_server_clock_that_is_wrong_refuses_good_requests() -> None:
    class Skewed(Faults):
        def clock_offset_ms(self, now_ms: int) -> int:
            return 60_000

    client = make(faults=Skewed())
    assert client.public("time") == {"serverTime": NOW_MS + 60_000}
    assert client.signed("GET", "account") == {"code": OUTSIDE[0], "msg": OUTSIDE[1]}
