"""The decision at a close: whether to be long, short or out, and how much to trade towards a target."""

from __future__ import annotations

import math

FLAT_FOR_EVER = 2**62  # bars since the last exit, before there was one
REASON_HOLD, REASON_SIGNAL, REASON_OPPOSITE, REASON_MAX_HOLD = 0, 1, 2, 3


def exit_reason(
    side: int,
    bars_held: int,
    enter_long: bool,
    exit_long: bool,
    enter_short: bool,
    exit_short: bool,
    max_hold_bars: int,
) -> int:
    """Say why a position ends at this close, or `REASON_HOLD`.

    Parameters
    ----------
    side
        +1 long, -1 short.
    bars_held
        1 at the close of the bar in which the entry filled.
    max_hold_bars
        0 for no limit.
    """
    if side > 0:
        own, opposite = exit_long, enter_short
    else:
        own, opposite = exit_short, enter_long
    if own:
        return REASON_SIGNAL
    if opposite:
        return REASON_OPPOSITE
    if max_hold_bars > 0 and bars_held >= max_hold_bars:
        return REASON_MAX_HOLD
    return REASON_HOLD


def decide(
    side: int,
    bars_held: int,
    bars_since_exit: int,
    enter_long: bool,
    exit_long: bool,
    enter_short: bool,
    exit_short: bool,
    allow_short: bool,
    max_hold_bars: int,
    cooldown_bars: int,
) -> int:
    """Return the side wanted after this close: -1, 0 or +1. One transition a bar; a reversal takes two.

    Parameters
    ----------
    side
        Position now: -1, 0 or +1.
    bars_held
        1 at the close of the bar in which the entry filled.
    bars_since_exit
        1 at the close of the bar in which the exit filled; `FLAT_FOR_EVER` before the first exit.
    max_hold_bars, cooldown_bars
        0 for no limit.

    Examples
    --------
    >>> decide(0, 0, FLAT_FOR_EVER, True, False, False, False, False, 0, 0)
    1
    >>> decide(1, 3, 0, True, True, False, False, False, 0, 0)
    0
    """
    if side != 0:
        why = exit_reason(side, bars_held, enter_long, exit_long, enter_short, exit_short, max_hold_bars)
        return side if why == REASON_HOLD else 0
    if bars_since_exit < cooldown_bars:
        return 0
    if enter_long and enter_short:
        return 0
    if enter_long:
        return 1
    if enter_short and allow_short:
        return -1
    return 0


def rebalance(exposure: float, held: float, unit: float, band: float) -> float:
    """Return the signed size to trade towards a target, 0.0 for nothing.

    Parameters
    ----------
    exposure
        Wanted share of the full size in [-1, +1]; NaN keeps the position.
    held
        Signed size now.
    unit
        Size that sizing gives for exposure 1 at this close.
    band
        Share of `unit` that a difference must exceed.

    Notes
    -----
    A change of sign is one order to zero; the new side follows at the next close.
    """
    if math.isnan(exposure):
        return 0.0
    wanted = exposure * unit
    if held != 0.0 and (wanted == 0.0 or (wanted > 0.0) != (held > 0.0)):
        return -held
    difference = wanted - held
    return difference if abs(difference) > band * unit else 0.0
