"""What a strategy wants: entries and exits, or the share of full size it would like to hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from btbot.errors import StrategyError

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
_Plan = TypeVar("_Plan", "Signals", "Targets")
_BOOL = np.dtype(bool)
_FLAGS = ("enter_long", "exit_long", "enter_short", "exit_short")
_NUMBERS = ("stop_long", "stop_short", "target_long", "target_short", "confidence")


@dataclass(frozen=True, eq=False, init=False)
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

    def __init__(
        self,
        enter_long: BoolArray | None = None,
        exit_long: BoolArray | None = None,
        enter_short: BoolArray | None = None,
        exit_short: BoolArray | None = None,
        stop_long: FloatArray | None = None,
        stop_short: FloatArray | None = None,
        target_long: FloatArray | None = None,
        target_short: FloatArray | None = None,
        confidence: FloatArray | None = None,
        plot: Mapping[str, Any] | None = None,
    ) -> None:
        # What dataclasses write for a frozen class sets each of these by a call, which a search would feel.
        self.__dict__.update(
            enter_long=enter_long, exit_long=exit_long, enter_short=enter_short, exit_short=exit_short,
            stop_long=stop_long, stop_short=stop_short, target_long=target_long, target_short=target_short,
            confidence=confidence, plot={} if plot is None else plot,
        )  # fmt: skip

    def checked(self, n: int) -> Signals:
        """Return a copy whose arrays all have shape (n,): flags filled in, confidence within [0, 1].

        Raises
        ------
        StrategyError
            If an array has another shape, a flag is not boolean or a confidence leaves [0, 1].
        """
        given = vars(self)
        changes: dict[str, Any] = {"plot": _overlays(self.plot, n)}
        for name in _FLAGS:
            changes[name] = _flag(name, given[name], n)
        for name in _NUMBERS:
            if given[name] is not None:
                changes[name] = _number(name, given[name], n)
        confidence = changes.get("confidence")
        if confidence is not None:
            confidence = np.nan_to_num(confidence, nan=0.0)
            if n and (confidence.min() < 0 or confidence.max() > 1):
                raise StrategyError("signals: confidence must lie in [0, 1]; divide it by its largest value")
            changes["confidence"] = confidence
        return _changed(self, **changes)

    def warm(self, start: int) -> Signals:
        """Return checked signals without any entry or exit before bar `start`; the same object if there is none."""
        late: dict[str, Any] = {
            name: _from(start, flags, False)
            for name in _FLAGS
            if np.count_nonzero((flags := getattr(self, name))[:start])
        }
        return _changed(self, **late) if late else self

    def resting(self, first: int, until: int) -> Signals:
        """Return a copy of checked signals that holds nothing from bar `first` until bar `until`.

        What is held leaves at the open of the bar before `first`; nothing is entered at the two closes before it.
        """
        idle: dict[str, Any] = {name: _idle(first, until, getattr(self, name), "exit" in name) for name in _FLAGS}
        return _changed(self, **idle)


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
        if self.exposure is None:
            raise StrategyError("targets: exposure is missing; give one number a bar in [-1, +1]")
        exposure = _number("exposure", self.exposure, n, owner="targets")
        if n and not (np.fmin.reduce(exposure, initial=0.0) >= -1 and np.fmax.reduce(exposure, initial=0.0) <= 1):
            worst = exposure[int(np.nanargmax(np.abs(exposure)))]
            raise StrategyError(f"targets: exposure must lie in [-1, +1], was {worst}; clip it")
        if not 0 <= self.band <= 1:
            raise StrategyError(f"targets: band must lie in [0, 1], was {self.band}")
        return _changed(self, exposure=exposure, plot=_overlays(self.plot, n))

    def warm(self, start: int) -> Targets:
        """Return a copy of checked targets that want nothing before bar `start`."""
        return _changed(self, exposure=_from(start, self.exposure, np.nan)) if start else self

    def resting(self, first: int, until: int) -> Targets:
        """Return a copy of checked targets that hold nothing from bar `first` until bar `until`; see `Signals`."""
        return _changed(self, exposure=_idle(first, until, self.exposure, 0.0))


def _changed(plan: _Plan, **changes: Any) -> _Plan:
    """Do as `dataclasses.replace` does, in a tenth of its time: a search makes thousands of copies a second."""
    copy = object.__new__(type(plan))
    copy.__dict__.update(plan.__dict__, **changes)
    return copy


def _from(start: int, values: npt.NDArray[Any], before: Any) -> npt.NDArray[Any]:
    late = values.copy()
    late[:start] = before
    return late


def _idle(first: int, until: int, values: npt.NDArray[Any], instead: Any) -> npt.NDArray[Any]:
    changed = values.copy()
    changed[max(first - 2, 0) : until] = instead
    return changed


_PLANS = (Signals, Targets)


def checked(answer: object, n: int) -> Signals | Targets:
    """Check what a strategy's ``signals`` returned for `n` bars.

    Raises
    ------
    StrategyError
        If it is neither `Signals` nor `Targets`, or breaks their contract.
    """
    if not isinstance(answer, _PLANS):
        raise StrategyError(
            f"signals() returned {type(answer).__name__}; return Signals(...) or Targets(...), "
            "both from `from btbot import Signals, Targets`"
        )
    return answer.checked(n)


def _flag(name: str, values: Any, n: int) -> BoolArray:
    if values is None:
        return np.zeros(n, dtype=bool)
    array = values if type(values) is np.ndarray else np.asarray(values)
    if array.dtype != _BOOL:
        raise StrategyError(
            f"signals: {name} has type {array.dtype}, a boolean array is wanted; "
            "write a comparison such as `fast > slow`"
        )
    return _shaped(name, array, n)


def _number(name: str, values: Any, n: int, *, owner: str = "signals") -> FloatArray:
    return _shaped(name, np.asarray(values, dtype=np.float64), n, owner=owner)


def _shaped(name: str, array: npt.NDArray[Any], n: int, *, owner: str = "signals") -> npt.NDArray[Any]:
    if array.shape != (n,):
        raise StrategyError(
            f"{owner}: {name} has shape {array.shape}, ({n},) is wanted; give one value a bar, not one for all"
        )
    return array


def _overlays(plot: Mapping[str, Any] | None, n: int) -> dict[str, FloatArray]:
    lines = {}
    for name, values in (plot or {}).items():
        if values is None:
            continue
        line = lines[name] = np.asarray(values, dtype=np.float64)
        if line.shape != (n,):
            _shaped(f"plot[{name!r}]", line, n)
    return lines
