"""Patience with an exchange: the same call again, later and later, until it succeeds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

from btbot.errors import Retryable

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
PATIENCE_S = 900.0


async def retried(
    call: Callable[[], Awaitable[T]],
    *,
    attempts: int = 6,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    rng: Random | None = None,
    patience_s: float = PATIENCE_S,
) -> T:
    """Call until it succeeds, and give what it gives.

    Between two attempts a random time passes, of up to 0.5 s, 1 s, 2 s ... 30 s, so that many who failed together do
    not come back together; what the exchange asked to wait comes on top.

    Parameters
    ----------
    attempts
        How often at most, >= 1.
    sleep
        Waits seconds.
    patience_s
        Where the exchange asks to wait longer than this, its error is raised at once.

    Raises
    ------
    Retryable
        The last one, if no attempt succeeded.

    References
    ----------
    Brooker (2015), Exponential Backoff And Jitter.
    """
    rng = rng or Random()
    for attempt in range(1, attempts + 1):
        try:
            return await call()
        except Retryable as error:
            asked = error.wait_s or 0.0
            if attempt == attempts or asked > patience_s:
                raise
            wait = asked + rng.uniform(0.0, backoff_s(attempt))
            log.info("%s; attempt %d of %d in %.1f s", error, attempt + 1, attempts, wait)
        await sleep(wait)
    raise ValueError(f"attempts must be at least 1, was {attempts}")


def backoff_s(attempt: int) -> float:
    """Give the longest wait after an attempt, in seconds.

    Examples
    --------
    >>> [backoff_s(attempt) for attempt in (1, 2, 3, 7, 8)]
    [0.5, 1.0, 2.0, 30.0, 30.0]
    """
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (min(attempt, 30) - 1))
