"""Months and years against values computed by hand and against pandas."""

import numpy as np
import pandas as pd
import pytest

from btbot.metrics.monthly import MONTHS, monthly_returns, monthly_table, yearly_returns

HOUR = 3_600_000


def opens(*stamps):
    return pd.DatetimeIndex(stamps, tz="UTC").as_unit("ms").asi8


def test_a_bar_belongs_to_the_month_of_its_open():
    time = opens("2023-12-30 00:00", "2023-12-31 23:00", "2024-01-01 00:00", "2024-03-01 00:00")
    months, values = monthly_returns(time, np.array([150.0, 110.0, 99.0, 198.0]), 100.0)
    assert months.astype(str).tolist() == ["2023-12", "2024-01", "2024-03"]
    assert values == pytest.approx([0.1, -0.1, 1.0], abs=1e-15)


def test_table_has_all_twelve_months_and_gaps():
    time = opens("2023-12-30 00:00", "2024-01-01 00:00", "2024-03-01 00:00", "2026-07-01 00:00")
    table = monthly_table(time, np.array([110.0, 99.0, 198.0, 198.0]), 100.0)
    assert table.columns.tolist() == list(MONTHS)
    assert table.index.tolist() == [2023, 2024, 2026]
    assert table.index.name == "year"
    assert table.loc[2023, "Dec"] == pytest.approx(0.1)
    assert table.loc[2024].dropna().to_dict() == pytest.approx({"Jan": -0.1, "Mar": 1.0})
    assert table.loc[2026].dropna().to_dict() == {"Jul": 0.0}


def test_years():
    time = opens("2023-06-30", "2023-12-31", "2024-12-31")
    years = yearly_returns(time, np.array([500.0, 120.0, 60.0]), 100.0)
    assert years.to_dict() == pytest.approx({2023: 0.2, 2024: -0.5})


def test_after_ruin_there_is_nothing_to_measure_against():
    time = opens("2024-01-31", "2024-02-29", "2024-03-31")
    assert monthly_returns(time, np.array([50.0, 0.0, 10.0]), 100.0)[1].tolist() == [-0.5, -1.0, 0.0]


def test_without_a_bar():
    none = np.empty(0, np.int64)
    assert len(monthly_returns(none, np.empty(0), 100.0)[1]) == 0
    assert monthly_table(none, np.empty(0), 100.0).shape == (0, 12)
    assert len(yearly_returns(none, np.empty(0), 100.0)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_equals_pandas(seed):
    rng = np.random.default_rng(seed)
    time = opens("2019-11-15")[0] + np.cumsum(rng.integers(1, 200, 400)) * HOUR
    equity = 1_000 * np.exp(np.cumsum(rng.normal(0, 0.02, 400)))
    series = pd.Series(equity, index=pd.to_datetime(time, unit="ms"))
    for grouped, values in (
        (series.resample("ME").last().dropna(), monthly_returns(time, equity, 1_000.0)[1]),
        (series.resample("YE").last().dropna(), yearly_returns(time, equity, 1_000.0).to_numpy()),
    ):
        wanted = grouped / grouped.shift(fill_value=1_000.0) - 1
        assert values == pytest.approx(wanted.to_numpy(), abs=1e-13)
