"""Daily returns against hand-computed days and a loop that reads bar by bar."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.metrics.daily import DAY_MS, daily_returns, day_ends

HOUR_MS = 3_600_000


def ms(year, month, day, hour=0):
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def loop(open_time_ms, equity, capital):
    """Return {day: return} by walking over the bars."""
    last = {}
    for time, value in zip(open_time_ms, equity, strict=True):
        last[int(time) // DAY_MS] = float(value)
    found, before = {}, capital
    for day, value in last.items():
        found[day], before = value / before - 1.0, value
    return found


def test_first_day_is_measured_against_the_capital_and_a_bar_belongs_to_the_day_of_its_open():
    time = np.array([ms(2024, 1, 1, 12), ms(2024, 1, 1, 23), ms(2024, 1, 2, 0), ms(2024, 1, 2, 23)])
    day, returns = daily_returns(time, np.array([90.0, 110.0, 50.0, 99.0]), 100.0, periods_per_year=365)
    assert day.tolist() == [ms(2024, 1, 1), ms(2024, 1, 2)]
    assert returns == pytest.approx([0.10, -0.10], abs=1e-15)


def test_a_day_without_a_bar_is_flat_where_the_market_never_closes():
    time = np.array([ms(2024, 1, 1), ms(2024, 1, 4)])
    day, returns = daily_returns(time, np.array([100.0, 120.0]), 100.0, periods_per_year=365)
    assert day.tolist() == [ms(2024, 1, d) for d in (1, 2, 3, 4)]
    assert returns == pytest.approx([0.0, 0.0, 0.0, 0.2], abs=1e-15)


def test_a_weekend_is_no_day_of_a_stock_market():
    time = np.array([ms(2024, 1, 5), ms(2024, 1, 8)])  # Friday, Monday
    day, returns = daily_returns(time, np.array([100.0, 120.0]), 100.0, periods_per_year=252)
    assert day.tolist() == time.tolist()
    assert returns == pytest.approx([0.0, 0.2], abs=1e-15)


@pytest.mark.parametrize(("periods_per_year", "days"), [(365.0, 15), (252.0, 11)])
def test_weekly_bars_fill_the_days_between_them(periods_per_year, days):
    time = np.array([ms(2024, 1, 1), ms(2024, 1, 8), ms(2024, 1, 15)])  # Mondays
    day, returns = daily_returns(time, np.array([110.0, 110.0, 121.0]), 100.0, periods_per_year=periods_per_year)
    assert len(day) == days
    weekdays = {datetime.fromtimestamp(int(one) / 1000, UTC).weekday() for one in day}
    assert weekdays == (set(range(5)) if periods_per_year == 252 else set(range(7)))
    assert np.flatnonzero(returns).tolist() == [0, days - 1]
    assert np.prod(1 + returns) == pytest.approx(1.21)


def test_nothing_is_measured_against_an_account_at_or_below_zero():
    time = np.arange(4) * DAY_MS
    _, returns = daily_returns(time, np.array([50.0, 0.0, -10.0, 20.0]), 100.0, periods_per_year=365)
    assert returns.tolist() == [-0.5, -1.0, 0.0, 0.0]


def test_no_bar_no_day():
    day, returns = daily_returns(np.empty(0, np.int64), np.empty(0), 100.0, periods_per_year=365)
    assert len(day) == len(returns) == 0
    assert [len(part) for part in day_ends(np.empty(0, np.int64))] == [0, 0]


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.integers(1, 60), min_size=1, max_size=80),
    start=st.integers(-50, 20_000),
    seed=st.integers(0, 9_999),
    capital=st.floats(1.0, 1e7),
)
def test_equals_the_loop_and_compounds_to_the_final_equity(steps, start, seed, capital):
    time = (start * 24 + np.cumsum(steps)) * HOUR_MS
    equity = capital * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, len(time))))
    wanted = loop(time, equity, capital)

    day, sessions = daily_returns(time, equity, capital, periods_per_year=252)
    assert (day // DAY_MS).tolist() == list(wanted)
    assert sessions == pytest.approx(list(wanted.values()), abs=1e-14)

    day, every = daily_returns(time, equity, capital, periods_per_year=365)
    assert np.diff(day).tolist() == [DAY_MS] * (len(day) - 1)
    assert {int(d): r for d, r in zip(day // DAY_MS, every, strict=True) if int(d) in wanted} == pytest.approx(wanted)
    assert capital * np.prod(1 + every) == pytest.approx(equity[-1], rel=1e-12)


def test_real_hours_with_an_outage_equal_pandas(data_dir):
    frame = pd.read_csv(data_dir / "BTCUSDT-1h-binance.csv.gz")
    close = frame.set_index(pd.to_datetime(frame.pop("timestamp"), unit="ms"))["close"].loc["2018-01":"2018-06"]
    daily = close.resample("D").last()
    wanted = (daily.ffill() / daily.ffill().shift(fill_value=close.iloc[0]) - 1).to_numpy()
    time = close.index.as_unit("ms").asi8
    day, returns = daily_returns(time, close.to_numpy(), close.iloc[0], periods_per_year=365)
    assert len(day) == 181
    assert returns == pytest.approx(wanted, abs=1e-14)
    assert daily.isna().sum() == 181 - len(daily_returns(time, close.to_numpy(), 1.0, periods_per_year=252)[0])
