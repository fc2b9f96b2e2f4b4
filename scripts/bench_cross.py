"""The SMA cross in backtesting.py, and what its equity must be.

Common to all contestants: long only, one unit a trade, fee 0.1 %, no slippage. A cross of SMA 20 over
SMA 50 seen at a close buys at the next open, the cross below sells at the next open; a position left over is
marked at the last close. One whole unit and a capital of a million, because backtesting.py trades whole units
and sizes a share of equity by the open at which it fills, btbot by the close at which it decides.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import talib
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

CAPITAL, FEE, FAST, SLOW = 1_000_000.0, 0.001, 20, 50


class Cross(Strategy):
    """As in the tutorial of backtesting.py, with TA-Lib's averages."""

    def init(self) -> None:
        self.fast = self.I(talib.SMA, self.data.Close, FAST)
        self.slow = self.I(talib.SMA, self.data.Close, SLOW)

    def next(self) -> None:
        if crossover(self.fast, self.slow):
            self.buy(size=1)
        elif crossover(self.slow, self.fast):
            self.position.close()


def titled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame as backtesting.py wants it."""
    return frame.set_axis(frame.index.tz_localize(None)).rename(columns=str.title)


def backtesting_equity(frame: pd.DataFrame) -> float:
    """Run and return the final equity; `run` computes its statistics as well."""
    test = Backtest(frame, Cross, cash=CAPITAL, commission=FEE)
    return float(test.run()["Equity Final [$]"])


def expected_equity(frame: pd.DataFrame, *, at_close: bool = False) -> tuple[float, int]:
    """Return final equity and number of fills by plain arithmetic, at the next open or at the same close."""
    close, opened = frame["close"].to_numpy(), frame["open"].to_numpy()
    gap = talib.SMA(close, FAST) - talib.SMA(close, SLOW)
    up = np.r_[False, (gap[1:] > 0) & (gap[:-1] <= 0)]
    down = np.r_[False, (gap[1:] < 0) & (gap[:-1] >= 0)]
    cash, held, fills = CAPITAL, 0, 0
    for i in np.flatnonzero(up | down):
        if (up[i] and held) or (down[i] and not held) or (not at_close and i + 1 == len(close)):
            continue
        price = close[i] if at_close else opened[i + 1]
        cash += (-price if up[i] else price) - FEE * price
        held, fills = int(up[i]), fills + 1
    return cash + held * float(close[-1]), fills
