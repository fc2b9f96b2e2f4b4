"""Follow the moving averages while ADX says that there is a trend and volatility is not extreme.

Loses in sideways markets: each false start is bought near its top, and ADX confirms a turn late.

Source: Wilder 1978, "New Concepts in Technical Trading Systems" (ADX, ATR); Brock, Lakonishok and LeBaron
1992, "Simple Technical Trading Rules and the Stochastic Properties of Stock Returns", Journal of Finance 47.

Long: fast above slow, the close above both, ADX above its threshold, ATR below the guard. Out: fast below
slow (the state, not the crossing), ADX below its threshold, ATR above the guard, or 200 bars. Shorts mirror
the averages. The guard is `atr_critical_multiplier` times the mean of the last 20 ATRs, the present one
included.
"""

from btbot import Exits, Signals, Strategy, ta

GUARD_BARS = 20


class TrendFollowing(Strategy):
    params = dict(
        ma_fast=20,
        ma_slow=50,
        adx_period=14,
        adx_threshold=25.0,
        atr_period=14,
        atr_critical_multiplier=3.0,
    )
    exits = Exits(max_hold_bars=200)

    @staticmethod
    def signals(bars, p):
        close = bars.close
        fast, slow = ta.sma(close, p.ma_fast), ta.sma(close, p.ma_slow)
        adx, atr = ta.adx(bars, p.adx_period), ta.atr(bars, p.atr_period)
        guard = p.atr_critical_multiplier * ta.sma(atr, GUARD_BARS)
        fit = (adx > p.adx_threshold) & (atr < guard)
        unfit = (adx < p.adx_threshold) | (atr > guard)
        return Signals(
            enter_long=fit & (fast > slow) & (close > fast) & (close > slow),
            exit_long=unfit | (fast < slow),
            enter_short=fit & (fast < slow) & (close < fast) & (close < slow),
            exit_short=unfit | (fast > slow),
            plot={f"SMA {p.ma_fast}": fast, f"SMA {p.ma_slow}": slow},
        )
