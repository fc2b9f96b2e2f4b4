"""Recorded candles, and a configuration over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


def candles(folder: Path, name: str, bars: int | None = None) -> pd.DataFrame:
    """Read the last `bars` candles of a file, all without it."""
    frame = pd.read_csv(folder / name, index_col="timestamp", dtype=np.float64)
    frame.index = pd.to_datetime(frame.index, unit="ms", utc=True)
    return frame.iloc[-bars:] if bars else frame


def real(frames: dict[str, pd.DataFrame], timeframe: str, strategy: str, **settings: Any) -> dict[str, Any]:
    """Return the configuration of a run over recorded candles, costs and shorts included."""
    return {
        "symbols": list(frames),
        "timeframe": timeframe,
        "feed": {"name": "frame", "frame": frames},
        "capital": 10_000.0,
        "allow_short": True,
        "strategies": [{"name": strategy}],
        "sizing": {"name": "percent", "percent": 0.45 / len(frames)},
        "costs": {"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 10.0},
        "report": [],
        "proof": "none",
        **settings,
    }
