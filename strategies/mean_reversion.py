"""Buy what has fallen too far below its Bollinger band, and sell it back at the middle.

Loses when a fall is the start of something: the trend filter keeps out of steep declines that show already,
not of the first leg of a new one; many small gains pay for few large losses.

Source: Bollinger 2001, "Bollinger on Bollinger Bands"; Wilder 1978, "New Concepts in Technical Trading
Systems" (RSI).

Long: RSI below `rsi_oversold`, the close below the lower band, and no strong downtrend (a close more than
`trend_filter_threshold`, a fraction, below the filter's average). Out: the close at or above the middle band,
RSI at or above 50, or 50 bars; then 10 bars of rest. Shorts mirror it.
"""

from btbot import Exits, Signals, Strategy, ta

RSI_MIDDLE = 50.0


class MeanReversion(Strategy):
    params = dict(
        rsi_period=14,
        rsi_oversold=30.0,
        rsi_overbought=70.0,
        bb_period=20,
        bb_std=2.0,
        trend_filter_ma=50,
        trend_filter_threshold=0.02,
    )
    exits = Exits(max_hold_bars=50, cooldown_bars=10)

    @staticmethod
    def signals(bars, p):
        close, rsi = bars.close, ta.rsi(bars.close, p.rsi_period)
        bands = ta.bollinger(close, p.bb_period, p.bb_std)
        trend = ta.sma(close, p.trend_filter_ma)
        no_downtrend = close >= trend * (1 - p.trend_filter_threshold)
        no_uptrend = close <= trend * (1 + p.trend_filter_threshold)
        return Signals(
            enter_long=(rsi < p.rsi_oversold) & (close < bands.lower) & no_downtrend,
            exit_long=(close >= bands.middle) | (rsi >= RSI_MIDDLE),
            enter_short=(rsi > p.rsi_overbought) & (close > bands.upper) & no_uptrend,
            exit_short=(close <= bands.middle) | (rsi <= RSI_MIDDLE),
            plot={"upper band": bands.upper, "middle band": bands.middle, "lower band": bands.lower},
        )
