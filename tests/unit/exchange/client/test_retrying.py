"""Patience: how often, how long, and when it ends."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from btbot.errors import Rejected, Retryable
from btbot.exchange.retrying import backoff_s, retried


def play(errors, **more):
    """Call what fails with each error in turn and then gives 7; return what came and the waits."""
    left, waits = list(errors), []

    async def call():
        if left:
            raise left.pop(0)
        return 7

    async def sleep(seconds):
        waits.append(seconds)

    return asyncio.run(retried(call, sleep=sleep, rng=Random(5), **more)), waits


def test_a_call_that_succeeds_is_made_once():
    assert play([]) == (7, [])


def test_it_waits_longer_and_longer():
    found, waits = play([Retryable("x")] * 5)
    assert found == 7
    assert len(waits) == 5
    assert all(0.0 <= wait <= backoff_s(attempt) for attempt, wait in enumerate(waits, start=1))
    spread = [play([Retryable("x")] * 5)[1] for _ in range(2)]
    assert spread[0] == spread[1] == waits  # the same dice, the same waits


def test_what_the_exchange_asks_comes_on_top():
    _, waits = play([Retryable("x", wait_s=30.0)])
    assert 30.0 <= waits[0] <= 30.5


def test_the_last_error_is_raised():
    errors = [Retryable(str(number)) for number in range(9)]
    with pytest.raises(Retryable, match=r"^2$"):
        play(errors, attempts=3)


def test_a_refusal_is_not_repeated():
    with pytest.raises(Rejected, match="no"):
        play([Rejected("no")])


def test_days_are_not_waited_for():
    with pytest.raises(Retryable, match="banned"):
        play([Retryable("banned", wait_s=901.0)])
    assert play([Retryable("busy", wait_s=901.0)], patience_s=1000.0)[0] == 7


def test_no_attempt_is_a_mistake():
    with pytest.raises(ValueError, match="attempts must be at least 1, was 0"):
        play([], attempts=0)
