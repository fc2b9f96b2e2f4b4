"""Enter on a confirmed turn after a swing low, and leave only by a trailing stop.

Loses in long declines and in choppy markets: every pause looks like a turn, and the stop is met too soon.

Source: Wilder 1978, "New Concepts in Technical Trading Systems" (RSI, ATR); LeBeau and Lucas 1992, "Technical
Traders Guide to Computer Analysis of the Futures Markets" (the stop that hangs from the best price).

Long at the close of bar `i`, if there are bars ``s < r <= i`` with ``i - s < swing_bars`` such that

1. `s` is the latest bar whose low is the lowest of the `swing_bars` bars up to it, itself included: a new one
   begins anew, the next steps must follow it;
2. at `r` RSI comes back up: at or below `rsi_oversold` at ``r - 1``, above it at `r`;
3. bar `i` closes above the high of bar ``i - 1``.

Short, where the run allows shorts, on the mirror image: swing high, `rsi_overbought`, close below the last low.
The stop hangs 3 ATR from the best price since the entry and never loosens; a turn against the position does not
end it. The stop is active from the entry on; with ``exits: {trailing: {atr: 3.0, after_atr: 1.0}}`` in the
configuration, after that favourable move.
"""

import numpy as np

from btbot import Exits, Signals, Strategy, ta


class ReversalTrailing(Strategy):
    params = dict(swing_bars=20, rsi_period=14, rsi_oversold=30.0, rsi_overbought=70.0)
    exits = Exits(trailing={"atr": 3.0}, opposite=False)

    @staticmethod
    def signals(bars, p):
        rsi = ta.rsi(bars.close, p.rsi_period)
        low, high = ta.lowest(bars.low, p.swing_bars), ta.highest(bars.high, p.swing_bars)
        turned_up = turn(bars.low == low, ta.crossover(rsi, p.rsi_oversold), p.swing_bars)
        turned_down = turn(bars.high == high, ta.crossunder(rsi, p.rsi_overbought), p.swing_bars)
        return Signals(
            enter_long=turned_up & (bars.close > previous(bars.high)),
            enter_short=turned_down & (bars.close < previous(bars.low)),
            plot={f"lowest of {p.swing_bars}": low, f"highest of {p.swing_bars}": high},
        )


def turn(swing, back, bars):
    at = np.arange(len(swing))
    swung, returned = (np.maximum.accumulate(np.where(event, at, -1)) for event in (swing, back))
    return (swung >= 0) & (returned > swung) & (at - swung < bars)


def previous(values):
    return np.concatenate(([np.nan], values))[:-1]
