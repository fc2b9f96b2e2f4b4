"""What trading costs and permits in one run, symbol by symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from btbot.costs import bps_fraction, square_root_impact, volatility_fraction

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lot:
    """Units of one symbol as floats; 0 means no limit. See `btbot.records.Instrument`."""

    step: float = 0.0
    tick: float = 0.0
    min_notional: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """Costs, margins and units.

    Parameters
    ----------
    maker_fee, taker_fee
        Fractions of the notional.
    slippage_bps, slippage_volatility, impact
        Basis points; share of the bar volatility; coefficient of the square-root law. They add up.
    max_volume_share
        Share of a bar's volume that our orders may take, 0 for no limit.
    latency_ms, latency_bars
        Time from the close to the market.
    borrow_rate
        Yearly interest on shorts, fraction.
    leverage, maintenance_margin
        See the rules of buying power and liquidation.
    lots
        Units of each symbol.
    volatility
        Per symbol float64 of shape (n,): standard deviation of log returns known at each close; None if unused.
    funding
        Per symbol float64 of shape (n,): sum of the funding rates due within each bar; None if none.
    """

    maker_fee: float
    taker_fee: float
    slippage_bps: float
    lots: Sequence[Lot]
    slippage_volatility: float = 0.0
    impact: float = 0.0
    max_volume_share: float = 0.0
    latency_ms: int = 0
    latency_bars: int = 0
    borrow_rate: float = 0.0
    leverage: float = 1.0
    maintenance_margin: float = 0.005
    volatility: Sequence[FloatArray] | None = None
    funding: Sequence[FloatArray | None] | None = None

    def slippage(self, symbol: int, known_bar: int, size: float, volume: float) -> float:
        """Return the slippage of a taking order as a fraction of the price.

        Parameters
        ----------
        known_bar
            Last finished bar: its volatility is known.
        volume
            Volume of the bar in which the order trades, base currency.
        """
        fraction = bps_fraction(self.slippage_bps)
        if self.volatility is None or known_bar < 0:
            return fraction
        sigma = float(self.volatility[symbol][known_bar])
        if sigma != sigma:  # not warm yet
            return fraction
        fraction += volatility_fraction(self.slippage_volatility, sigma)
        return fraction + square_root_impact(self.impact, sigma, size, volume)
