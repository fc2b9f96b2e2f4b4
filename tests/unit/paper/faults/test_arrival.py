"""What happens to requests at the door and to their answers."""

import json

import pytest

from btbot.paper.faults import Action, load_faults
from btbot.paper.wire import Reply

DONE = Reply(200, b'{"symbol":"BTCUSDT","orderId":7,"clientOrderId":"a-1","side":"BUY"}', {"X-MBX-USED-WEIGHT-1M": "1"})
ROWS = [[n * 60_000, "10.00", "12.00", "9.00", "11.00", "5.0", n * 60_000 + 59_999] for n in range(3)]


def arrived(faults, order, do, **params):
    faults.add({"do": do})
    return faults.arrive(order(**params))


def answered(faults, call, do, reply=DONE):
    faults.add({"do": do})
    assert faults.arrive(call) is None
    return faults.answer(call, reply)


def test_without_rules_nothing_happens(faults, order):
    call = order()
    assert faults.arrive(call) is None
    assert faults.answer(call, DONE) is DONE


@pytest.mark.parametrize(("do", "wire"), [("drop_before", "drop"), ("hang_before", "hang")])
def test_nothing_is_done_and_nothing_is_said(faults, order, do, wire):
    assert arrived(faults, order, do).reply.wire == wire


@pytest.mark.parametrize(
    ("do", "status", "code", "headers"),
    [
        ({"status": 500}, 500, -1000, {}),
        ({"status": 503}, 503, -1008, {}),
        ({"status": 504}, 504, -1007, {}),
        ({"status": 451}, 451, 0, {}),
        ({"status": 429, "retry_after": 7}, 429, -1003, {"Retry-After": "7"}),
        ({"status": 418, "retry_after": 120}, 418, -1003, {"Retry-After": "120"}),
        ({"status": 500, "code": -1006}, 500, -1006, {}),
        ({"status": 403, "body": "json"}, 403, -1000, {}),
    ],
)
def test_statuses_come_with_the_usual_body(faults, order, do, status, code, headers):
    reply = arrived(faults, order, {"kind": "status", **do}).reply
    assert (reply.status, json.loads(reply.body)["code"]) == (status, code)
    assert reply.headers.items() >= headers.items()


def test_firewalls_and_proxies_answer_pages(faults, order):
    for status in (403, 502):
        faults.clear()
        reply = arrived(faults, order, {"kind": "status", "status": status}).reply
        assert (reply.status, reply.headers["Content-Type"]) == (status, "text/html")
        assert reply.body.startswith(b"<html>")
    faults.clear()
    assert arrived(faults, order, {"kind": "status", "status": 502, "body": "empty"}).reply.body == b""


@pytest.mark.parametrize(
    ("do", "status", "message"),
    [
        ({"code": -2010}, 400, "Account has insufficient balance for requested action."),
        ({"code": -2010, "message": "Order would trigger immediately."}, 400, "Order would trigger immediately."),
        ({"code": -1001}, 500, "Internal error; unable to process your request. Please try again."),
        ({"code": -2015}, 401, "Invalid API-key, IP, or permissions for action."),
        ({"code": -1013, "status": 422}, 422, "Filter failure: LOT_SIZE"),
        ({"code": -9999}, 400, "Unknown error, please check your request or try again later."),
    ],
)
def test_errors_have_binance_s_text(faults, order, do, status, message):
    reply = arrived(faults, order, {"kind": "error", **do}).reply
    assert (reply.status, json.loads(reply.body)) == (status, {"code": do["code"], "msg": message})


def test_an_error_with_effect_replaces_the_answer(faults, order):
    reply = answered(faults, order(), {"kind": "status", "status": 504, "effect": "done"})
    assert (reply.status, json.loads(reply.body)["code"]) == (504, -1007)
    assert reply.headers["X-MBX-USED-WEIGHT-1M"] == "1"


def test_a_coin_gives_both_branches(faults, order):
    faults.add({"do": {"kind": "error", "code": -1007, "effect": "coin"}})
    without = 0
    for _ in range(100):
        call = order()
        action = faults.arrive(call)
        without += action is not None
        assert (faults.answer(call, DONE) if action is None else action.reply).status == 504
    assert 30 < without < 70


def test_waiting(faults, order):
    assert arrived(faults, order, {"kind": "park", "ms": 2900}) == Action(park_ms=2900)
    faults.clear()
    assert arrived(faults, order, {"kind": "hang_after", "ms": 300}) == Action(hold_ms=300)


def test_a_rate_limit_bans_those_who_do_not_wait(faults, order, clock):
    faults.add({"when": {"nth": 1}, "do": {"kind": "rate_limit", "retry_after": 7, "ban": 120}})

    def status_and_wait(after_s):
        clock.now += after_s * 1000
        action = faults.arrive(order())
        return None if action is None else (action.reply.status, action.reply.headers["Retry-After"])

    assert status_and_wait(0) == (429, "7")
    assert status_and_wait(6) == (418, "120")
    assert status_and_wait(100) == (418, "20")
    assert status_and_wait(20) is None


def test_further_bans_are_longer(faults, order, clock):
    faults.add({"when": {"every": 3}, "do": {"kind": "rate_limit"}})
    bans = []
    for _ in range(40):
        action = faults.arrive(order())
        if action is not None and action.reply.status == 418:
            bans.append(int(action.reply.headers["Retry-After"]))
            clock.now += bans[-1] * 1000
    assert bans[:3] == [120, 240, 480]
    assert bans == sorted(bans)
    assert max(bans) <= 3 * 24 * 3600


