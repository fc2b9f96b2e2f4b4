"""A market in which one hour of the day pays, and which one is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

PLUGINS = Path(__file__).resolve().parents[1] / "plugins" / "strategies"


@pytest.fixture(scope="session")
def clockwork() -> Callable[..., dict[str, Any]]:
    """Make a configuration: clockwork([2, 2, 8], **keys).

    One number a day: whoever buys at that hour (strategy ``clockwork``) earns 1 % on half of the account, without
    costs, so that the account grows by 0.5 %; at every other hour nothing happens, but at 20:00 the price falls back.
    """

    def make(paying: Sequence[int], **keys: Any) -> dict[str, Any]:
        steps = np.ones((len(paying), 24))
        steps[np.arange(len(paying)), np.array(paying) + 1] = 1.01
        steps[:, 20] = 1 / 1.01
        close = 100.0 * np.cumprod(steps)
        open_ = np.r_[100.0, close[:-1]]
        frame = pd.DataFrame(
            {
                "open": open_,
                "high": np.maximum(open_, close),
                "low": np.minimum(open_, close),
                "close": close,
                "volume": 1e3,
            },
            index=pd.date_range("2024-01-01", periods=len(close), freq="1h", tz="UTC"),
        )
        return {
            "name": "clock",
            "symbols": ["X/Y"],
            "timeframe": "1h",
            "feed": {"name": "frame", "frame": frame},
            "data": {"on_error": "warn"},
            "strategies": [{"name": "clockwork"}],
            "plugins": {"strategies": [str(PLUGINS)]},
            "sizing": {"name": "percent", "percent": 0.5},
            "costs": {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0},
            "optimize": {
                "space": {"strategies.0.params.hour": {"low": 2, "high": 14, "step": 6}},
                "objective": "total_return",
                "workers": {"backend": "none"},
            },
            "walkforward": {"train": "4d", "test": "2d"},
            "report": ["text"],
            **keys,
        }

    return make
