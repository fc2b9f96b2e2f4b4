"""Signals by the number of the bar, so that a test can write its market and its trades by hand."""

import numpy as np

from btbot import Signals, Strategy


class Scripted(Strategy):
    params = dict(
        enter_long=(), exit_long=(), enter_short=(), exit_short=(), confidence=None, stop_long=None, stop_short=None,
        target_long=None, target_short=None,
    )  # fmt: skip

    @staticmethod
    def signals(bars, p):
        def at(numbers):
            flags = np.zeros(len(bars), dtype=bool)
            flags[[number for number in numbers if number < len(bars)]] = True
            return flags

        def prices(values):
            return None if values is None else np.array(values, dtype=float)[: len(bars)]

        return Signals(
            enter_long=at(p.enter_long), exit_long=at(p.exit_long), enter_short=at(p.enter_short),
            exit_short=at(p.exit_short), confidence=prices(p.confidence), stop_long=prices(p.stop_long),
            stop_short=prices(p.stop_short), target_long=prices(p.target_long), target_short=prices(p.target_short),
        )  # fmt: skip
