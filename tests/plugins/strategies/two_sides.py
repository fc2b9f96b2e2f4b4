"""Long above a slow average and short below it, unless the price is far on the other side."""

from btbot import Signals, Strategy, ta


class TwoSides(Strategy):
    params = dict(fast=3, slow=9, mode="both")

    @staticmethod
    def signals(bars, p):
        if p.fast >= p.slow:
            raise ValueError(f"{p.fast} is not faster than {p.slow}")
        fast, slow = ta.sma(bars.close, p.fast), ta.sma(bars.close, p.slow)
        above, below = fast > slow, fast < slow if p.mode == "both" else fast < 0.0
        far = 0.01 * slow
        return Signals(
            enter_long=above, exit_long=bars.close < slow - far, enter_short=below, exit_short=bars.close > slow + far
        )
