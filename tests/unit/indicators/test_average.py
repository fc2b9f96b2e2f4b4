from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from btbot import indicators as ta
from btbot.bars import Bars

pytestmark = pytest.mark.usefixtures("both")
NAN = np.nan


def test_simple_average_by_hand() -> None:
    np.testing.assert_allclose(ta.sma([2.0, 4.0, 9.0, 5.0], 3), [NAN, NAN, 5.0, 6.0])


def test_exponential_average_by_hand() -> None:
    # seed (1 + 2 + 6) / 3 = 3; weight 2 / 4: 3 + (5 - 3) / 2 = 4; 4 + (0 - 4) / 2 = 2
    np.testing.assert_allclose(ta.ema([1.0, 2.0, 6.0, 5.0, 0.0], 3), [NAN, NAN, 3.0, 4.0, 2.0])


def test_weighted_average_by_hand() -> None:
    # (1*1 + 2*2 + 3*6) / 6 = 23/6; (1*2 + 2*6 + 3*0) / 6 = 14/6
    np.testing.assert_allclose(ta.wma([1.0, 2.0, 6.0, 0.0], 3), [NAN, NAN, 23 / 6, 14 / 6])


def test_exponential_average_agrees_with_pandas_once_the_start_is_forgotten(
    walk: Callable[..., Bars],
) -> None:
    close = walk(1000, seed=21).close
    expected = pd.Series(close).ewm(span=10, adjust=False).mean().to_numpy()
    np.testing.assert_allclose(ta.ema(close, 10)[300:], expected[300:], rtol=1e-12)


def test_simple_average_agrees_with_pandas(walk: Callable[..., Bars]) -> None:
    close = walk(500, seed=22).close
    np.testing.assert_allclose(ta.sma(close, 50), pd.Series(close).rolling(50).mean(), rtol=1e-12)
