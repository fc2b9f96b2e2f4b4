"""The comparison of kernel and Cerebro can fail: the quick sample notices each fault planted in the kernel's source.

The faulty kernels run uncompiled, which is checked to be the same.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from kernel_runs import QUICK, Outcome, assert_equal, by_cerebro, draw_twisted, named
from plain_kernel import Change, plain_kernel

from btbot.config import load_config
from btbot.engine.build import host_strategies
from btbot.engine.market import load_market

pytestmark = pytest.mark.xdist_group("planted in the kernel")  # so that Cerebro runs each case once
_numbers = count()

FAULTS = {
    # decisions
    "cooldown one bar longer": ("deciding", "bar - book.exit_bar + 1, enter_long", "bar - book.exit_bar, enter_long"),
    "hold one bar longer": ("deciding", "    held = bar - book.entry_bar + 1\n", "    held = bar - book.entry_bar\n"),
    "opposite signal always ends": ("deciding", "enters = book.held == 0.0 or rule.opposite", "enters = True"),
    "confidence ignored": ("deciding", "side * size * confidence(plan, symbol, at)", "side * size"),
    "no band around a target": (
        "deciding",
        "rebalance(exposure, held, size, rule.band)",
        "rebalance(exposure, held, size, 0.0)",
    ),
    "target taken again after a stop": ("filling", "if rule.targets and reason != WHY_TARGET:", "if False:"),
    "levels of the fill's bar": ("deciding", ".signal_at = at\n", ".signal_at = at + 1\n"),
    # sizes
    "size of the capital": (
        "sizing",
        "percent(equity, close, terms.size)",
        "percent(terms.capital, close, terms.size)",
    ),
    "losses not remembered": ("trades", "record.lost += earned", "pass"),
    "buying power ignored at the close": ("deciding", "terms.taker_fee, power)", "terms.taker_fee, math.inf)"),
    "buying power ignored at the fill": ("filling", "terms.taker_fee, power)", "terms.taker_fee, math.inf)"),
    "entries on their way ignored": (
        "deciding",
        "terms.leverage, positions, pending)",
        "terms.leverage, positions, 0.0)",
    ),
    "step ignored": ("deciding", "size = round_down(size, rule.step)", "pass"),
    "tick ignored": ("protection", "return round_price(price, tick) if tick > 0.0", "return price if tick > 0.0"),
    # fills
    "stop after target": ("matching", "if book.triggered else 2", "if book.triggered else 4"),
    "entries before exits": ("matching", "!= (rest > 0.0) else 1", "!= (rest > 0.0) else -1"),
    "slippage helps": (
        "filling",
        "price, 1 if size > 0.0 else -1, fraction)",
        "price, -1 if size > 0.0 else 1, fraction)",
    ),
    "maker pays as taker": ("filling", "terms.maker_fee if order == TARGET else terms.taker_fee", "terms.taker_fee"),
    "slippage knows the bar": ("filling", "tape.sigma_before, symbol", "tape.sigma, symbol"),
    "one bar later": ("matching", "bar < arrival_bar(", "bar <= arrival_bar("),
    "target met before the entry": ("matching", "if book.born != bar:", "if True:"),
    "volume taken twice": ("filling", "terms.max_volume_share) - taken)", "terms.max_volume_share))"),
    # protection
    "trailing loosens": (
        "protection",
        "trailed(side, book.trail, book.best, rule.trail",
        "trailed(side, math.nan, book.best, rule.trail",
    ),
    "trailing follows the worst price": (
        "protection",
        "high) if book.side > 0 else min(book.best, low)",
        "low) if book.side > 0 else min(book.best, high)",
    ),
    "trailing at once": ("protection", "= side * (book.best - book.entry) >= after", "= True"),
    "break-even without its offset": ("protection", "= entry * rule.break_offset", "= 0.0"),
    # what holding costs
    "funding is received": ("carrying", "-= paid\n        account.funding", "+= paid\n        account.funding"),
    "interest of one bar over a gap": ("carrying", "elapsed = float(whole(", "_ = float(whole("),
    "liquidated at the best price": (
        "carrying",
        "if held > 0.0 else number(tape.high",
        "if held < 0.0 else number(tape.high",
    ),
    # limits
    "drawdown from the capital": ("accounting", "account.peak = max(account.peak, equity)", "pass"),
    "day by the bar's close": ("tape", "timeline.open_time // DAY_MS", "timeline.time // DAY_MS"),
    "loss of a day ends all entries": (
        "accounting",
        "account.halted_day != whole(",
        "account.halted_day == -1 != whole(",
    ),
    # closes that are skipped
    "woken too late by the time limit": (
        "waking",
        "book.entry_bar + rule.max_hold - 1))",
        "book.entry_bar + rule.max_hold))",
    ),
    "not woken by funding": ("waking", "return paying or (", "return paying and ("),
    "not woken by the target": ("waking", " or high >= target:", ":"),
    # figures
    "profit before fees": ("trades", "pnl = book.profit - book.fees", "pnl = book.profit"),
    "idle days forgotten": ("summing", "days - len(day_equity)", "0"),
    "drawdown at visits only": ("accounting", "elif equity < floor:", "elif equity < floor and at == start:"),
    "visits counted, not bars": ("accounting", "account.in_market += stop - start", "account.in_market += 1"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("planted")


@cache
def prepared(seed: int, folder: Path) -> tuple[Any, ...]:
    """Return configuration, strategies, market and window of a case, and what Cerebro makes of it."""
    case, window = draw_twisted(seed, folder)
    config = load_config({**case.config})
    market = load_market(config).until(window.end_ms if window is not None else None)
    return config, host_strategies(config), market, window, by_cerebro(case, window, loop="sparse")


RARE = {
    "day by the bar's close": 5067, "loss of a day ends all entries": 5067, "interest of one bar over a gap": 5062,
    "target met before the entry": 5061, "cooldown one bar longer": 5040, "drawdown from the capital": 5038,
    "tick ignored": 5028, "entries on their way ignored": 5020, "trailing loosens": 5020, "funding is received": 5020,
    "drawdown at visits only": 5019, "break-even without its offset": 5017, "woken too late by the time limit": 5016,
    "not woken by the target": 5015, "hold one bar longer": 5012, "stop after target": 5012,
    "liquidated at the best price": 5010, "step ignored": 5008, "not woken by funding": 5008,
    "losses not remembered": 5007,
}  # fmt: skip
"""Seeds that noticed such a fault before: they are tried first, and all the others if they no longer do."""


def difference(changes: list[Change], folder: Path, seeds: range = QUICK, *, first: int = QUICK.start) -> int | None:
    """Return a seed at which a kernel with these changes is not what Cerebro is, `first` if it is one."""
    number = next(_numbers)
    place = folder / f"kernel_{number}"
    place.mkdir()
    sweep = plain_kernel(place, f"planted_kernel_{number}", changes)
    assert first in seeds
    for seed in (first, *seeds):
        config, hosted, market, window, expected = prepared(seed, folder)
        kernel = sweep.Sweep(config, hosted, market)
        terms, nothing = kernel.terms(config), [{} for _ in hosted]
        try:
            found = Outcome(kernel.trace(terms, nothing, window), named(kernel.figures(terms, nothing, window)))
            assert_equal(found, expected)
        except (AssertionError, IndexError):
            return seed
    return None


def test_no_difference_without_a_fault(folder):
    """Nor is any element read or written that does not exist, which nobody would notice in compiled code."""
    assert difference([], folder, QUICK[:50]) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_fault_is_noticed(fault, folder):
    assert difference([FAULTS[fault]], folder, first=RARE.get(fault, QUICK.start)) is not None
