"""What trading costs: fees, slippage, impact, partial fills, latency, funding and borrowed money.

Takes and gives plain numbers; every function is also valid source for ``numba.njit``, so that the broker and
the compiled kernel charge the same. Never looks at an order, a bar object or the configuration.
"""

from btbot.costs.borrow import interest
from btbot.costs.fee import fee
from btbot.costs.funding import due, payment
from btbot.costs.impact import square_root_impact
from btbot.costs.latency import arrival, arrival_bar, price_at
from btbot.costs.partial import fillable
from btbot.costs.slippage import bps_fraction, slipped_price, volatility_fraction

__all__ = [
    "arrival",
    "arrival_bar",
    "bps_fraction",
    "due",
    "fee",
    "fillable",
    "interest",
    "payment",
    "price_at",
    "slipped_price",
    "square_root_impact",
    "volatility_fraction",
]
