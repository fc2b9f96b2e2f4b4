"""Made-up markets on which the truth about a search is known, and a search over moving-average crosses on them.

The markets are daily, with an annual volatility of 60 % and the tails of a Student distribution with 5 degrees of
freedom. Without drift they are random walks, on which no setting has an edge: on average each loses its costs. With
drift, its sign changes at random, every 90 days on average; a moving-average cross catches that, and the drift is such
that the best true setting of the grid has a known Sharpe ratio net of costs (see `DRIFTS`). The strategy is always long
or short and pays 0.15 % of the notional, fee and slippage, to go in and again to go out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
YEAR = 365
VOLATILITY = 0.6
REGIME_DAYS = 90
COST = 0.0015
FAST, SLOW = np.arange(2, 27), np.arange(30, 190, 4)
WARM_UP = 200
DRIFTS = {0.0: 0.0, 1.0: 1.55, 1.5: 1.95, 2.0: 2.31}
"""Annual Sharpe ratio of the best true setting, net of costs, to the size of the annual drift; `true_sharpe` measures
it."""


def market(rng: np.random.Generator, years: int, drift: float) -> Array:
    """Return the daily returns of a market, those of the warm-up first, shape (200 + 365 * years,)."""
    days = WARM_UP + YEAR * years
    rising = (np.cumsum(rng.random(days) < 1.0 / REGIME_DAYS) + rng.integers(2)) % 2 == 0
    shocks = rng.standard_t(5, days) / np.sqrt(5.0 / 3.0)
    returns = np.where(rising, drift, -drift) / YEAR + VOLATILITY / np.sqrt(YEAR) * shocks
    return np.maximum(returns, -0.5)


def crosses(returns: Array, fast: npt.NDArray[np.int64] = FAST, slow: npt.NDArray[np.int64] = SLOW) -> Array:
    """Return the daily returns of every setting after the warm-up, shape (days, settings): decided at one close, earned
    until the next."""
    price = np.cumprod(1.0 + returns)
    total = np.append(0.0, np.cumsum(price))

    def average(length: int) -> Array:
        values = np.full(len(price), np.nan)
        values[length - 1 :] = (total[length:] - total[:-length]) / length
        return values

    above = np.array([average(int(one)) for one in fast])[:, None] > np.array([average(int(one)) for one in slow])
    held = np.where(above, 1.0, -1.0).reshape(len(fast) * len(slow), -1).T[WARM_UP - 1 : -1]
    earned: Array = held * returns[WARM_UP:, None]
    earned[0] -= COST
    earned[1:] -= COST * np.abs(np.diff(held, axis=0))
    return earned


def best(earned: Array) -> int:
    """Return the setting with the highest Sharpe ratio."""
    return int(np.argmax(earned.mean(axis=0) / earned.std(axis=0)))


def true_sharpe(drift: float, markets: int = 60, years: int = 20) -> float:
    """Return the annual Sharpe ratio of the best setting of the grid over a very long time."""
    mean = square = np.zeros(len(FAST) * len(SLOW))
    for number in range(markets):
        earned = crosses(market(np.random.default_rng([5, number]), years, drift))
        mean = mean + earned.mean(axis=0) / markets
        square = square + (earned**2).mean(axis=0) / markets
    return float(np.max(mean / np.sqrt(square - mean**2)) * np.sqrt(YEAR))


def searched(returns: Array, folder: Path) -> Any:
    """Return what a whole search of the shipped `ma_cross` over the same grid says about itself."""
    import pandas as pd

    from btbot.config import load_config
    from btbot.runner.overfit import panel
    from btbot.search.searching import search

    close = 100.0 * np.cumprod(1.0 + returns)
    opened = np.append(100.0, close[:-1])
    frame = pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close),
            "low": np.minimum(opened, close),
            "close": close,
            "volume": 1.0,
        },
        index=pd.date_range("2018-01-01", periods=len(close), freq="D", tz="UTC", name="time"),
    )
    config = load_config({
        "symbols": ["BTC/USDT"], "timeframe": "1d", "feed": {"name": "frame", "frame": frame}, "allow_short": True,
        "strategies": [{"name": "ma_cross"}], "sizing": {"name": "percent", "percent": 1.0},
        "costs": {"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 5.0},
        "database": f"sqlite:///{folder / 'ledger.db'}",
        "optimize": {
            "space": {
                "strategies.0.params.ma_fast": {"low": int(FAST[0]), "high": int(FAST[-1])},
                "strategies.0.params.ma_slow": {"low": int(SLOW[0]), "high": int(SLOW[-1]), "step": 4},
            },
            "verify": {"best": 0, "sample": 0}, "workers": {"backend": "none"},
        },
    })  # fmt: skip
    return panel(search(config, parent=folder))
