"""The compiled kernel gives what Cerebro gives, sparse and dense: fills, account and figures."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from kernel_runs import QUICK, assert_equal, by_cerebro, by_kernel, draw_twisted
from random_runs import Case
from small_runs import cases

from btbot.kernel import REASONS

SLOW = range(100_000, 103_000)
BLOCK = 50
MET: dict[int, set[str]] = {}
"""What each random run of this process exercised."""


def same_in_all_hosts(case, window=None, loops=("sparse", "dense")):
    found = by_kernel(case, window)
    for loop in loops:
        assert_equal(found, by_cerebro(case, window, loop=loop))
    return found


@pytest.mark.parametrize("seed", QUICK)
def test_random_runs(seed, tmp_path):
    """Every second case is run by the dense loop, too, which is compared with the sparse one elsewhere."""
    case, window = draw_twisted(seed, tmp_path)
    found = same_in_all_hosts(case, window, loops=("sparse", "dense")[: 1 + seed % 2])
    MET[seed] = set(traits(case, window, found))


@pytest.mark.slow
@pytest.mark.parametrize("first", SLOW[::BLOCK])
def test_many_random_runs(first, tmp_path):
    for seed in range(first, first + BLOCK):
        try:
            same_in_all_hosts(*draw_twisted(seed, tmp_path))
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_small_runs(case):
    same_in_all_hosts(case)


@pytest.mark.slow
@settings(deadline=None, max_examples=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(cases())
def test_many_small_runs(case):
    same_in_all_hosts(case)


def traits(case: Case, window, found):
    """Name what a case exercises."""
    config, fills, figures = case.config, found.trace.fills, found.figures
    exits = {name: rule for name, rule in config["exits"].items() if isinstance(rule, dict)}
    yield from {REASONS[reason] for reason in fills["reason"].tolist()}
    yield "sizing " + config["sizing"]["name"]
    yield from (f"cost {name}" for name, value in config["costs"].items() if value)
    yield from (f"exit {name} by {kind}" for name, rule in exits.items() for kind in rule)
    yield from (f"figure {name}" for name in ("funding_paid", "borrow_paid", "slippage_paid") if figures[name])
    yield from (f"parameter {name}" for entry in config["strategies"] for name in entry["params"])
    facts = {
        "several symbols": len(config["symbols"]) > 1,
        "signals beside targets": len({entry["name"] for entry in config["strategies"]}) > 1,
        "bars missing": len({tuple(frame.index) for frame in case.frames.values()}) > 1,
        "timeframes": any("timeframe" in entry for entry in config["strategies"]),
        "sessions": config.get("calendar") == "stocks",
        "leverage": config["leverage"] > 1,
        "short": any((np.cumsum(sizes) < -1e-6 * np.abs(sizes).max()).any() for sizes in by_symbol(fills)),
        "shorts not allowed": not config["allow_short"],
        "opposite does not end": config["exits"].get("opposite") is False,
        "cooldown": "cooldown_bars" in config["exits"],
        "step and tick": bool(config["instruments"]),
        "filled in parts": "max_volume_share" in config["costs"] and any(map(comes_in_parts, by_symbol(fills))),
        "window": window is not None,
        "flat at the end": window is not None and window.flat_at_end,
        "closed spans": window is not None and bool(window.closed),
        "no fill": len(fills) == 0,
        "ruined": figures["final_equity"] <= 0,
    }
    yield from (name for name, holds in facts.items() if holds)


def by_symbol(fills):
    """Return the signed sizes of each symbol that traded."""
    return [fills["size"][fills["symbol"] == symbol] for symbol in np.unique(fills["symbol"])]


def comes_in_parts(sizes):
    """Return whether a fill goes on in the direction of the one before."""
    return bool((np.sign(sizes[1:]) == np.sign(sizes[:-1])).any())


EXITS = [
    *(f"exit {name} by {kind}" for name in ("stop", "take_profit", "trailing") for kind in ("percent", "atr", "level")),
    *(f"exit trailing by after_{kind}" for kind in ("percent", "atr")),
    *(f"exit break_even by after_{kind}" for kind in ("percent", "atr")),
]
SIZINGS = ["fixed_units", "fixed_cash", "percent", "fixed_risk", "volatility_target", "kelly", "optimal_f"]
COSTS = ["maker_fee", "taker_fee", "slippage_bps", "slippage_volatility", "impact", "max_volume_share", "latency_ms",
         "latency_bars", "borrow_rate", "funding"]  # fmt: skip
PARAMETERS = ["exposure", "confidence", "stop_long", "stop_short", "target_long", "target_short"]
FACTS = ["several symbols", "signals beside targets", "bars missing", "timeframes", "sessions", "leverage", "short",
         "shorts not allowed", "opposite does not end", "cooldown", "step and tick", "filled in parts", "window",
         "flat at the end", "closed spans", "no fill"]  # fmt: skip
WANTED = [
    *REASONS, *EXITS, *(f"sizing {name}" for name in SIZINGS), *(f"cost {name}" for name in COSTS),
    *(f"parameter {name}" for name in PARAMETERS), *FACTS,
    *(f"figure {name}" for name in ("funding_paid", "borrow_paid", "slippage_paid")),
]  # fmt: skip


def test_random_runs_meet_every_rule(tmp_path):
    """Parity says something about a rule only if the quick sample above comes upon it again and again."""
    met = Counter()
    for seed in QUICK:
        if seed not in MET:
            case, window = draw_twisted(seed, tmp_path)
            MET[seed] = set(traits(case, window, by_kernel(case, window)))
        met.update(MET[seed])
    assert {name: met[name] for name in WANTED if met[name] < 3} == {}
