"""The sparse loop gives what the dense loop gives: trades, orders, equity, metrics, notes."""

from __future__ import annotations

import pandas as pd
import pytest
from random_runs import PLUGINS, Case, draw, trade

HOUR = pd.Timedelta("1h")
FREE = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0}


def same_in_both_loops(case: Case):
    sparse, sparse_fills = trade(case, loop="sparse")
    dense, dense_fills = trade(case, loop="dense")
    pd.testing.assert_frame_equal(sparse.trades, dense.trades, rtol=1e-12, atol=0)
    pd.testing.assert_frame_equal(from_zero(sparse.orders), from_zero(dense.orders), rtol=1e-12, atol=0)
    pd.testing.assert_frame_equal(sparse.equity, dense.equity, rtol=1e-12, atol=0)
    assert sparse.notes == dense.notes
    assert len(sparse_fills) == len(dense_fills)
    for left, right in zip(sparse_fills, dense_fills, strict=True):
        assert (left[3], left[7]) == (right[3], right[7])
        assert left[4:7] == pytest.approx(right[4:7], rel=1e-12)
    for name in sparse.metrics.keys() - {"engine"}:
        left, right = sparse.metrics[name], dense.metrics[name]
        assert left == (pytest.approx(right, rel=1e-9) if isinstance(right, float) else right), name
    return sparse


def from_zero(orders: pd.DataFrame) -> pd.DataFrame:
    """Count order ids from the run's own first one; Backtrader counts on from run to run."""
    return orders.assign(id=orders["id"] - orders["id"].min())


@pytest.mark.parametrize("seed", range(40))
def test_random_runs(seed, tmp_path):
    same_in_both_loops(draw(seed, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1_000, 1_400))
def test_many_random_runs(seed, tmp_path):
    same_in_both_loops(draw(seed, tmp_path))


def test_random_runs_meet_every_exit_and_both_sides(tmp_path):
    """The draws above are worth something only if they reach every rule."""
    reasons, sides, partial = set(), set(), 0
    for seed in range(40):
        case = draw(seed, tmp_path)
        trades = trade(case, loop="sparse")[0].trades
        reasons |= set(trades["exit_reason"])
        sides |= set(trades["side"])
        partial += "max_volume_share" in case.config["costs"]
    assert {"signal", "opposite", "max_hold", "stop", "trailing", "break_even", "take_profit", "target"} <= reasons
    assert {"max_daily_loss", "max_drawdown", "open"} <= reasons
    assert sides == {"long", "short"}
    assert partial > 3


def flat_frame(opens, *, missing=()):
    """Candles (open, high, low, close) of consecutive hours; those in `missing` do not exist."""
    index = pd.date_range("2024-01-01", periods=len(opens), freq=HOUR, tz="UTC")
    frame = pd.DataFrame(opens, columns=["open", "high", "low", "close"], index=index, dtype=float).assign(volume=1e6)
    return frame.drop(frame.index[list(missing)])


def two_symbols(frames, scripts, **config):
    given = {
        "symbols": list(frames), "timeframe": "1h", "feed": {"name": "frame", "frame": frames}, "capital": 100_000,
        "data": {"on_error": "warn"}, "sizing": {"name": "fixed_units", "units": 1}, "costs": FREE, "proof": "none",
        "strategies": [
            {"name": "scripted", "symbols": [symbol], "params": params}
            for symbol, params in zip(frames, scripts, strict=True)
        ],
        "plugins": {"strategies": [str(PLUGINS)]},
        **config,
    }  # fmt: skip
    return Case(frames, given)


def test_stop_does_not_meet_the_bar_that_moved_it(tmp_path):
    """X's bar 2 makes the break-even stop active; X has no bar 3, in which only Y has something to do."""
    still = (100, 100, 100, 100)
    x = [still, still, (100, 106, 99, 105), still, (105, 106, 104, 105), (105, 105, 105, 105)]
    frames = {"X/Y": flat_frame(x, missing=[3]), "Y/Y": flat_frame([still] * 6)}
    case = two_symbols(
        frames, [{"enter_long": [0]}, {"enter_long": [3]}], exits={"break_even": {"after_percent": 0.05}}
    )
    result = same_in_both_loops(case)
    assert list(result.trades["exit_reason"]) == ["open", "open"]


def test_levels_that_appear_later_live_with_a_tick(tmp_path):
    candles = [(100, 100, 100, 100), (100, 103, 96, 102), (102, 106, 101, 105), (105, 105, 99, 100), (100,) * 4]
    case = two_symbols(
        {"X/Y": flat_frame(candles)}, [{"enter_long": [0]}],
        exits={"break_even": {"after_percent": 0.05}}, instruments={"X/Y": {"tick": 0.01}},
    )  # fmt: skip
    row = same_in_both_loops(case).trades.iloc[0]
    assert (row.exit_price, row.exit_reason) == (100.0, "break_even")
