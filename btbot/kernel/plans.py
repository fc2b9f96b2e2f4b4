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
_LEVELS = ("stop_long", "stop_short", "target_long", "target_short", "confidence")


class Desk:
    """Arrays for the wishes of all symbols, used again and again.

    Parameters
    ----------
    axis
        Time axis of the run.
    """

    def __init__(self, axis: Axis) -> None:
        self.axis = axis
        stride = -(-axis.length // 8) * 8
        words = np.zeros(4 * axis.symbols * stride // 8, dtype=np.uint64)  # so that they begin at a multiple of 8
        self._flags = words.view(np.bool_).reshape(4, axis.symbols, stride)
        self._shown: tuple[Any, ...] = ()
        self._numbers: dict[str, npt.NDArray[np.float64]] = {}
        self.rows = np.zeros(1, dtype=PLAN)
        self.rows["length"], self.rows["stride"], self.rows["symbols"] = axis.length, stride, axis.symbols
        self.rows["words"] = address(words)
        for place, name in enumerate(_FLAGS):
            self.rows[name] = address(self._flags[place])

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
        for number, plan in enumerate(plans):
            for place, name in enumerate(_FLAGS):
                flags = getattr(plan, name, None)
                if flags is None:
                    self._flags[place, number] = False
                else:
                    self.axis.place(self._flags[place, number], number, flags, False)
        for name in (*_LEVELS, "exposure"):
            self._number(name, [getattr(plan, name, None) for plan in plans], _ABSENT.get(name, np.nan))
        self._shown = tuple(plans)

    def _number(self, name: str, values: Sequence[Any], fill: float) -> None:
        if all(row is None for row in values):
            if self._numbers.pop(name, None) is not None:
                self.rows[name] = 0
            return
        spread = self._numbers[name] = self.axis.spread(values, fill)
        self.rows[name] = address(spread)
