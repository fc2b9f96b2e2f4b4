"""The markets of random order flow: levels far apart, quantities that fall into few sizes, filters that bite.

One of them has prices and quantities whose products have more than eight decimals, so that everything is rounded.
"""

from __future__ import annotations

from typing import Any

from btbot.exchange.symbols import Symbol
from btbot.exchange.units import units

ACCOUNTS = ("ann", "bob", "eve")
MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
_COMMON: dict[str, Any] = {
    "preventions": MODES,
    "max_orders": 9,
    "max_algo_orders": 5,
    "max_order_lists": 3,
    "max_iceberg_orders": 2,
    "max_amends": 2,
    "iceberg_parts": 6,
    "price_minutes": 1,
}
ROUND = Symbol(
    "ABCUSD", "ABC", "USD",
    min_price=units(1), max_price=units(1000), tick=units("0.5"),
    min_quantity=units("0.2"), max_quantity=units(50), step=units("0.1"), market_max_quantity=units(30),
    min_notional=units(20), max_notional=units(4500),
    bid_multiplier_up=units("1.2"), bid_multiplier_down=units("0.7"),
    ask_multiplier_up=units("1.3"), ask_multiplier_down=units("0.8"),
    **_COMMON,
)  # fmt: skip
ODD = Symbol("ODDUSD", "ODD", "USD", min_price=7, max_price=units(1), tick=7, min_quantity=3, step=3, **_COMMON)
COIN = Symbol("BNBUSD", "BNB", "USD", tick=units("0.01"), step=units("0.001"), min_quantity=units("0.001"), **_COMMON)
SYMBOLS = (ROUND, ODD, COIN)
# lowest level, levels, distance of levels, lots, size of a lot
GRIDS = {
    "ABCUSD": (units(95), 21, units("0.5"), 60, units("0.1")),
    "ODDUSD": (1_170_001, 21, 7_007, 400, 300_003),
    "BNBUSD": (units("9.5"), 11, units("0.1"), 300, units("0.01")),
}
