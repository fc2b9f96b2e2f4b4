from __future__ import annotations

import pytest
from api_client import NOW_MS, Client, make

from btbot.exchange.units import SCALE, units
from btbot.paper.api.limits import DAY_MS, Limited, Limits, Meter

START = NOW_MS // DAY_MS * DAY_MS
WEIGHT = (
    "Too much request weight used; current limit is 10 request weight per 1 MINUTE. "
    "Please use WebSocket Streams for live updates to avoid polling the API."
)
BANNED = (
    "Way too much request weight used; IP banned until {}. Please use WebSocket Streams for live updates to avoid bans."
)


def refused(meter: Meter, now_ms: int, weight: int = 1, ip: str = "1.1.1.1") -> Limited | None:
    try:
        meter.weigh(ip, weight, now_ms)
    except Limited as limited:
        return limited
    return None


def test_weight_is_counted_by_address_and_minute() -> None:
    meter = Meter(Limits(weight=10))
    assert [meter.weigh("1.1.1.1", 4, START), meter.weigh("1.1.1.1", 6, START + 59_999)] == [4, 10]
    assert meter.weigh("2.2.2.2", 1, START) == 1
    assert meter.weigh("1.1.1.1", 1, START + 60_000) == 1
    assert meter.used("1.1.1.1", START + 60_001) == 1
    assert meter.used("3.3.3.3", START) == 0


def test_too_much_weight_is_429_until_the_minute_ends() -> None:
    meter = Meter(Limits(weight=10))
    meter.weigh("1.1.1.1", 10, START + 1_500)
    limited = refused(meter, START + 1_500)
    assert limited is not None
    assert (limited.status, limited.code, limited.message) == (429, -1003, WEIGHT)
    assert limited.retry_after_s == 59
    assert refused(meter, START + 59_999).retry_after_s == 1
    assert refused(meter, START + 60_000) is None


def test_who_goes_on_is_banned_and_each_ban_lasts_twice_as_long() -> None:
    meter = Meter(Limits(weight=10, patience=3))
    now, lengths = START, []
    for _ in range(14):
        meter.weigh("1.1.1.1", 10, now)
        assert [refused(meter, now).status for _ in range(3)] == [429] * 3
        ban = refused(meter, now)
        assert (ban.status, ban.code) == (418, -1003)
        assert ban.message == BANNED.format(ban.until_ms)
        lengths.append(ban.until_ms - now)
        again = refused(meter, ban.until_ms - 1)
        assert (again.status, again.until_ms, again.retry_after_s) == (418, ban.until_ms, 1)
        now = ban.until_ms
    minutes = [length / 60_000 for length in lengths]
    assert minutes[:5] == [2, 4, 8, 16, 32]
    assert minutes[-2:] == [3 * 24 * 60] * 2  # never more than three days


def test_a_ban_is_of_one_address_and_forgotten_after_three_days() -> None:
    meter = Meter(Limits(weight=10, patience=0))
    ban = refused(meter, START, weight=11)
    assert ban.until_ms - START == 120_000
    assert refused(meter, START, ip="2.2.2.2") is None
    later = ban.until_ms + 3 * DAY_MS
    assert refused(meter, later) is None
    assert refused(meter, later, weight=11).until_ms - later == 120_000


def test_raw_requests_are_limited_too() -> None:
    meter = Meter(Limits(raw_requests=3))
    assert [refused(meter, START + step) for step in range(3)] == [None] * 3
    limited = refused(meter, START + 3)
    assert (limited.status, limited.code) == (429, -1003)
    assert limited.until_ms == START + 300_000
    assert "current limit is 3 requests per 5 MINUTE" in limited.message


