"""Tiny markets written by hand, run through the whole engine in both loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.records import RunResult

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
Candle = Sequence[float]


def make_frame(candles: Sequence[Candle], start: str = "2024-01-01", freq: str = "1h") -> pd.DataFrame:
    """Candles (open, high, low, close[, volume]) as a DataFrame of bar opens."""
    index = pd.date_range(start, periods=len(candles), freq=freq, tz="UTC")
    rows = [(*candle[:4], candle[4] if len(candle) > 4 else 1000.0) for candle in candles]
    return pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], index=index, dtype=float)


@pytest.fixture(params=["sparse", "dense"])
def trade(request: pytest.FixtureRequest) -> Callable[..., RunResult]:
    """Run hand-written signals over hand-written candles; no costs unless the test names them."""

    def run(
        candles: Any, strategy: dict[str, Any] | None = None, *, name: str = "scripted", **config: Any
    ) -> RunResult:
        frames = candles if isinstance(candles, dict) else {"X/Y": make_frame(candles)}
        config.setdefault("strategies", [{"name": name, "params": strategy or {}}])
        given = {
            "symbols": list(frames),
            "timeframe": "1h",
            "feed": {"name": "frame", "frame": frames},
            "data": {"on_error": "warn"},
            "capital": 10_000,
            "sizing": {"name": "fixed_units", "units": 10},
            "costs": {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0},
            "engine": request.param,
            "plugins": {"strategies": [str(PLUGINS)]},
            **config,
        }
        prepare = given.pop("prepare", None)
        return engine.run(load_config(given), prepare=prepare)

    return run


@pytest.fixture
def frame() -> Callable[..., pd.DataFrame]:
    """Make a DataFrame of hand-written candles: frame(candles, start=..., freq=...)."""
    return make_frame
