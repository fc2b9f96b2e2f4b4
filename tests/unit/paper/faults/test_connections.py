"""Handshakes, and connections that fall silent, die or are closed."""

import pytest

from btbot.paper.faults import Notice, SocketFault


def test_without_rules_all_is_well(faults):
    assert faults.handshake("/ws", "127.0.0.1") is None
    assert faults.socket(1) is None


def test_refused_handshakes(faults):
    faults.add({"when": {"nth": 1}, "do": {"kind": "refuse_handshake", "status": 429, "retry_after": 3}})
    faults.add({"when": {"nth": 1}, "do": "refuse_handshake"})
    faults.add({"when": {"nth": 1}, "do": "drop_handshake"})
    found = [faults.handshake("/ws", "127.0.0.1") for _ in range(4)]
    assert [(one.status, one.data) for one in found[:2]] == [
        (429, {"headers": {"Retry-After": "3"}}),
        (503, {"headers": {}}),
    ]
    assert found[2].status == 0
    assert found[3] is None


def test_only_handshakes_that_are_meant(faults):
    faults.add({"when": {"path": "/ws-api/*"}, "do": "refuse_handshake"})
    assert faults.handshake("/stream/ws", "127.0.0.1") is None
    assert faults.handshake("/ws-api/v3", "127.0.0.1").status == 503


@pytest.mark.parametrize(
    ("do", "fault"),
    [
        ("pong_only", SocketFault(silent=True)),
        ("half_open", SocketFault(silent=True, dead=True)),
        ("close", SocketFault(close=1006)),
        ({"kind": "close", "code": 1001, "reason": "bye"}, SocketFault(close=1001, reason="bye")),
    ],
)
def test_sick_connections(faults, do, fault):
    faults.add({"do": do})
    assert faults.socket(1) == fault


def test_a_rule_decides_once_about_each_connection(faults):
    faults.add({"when": {"nth": 2}, "do": "half_open"})
    assert [faults.socket(number) is not None for number in (1, 1, 1, 2, 2, 3, 1, 2)] == [
        False, False, False, True, True, False, False, True,
    ]  # fmt: skip
    assert faults.list()[0]["struck"] == 1
    faults.forget(2)
    assert faults.socket(2) is None


def test_a_silence_ends_with_its_time_or_its_rule(faults, clock):
    number = faults.add({"when": {"before_ms": 1000}, "do": "pong_only"})
    assert faults.socket(1) is not None
    clock.now += 1000
    assert faults.socket(1) is None
    faults.remove(number)
    number = faults.add({"do": "pong_only"})
    assert faults.socket(1) is not None
    faults.remove(number)
    assert faults.socket(1) is None


def test_a_connection_ends_early(faults):
    faults.add({"do": {"kind": "close", "code": 1001, "after_frames": 3, "life_ms": 60_000}})
    assert faults.socket(1, frames=2, age_ms=70_000) is None
    assert faults.socket(1, frames=3, age_ms=59_999) is None
    assert faults.socket(1, frames=3, age_ms=60_000) == SocketFault(close=1001)


@pytest.mark.parametrize(
    ("do", "fault"), [("close", SocketFault(close=1006)), ("half_open", SocketFault(silent=True, dead=True))]
)
def test_a_frame_can_be_the_last_straw(faults, do, fault):
    faults.add({"when": {"event": "executionReport"}, "do": do})
    assert faults.socket(1) is None
    assert faults.frames(1, "user", "alice", "", '{"event":{"e":"balanceUpdate"}}') == [
        (0, '{"event":{"e":"balanceUpdate"}}')
    ]
    assert faults.frames(1, "user", "alice", "", '{"event":{"e":"executionReport"}}') == []
    assert faults.socket(1) == fault
    assert faults.socket(2) is None
    faults.forget(1)
    assert faults.socket(1) is None


def test_accounts_and_paths_of_connections(faults):
    faults.add({"when": {"account": "alice", "path": "/ws-api/*"}, "do": "pong_only"})
    assert faults.socket(1, path="/ws-api/v3", account="alice") is not None
    assert faults.socket(2, path="/ws-api/v3", account="bob") is None
    assert faults.socket(3, path="/stream", account="alice") is None


def test_a_connection_that_logs_on_later_is_looked_at_again(faults):
    faults.add({"when": {"account": "alice"}, "do": "pong_only"})
    assert faults.socket(1, account="") is None
    assert faults.socket(1, account="alice") is not None


def test_listeners_can_leave(faults, notices):
    seen = []
    leave = faults.listen(seen.append)
    faults.add({"do": "server_shutdown"})
    faults.due(0)
    leave()
    faults.add({"do": "server_shutdown"})
    faults.due(0)
    assert (seen, notices) == ([Notice("shutdown")], [Notice("shutdown")] * 2)
