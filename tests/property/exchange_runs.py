"""Runs of the exchange under test over random flow, judged by the plain exchange and by rules that need no second one."""

from __future__ import annotations

from random import Random
from typing import Any

from exchange_flow import Flow
from exchange_pictures import (
    attempt,
    differences,
    fills,
    picture,
    plain_picture,
    plain_queues,
    plain_rows,
    queues,
    trades,
)
from exchange_plain_calls import Plain
from exchange_rules import Rules
from exchange_symbols import ACCOUNTS, SYMBOLS

from btbot.exchange.commands import Place

QUICK, HUNT, SLOW = range(30), range(150), range(1_000, 2_000)
STEPS = 150


class Broken(AssertionError):
    """The exchange under test is not what it should be."""


def start(exchange: Any) -> Any:
    """Open the accounts."""
    for account in ACCOUNTS:
        exchange.open_account(account)
    return exchange


def compare(make: Any, random: Random, count: int = STEPS) -> None:
    """Do the same steps with the plain exchange and with one under test.

    Raises
    ------
    Broken
        At the first step after which the two differ: in a refusal, a trade, a fill, money, an order, a level, a list; now and
        then in who waits behind whom.
    """
    plain, tested = Plain(SYMBOLS), start(make(SYMBOLS))
    for number, step in enumerate(Flow(random, plain).steps(count)):
        known_trades, known_fills = len(plain.trades), len(plain.fills)
        _, expected = attempt(plain, step)
        tried = attempt(tested, ("test", *step[1:]))[1] if type(step[1]) is Place else expected
        events, found = attempt(tested, step)
        told = differences(picture(tested), plain_picture(plain))
        if found != expected or tried != expected:
            told += f"\nrefused: {found} (tested: {tried}) instead of {expected}"
        for name, here, there in (
            ("trades", trades(events), plain_rows(plain.trades[known_trades:])),
            ("fills", fills(events), plain_rows(plain.fills[known_fills:])),
        ):
            if here != there:
                told += f"\n{name}: {here} instead of {there}"
        if number % 5 == 0:
            told += differences(queues(tested), plain_queues(plain))
        if told:
            raise Broken(f"step {number}: {step}\n{told}")


def obey(make: Any, random: Random, count: int = STEPS, *, icebergs: bool = True) -> list[Any]:
    """Check rules that must hold whatever happens, after every step; give all events."""
    plain, tested = Plain(SYMBOLS), start(make(SYMBOLS))
    rules, happened = Rules(tested), []
    for step in Flow(random, plain).steps(count):
        rules.before(step)
        events, refused = attempt(tested, step)
        attempt(plain, step)
        rules.after(step, events, refused)
        happened += events
    return happened
