"""Where a walk-forward trains and where it trades: the times alone, from the bars' opens and a few lengths.

References
----------
Pardo, R. (2008), The Evaluation and Optimization of Trading Strategies, 2nd ed., Wiley, chapter 11: walk-forward.
Lopez de Prado, M. (2018), Advances in Financial Machine Learning, Wiley, section 7.4: purge and embargo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from btbot.bars import IntArray
from btbot.errors import ConfigError
from btbot.metrics.daily import DAY_MS
from btbot.timeframe import Timeframe

Length = int | Timeframe  # a number of bars, or a duration
Span = tuple[int, int]
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """One step of a walk-forward. All spans are half-open, in epoch milliseconds UTC of bar opens.

    Parameters
    ----------
    number
        1 for the first.
    train, test
        Where the parameters are chosen, and where they are traded.
    embargoed
        Parts of `train` that follow an earlier test window too closely to be used.
    """

    number: int
    train: Span
    test: Span
    embargoed: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Axis:
    """Bar opens as a ruler on which lengths are laid off; beyond its ends bars follow each other without holes."""

    open_time: IntArray
    bar_ms: int

    @property
    def end(self) -> int:
        return int(self.open_time[-1]) + self.bar_ms

    def moved(self, time_ms: int, length: Length, direction: int = 1) -> int:
        if isinstance(length, Timeframe):
            return time_ms + direction * length.ms
        return self._time(self._position(time_ms) + direction * length) if length else time_ms

    def snapped(self, time_ms: int) -> int:
        """Return the first bar open at or after a time, or the end of the last bar."""
        at = int(np.searchsorted(self.open_time, time_ms))
        return int(self.open_time[at]) if at < len(self.open_time) else self.end

    def _position(self, time_ms: int) -> int:
        if time_ms >= self.end:
            return len(self.open_time) + (time_ms - self.end) // self.bar_ms
        return int(np.searchsorted(self.open_time, time_ms))

    def _time(self, position: int) -> int:
        n = len(self.open_time)
        if position < 0:
            return int(self.open_time[0]) + position * self.bar_ms
        return int(self.open_time[position]) if position < n else self.end + (position - n) * self.bar_ms


def folds(
    open_time_ms: IntArray,
    bar_ms: int,
    *,
    train: Length,
    test: Length,
    step: Length | None = None,
    kind: Literal["rolling", "anchored"] = "rolling",
    purge: Length = 0,
    embargo: Length = 0,
) -> list[Fold]:
    """Return the train and test windows of a walk-forward, the earliest first.

    The first train window begins at the first bar; each test window begins `purge` after its train window ends, and
    the next one `step` later. The last test window ends with the data: a shorter one counts if it has at least half
    of the wanted length, else its bars are left out. Every border is moved to the first bar that opens there or
    later, so a hole in the data shortens a window. A fold whose train or test window has no bar is left out.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of the bars' opens, strictly increasing, at least one.
    bar_ms
        Length of a bar in milliseconds.
    train, test
        A number of bars or a duration.
    step
        From the beginning of one test window to that of the next; `test` by default, which leaves no bar out.
    kind
        ``rolling``: every train window has the same length. ``anchored``: every train window begins at the first bar.
    purge
        Left out between a train window and its test window, so that no trade or label of the one reaches the other.
    embargo
        Left out of every later train window after each test window.

    Raises
    ------
    ConfigError
        If a test window is too short to trade in, test windows would overlap, or the data are too short for one fold.

    Examples
    --------
    >>> for fold in folds(np.arange(13), 1, train=4, test=3, purge=1):
    ...     print(fold.train, fold.test)
    (0, 4) (5, 8)
    (3, 7) (8, 11)
    (6, 10) (11, 13)
    """
    axis = _Axis(open_time_ms, bar_ms)
    step = test if step is None else step
    _refuse(test, step, bar_ms)
    spans = list(_spans(axis, train, test, step, purge, anchored=kind == "anchored"))
    if not spans:
        raise ConfigError(_too_short(axis, train, test, purge))
    return [
        Fold(at + 1, trained, tested, _embargoed(axis, trained, [earlier for _, earlier in spans[:at]], embargo))
        for at, (trained, tested) in enumerate(spans)
    ]


def _spans(
    axis: _Axis, train: Length, test: Length, step: Length, purge: Length, *, anchored: bool
) -> Iterator[tuple[Span, Span]]:
    """Yield the train and the test window of every fold that has bars in both."""
    first = int(axis.open_time[0])
    begin = axis.moved(axis.moved(first, train), purge)
    while axis.moved(begin, _half(test)) <= axis.end:
        train_end = axis.moved(begin, purge, -1)
        train_begin = first if anchored else axis.moved(train_end, train, -1)
        tested = axis.snapped(begin), axis.snapped(axis.moved(begin, test))
        trained = axis.snapped(train_begin), axis.snapped(train_end)
        if tested[0] < tested[1] and trained[0] < trained[1]:
            yield trained, tested
        begin = axis.moved(begin, step)


def _embargoed(axis: _Axis, trained: Span, earlier: list[Span], embargo: Length) -> tuple[Span, ...]:
    """Return what the embargo takes out of a train window, overlapping parts joined."""
    parts: list[Span] = []
    for _, tested_end in earlier:
        begin = max(tested_end, trained[0])
        end = min(axis.snapped(axis.moved(tested_end, embargo)), trained[1])
        if begin < end and parts and begin <= parts[-1][1]:
            parts[-1] = parts[-1][0], end
        elif begin < end:
            parts.append((begin, end))
    return tuple(parts)


def _half(length: Length) -> Length:
    return Timeframe(length.ms // 2) if isinstance(length, Timeframe) else (length + 1) // 2


def _milliseconds(length: Length, bar_ms: int) -> int:
    return length.ms if isinstance(length, Timeframe) else length * bar_ms


def _refuse(test: Length, step: Length, bar_ms: int) -> None:
    if _milliseconds(test, bar_ms) < _FEWEST * bar_ms:
        raise ConfigError(
            f"walkforward.test: must be at least {_FEWEST} bars, one to decide, one to enter and one to leave, "
            f"was {_shown(test)}"
        )
    if _milliseconds(step, bar_ms) < _milliseconds(test, bar_ms):
        raise ConfigError(
            f"walkforward.step: must be at least test ({_shown(test)}), was {_shown(step)}; test windows would "
            "overlap, and a bar is traded once: leave step out, or make it longer"
        )


def _too_short(axis: _Axis, train: Length, test: Length, purge: Length) -> str:
    begin = int(axis.open_time[0])
    found_ms = axis.end - begin
    wanted = [_milliseconds(length, axis.bar_ms) for length in (train, purge, _half(test))]
    first, last = (np.datetime_as_string(np.datetime64(at, "ms"), unit="m") for at in (begin, axis.end))
    return (
        f"walkforward: the data have {len(axis.open_time):,d} bars of {Timeframe(axis.bar_ms)}, {first}Z to {last}Z "
        f"({found_ms / DAY_MS:,.1f} days); train ({_shown(train)}), purge ({_shown(purge)}) and half of a test window "
        f"({_shown(test)}) need {sum(wanted) / DAY_MS:,.1f} days; shorten {_advice(axis, found_ms, wanted)}, or take a "
        "longer span of data"
    )


def _advice(axis: _Axis, found_ms: int, wanted: list[int]) -> str:
    """Return what to shorten so that there is room for three whole test windows."""
    _, purge, half = wanted
    room = (found_ms - purge - 6 * half) // axis.bar_ms
    days = room * axis.bar_ms / DAY_MS
    return f"train to {room:,d} bars ({days:,.1f} days) or less" if room > 0 else "train and test"


def _shown(length: Length) -> str:
    return str(length) if isinstance(length, Timeframe) else f"{length:,d} bars"
