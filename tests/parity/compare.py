"""Compare a run with the reference, trade by trade, and say where they part."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from reference.host import Reference

RELATIVE = 1e-9
EXACT = ("strategy", "symbol", "side", "entry_time", "exit_time", "bars_held", "exit_reason")
CLOSE = ("size", "entry_price", "exit_price", "fees", "pnl")


def assert_same(reference: Reference, result: Any) -> None:
    """Raise `AssertionError` with the first difference in trades, fills, cash or equity."""
    same_trades(reference.trades, result.trades)
    same_fills(fills_of_reference(reference), fills_of_result(result))
    same_equity(reference.equity, result.equity)
    final = float(result.metrics["final_equity"])
    assert np.isclose(final, reference.final_equity, rtol=RELATIVE, atol=0), (
        f"final_equity of the metrics is {final!r}, of the reference {reference.final_equity!r}"
    )


def assert_equal_runs(first: Any, second: Any) -> None:
    """Raise `AssertionError` unless two runs of btbot agree in trades, fills, cash and equity."""
    same_trades(first.trades, second.trades)
    same_fills(fills_of_result(first), fills_of_result(second))
    same_equity(first.equity, second.equity)


def same_trades(expected: pd.DataFrame, found: pd.DataFrame) -> None:
    left, right = _ordered(expected), _ordered(found)
    for at in range(min(len(left), len(right))):
        wanted, seen = left.iloc[at], right.iloc[at]
        scale = abs(wanted["size"] * wanted["entry_price"])
        parts = [name for name in EXACT if not _equal(wanted[name], seen[name])]
        parts += [name for name in CLOSE if not _near(wanted[name], seen[name], scale if name == "pnl" else 0.0)]
        assert not parts, f"trade {at} of {len(left)} differs in {', '.join(parts)}\n{_pair(wanted, seen)}"
    if len(left) != len(right):
        longer, name = (left, "the reference") if len(left) > len(right) else (right, "the run")
        extra = longer.iloc[min(len(left), len(right))].to_string()
        raise AssertionError(
            f"the reference has {len(left)} trades, the run {len(right)}; the first that only {name} has:\n{extra}"
        )


def fills_of_reference(reference: Reference) -> pd.DataFrame:
    fills = reference.fills
    # A run dates a fill by the open of its bar.
    opens = pd.DatetimeIndex(reference.equity["time"])
    step = opens[1] - opens[0] if len(opens) > 1 else pd.Timedelta(0)
    table = fills[["symbol", "size", "price", "fee"]].assign(time=(opens - step)[fills["bar"].to_numpy(int)])
    return _sorted_fills(table)


def fills_of_result(result: Any) -> pd.DataFrame:
    orders = result.orders
    done = orders[orders["filled"].fillna(0).astype(float) != 0]
    sign = np.where(done["side"] == "buy", 1.0, -1.0)
    table = pd.DataFrame(
        {
            "symbol": done["symbol"],
            "size": sign * done["filled"].astype(float).abs(),
            "price": done["fill_price"].astype(float),
            "fee": done["fee"].astype(float),
            "time": pd.to_datetime(done["fill_time"], utc=True),
        }
    )
    return _sorted_fills(table)


def same_fills(expected: pd.DataFrame, found: pd.DataFrame) -> None:
    for at in range(min(len(expected), len(found))):
        wanted, seen = expected.iloc[at], found.iloc[at]
        parts = [name for name in ("symbol", "time") if not _equal(wanted[name], seen[name])]
        parts += [name for name in ("size", "price", "fee") if not _near(wanted[name], seen[name])]
        assert not parts, f"fill {at} differs in {', '.join(parts)}\n{_pair(wanted, seen)}"
    assert len(expected) == len(found), f"the reference has {len(expected)} fills, the run {len(found)}"


def same_equity(expected: pd.DataFrame, found: pd.DataFrame) -> None:
    assert len(expected) == len(found), f"the reference has {len(expected)} rows of equity, the run {len(found)}"
    left = pd.DatetimeIndex(expected["time"]).as_unit("ns")
    right = pd.DatetimeIndex(found["time"]).as_unit("ns")
    assert (left == right).all(), f"times of equity differ first at row {int(np.argmax(left != right))}"
    scale = np.abs(expected["equity"].to_numpy(float))
    for name in ("equity", "cash"):
        wanted, seen = expected[name].to_numpy(float), found[name].to_numpy(float)
        apart = ~(np.abs(wanted - seen) <= RELATIVE * np.maximum(np.abs(wanted), scale))
        if apart.any():
            at = int(np.argmax(apart))
            raise AssertionError(
                f"{name} differs first at row {at}, {left[at]}: reference {wanted[at]!r}, run {seen[at]!r}"
            )


def _ordered(trades: pd.DataFrame) -> pd.DataFrame:
    return trades.sort_values(["entry_time", "symbol"], kind="stable").reset_index(drop=True)


def _sorted_fills(table: pd.DataFrame) -> pd.DataFrame:
    table = table.assign(time=pd.DatetimeIndex(table["time"]).as_unit("ns"))
    return table.sort_values(["time", "symbol"], kind="stable").reset_index(drop=True)


def _equal(left: Any, right: Any) -> bool:
    if pd.isna(left) or pd.isna(right):
        return bool(pd.isna(left) and pd.isna(right))
    return bool(left == right)


def _near(left: float, right: float, scale: float = 0.0) -> bool:
    if pd.isna(left) or pd.isna(right):
        return bool(pd.isna(left) and pd.isna(right))
    return abs(left - right) <= RELATIVE * max(abs(left), abs(right), scale)


def _pair(wanted: pd.Series, seen: pd.Series) -> str:
    return pd.DataFrame({"reference": wanted, "run": seen.reindex(wanted.index)}).to_string()
