"""Hold in proportion to a forecast: three exponential crossovers, each in units of volatility.

Loses in markets without direction, where the forecast changes sign at the wrong end of every swing, and gives
back a part of each trend at its end. Meant for 4h bars with volatility-target sizing.

Source: Carver 2015, "Systematic Trading" (EWMAC, its scalars and its cap); Moskowitz, Ooi and Pedersen 2012,
"Time Series Momentum", Journal of Financial Economics 104; RiskMetrics 1996, technical document (volatility
around zero).

For each pair (f, s) of `periods`, in days: x = (EMA_f - EMA_s) / volatility, where volatility is the root of
the EMA of squared price changes over `volatility_days`, scaled to a day. Carver's scalar 15 / sqrt(f) (5.3,
3.75, 2.65 for f = 8, 16, 32) brings the mean of |x| to 10, and he caps at 20; here tanh(15 / sqrt(f) * x /
20) squashes it into (-1, 1): 0.5 before the squashing is an average trend. The exposure is the mean of the
pairs, cut at 0 with `long_only`.
"""

import numpy as np

from btbot import Strategy, Targets, ta

DAY_MS = 86_400_000
STILL = 1e-12  # as a share of the price: a flat market has no trend, however small its volatility


class EwmaTrend(Strategy):
    params = dict(periods=((8, 32), (16, 64), (32, 128)), volatility_days=35, long_only=True)

    @staticmethod
    def signals(bars, p):
        bars_a_day = DAY_MS / bars.timeframe.ms

        def average(values, days):
            return ta.ema(values, max(2, round(days * bars_a_day)))

        change = np.diff(bars.close, prepend=np.nan)
        volatility = np.sqrt(average(change**2, p.volatility_days) * bars_a_day)
        volatility = np.maximum(volatility, STILL * bars.close)
        lines = {days: average(bars.close, days) for pair in p.periods for days in pair}
        forecasts = [
            np.tanh(15 / np.sqrt(fast) * (lines[fast] - lines[slow]) / volatility / 20) for fast, slow in p.periods
        ]
        exposure = np.mean(forecasts, axis=0)
        return Targets(
            exposure=np.maximum(exposure, 0.0) if p.long_only else exposure,
            plot={f"EWMA {days} d": line for days, line in sorted(lines.items())},
        )
