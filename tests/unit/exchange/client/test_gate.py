"""The gate: closed for as long as the exchange asks, for everybody, and not a moment longer than a little jitter."""

from __future__ import annotations

import asyncio
import json
import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.errors import Retryable
from btbot.exchange.bans import Bans
from btbot.exchange.gate import JITTER_S, Gate, Gates, noting, retry_after_s

UTC = 1_640_995_190.0  # 2021-12-31 23:59:50
INFO = {"rateLimits": [{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}]}


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def clock(self) -> float:
        return self.now

    def utc(self) -> float:
        return UTC - 1000.0 + self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def gate(time):
    return Gate("api.x", clock=time.clock, utc=time.utc, sleep=time.sleep, rng=Random(1))


def waited(gate, time):
    begun = time.now
    asyncio.run(gate.passing())
    return time.now - begun


def test_an_open_gate_does_not_wait(gate, time):
    gate.observe(200, {})
    gate.observe(404, {"Retry-After": "9"})
    assert waited(gate, time) == 0.0


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "7", 7.0),
        (418, "700", 700.0),
        (429, "0.5", 0.5),
        (429, "Sat, 01 Jan 2022 00:00:20 GMT", 30.0),
        (429, "Fri, 31 Dec 2021 23:59:00 GMT", 0.0),
        (429, None, 2.0),
        (429, "soon", 2.0),
        (429, "nan", 2.0),
        (418, None, 120.0),
        (503, "30", 30.0),
        (503, None, 0.0),
    ],
)
def test_it_waits_as_asked(gate, time, status, header, wait):
    gate.observe(status, {} if header is None else {"retry-AFTER": header})
    assert gate.wait_s == pytest.approx(wait)
    assert wait <= waited(gate, time) <= wait + JITTER_S
    assert waited(gate, time) == 0.0


def test_without_a_word_it_waits_twice_as_long_each_time_until_it_succeeds(gate, time):
    waits = []
    for _ in range(8):
        gate.observe(429, {})
        waits.append(round(waited(gate, time)))
    assert waits == [2, 4, 8, 16, 32, 64, 120, 120]
    gate.observe(200, {})
    gate.observe(429, {})
    assert round(waited(gate, time)) == 2


def test_what_is_refused_together_counts_once(gate, time):
    for wait in (2, 4):
        for _ in range(5):
            gate.observe(429, {})
        assert round(waited(gate, time)) == wait


def test_a_late_success_does_not_open_it(gate, time):
    gate.observe(429, {"Retry-After": "7"})
    gate.observe(200, {})
    assert gate.wait_s == pytest.approx(7.0)


def test_the_longer_wait_wins(gate, time):
    gate.observe(418, {"Retry-After": "60"})
    gate.observe(429, {"Retry-After": "5"})
    assert gate.wait_s == pytest.approx(60.0)
    gate.observe(418, {"Retry-After": "90"})
    assert gate.wait_s == pytest.approx(90.0)


def test_nobody_waits_for_days(gate, time):
    gate.observe(418, {"Retry-After": "86400"})
    text = "^api.x asks to be left alone for 86400 s, until 2022-01-01 23:59:50 UTC; try again then$"
    with pytest.raises(Retryable, match=text) as caught:
        asyncio.run(gate.passing())
    assert caught.value.wait_s == pytest.approx(86_400.0)


def test_a_wait_without_end_is_told_as_a_year(gate):
    gate.observe(418, {"Retry-After": "1e300"})
    with pytest.raises(Retryable, match="for 31622400 s, until 2023-01-01 23:59:50 UTC"):
        asyncio.run(gate.passing())


def test_a_nearly_full_minute_is_waited_for(gate, time):
    gate.announce(INFO)
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "4799"})
    assert gate.wait_s == 0.0
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "4800"})
    assert gate.wait_s == pytest.approx(10.0)  # by this machine's clock
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "5000", "Date": "Sat, 01 Jan 2022 00:00:15 GMT"})
    assert gate.wait_s == pytest.approx(45.0)  # by the exchange's