def test_orders_are_counted_in_ten_seconds_and_in_a_day() -> None:
    meter = Meter(Limits(orders_10s=3, orders_day=5))
    meter.place("alice", 3, START)
    assert meter.placed("alice", START) == (3, 3)
    with pytest.raises(Limited) as caught:
        meter.place("alice", 1, START + 4_000)
    assert (caught.value.status, caught.value.code) == (429, -1015)
    assert caught.value.message == "Too many new orders; current limit is 3 orders per 10 SECOND."
    assert caught.value.retry_after_s == 6
    meter.place("bob", 1, START)
    assert meter.placed("alice", START + 10_000) == (0, 3)
    with pytest.raises(Limited, match="current limit is 5 orders per 1 DAY") as caught:
        meter.place("alice", 3, START + 10_000)
    assert caught.value.until_ms == START + DAY_MS
    meter.place("alice", 2, START + 10_000)
    assert meter.placed("alice", START + DAY_MS) == (0, 0)


def test_a_refused_call_tells_when_to_come_again() -> None:
    client = make(Limits(weight=25, patience=1))
    assert client.ask("GET", "/api/v3/exchangeInfo").headers["X-MBX-USED-WEIGHT-1M"] == "20"
    statuses = [client.ask("GET", "/api/v3/exchangeInfo") for _ in range(3)]
    assert [reply.status for reply in statuses] == [429, 418, 418]
    assert statuses[0].headers["Retry-After"] == "40"  # the clock says 22:13:20
    assert statuses[1].headers["Retry-After"] == "120"
    assert client.ask("GET", "/api/v3/ping", ip="9.9.9.9").status == 200


def test_order_counts_are_in_the_headers_and_refused_orders_do_not_count(book: Client) -> None:
    book.limit("BUY", "0.1", "19000")
    assert (book.last.headers["X-MBX-ORDER-COUNT-10S"], book.last.headers["X-MBX-ORDER-COUNT-1D"]) == ("1", "1")
    assert book.limit("BUY", "0.1", "19000.001")["code"] == -1013
    assert "X-MBX-ORDER-COUNT-10S" not in book.last.headers
    book.limit("BUY", "0.1", "19000")
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "2"
    counts = book.signed("GET", "rateLimit/order")
    assert counts == [
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 50, "count": 2},
        {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 160000, "count": 2},
    ]


def test_an_order_that_trades_is_no_unfilled_order_any_more(book: Client) -> None:
    """The examples of order_count_decrement.md: a taker gives one back, an order that waited gives five."""
    for price in ("19000", "19001", "19002", "19003", "19998.5"):
        book.limit("BUY", "0.1", price)
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "5"
    book.order(side="BUY", type="MARKET", quantity="0.5")
    assert book.last.headers["X-MBX-ORDER-COUNT-10S"] == "5"
    exchange = book.venue.exchange
    exchange.withdraw("BTCUSDT", "BUY", units("19999"), SCALE, 0)
    book.sweep("SELL", "19998.5", "0.05")
    assert [one["count"] for one in book.signed("GET", "rateLimit/order")] == [0, 0]


def test_only_the_first_fill_of_an_order_counts(book: Client) -> None:
    """Order B of the first example of order_count_decrement.md: its later fills change nothing."""
    for _ in range(9):
        book.limit("BUY", "0.1", "19000")
    book.limit("SELL", "0.3", "20000.5")
    for expected in (5, 5, 5):
        book.sweep("BUY", "20000.5", "0.1")
        assert [one["count"] for one in book.signed("GET", "rateLimit/order")] == [expected, expected]


def test_too_many_orders_are_refused_until_the_window_ends() -> None:
    client = make(Limits(orders_10s=1))
    assert client.limit("BUY", "0.1", "100")["status"] == "NEW"
    refused = client.limit("BUY", "0.1", "100")
    assert refused == {"code": -1015, "msg": "Too many new orders; current limit is 1 orders per 10 SECOND."}
    assert client.last.status == 429
    assert client.last.headers["Retry-After"] == "10"
    assert len(client.venue.exchange.open_orders("alice")) == 1
