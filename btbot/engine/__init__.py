"""The only place that builds a Cerebro: from a configuration to the result of a run.

Takes a `RunConfig`, gives a `RunResult`, writes nothing. The optimiser, the proofs and the live path call the same
`run`. Rules of trading live in the pure rooms (`btbot.exits`, `btbot.costs`, `btbot.sizing`, `btbot.risk`); the
engine only moves data through them.
"""

from btbot.engine.market import Market, Window, load_market
from btbot.engine.run import run

__all__ = ["Market", "Window", "load_market", "run"]
