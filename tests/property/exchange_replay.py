"""The events of a run, written as the journal writes them, rebuild the exchange."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from exchange_flow import Flow
from exchange_pictures import attempt
from exchange_plain_calls import Plain
from exchange_runs import STEPS, start
from exchange_symbols import SYMBOLS

from btbot.paper.event_rows import Reader, Writer


def written(exchange: Any) -> str:
    """Write down the whole state, so that equal means equal to the last byte."""
    return json.dumps(exchange.state(), default=str)


def lasting(exchange: Any) -> dict[str, object]:
    """Give what must survive a restart: all but the prices and numbers of trades among strangers."""
    state = exchange.state()
    del state["last_price"], state["counters"]["trade"]
    return state


def rebuilt(make: Any, batches: list[str], fees: list[tuple]) -> Any:
    """Make an exchange from what a journal keeps; rates of fees are no events."""
    exchange, reader = start(make(SYMBOLS)), Reader()
    for text in batches:
        for event in reader.events(text):
            exchange.apply(event)
    for step in fees:
        attempt(exchange, step)
    return exchange


def again(make: Any, events: list[Any]) -> Any:
    """Make an exchange from events as they are in memory, their orders long done."""
    exchange = start(make(SYMBOLS))
    for event in events:
        exchange.apply(event)
    return exchange


def replay(make: Any, random: Random, count: int = STEPS) -> None:
    """Rebuild from the journal, whole, half and only what matters, then let the copy and the original go on alike."""
    exchange, plain, writer = start(make(SYMBOLS)), Plain(SYMBOLS), Writer()
    batches: list[str] = []
    needed: list[str] = []
    happened: list[Any] = []
    fees: list[tuple] = []
    half = random.randrange(1, count)
    at_half = (0, 0)
    flow = Flow(random, plain)
    for number, step in enumerate(flow.steps(count)):
        events, _ = attempt(exchange, step)
        attempt(plain, step)
        batches.append(writer.text(events))
        happened += events
        needed += batches[-1:] if any(map(exchange.matters, events)) else []
        fees += [step] if step[0] == "set_fees" else []
        if number == half:
            at_half, state_at_half = (len(batches), len(happened)), written(exchange)
    assert written(rebuilt(make, batches, fees)) == written(exchange)
    assert written(rebuilt(make, batches[: at_half[0]], [])) == state_at_half
    assert written(again(make, happened)) == written(exchange)
    assert written(again(make, happened[: at_half[1]])) == state_at_half
    assert lasting(rebuilt(make, needed, fees)) == lasting(exchange)
    copy = rebuilt(make, batches, fees)
    for one in (exchange, copy, plain):
        for symbol in SYMBOLS:
            one.clear(symbol.name)
    here, there = Writer(), Writer()
    for _ in range(count):
        step = flow.step()
        events, refused = attempt(exchange, step)
        same_events, same_refused = attempt(copy, step)
        attempt(plain, step)
        assert (same_refused, there.text(same_events)) == (refused, here.text(events))
    assert written(copy) == written(exchange)
