"""The rules of trading compiled: the pure functions looped over arrays by numba, for sweeps.

Takes a configuration, checked bars and many settings; gives figures, or the account and the fills of one setting,
equal to what Cerebro gives. No rule lives here: entries, exits, sizes, costs and limits are the functions that the
engine calls.
Importing the room compiles nothing and does not load numba; `btbot.kernel.sweep` does.
"""

from btbot.kernel.figures import FIGURES
from btbot.kernel.obstacle import obstacle
from btbot.kernel.trace import FILL, REASONS, Trace, fills_of, worst_difference

__all__ = ["FIGURES", "FILL", "REASONS", "Trace", "fills_of", "obstacle", "worst_difference"]
