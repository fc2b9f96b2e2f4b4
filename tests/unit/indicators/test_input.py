"""What indicators take: gaps, forms of arrays, periods; and how they refuse the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

SERIES = {
    "sma": lambda x: ta.sma(x, 5),
    "ema": lambda x: ta.ema(x, 5),
    "wma": lambda x: ta.wma(x, 5),
    "rsi": lambda x: ta.rsi(x, 5),
    "macd": lambda x: ta.macd(x, 3, 5, 4),
    "bollinger": lambda x: ta.bollinger(x, 5),
    "bandwidth": lambda x: ta.bandwidth(x, 5),
    "zscore": lambda x: ta.zscore(x, 5),
    "realized_volatility": lambda x: ta.realized_volatility(x, 5, periods_per_year=365.0),
    "linreg_slope": lambda x: ta.linreg_slope(x, 5),
    "highest": lambda x: ta.highest(x, 5),
    "lowest": lambda x: ta.lowest(x, 5),
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("gap", [np.nan, np.inf, -np.inf])
@pytest.mark.usefixtures("both")
def test_a_gap_starts_the_warm_up_anew(name: str, gap: float, walk: Callable[..., Bars]) -> None:
    values = walk(60, seed=10).close
    broken = np.concatenate((np.full(7, np.nan), values[:20], [gap, gap], values[20:23], [gap], values[23:]))
    answer = SERIES[name](broken)
    for at, line in enumerate(answer if isinstance(answer, tuple) else (answer,)):
        expected = np.full(len(broken), np.nan)
        for start, stop, run in ((7, 27, values[:20]), (33, 70, values[23:])):
            part = SERIES[name](run)
            expected[start:stop] = part[at] if isinstance(part, tuple) else part
        np.testing.assert_array_equal(line, expected)


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.usefixtures("both")
def test_nothing_but_gaps_gives_nothing(name: str) -> None:
    answer = SERIES[name](np.full(30, np.nan))
    for line in answer if isinstance(answer, tuple) else (answer,):
        assert line.shape == (30,)
        assert np.isnan(line).all()


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.usefixtures("both")
def test_takes_lists_views_and_whole_numbers(name: str, walk: Callable[..., Bars]) -> None:
    values = np.round(walk(120, seed=11).close)
    expected = np.atleast_2d(SERIES[name](np.ascontiguousarray(values[::2])))
    for form in (values[::2], values[::2].tolist(), values[::2].astype(np.int32), pd.Series(values[::2])):
        found = SERIES[name](form)
        assert all(type(line) is np.ndarray for line in (found if isinstance(found, tuple) else (found,)))
        np.testing.assert_array_equal(np.atleast_2d(found), expected)


BARS = {
    "vwap": lambda b, n: ta.vwap(b, n),
    "adx": ta.adx,
    "plus_di": ta.plus_di,
    "minus_di": ta.minus_di,
    "donchian": ta.donchian,
    "ichimoku": ta.ichimoku,
    "stochastic": ta.stochastic,
    "cci": ta.cci,
    "mfi": ta.mfi,
    "atr": ta.atr,
    "supertrend": ta.supertrend,
}
PERIODS = {
    "sma": ta.sma,
    "ema": ta.ema,
    "wma": ta.wma,
    "rsi": ta.rsi,
    "macd": ta.macd,
    "bollinger": ta.bollinger,
    "bandwidth": ta.bandwidth,
    "zscore": ta.zscore,
    "realized_volatility": lambda x, n: ta.realized_volatility(x, n, periods_per_year=365.0),
    "linreg_slope": ta.linreg_slope,
    "highest": ta.highest,
    "lowest": ta.lowest,
}


@pytest.mark.parametrize("period", [1, 0, -3])
@pytest.mark.parametrize("name", [*BARS, *PERIODS])
def test_a_period_below_two_is_refused(name: str, period: int, walk: Callable[..., Bars]) -> None:
    bars = walk(30, seed=12)
    with pytest.raises(ValueError, match=rf"must be a whole number of 2 or more, was {period}; choose a longer one"):
        BARS[name](bars, period) if name in BARS else PERIODS[name](bars.close, period)


@pytest.mark.parametrize("period", [14.0, "14", None, True, np.nan])
@pytest.mark.parametrize("name", ["adx", "rsi"])
def test_a_period_that_is_not_whole_is_refused(name: str, period: object, walk: Callable[..., Bars]) -> None:
    bars = walk(30, seed=12)
    text = rf"{name}: period must be a whole number of 2 or more, was {period!r}; write it without a fraction"
    with pytest.raises(ValueError, match=text):
        BARS[name](bars, period) if name in BARS else PERIODS[name](bars.close, period)


@pytest.mark.parametrize(("name", "call"), PERIODS.items())
def test_an_array_of_another_dimension_is_refused(name: str, call: Callable[..., object]) -> None:
    if name == "bandwidth":
        name = "bollinger"
    with pytest.raises(ValueError, match=rf"{name}: values must be an array of one dimension, found shape \(4, 2\)"):
        call(np.ones((4, 2)), 3)
    with pytest.raises(ValueError, match=r"pass one column, such as bars\.close"):
        call(5.0, 3)


def test_numpy_whole_numbers_are_periods(walk: Callable[..., Bars]) -> None:
    close = walk(30, seed=13).close
    np.testing.assert_array_equal(ta.sma(close, np.int64(5)), ta.sma(close, 5))
