"""The task of the sweep: a grid of SMA crosses, and what the equity of each setting must be.

Common to all contestants, as in `bench_cross`: long only, one unit a trade, fee 0.1 %, no slippage, capital a million.
A cross of the fast average over the slow one, seen at a close, buys at the next open; the cross below sells at the next
open; a position left over is marked at the last close. Needs numpy alone, because the rivals' environments import it.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

CAPITAL, FEE = 1_000_000.0, 0.001
WINDOWS = tuple(range(10, 510, 10))
"""On these candles no two averages are ever exactly equal, so that nobody's rounding decides what is a cross."""
PAIRS = tuple(combinations(WINDOWS, 2))
"""All 1,225 settings, fast below slow."""


def averages(close: np.ndarray) -> dict[int, np.ndarray]:
    """Return the average of each window, summed without the rounding that a running sum carries along."""
    lines = {}
    for window in WINDOWS:
        lines[window] = np.full(len(close), np.nan)
        lines[window][window - 1 :] = np.lib.stride_tricks.sliding_window_view(close, window).mean(axis=1)
    return lines


def expected(close: np.ndarray, opened: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return final equity and number of fills of each setting by plain arithmetic."""
    lines, found = averages(close), []
    for fast, slow in PAIRS:
        gap = lines[fast] - lines[slow]
        up = np.r_[False, (gap[1:] > 0) & (gap[:-1] <= 0)]
        down = np.r_[False, (gap[1:] < 0) & (gap[:-1] >= 0)]
        at = np.flatnonzero((up | down)[:-1])
        wanted = up[at]
        # A cross that finds the position as it wants it changes nothing.
        acts = wanted != np.r_[False, wanted[:-1]]
        sides, prices = np.where(wanted, 1.0, -1.0)[acts], opened[at[acts] + 1]
        cash = CAPITAL - float(np.sum(sides * prices) + FEE * np.sum(prices))
        found.append((cash + float(np.sum(sides)) * float(close[-1]), len(prices)))
    equity, fills = np.array(found).T
    return equity, fills


def assert_equity(name: str, found: np.ndarray, wanted: np.ndarray) -> None:
    """Stop unless the final equity of every setting is equal to 1e-9."""
    wrong = np.flatnonzero(~np.isclose(found, wanted, rtol=1e-9, atol=0))
    if len(wrong):
        at = int(wrong[0])
        raise SystemExit(
            f"{name}: {len(wrong)} of {len(wanted)} settings differ, the first is {PAIRS[at]}: "
            f"final equity {found[at]!r}, expected {wanted[at]!r}"
        )
