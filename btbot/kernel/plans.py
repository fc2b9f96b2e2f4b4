"""What strategies want, in the arrays that the kernel reads; they are written anew for each setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.kernel.layout import PLAN
from btbot.kernel.reading import address
from btbot.kernel.tape import Axis
from btbot.signals import Signals, Targets

_FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")
_ABSENT = {"confidence": 1.0}
_NUMBERS = ("stop_long", "stop_short", "target_long", "target_short", "confidence", "exposure")
_FLAG_WORDS = [PLAN.names.index(name) for name in _FLAGS]  # type: ignore[union-attr]


class Desk:
    """Arrays for the wishes of all symbols, used again and again.

    Parameters
    ----------
    axis
        Time axis of the run.
    """

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        self._flags = [np.zeros((axis.symbols, axis.length), dtype=np.bool_) for _ in _FLAGS]
        self._shown: tuple[Any, ...] = ()
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self.rows = np.zeros(1, dtype=PLAN)
        self.rows["length"] = axis.length
        words = self.rows.view(np.int64).data
        self._slots = [
            (name, copies, words[at : at + 1])
            for name, copies, at in zip(_FLAGS, self._flags, _FLAG_WORDS, strict=True)
        ]

    def lay(self, plans: Sequence[Signals | Targets], atr: Sequence[Any], realized: Sequence[Any]) -> None:
        """Write down what the strategies want.

        Parameters
        ----------
        plans
            Checked, one for each symbol, on its own bars.
        atr, realized
            float64 of each symbol's bars, or None.
        """
        if len(plans) != len(self._shown) or any(a is not b for a, b in zip(plans, self._shown, strict=True)):
            self._write(plans)
        for name, values in (("atr", atr), ("realized", realized)):
            self._number(name, values, np.nan)

    def _write(self, plans: Sequence[Signals | Targets]) -> None:
        # A search does this thousands of times a second: plans are asked by their dictionaries, records by words.
        said = [vars(plan) for plan in plans]
        places: dict[Any, int] = {}  # one side's exit is often the other side's entry
        for name, copies, word in self._slots:
            flags = [values.get(name) for values in said]
            known = id(flags[0]) if self.axis.symbols == 1 else tuple(map(id, flags))
            place = places.get(known)
            if place is None:
                place = places[known] = self._place(flags, copies)
            word[0] = place
        given = [name for values in said for name in _NUMBERS if values.get(name) is not None]
        if given or self._numbers:
            for name in {*given, *self._numbers}.intersection(_NUMBERS):
                self._number(name, [values.get(name) for values in said], _ABSENT.get(name, np.nan))
        self._shown = tuple(plans)

    def _place(self, flags: Sequence[Any], copies: npt.NDArray[np.bool_]) -> int:
        """Return where flags can be read: those of the only symbol where they are, if they can be read there."""
        if self.axis.symbols == 1 and flags[0] is not None and flags[0].strides == (1,):
            where = address(flags[0])
            if where % 8 == 0:
                return where
        for number, row in enumerate(flags):
            if row is None:
                copies[number] = False
            else:
                self.axis.place(copies[number], number, row, False)
        return address(copies)

    def _number(self, name: str, values: Sequence[Any], fill: float) -> None:
        if values[0] is None and (len(values) == 1 or all(row is None for row in values)):
            if self._numbers.pop(name, None) is not None:
                self.rows[name] = 0
            return
        spread = self._numbers[name] = self.axis.spread(values, fill)
        self.rows[name] = address(spread)
