"""Shipped strategies by name, candles for them, and indicators with planted values."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from btbot import Bars, Strategy, Timeframe, ta

FOLDER = Path(__file__).resolve().parents[3] / "strategies"


class Shipped:
    """One strategy file, loaded as a plug-in is: on its own, by path."""

    def __init__(self, name: str) -> None:
        spec = importlib.util.spec_from_file_location(f"shipped_{name}", FOLDER / f"{name}.py")
        self.module: ModuleType = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        own = [v for v in vars(self.module).values() if isinstance(v, type) and v.__module__ == spec.name]
        (self.cls,) = [v for v in own if issubclass(v, Strategy)]
        self.defaults: dict[str, Any] = dict(self.cls.params._getitems())

    def signals(self, bars: Any, **changes: Any) -> Any:
        assert changes.keys() <= self.defaults.keys()
        return self.cls.signals(bars, SimpleNamespace(**{**self.defaults, **changes}))


@pytest.fixture
def shipped() -> Callable[[str], Shipped]:
    return Shipped


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Replace indicators of a strategy by given values; a call with other arguments than planned fails."""

    def replace(strategy: Shipped, values: list[tuple[tuple[Any, ...], Any]]) -> None:
        def named(name: str) -> Callable[..., Any]:
            def answer(source: Any, *arguments: Any) -> Any:
                for (wanted, given, *rest), result in values:
                    if wanted == name and given is source and tuple(rest) == arguments:
                        return result
                raise AssertionError(f"{name} was called with unplanned arguments {arguments}")

            return answer

        planned = {call[0] for call, _ in values}
        fake = {name: named(name) if name in planned else getattr(ta, name) for name in ta.__all__}
        monkeypatch.setattr(strategy.module, "ta", SimpleNamespace(**fake))

    return replace


@pytest.fixture(scope="session")
def walk() -> Callable[..., Bars]:
    """Build a seeded random walk; `digits` rounds prices, so that equal ones are frequent."""

    def build(n: int, seed: int, *, timeframe: str = "1h", spread: float = 0.01, digits: int = 8) -> Bars:
        rng = np.random.default_rng(seed)
        length = Timeframe.parse(timeframe)
        close = 100.0 * np.exp(np.cumsum(spread * rng.standard_t(4, n)))
        before = np.concatenate((close[:1], close[:-1]))
        reach = 1.0 + spread * np.abs(rng.normal(size=(2, n)))
        columns = (before, np.maximum(close, before) * reach[0], np.minimum(close, before) / reach[1], close)
        prices = [np.round(column, digits) for column in columns]
        return Bars("TEST/USDT", length, np.arange(n) * length.ms, *prices, rng.lognormal(3.0, 1.0, n))

    return build
