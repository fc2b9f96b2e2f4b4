"""A small search whose strategy misbehaves on demand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

STRATEGY = '''\
"""Buy above an average; raise, kill or wait where the test wants it."""
import os
import signal
import time
from pathlib import Path

import numpy as np

from btbot import Signals, Strategy, ta


class Moody(Strategy):
    params = dict(length=5, unlucky=0, deadly=0, seconds=0.0, peeks=0, signs="")

    @staticmethod
    def signals(bars, p):
        if p.length == p.unlucky:
            raise ValueError(f"{p.length} is unlucky")
        if p.length == p.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        if p.signs:
            Path(p.signs, f"{p.length}-{time.monotonic_ns()}").touch()
        time.sleep(p.seconds)
        mean = ta.sma(bars.close, p.length)
        if p.length == p.peeks:
            mean = 2 * bars.close - np.roll(bars.close, -1)
        return Signals(enter_long=bars.close > mean, exit_long=bars.close < mean)
'''


@pytest.fixture
def moody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Make a configuration in an empty current folder: moody(params, **keys of optimize). It tries the lengths 2 to 21."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strategies").mkdir()
    (tmp_path / "strategies" / "moody.py").write_text(STRATEGY)

    def make(params: dict[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
        return {
            "name": "moody",
            "symbols": ["BTC/USDT"],
            "timeframe": "1h",
            "feed": {"name": "sample", "bars": 240},
            "strategies": [{"name": "moody", "params": params or {}}],
            "report": ["text"],
            "optimize": {
                "space": {"strategies.0.params.length": {"low": 2, "high": 21}},
                "objective": "total_return",
                "workers": {"backend": "none"},
                "verify": {"best": 0, "sample": 0},
                **keys,
            },
        }

    return make


@pytest.fixture(scope="session")
def table_of() -> Callable[[Any], bytes]:
    """Give a function that returns everything a search found about its trials."""
    return lambda result: np.ascontiguousarray(result.trials._table).tobytes() + result.order.tobytes()