def test_who_waits_is_let_in_and_others_are_not_concerned(faults, order, clock):
    faults.add({"when": {"nth": 1}, "do": {"kind": "rate_limit"}})
    assert faults.arrive(order()).reply.status == 429
    other = order()
    other.ip = "10.0.0.1"
    assert faults.arrive(other) is None
    clock.now += 7000
    assert faults.arrive(order()) is None


@pytest.mark.parametrize(
    ("do", "wire"), [("drop_after", "drop"), ("hang_after", "hang"), ("truncate", "truncate"), ("slow", "slow")]
)
def test_the_wire_fails_on_the_way_back(faults, order, do, wire):
    reply = answered(faults, order(), do)
    assert (reply.status, reply.body, reply.wire) == (200, DONE.body, wire)
    assert DONE.wire == "ok"


def test_bodies_that_are_no_json(faults, order):
    page = answered(faults, order(), "html")
    assert (page.status, page.body[:6], page.headers["Content-Type"]) == (200, b"<html>", "text/html")
    faults.clear()
    assert (answered(faults, order(), "empty").status, answered(faults, order(), "empty").body) == (200, b"")


def test_another_order_in_the_answer(faults, order):
    assert json.loads(answered(faults, order(), "wrong_order").body) == {
        "symbol": "BTCUSDT", "orderId": 1_000_007, "clientOrderId": "another-a-1", "side": "SELL",
    }  # fmt: skip


def test_pages(faults, order):
    rows = Reply(200, json.dumps(ROWS).encode())
    assert json.loads(answered(faults, order(), "empty_page", rows).body) == []
    faults.clear()
    assert json.loads(answered(faults, order(), {"kind": "short_page", "keep": 2}, rows).body) == ROWS[:2]
    faults.clear()
    assert answered(faults, order(), "empty_page").body == DONE.body.replace(b" ", b"")


def test_a_candle_is_revised(faults, order):
    rows = Reply(200, json.dumps(ROWS).encode())
    found = json.loads(answered(faults, order(), {"kind": "revised_candle", "percent": 10}, rows).body)
    assert found == [ROWS[0], [60_000, "10.00", "12.10", "9.00", "12.10", "10.0", 119_999], ROWS[2]]
    faults.clear()
    found = json.loads(answered(faults, order(), {"kind": "revised_candle", "percent": -50, "back": 1}, rows).body)
    assert found[2] == [120_000, "10.00", "12.00", "5.50", "5.50", "10.0", 179_999]
    faults.clear()
    assert answered(faults, order(), {"kind": "revised_candle", "back": 4}, rows).body == rows.body.replace(b" ", b"")


def test_errors_of_the_exchange_itself_are_not_rewritten(faults, order):
    refused = Reply(400, b'{"code":-2013,"msg":"Order does not exist."}')
    assert answered(faults, order(), "wrong_order", refused) is refused


def test_answers_of_the_websocket_api_are_rewritten_inside(faults, order):
    frame = Reply(200, json.dumps({"id": "1", "status": 200, "result": ROWS, "rateLimits": []}).encode())
    assert json.loads(answered(faults, order("WS", "klines"), "empty_page", frame).body)["result"] == []
    faults.clear()
    alter = {"kind": "alter", "set": {"0.4": "99"}}
    assert json.loads(answered(faults, order("WS", "klines"), alter, frame).body)["result"][0][4] == "99"


def test_several_rules_work_on_one_answer(faults, order):
    faults.add({"do": "wrong_order"})
    faults.add({"do": "truncate"})
    call = order()
    faults.arrive(call)
    reply = faults.answer(call, DONE)
    assert (reply.wire, json.loads(reply.body)["orderId"]) == ("truncate", 1_000_007)


def test_rules_can_be_removed(faults, order):
    first, second = faults.add({"do": "drop_before"}), faults.add({"do": "hang_before"})
    assert faults.arrive(order()).reply.wire == "drop"
    assert faults.remove(first) is True
    assert faults.remove(first) is False
    assert faults.arrive(order()).reply.wire == "hang"
    assert [rule["id"] for rule in faults.list()] == [second]
    faults.clear()
    assert (faults.arrive(order()), faults.list()) == (None, [])
    assert faults.add({"do": "lose"}) == 3


def test_answers_that_are_something_else_stay(faults, order):
    rows = Reply(200, json.dumps(ROWS, separators=(",", ":")).encode())
    assert answered(faults, order(), "wrong_order", rows).body == rows.body
    for do in ("wrong_order", {"kind": "revised_candle"}, {"kind": "alter", "set": {"a": 1}}):
        faults.clear()
        assert answered(faults, order(), do, Reply(200, b"<html>")).body == b"<html>"


def test_rules_of_a_file_count_their_time_from_the_exchange_s_start(tmp_path, order, clock):
    path = tmp_path / "faults.yml"
    path.write_text("faults:\n  - when: {before_ms: 1000}\n    do: drop_before\n")
    faults = load_faults(path)
    faults.attach(clock)
    clock.now += 999
    assert faults.arrive(order()) is not None
    clock.now += 1
    assert faults.arrive(order()) is None
