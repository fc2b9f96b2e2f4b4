from __future__ import annotations

import numpy as np
import pytest

from btbot import indicators as ta

NAN = np.nan


@pytest.mark.usefixtures("both")
def test_by_hand() -> None:
    # slow EMA(3): 2 (mean of 1 2 3), 4.5; fast EMA(2): 2.5 (mean of 2 3), 5.5; difference 0.5, 1; signal mean 0.75
    lines = ta.macd([1.0, 2.0, 3.0, 7.0], 2, 3, 2)
    np.testing.assert_allclose(lines.line, [NAN, NAN, NAN, 1.0])
    np.testing.assert_allclose(lines.signal, [NAN, NAN, NAN, 0.75])
    np.testing.assert_allclose(lines.histogram, [NAN, NAN, NAN, 0.25])


def test_fast_is_below_slow() -> None:
    with pytest.raises(ValueError, match="macd: fast must be below slow, was 26 against 12; exchange them"):
        ta.macd(np.arange(50.0), 26, 12)
    with pytest.raises(ValueError, match="macd: signal must be a whole number of 2 or more, was 1"):
        ta.macd(np.arange(50.0), 12, 26, 1)
