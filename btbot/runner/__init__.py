"""Whole jobs as the command line does them: configuration in, result and folder out.

Each module has one public function that Python users call too. Nothing here computes a figure.
"""

from btbot.runner.backtest import run
from btbot.runner.comparison import compare
from btbot.runner.search import optimize
from btbot.runner.walk import walkforward

__all__ = ["compare", "optimize", "run", "walkforward"]
