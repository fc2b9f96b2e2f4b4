"""How large a position is: one rule a file, each the size for exposure 1, never negative.

Takes what is known at the close of the decision and gives base currency (the ``*_percent`` functions a share
of equity for `percent`). Every function is also valid source for ``numba.njit``. Never looks at fills to
come, at buying power (`btbot.risk`) or at the configuration.
"""

from btbot.sizing.fixed_cash import fixed_cash
from btbot.sizing.fixed_risk import fixed_risk
from btbot.sizing.fixed_units import fixed_units
from btbot.sizing.kelly import kelly_percent
from btbot.sizing.optimal_f import optimal_f, optimal_f_percent
from btbot.sizing.percent import percent
from btbot.sizing.rounding import is_dust, meets_minimum, round_down, round_price
from btbot.sizing.volatility_target import volatility_target

__all__ = [
    "fixed_cash",
    "fixed_risk",
    "fixed_units",
    "is_dust",
    "kelly_percent",
    "meets_minimum",
    "optimal_f",
    "optimal_f_percent",
    "percent",
    "round_down",
    "round_price",
    "volatility_target",
]