def test_before_a_limit_is_announced_the_lowest_is_assumed(gate, time):
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "959"})
    assert gate.wait_s == 0.0
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "960"})
    assert gate.wait_s > 0.0


@pytest.mark.parametrize(
    "body",
    [None, [], {"rateLimits": 3}, {"rateLimits": ["x", {}]}, {"rateLimits": [{**INFO["rateLimits"][0], "limit": "?"}]}],
)
def test_what_announces_nothing_changes_nothing(gate, body):
    gate.observe(200, {"X-MBX-USED-WEIGHT-1M": "many"})
    gate.announce(body)
    assert (gate.weight_limit, gate.wait_s) == (1200, 0.0)


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from([200, 418, 429, 500]), st.one_of(st.none(), st.integers(0, 800)), st.floats(0, 50)),
        max_size=20,
    )
)
def test_no_one_passes_inside_a_window(events):
    """Whatever comes in whatever order: who passes, passes after the end of every window announced before."""
    time = Time()
    gate = Gate("x", clock=time.clock, utc=time.utc, sleep=time.sleep, rng=Random(2))
    ends = 0.0
    for status, header, pause in events:
        gate.observe(status, {} if header is None else {"Retry-After": str(header)})
        if status in (418, 429) and header is not None:
            ends = max(ends, time.now + header)
        time.now += pause
        asyncio.run(gate.passing())
        assert time.now >= ends - 1e-9


@given(st.text(max_size=30))
def test_any_header_is_read_or_passed_over(text):
    found = retry_after_s(text, 0.0)
    assert found is None or (found >= 0.0 and math.isfinite(found))


def test_a_host_has_one_gate():
    gates = Gates()
    assert gates.of("a") is gates.of("a")
    assert gates.of("a") is not gates.of("b")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "bans.json"


def test_the_next_process_waits_too(gate, time, path, caplog):
    first = Gate("api.x", clock=time.clock, utc=time.utc, bans=Bans(path, utc=time.utc))
    assert not path.exists()
    first.observe(418, {"Retry-After": "100"})
    first.observe(418, {"Retry-After": "50"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"api.x": UTC + 100}
    time.now += 40
    caplog.clear()
    second = Gate("api.x", clock=time.clock, utc=time.utc, bans=Bans(path, utc=time.utc))
    assert second.wait_s == pytest.approx(60.0)
    assert "api.x has asked to be left alone; nothing is sent for 60 s, until 2022-01-01 00:01:30 UTC" in caplog.text
    assert Gate("api.y", clock=time.clock, bans=Bans(path, utc=time.utc)).wait_s == 0.0
    time.now += 61
    assert Gate("api.x", clock=time.clock, bans=Bans(path, utc=time.utc)).wait_s == 0.0


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"api.x": "soon"}', '{"api.x": NaN}', '{"api.x": 1e300}', '{"api.x": true}', "\x00"]
)
def test_a_note_that_cannot_be_read_is_no_note(path, time, text):
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    bans = Bans(path, utc=time.utc)
    assert bans.wait_s("api.x") == 0.0
    bans.remember("api.x", 5.0)
    assert bans.wait_s("api.x") == pytest.approx(5.0)


def test_a_note_that_cannot_be_written_is_passed_over(path, time):
    path.parent.write_text("a file where the folder should be", encoding="utf-8")
    Bans(path, utc=time.utc).remember("api.x", 5.0)


def test_a_shorter_wait_is_not_noted(path, time):
    bans = Bans(path, utc=time.utc)
    bans.remember("api.x", 50.0)
    bans.remember("api.x", 5.0)
    bans.remember("api.y", 7.0)
    assert [bans.wait_s("api.x"), bans.wait_s("api.y")] == pytest.approx([50.0, 7.0])


def test_gates_that_note_are_shared_by_the_process(path):
    assert noting(path) is noting(path)
    assert noting(path).of("a") is noting(path).of("a")
