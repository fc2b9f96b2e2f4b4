"""Candles for the indicators, and the switch between TA-Lib and numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.indicators import library
from btbot.timeframe import Timeframe

HOUR_MS = 3_600_000


@pytest.fixture(params=["TA-Lib", "numpy"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test twice: computed by TA-Lib, then by numpy."""
    if request.param == "numpy":
        monkeypatch.setattr(library, "talib", lambda: None)
    else:
        pytest.importorskip("talib", minversion="0.8")
    return request.param


@pytest.fixture(scope="session")
def candles() -> Callable[..., Bars]:
    """Build bars from a few columns; what is not given is taken from the close."""

    def build(close, *, high=None, low=None, volume=None, start_ms=0, timeframe="1h") -> Bars:
        close = np.asarray(close, dtype=float)
        length = Timeframe.parse(timeframe)
        return Bars(
            "TEST/USDT",
            length,
            start_ms + np.arange(len(close)) * length.ms,
            close,
            close if high is None else np.asarray(high, dtype=float),
            close if low is None else np.asarray(low, dtype=float),
            close,
            np.ones(len(close)) if volume is None else np.asarray(volume, dtype=float),
        )

    return build


@pytest.fixture(scope="session")
def walk(candles: Callable[..., Bars]) -> Callable[..., Bars]:
    """Build a seeded random walk with fat tails."""

    def build(n: int, seed: int, *, price: float = 100.0, spread: float = 0.01) -> Bars:
        rng = np.random.default_rng(seed)
        close = price * np.exp(np.cumsum(spread * rng.standard_t(4, n)))
        before = np.concatenate((close[:1], close[:-1]))
        reach = 1.0 + spread * np.abs(rng.normal(size=(2, n)))
        return candles(
            close,
            high=np.maximum(close, before) * reach[0],
            low=np.minimum(close, before) / reach[1],
            volume=rng.lognormal(3.0, 2.0, n),
        )

    return build
