"""The account holds together at every bar, whatever was traded, seen from the fills alone."""

from __future__ import annotations

import numpy as np
import pytest
from random_runs import HOUR_MS, Case, draw, trade

YEAR_MS = 365 * 86_400_000
QUICK, SLOW = range(100, 124), range(2_000, 2_300)


def account_from_fills(case: Case, result, fills):
    """Return cash and equity at every bar's close, from fills, funding rates and interest alone."""
    ends = result.equity["time"].astype("int64").to_numpy() // (
        1_000_000 if result.equity["time"].dt.unit == "ns" else 1
    )
    cash = np.full(len(ends), float(case.config["capital"]))
    value = np.zeros(len(ends))
    for number, bars in enumerate(result.bars.values()):
        held = np.zeros(len(bars))
        paid = np.zeros(len(bars))
        for _, symbol, _, bar, size, price, fee, _ in fills:
            if symbol == number:
                held[bar:] += size
                paid[bar] += size * price + fee
        held[np.abs(held) < 1e-9 * max(1.0, np.abs(held).max(initial=0.0))] = 0.0
        closes = bars.time + HOUR_MS
        for time, rate in case.rates:
            if bars.time[0] < time <= closes[-1]:
                bar = int(np.searchsorted(closes, time))
                paid[bar] += held[bar] * bars.close[bar] * rate
        # Interest runs from close to close; in the first bar of a short it runs over the bar.
        elapsed = np.r_[HOUR_MS, np.where(held[:-1] < 0, np.diff(closes), HOUR_MS)]
        interest = case.config["costs"].get("borrow_rate", 0.0) * elapsed / YEAR_MS
        paid += np.where(held < 0, -held * bars.close * interest, 0.0)
        last = np.searchsorted(closes, ends, side="right") - 1
        seen = last >= 0
        cash[seen] -= np.cumsum(paid)[last[seen]]
        value[seen] += (held * bars.close)[last[seen]]
    return cash, cash + value


def check_account(seed, loop, folder):
    case = draw(seed, folder)
    result, fills = trade(case, loop=loop)
    cash, equity = account_from_fills(case, result, fills)
    scale = np.abs(equity).max() + sum(abs(fill[4] * fill[5]) for fill in fills)
    np.testing.assert_allclose(result.equity["cash"], cash, rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(result.equity["equity"], equity, rtol=0, atol=1e-9 * scale)
    metrics = result.metrics
    carried = metrics["funding_paid"] + metrics["borrow_paid"]
    gained = result.equity["equity"].iloc[-1] - case.config["capital"]
    assert gained == pytest.approx(result.trades["pnl"].sum() - carried, abs=1e-9 * scale)
    assert metrics["final_equity"] == result.equity["equity"].iloc[-1]
    assert metrics["fees_paid"] == pytest.approx(sum(fill[6] for fill in fills))
    assert result.trades["fees"].sum() == pytest.approx(metrics["fees_paid"])
    check_costs(case, result, fills)


def check_costs(case, result, fills):
    """Costs are never negative, and no fill is better than its bar."""
    assert all(fill[6] >= 0 for fill in fills)
    assert min(result.metrics[name] for name in ("fees_paid", "slippage_paid", "borrow_paid")) >= 0
    dear = max(case.config["costs"]["maker_fee"], case.config["costs"]["taker_fee"])
    for _, symbol, _, bar, size, price, fee, _ in fills:
        bars = list(result.bars.values())[symbol]
        assert price >= bars.low[bar] if size > 0 else price <= bars.high[bar]
        assert fee <= dear * abs(size) * price * (1 + 1e-12)
    if not case.config["allow_short"]:
        assert set(result.trades["side"]) <= {"long"}


@pytest.mark.parametrize("loop", ["sparse", "dense"])
@pytest.mark.parametrize("seed", QUICK)
def test_account_of_random_runs(seed, loop, tmp_path):
    check_account(seed, loop, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SLOW)
def test_account_of_many_random_runs(seed, tmp_path):
    check_account(seed, "sparse", tmp_path)


def test_tables_have_the_same_types_without_a_trade(tmp_path):
    case = draw(QUICK[0], tmp_path)
    without = case.changed(strategies=[{"name": "scripted"}])
    some, none = trade(case, loop="sparse")[0], trade(without, loop="sparse")[0]
    assert none.trades.empty
    assert dict(none.trades.dtypes) == dict(some.trades.dtypes)
    assert dict(none.orders.dtypes) == dict(some.orders.dtypes)
