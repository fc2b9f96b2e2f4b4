"""One searched key and its values, as numbers that arrays can hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from btbot.config.ranges import Range

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
# Beyond so many decimals a double has no room for rounding.
_MOST_DECIMALS = 15


@dataclass(frozen=True, slots=True)
class Dimension:
    """One searched key.

    Parameters
    ----------
    key, label
        The dotted key, and the short name that no other dimension has.
    kind
        ``int``: whole numbers. ``float``: others. ``choice``: listed values, held as their position in the list.
    low, high
        First and last value; of choices, first and last position.
    step
        Distance of neighbours; None for any number in between.
    log
        Whether each power of ten is tried as often as the next.
    choices
        Listed values, else empty.

    Examples
    --------
    >>> speed = Dimension.of("strategies.0.params.ma_fast", "ma_fast", Range(low=5, high=50, step=5))
    >>> speed.size, speed.at(np.array([0, 9])), speed.value(50.0)
    (10, array([ 5., 50.]), 50)
    """

    key: str
    label: str
    kind: Literal["int", "float", "choice"]
    low: float
    high: float
    step: float | None
    log: bool
    choices: tuple[Any, ...]

    @classmethod
    def of(cls, key: str, label: str, values: Range | tuple[Any, ...]) -> Dimension:
        """Make the dimension of a configured range or list of choices."""
        if not isinstance(values, Range):
            return cls(key, label, "choice", 0, len(values) - 1, 1, False, values)
        step = values.step if values.step is not None or not values.whole else 1
        return cls(key, label, "int" if values.whole else "float", values.low, values.high, step, values.log, ())

    @property
    def size(self) -> int | None:
        """How many values there are; None for any number in between."""
        if self.step is None:
            return None
        return int((Decimal(str(self.high)) - Decimal(str(self.low))) / Decimal(str(self.step))) + 1

    def at(self, positions: IntArray) -> FloatArray:
        """Return the values at positions 0 to ``size - 1``, float64 of the same shape; of choices the positions."""
        step = self.step or 1
        values = self.low + positions.astype(np.float64) * step
        decimals = max(_decimals(self.low), _decimals(step))
        # As if written in the configuration: 0.1 + 2 * 0.1 is 0.3.
        return np.round(values, decimals) if decimals <= _MOST_DECIMALS else values

    def spread(self, shares: FloatArray) -> FloatArray:
        """Return the values at shares of the dimension in [0, 1), float64 of the same shape."""
        if self.log:
            low, high = (self.low - 0.5, self.high + 0.5) if self.kind == "int" else (self.low, self.high)
            values = np.exp(math.log(low) + shares * (math.log(high) - math.log(low)))
            values = np.round(values) if self.kind == "int" else values
            return np.clip(values, self.low, self.high)
        if self.size is None:
            return np.clip(self.low + shares * (self.high - self.low), self.low, self.high)
        return self.at(np.minimum((shares * self.size).astype(np.int64), self.size - 1))

    def position(self, values: FloatArray) -> IntArray:
        """Return the positions of values, the reverse of `at`."""
        positions: IntArray = np.round((values - self.low) / float(self.step or 1)).astype(np.int64)
        return positions

    def value(self, number: float) -> Any:
        """Return a value as the configuration has it: int, float or the choice."""
        if self.kind == "choice":
            return self.choices[int(number)]
        return int(number) if self.kind == "int" else float(number)

    def number(self, value: Any) -> float:
        """Return a value of the configuration as arrays hold it, the reverse of `value`."""
        return float(self.choices.index(value) if self.kind == "choice" else value)

    def compared(self, values: FloatArray) -> FloatArray:
        """Return what a constraint compares: the values, or the listed numbers behind positions."""
        if self.kind != "choice":
            return values
        return np.array(self.choices, dtype=np.float64)[values.astype(np.int64)]

    def ends(self) -> tuple[Any, ...]:
        """Return the values that must be allowed for all to be: both ends, or every choice."""
        return self.choices or (self.value(self.low), self.value(self.high))


def _decimals(number: float) -> int:
    exponent = Decimal(str(number)).normalize().as_tuple().exponent
    return max(0, -int(exponent))
