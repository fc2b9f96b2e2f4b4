"""btbot's side of the benchmark: a whole `engine.run` on a frame, metrics included."""

from __future__ import annotations

from typing import Any

import bench_cross
import bench_stock
import numpy as np
import pandas as pd
from bench_stock import Outcome

from btbot.config import load_config
from btbot.engine import run

SYMBOL = "BTC/USDT"


def config(frame: pd.DataFrame, timeframe: str, **settings: Any) -> Any:
    """Return a run's configuration over `frame` without report and proofs."""
    common = {
        "version": 1,
        "symbols": [SYMBOL],
        "timeframe": timeframe,
        "feed": {"name": "frame", "frame": {SYMBOL: frame}},
        "report": [],
        "proof": "none",
    }
    return load_config({**common, **settings})


def trend_config(frame: pd.DataFrame, timeframe: str, fills: str = "default") -> Any:
    """Return `trend_following` with the capital, share and costs of `bench_stock`."""
    return config(
        frame,
        timeframe,
        strategies=[{"name": "trend_following"}],
        capital=bench_stock.CAPITAL,
        sizing={"name": "percent", "percent": bench_stock.SHARE},
        costs={
            "maker_fee": bench_stock.FEE,
            "taker_fee": bench_stock.FEE,
            "slippage_bps": bench_stock.SLIPPAGE * 10_000,
        },
        fills=fills,
    )


def cross_config(frame: pd.DataFrame, timeframe: str) -> Any:
    """Return `ma_cross` with one unit a trade, as `bench_cross` describes."""
    return config(
        frame,
        timeframe,
        strategies=[{"name": "ma_cross", "params": {"ma_fast": bench_cross.FAST, "ma_slow": bench_cross.SLOW}}],
        capital=bench_cross.CAPITAL,
        sizing={"name": "fixed_units", "units": 1.0},
        costs={"maker_fee": bench_cross.FEE, "taker_fee": bench_cross.FEE, "slippage_bps": 0.0},
    )


def equity(configuration: Any) -> float:
    """Run and return the final equity that the metrics state."""
    return float(run(configuration).metrics["final_equity"])


def outcome(configuration: Any, frame: pd.DataFrame) -> Outcome:
    """Run and return every fill as (bar, signed size, price)."""
    result = run(configuration)
    trades, index = result.trades, frame.index.as_unit("ns")
    sign = np.where(trades["side"] == "long", 1.0, -1.0)
    fills: list[tuple[int, float, float]] = []
    for kind, direction in (("entry", sign), ("exit", -sign)):
        bars = index.get_indexer(pd.DatetimeIndex(trades[f"{kind}_time"]).as_unit("ns"))
        sizes, prices = direction * trades["size"], trades[f"{kind}_price"]
        fills += zip(bars.tolist(), sizes.tolist(), prices.tolist(), strict=True)
    # A position that is open at the end has an entry only, its exit time is in no bar.
    return Outcome(sorted(fill for fill in fills if fill[0] >= 0), float(result.metrics["final_equity"]))


def assert_equal(found: Outcome, wanted: Outcome) -> None:
    """Stop unless both have the same fills and the same equity to 1e-9."""
    if len(found.fills) != len(wanted.fills):
        raise SystemExit(f"btbot has {len(found.fills)} fills, stock Backtrader {len(wanted.fills)}")
    for number, (mine, theirs) in enumerate(zip(found.fills, wanted.fills, strict=True)):
        if mine[0] != theirs[0] or not np.allclose(mine[1:], theirs[1:], rtol=1e-9, atol=0):
            raise SystemExit(f"fill {number} differs: btbot {mine}, stock Backtrader {theirs}")
    assert_equity("btbot", found.equity, wanted.equity)


def assert_equity(name: str, found: float, wanted: float) -> None:
    """Stop unless `found` equals `wanted` to 1e-9."""
    if not np.isclose(found, wanted, rtol=1e-9, atol=0):
        raise SystemExit(f"final equity of {name} is {found!r}, expected {wanted!r}")
