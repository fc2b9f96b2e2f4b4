"""Strategies that look ahead are refused; honest ones pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import StrategyError

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
SHIPPED = sorted(path.stem for path in (Path(__file__).resolve().parents[3] / "strategies").glob("[a-z]*.py"))
BARS = 400


def rising(bars=BARS):
    """A market whose last bar is its highest and whose lowest bar lies in the last tenth."""
    rng = np.random.default_rng(5)
    close = 100 + np.linspace(0, 50, bars) + rng.normal(0, 2, bars)
    close[-5], close[-1] = 60.0, 400.0
    index = pd.date_range("2024-01-01", periods=bars, freq="1h", tz="UTC")
    return pd.DataFrame(
        {"open": close, "high": close * 1.001, "low": close * 0.999, "close": close, "volume": 1e4}, index=index
    )


def run(name, proof=None, params=None, frame=None):
    given = {
        "symbols": ["X/Y"], "timeframe": "1h", "feed": {"name": "frame", "frame": rising() if frame is None else frame},
        "data": {"on_error": "warn"}, "strategies": [{"name": name, "params": params or {}}],
        "plugins": {"strategies": [str(PLUGINS)]},
    }  # fmt: skip
    return engine.run(load_config({**given, "proof": proof} if proof else given))


@pytest.mark.parametrize("proof", ["panel", "full"])
@pytest.mark.parametrize(
    ("how", "array"),
    [
        ("shift", "enter_long"), ("centred", "exit_short"), ("maximum", "exposure"), ("level", "stop_long"),
        ("confidence", "confidence"), ("length", "enter_long"),
    ],
)  # fmt: skip
def test_peeking_is_refused_with_array_and_bar(how, array, proof):
    with pytest.raises(StrategyError) as caught:
        run("peeking", proof, {"how": how})
    text = str(caught.value)
    assert text.startswith(f"strategy peeking, X/Y: {array} at 2024-01-")
    assert text.endswith("so it looks ahead; let the value at i depend on bars 0..i only")
    assert caught.value.exit_code == 5


def test_text_names_the_bar_that_changed_and_the_cut():
    # 55 % of 400 bars are 220; the value of bar 219 alone depends on bar 220.
    frame = rising()
    frame.iloc[219:221, :] = [[100.0, 100.0, 100.0, 100.0, 1.0], [200.0, 200.0, 200.0, 200.0, 1.0]]
    with pytest.raises(StrategyError) as caught:
        run("peeking", "panel", {"how": "shift"}, frame)
    assert str(caught.value) == (
        "strategy peeking, X/Y: enter_long at 2024-01-10T03:00:00Z changes when the bars from 2024-01-10T04:00:00Z on "
        "are cut off, so it looks ahead; let the value at i depend on bars 0..i only"
    )


@pytest.mark.parametrize("how", ["shift", "centred", "maximum", "level", "confidence", "length"])
def test_proof_none_lets_it_pass_and_says_that_nothing_was_tried(how):
    assert run("peeking", "none", {"how": how}).metrics["lookahead_cuts"] == 0


def test_panel_is_the_default():
    assert run("peeking").metrics["lookahead_cuts"] == 2
    with pytest.raises(StrategyError, match="looks ahead"):
        run("peeking", None, {"how": "maximum"})


def test_full_tries_more_cuts():
    assert run("peeking", "full").metrics["lookahead_cuts"] == 24


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_strategies_pass_the_full_proof(name):
    assert run(name, "full").metrics["lookahead_cuts"] == 24


def test_every_symbol_is_proved():
    frames = {"X/Y": rising(), "Z/Y": rising()}
    given = {
        "symbols": ["X/Y", "Z/Y"], "timeframe": "1h", "feed": {"name": "frame", "frame": frames},
        "data": {"on_error": "warn"}, "strategies": [{"name": "peeking"}], "plugins": {"strategies": [str(PLUGINS)]},
    }  # fmt: skip
    assert engine.run(load_config(given)).metrics["lookahead_cuts"] == 4
