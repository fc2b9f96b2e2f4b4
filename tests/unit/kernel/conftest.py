"""Markets and scripts written by hand, run through the compiled kernel and through both loops of Cerebro."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.bars import Bars
from btbot.config import RunConfig, load_config
from btbot.kernel import FIGURES, Trace, worst_difference
from btbot.search.evaluate import Evaluator, hosted, hosted_figures
from btbot.timeframe import Timeframe

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
START_MS = 1_704_067_200_000  # 2024-01-01
HOUR_MS = 3_600_000


@pytest.fixture
def frame() -> Callable[..., pd.DataFrame]:
    """Make candles (open, high, low, close[, volume]) of consecutive hours; those in `missing` do not exist."""

    def make(candles: Sequence[Sequence[float]], *, missing: Sequence[int] = ()) -> pd.DataFrame:
        rows = [(*candle, 1000.0)[:5] for candle in candles]
        index = pd.date_range("2024-01-01", periods=len(rows), freq="1h", tz="UTC")
        table = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"], index=index, dtype=float)
        return table.drop(table.index[list(missing)])

    return make


@pytest.fixture
def bars() -> Callable[..., Bars]:
    """Make bars by their closes and the hours at which they open, so many hours long."""

    def make(symbol: str, hours: Sequence[int], closes: Sequence[float], *, length: int = 1) -> Bars:
        price = np.array(closes, dtype=float)
        time = START_MS + HOUR_MS * np.array(hours, dtype=np.int64)
        columns = (price - 1, price + 2, price - 2, price, 10 * price)
        return Bars(symbol, Timeframe.parse(f"{length}h"), time, *columns)

    return make


@pytest.fixture
def configured() -> Callable[..., RunConfig]:
    """Make a configuration without costs: a frame and a script (parameters of ``scripted``) for each symbol."""

    def make(frames: dict[str, pd.DataFrame], scripts: Sequence[dict[str, Any]], **keys: Any) -> RunConfig:
        given = {
            "symbols": list(frames),
            "timeframe": "1h",
            "feed": {"name": "frame", "frame": frames},
            "data": {"on_error": "warn"},
            "capital": 10_000,
            "sizing": {"name": "fixed_units", "units": 10},
            "costs": {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0},
            "strategies": [
                {"name": "scripted", "symbols": [symbol], "params": script}
                for symbol, script in zip(frames, scripts, strict=True)
            ],
            "plugins": {"strategies": [str(PLUGINS)]},
            "report": [],
            "proof": "none",
            **keys,
        }
        return load_config(given)

    return make


@pytest.fixture
def same() -> Callable[..., tuple[Trace, dict[str, float]]]:
    """Check that the kernel gives what both loops of Cerebro give; return its trace and its figures."""

    def check(config: RunConfig, window: engine.Window | None = None) -> tuple[Trace, dict[str, float]]:
        evaluator = Evaluator(config)
        assert evaluator.obstacle == ""
        trace, figures = evaluator.trace({}, window), evaluator.figures({}, window)
        for loop in ("sparse", "dense"):
            result, expected = hosted(config.model_copy(update={"engine": loop}), evaluator.market, window)
            assert worst_difference(trace, expected) <= 1e-9
            assert figures == pytest.approx(hosted_figures(result), rel=1e-9, abs=1e-12, nan_ok=True)
        return trace, dict(zip(FIGURES, figures.tolist(), strict=True))

    return check


@pytest.fixture
def at_address() -> Callable[[int, str, tuple[int, ...]], Any]:
    """Read an array of a type and shape from an address, as the compiled code does."""

    def read(address: int, dtype: str, shape: tuple[int, ...]) -> Any:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return np.frombuffer((ctypes.c_char * size).from_address(int(address)), dtype=dtype).reshape(shape).copy()

    return read
