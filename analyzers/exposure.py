"""Exposure: share of bars in position, as a whole and by symbol."""

import numpy as np
import pandas as pd

from btbot.analyzer import Analyzer, account
from btbot.metrics.exposure import count_open_positions, exposure, max_concurrent_positions


class Exposure(Analyzer):
    def compute(self, result):
        time = account(result).open_time_ms
        held = {symbol: positions(time, part) for symbol, part in result.trades.groupby("symbol")}
        together = sum(((count > 0).astype(int) for count in held.values()), np.zeros(len(time), int))
        return {
            "exposure": exposure(together),
            "max_concurrent_positions": max_concurrent_positions(together),
            "symbols": {symbol: exposure(count) for symbol, count in held.items()},
        }


def positions(time, trades):
    entered, left = (pd.DatetimeIndex(trades[f"{way}_time"]).as_unit("ms").asi8 for way in ("entry", "exit"))
    return count_open_positions(time, entered, left)
