"""Has compiled code of its own, which takes writable arrays only."""

import numba

from btbot import Signals, Strategy, ta


@numba.njit("boolean[:](float64[:], float64[:])")
def above(left, right):
    return left > right


class OwnLoop(Strategy):
    params = dict(length=5)

    @staticmethod
    def signals(bars, p):
        fast, slow = ta.sma(bars.close, p.length), ta.sma(bars.close, 3 * p.length)
        return Signals(enter_long=above(fast, slow), exit_long=above(slow, fast))
