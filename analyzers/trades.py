"""Trades: closed trades as a whole, by side and by symbol."""

import numpy as np
import pandas as pd

from btbot.analyzer import TradesAnalyzer
from btbot.metrics import trades as formulas


class Trades(TradesAnalyzer):
    def compute(self, trades):
        groups = {"all": trades}
        groups |= dict(iter(trades.groupby("side")))
        groups |= dict(iter(trades.groupby("symbol")))
        return pd.DataFrame({name: figures(part) for name, part in groups.items()}).T.rename_axis("group")


def figures(trades):
    pnl = trades["pnl"].to_numpy(np.float64)
    return {
        "trades": len(pnl),
        "net_profit": pnl.sum(),
        "win_rate": formulas.win_rate(pnl),
        "profit_factor": formulas.profit_factor(pnl),
        "expectancy": formulas.expectancy(pnl),
        "average_win": formulas.average_win(pnl),
        "average_loss": formulas.average_loss(pnl),
        "largest_win": formulas.largest_win(pnl),
        "largest_loss": formulas.largest_loss(pnl),
        "average_bars_held": trades["bars_held"].mean() if len(pnl) else np.nan,
    }
