"""One scenario file, two transports, the same history."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from random_scenarios import scenario

from btbot.errors import ConfigError
from btbot.paper import simulated
from btbot.paper.scenario import Played, Scenario, load_scenario, play, read_scenario
from btbot.paper.stage import in_process, over_sockets

pytest.importorskip("ccxt", reason="ccxt is not installed")
FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yml"))
START_MS = 1_700_000_000_000


def played_here(what: Scenario) -> Played:
    async def main(clock: simulated.SimulatedClock) -> Played:
        async with in_process(what.settings(), clock) as stage:
            return await play(what, stage)

    return simulated.run(main, start_ms=START_MS)


def played_there(what: Scenario, folder: Path) -> Played:
    async def main() -> Played:
        async with over_sockets(what.settings(), folder) as stage:
            return await play(what, stage)

    return asyncio.run(main())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_both_transports_give_the_same_history(path: Path, tmp_path: Path) -> None:
    drawn = load_scenario(path)
    here, there = played_here(drawn), played_there(drawn, tmp_path / "state")
    assert here.outcomes == there.outcomes
    assert len(here.history) == len(there.history)
    for ours, theirs in zip(here.history, there.history, strict=True):
        assert ours == theirs
    assert any(line["what"] == "fill" for line in here.history)
    assert here.events == there.events
    assert all(here.events.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_file_plays_the_same_twice(path: Path) -> None:
    drawn = load_scenario(path)
    assert played_here(drawn) == played_here(drawn)


def test_what_the_wire_hides_is_in_the_history() -> None:
    """The client was told nothing of three orders that exist, and of one that does not."""
    played = played_here(load_scenario(Path(__file__).parent / "scenarios" / "bad_wire.yml"))
    filled = {line["client_id"] for line in played.history if line["what"] == "fill"}
    assert {"plain", "lost-after", "half", "silent", "broken"} <= filled
    assert not {"lost-before", "limited"} & filled
    assert {order["clientOrderId"] for order in played.results["truth"]} >= filled


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"marke": {}}, "<scenario>: marke: is not a key; allowed are market, accounts,"),
        ({"steps": [{"at": "1s", "cal": "x"}]}, "did you mean 'call'?"),
        ({"steps": [{"at": "1s"}]}, "<scenario>: steps.0: a step has either call or admin"),
        ({"steps": [{"at": "1s", "call": "create_order"}]}, "create_order needs an id"),
        (
            {"steps": [{"at": "2s", "call": "a"}, {"at": "1s", "call": "b"}]},
            "steps must be in the order of their times",
        ),
        ({"accounts": None}, "accounts: is missing"),
    ],
)
def test_mistakes_are_named(change: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {
        "market": {"symbol": "BTC/USDT", "form": "empty", "price": 100},
        "accounts": {"default": {"USDT": "1"}},
        "steps": [{"at": "0s", "call": "fetch_time"}],
    }
    read_scenario(good)
    with pytest.raises(ConfigError) as caught:
        read_scenario({**good, **change})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ({"at": "0s", "call": "fetch_tim"}, "ccxt has no fetch_tim; did you mean 'fetch_time'?"),
        ({"at": "0s", "call": "fetch_time", "account": "eve"}, "there is no account 'eve'; there are default"),
        ({"at": "0s", "call": "fetch_order", "args": ["$x.id"]}, "no step before it has the id 'x'"),
        ({"at": "0s", "call": "fetch_time", "raises": "OrderNotFound"}, "expected OrderNotFound, was ok"),
    ],
)
def test_steps_that_cannot_be_done_are_named(step: dict[str, Any], message: str) -> None:
    given = read_scenario(
        {
            "market": {"symbol": "BTC/USDT", "form": "empty", "price": 100},
            "accounts": {"default": {"USDT": "1"}},
            "steps": [step],
        }
    )
    with pytest.raises(ConfigError) as caught:
        played_here(given)
    assert message in str(caught.value)


@pytest.mark.parametrize("seed", range(3))
def test_random_scenarios_too(seed: int, tmp_path: Path) -> None:
    drawn = scenario(seed)
    here, there = played_here(drawn), played_there(drawn, tmp_path / "state")
    assert here.outcomes == there.outcomes
    assert here.history == there.history
    assert here.events == there.events


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 140))
def test_many_random_scenarios_too(seed: int, tmp_path: Path) -> None:
    test_random_scenarios_too(seed, tmp_path)


def test_books_balance_in_random_scenarios() -> None:
    """What accounts have at the end is what they brought, and what their fills and fees say."""
    for seed in range(8):
        played = played_here(scenario(seed))
        assert books(played.history) == balances(played.history), seed


def books(history: list[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = {}
    for line in history:
        account = line.get("account", "")
        if line["what"] == "transfer":
            add(found, account, line["asset"], line["amount"])
        elif line["what"] == "fill":
            sign = 1 if line["side"] == "BUY" else -1
            add(found, account, "BTC", line["quantity"], sign)
            add(found, account, "USDT", line["quote"], -sign)
            add(found, account, line["commission_asset"], line["commission"], -1)
    return {key: value for key, value in found.items() if value}


def balances(history: list[dict[str, Any]]) -> dict[tuple[str, str], Decimal]:
    found = {
        (line["account"], line["asset"]): Decimal(line["free"]) + Decimal(line["locked"])
        for line in history
        if line["what"] == "balance"
    }
    return {key: value for key, value in found.items() if value}


def add(found: dict[tuple[str, str], Decimal], account: str, asset: str, amount: str, sign: int = 1) -> None:
    found[account, asset] = found.get((account, asset), Decimal(0)) + sign * Decimal(amount)
