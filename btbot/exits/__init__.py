"""When a position ends: the decision at each close, and the levels that protect it between closes.

Takes plain numbers, gives plain numbers; never knows an order, a broker or a clock.
"""

from btbot.exits.decide import (
    FLAT_FOR_EVER,
    REASON_HOLD,
    REASON_MAX_HOLD,
    REASON_OPPOSITE,
    REASON_SIGNAL,
    decide,
    exit_reason,
    rebalance,
)
from btbot.exits.declare import NEVER, Exits
from btbot.exits.protect import (
    breached,
    distance_level,
    moved_to_break_even,
    reached,
    tighter,
    trailed,
)

__all__ = [
    "FLAT_FOR_EVER",
    "NEVER",
    "REASON_HOLD",
    "REASON_MAX_HOLD",
    "REASON_OPPOSITE",
    "REASON_SIGNAL",
    "Exits",
    "breached",
    "decide",
    "distance_level",
    "exit_reason",
    "moved_to_break_even",
    "reached",
    "rebalance",
    "tighter",
    "trailed",
]
