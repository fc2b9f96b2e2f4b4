"""What holds for every strategy file that is shipped."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from btbot import Bars, Exits, Signals, Targets

FOLDER = Path(__file__).resolve().parents[3] / "strategies"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
CORE = {
    "trend_following": dict(
        ma_fast=20, ma_slow=50, adx_period=14, adx_threshold=25.0, atr_period=14, atr_critical_multiplier=3.0
    ),
    "mean_reversion": dict(
        rsi_period=14,
        rsi_oversold=30.0,
        rsi_overbought=70.0,
        bb_period=20,
        bb_std=2.0,
        trend_filter_ma=50,
        trend_filter_threshold=0.02,
    ),
    "reversal_trailing": dict(swing_bars=20, rsi_period=14, rsi_oversold=30.0, rsi_overbought=70.0),
    "ewma_trend": dict(periods=((8, 32), (16, 64), (32, 128)), volatility_days=35, long_only=True),
    "ma_cross": dict(ma_fast=20, ma_slow=50),
}
EXITS = {
    "trend_following": Exits(max_hold_bars=200),
    "mean_reversion": Exits(max_hold_bars=50, cooldown_bars=10),
    "reversal_trailing": Exits(trailing={"atr": 3.0}, opposite=False),
    "ewma_trend": Exits(),
    "ma_cross": Exits(),
}
# index of the first bar at which every indicator of the entry is warm
WARM = {"trend_following": 49, "mean_reversion": 49, "reversal_trailing": 19, "ma_cross": 50}


def arrays(answer: Signals | Targets) -> dict[str, np.ndarray]:
    lines = {f"plot {name}": line for name, line in answer.plot.items()}
    return lines | {name: v for name, v in vars(answer).items() if isinstance(v, np.ndarray)}


def test_the_core_strategies_are_shipped() -> None:
    assert set(CORE) <= set(NAMES)


@pytest.mark.parametrize("name", CORE)
def test_parameters_and_exits_are_the_documented_ones(name: str, shipped: Callable[[str], Any]) -> None:
    strategy = shipped(name)
    assert strategy.defaults == CORE[name]
    assert strategy.cls.exits == EXITS[name]


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_short_and_says_where_it_loses(name: str) -> None:
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 60
    idea, *rest = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")
    assert idea.endswith(".")
    assert any(part.startswith("Loses ") for part in rest)
    assert any(part.startswith("Source: ") for part in rest)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("changes", [{}, {"long_only": False}])
def test_does_not_look_ahead(
    name: str, changes: dict[str, Any], shipped: Callable[[str], Any], walk: Callable[..., Bars]
) -> None:
    strategy = shipped(name)
    if not changes.keys() <= strategy.defaults.keys():
        pytest.skip("has no such parameter")
    bars = walk(400, seed=1, timeframe="12h")
    whole = arrays(strategy.signals(bars, **changes))
    for cut in range(401):
        for key, past in arrays(strategy.signals(bars.slice(0, cut), **changes)).items():
            np.testing.assert_array_equal(past, whole[key][:cut], err_msg=f"{key}, cut at {cut}")


@pytest.mark.parametrize("name", NAMES)
def test_answers_keep_their_contract(name: str, shipped: Callable[[str], Any], walk: Callable[..., Bars]) -> None:
    for n in (0, 1, 5, 600):
        answer = shipped(name).signals(walk(n, seed=2, timeframe="12h"))
        assert isinstance(answer, Signals | Targets)
        answer.checked(n)
        assert answer.plot


@pytest.mark.parametrize("name", WARM)
def test_no_entry_before_every_indicator_is_warm(
    name: str, shipped: Callable[[str], Any], walk: Callable[..., Bars]
) -> None:
    strategy = shipped(name)
    first = []
    for seed in range(150):
        answer = strategy.signals(walk(120, seed=seed, spread=0.002)).checked(120)
        first += np.flatnonzero(answer.enter_long | answer.enter_short)[:1].tolist()
    assert WARM[name] <= min(first) <= WARM[name] + 8
