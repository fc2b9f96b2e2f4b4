"""What a strategy wants: entries and exits, or the share of full size it would like to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.errors import StrategyError

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
_FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")
_LEVELS = ("stop_long", "stop_short", "target_long", "target_short")


@dataclass(frozen=True, eq=False)
class Signals:
    """Entries and exits, known at the close of each bar.

    Parameters
    ----------
    enter_long, exit_long, enter_short, exit_short
        bool of shape (n,); the value at `i` may depend on bars ``0..i`` alone. None means never.
    stop_long, stop_short, target_long, target_short
        float64 of shape (n,), prices (support, resistance) read at the bar of the entry signal; NaN means
        none at this bar, None means that the strategy gives no levels.
    confidence
        float64 of shape (n,) in [0, 1]; scales the size of an entry. NaN counts as 0.
    plot
        Lines for the price chart: name to float64 of shape (n,).
    """

    enter_long: BoolArray | None = None
    exit_long: BoolArray | None = None
    enter_short: BoolArray | None = None
    exit_short: BoolArray | None = None
    stop_long: FloatArray | None = None
    stop_short: FloatArray | None = None
    target_long: FloatArray | None = None
    target_short: FloatArray | None = None
    confidence: FloatArray | None = None
    plot: Mapping[str, Any] = field(default_factory=dict)

    def checked(self, n: int) -> Signals:
        """Return a copy whose arrays all have shape (n,): flags filled in, confidence within [0, 1].

        Raises
        ------
        StrategyError
            If an array has another shape, a flag is not boolean or a confidence leaves [0, 1].
        """
        changes: dict[str, Any] = {"plot": _overlays(self.plot, n)}
        for name in _FLAGS:
            changes[name] = _flag(name, getattr(self, name), n)
        for name in (*_LEVELS, "confidence"):
            changes[name] = _number(name, getattr(self, name), n)
        confidence = changes["confidence"]
        if confidence is not None:
            confidence = np.nan_to_num(confidence, nan=0.0)
            if n and (confidence.min() < 0 or confidence.max() > 1):
                raise StrategyError("signals: confidence must lie in [0, 1]; divide it by its largest value")
            changes["confidence"] = confidence
        return replace(self, **changes)

    def warm(self, start: int) -> Signals:
        """Return a copy of checked signals without any entry or exit before bar `start`."""
        late: dict[str, Any] = {name: _from(start, getattr(self, name), False) for name in _FLAGS}
        return replace(self, **late) if start else self


@dataclass(frozen=True, eq=False)
class Targets:
    """The wanted position as a share of what sizing allows, known at the close of each bar.

    Parameters
    ----------
    exposure
        float64 of shape (n,) in [-1, +1]; NaN keeps the position.
    band
        A difference up to this share of the full size is left alone; in [0, 1].
    plot
        Lines for the price chart: name to float64 of shape (n,).
    """

    exposure: FloatArray
    band: float = 0.1
    plot: Mapping[str, Any] = field(default_factory=dict)

    def checked(self, n: int) -> Targets:
        """Return a copy whose arrays have shape (n,).

        Raises
        ------
        StrategyError
            If the exposure has another shape or leaves [-1, +1], or the band leaves [0, 1].
        """
        exposure = _number("exposure", self.exposure, n, owner="targets")
        if exposure is None:
            raise StrategyError("targets: exposure is missing; give one number a bar in [-1, +1]")
        if n and np.nanmax(np.abs(np.nan_to_num(exposure)), initial=0.0) > 1:
            worst = exposure[int(np.nanargmax(np.abs(exposure)))]
            raise StrategyError(f"targets: exposure must lie in [-1, +1], was {worst}; clip it")
        if not 0 <= self.band <= 1:
            raise StrategyError(f"targets: band must lie in [0, 1], was {self.band}")
        return replace(self, exposure=exposure, plot=_overlays(self.plot, n))

    def warm(self, start: int) -> Targets:
        """Return a copy of checked targets that want nothing before bar `start`."""
        return replace(self, exposure=_from(start, self.exposure, np.nan)) if start else self


def _from(start: int, values: npt.NDArray[Any], before: Any) -> npt.NDArray[Any]:
    late = values.copy()
    late[:start] = before
    return late


def checked(answer: object, n: int) -> Signals | Targets:
    """Check what a strategy's ``signals`` returned for `n` bars.

    Raises
    ------
    StrategyError
        If it is neither `Signals` nor `Targets`, or breaks their contract.
    """
    if not isinstance(answer, Signals | Targets):
        raise StrategyError(
            f"signals() returned {type(answer).__name__}; return Signals(...) or Targets(...), "
            "both from `from btbot import Signals, Targets`"
        )
    return answer.checked(n)


def _flag(name: str, values: Any, n: int) -> BoolArray:
    if values is None:
        return np.zeros(n, dtype=bool)
    array = np.asarray(values)
    if array.dtype != bool:
        raise StrategyError(
            f"signals: {name} has type {array.dtype}, a boolean array is wanted; "
            "write a comparison such as `fast > slow`"
        )
    return _shaped(name, array, n)


def _number(name: str, values: Any, n: int, *, owner: str = "signals") -> FloatArray | None:
    return None if values is None else _shaped(name, np.asarray(values, dtype=np.float64), n, owner=owner)


def _shaped(name: str, array: npt.NDArray[Any], n: int, *, owner: str = "signals") -> npt.NDArray[Any]:
    if array.shape != (n,):
        raise StrategyError(
            f"{owner}: {name} has shape {array.shape}, ({n},) is wanted; give one value a bar, not one for all"
        )
    return array


def _overlays(plot: Mapping[str, Any] | None, n: int) -> dict[str, FloatArray]:
    lines = {name: _number(f"plot[{name!r}]", values, n) for name, values in (plot or {}).items()}
    return {name: values for name, values in lines.items() if values is not None}
