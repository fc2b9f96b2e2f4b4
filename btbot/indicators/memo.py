"""Indicators computed once for many settings of a search: the same function of the same bars is looked up.

Only what cannot change under its name is shared: columns of bars that the store holds, the bars themselves, and
lines that came out of the store. An indicator of any other array is computed and forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass
from functools import wraps
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from btbot.bars import COLUMNS, Bars, FloatArray
from btbot.indicators import warmth
from btbot.timeframe import Timeframe

BoolArray = npt.NDArray[np.bool_]
Crossings = Callable[[FloatArray, FloatArray], tuple[BoolArray, BoolArray]]
_PLAIN = frozenset({int, float, bool, str, type(None), np.int64, np.float64, Timeframe})
_store: ContextVar[Store | None] = ContextVar("_store", default=None)


class Known(NamedTuple):
    """An array or bars that a store keeps alive, so that no other thing can have its `id`."""

    thing: Any
    name: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What an indicator returned, and what `warmth.watch` saw while it was computed."""

    value: Any
    seen: list[tuple[int, int]]
    known: list[Known]
    nbytes: int


class Store:
    """Results of indicators, the least recently used forgotten first.

    Parameters
    ----------
    limit_bytes
        Size of the arrays that are kept, in bytes, 0 or more; bars given to `hold` do not count.
    crossings
        Computes where two contiguous lines cross upwards, and where downwards, faster than numpy; None if nothing does.
    """

    def __init__(self, limit_bytes: int, crossings: Crossings | None = None) -> None:
        self.limit_bytes, self._crossings = limit_bytes, crossings
        self._downwards: tuple[Any, Any, BoolArray] | None = None
        self.nbytes = 0
        self._results: OrderedDict[tuple[Any, ...], Result] = OrderedDict()
        self._known: dict[int, Known] = {}
        self._held: dict[int, HeldBars] = {}

    def __len__(self) -> int:
        return len(self._results)

    def hold(self, bars: Bars) -> Bars:
        """Keep `bars` as long as the store lives, and return the same bars in the form that shares most.

        Indicators of the columns of either are shared. The bars returned also remember what they were resampled
        to, so that indicators of higher timeframes are shared, too.
        """
        held = self._held.get(id(bars))
        if held is None:
            held = HeldBars.of(bars)
            name = ("bars", len(self._held))
            for form in (bars, held):
                self._held[id(form)] = held
                self._know(_bars_and_columns(form, name))
        return held

    def name(self, function: object, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...] | None:
        """Return the name of a result: its function, and what it was given; None if it must not be shared."""
        parts: list[Any] = [function, *kwargs]
        for value in (*args, *kwargs.values()):
            if type(value) in _PLAIN:
                parts.append((type(value), value))  # 20 and 20.0 are equal, but a period must be whole
                continue
            known = self._known.get(id(value))
            if known is None:
                return None
            parts.append(known.name)
        return tuple(parts)

    def get(self, name: tuple[Any, ...]) -> Result | None:
        """Return the result of this name and count it as used, or None."""
        result = self._results.get(name)
        if result is not None:
            self._results.move_to_end(name)
        return result

    def keep(self, name: tuple[Any, ...], value: Any, seen: list[tuple[int, int]]) -> Result:
        """Keep a result: arrays, bars or a tuple of arrays, which can no longer be written to."""
        if isinstance(value, Bars):
            value = value if isinstance(value, HeldBars) else HeldBars.of(value)
            known = self._know(_bars_and_columns(value, name))
        else:
            lines = value if isinstance(value, tuple) else (value,)
            known = self._know(_line(line, (name, at)) for at, line in enumerate(lines))
        nbytes = sum(item.thing.nbytes for item in known if isinstance(item.thing, np.ndarray))
        result = self._results[name] = Result(value, seen, known, nbytes)
        self.nbytes += nbytes
        while self.nbytes > self.limit_bytes:
            self._forget(self._results.popitem(last=False)[1])
        return result

    def crossed(self, first: FloatArray, second: FloatArray) -> BoolArray | None:
        """Return where one line crosses above another; None if that is left to numpy.

        Of shared lines, which cannot change, the way down is kept until it is asked for: most strategies want both.
        """
        last, self._downwards = self._downwards, None
        if last is not None and last[0] is second and last[1] is first:
            return last[2]
        if self._crossings is None or first.ndim != 1 or first.shape != second.shape:
            return None
        if not (first.flags.c_contiguous and second.flags.c_contiguous):
            return None
        up, down = self._crossings(first, second)
        if id(first) in self._known and id(second) in self._known:
            self._downwards = first, second, down
        return up

    def _know(self, things: Iterable[Known]) -> list[Known]:
        """Return which of the things are new; one that has a name already keeps it."""
        new = {id(known.thing): known for known in things if id(known.thing) not in self._known}
        self._known |= new
        return list(new.values())

    def _forget(self, result: Result) -> None:
        self.nbytes -= result.nbytes
        for known in result.known:
            del self._known[id(known.thing)]


class sharing:  # noqa: N801 - a context manager, a tenth as dear as `contextlib`'s: a search enters thousands a second
    """Let every indicator, while the block runs, look its result up in `store` before it computes it.

    Results are read-only there: a strategy that writes into one fails with numpy's ValueError.
    """

    __slots__ = ("_store", "_token")

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> None:
        self._token: Token[Store | None] = _store.set(self._store)

    def __exit__(self, *_: object) -> None:
        _store.reset(self._token)


def shared(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let `sharing` keep what an indicator returns."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        store = _store.get()
        name = None if store is None else store.name(function, args, kwargs)
        if store is None or name is None:
            return function(*args, **kwargs)
        result = store.get(name)
        if result is None:
            with warmth.watch() as seen:
                value = function(*args, **kwargs)
            result = store.keep(name, value, seen)
        warmth.report(result.seen)
        return result.value

    return call


def crossed(first: FloatArray, second: FloatArray) -> BoolArray | None:
    """Return where one line crosses above another if the store in use can tell, else None; see `Store.crossed`."""
    store = _store.get()
    return None if store is None else store.crossed(first, second)


class HeldBars(Bars):
    """Bars whose coarser forms, and what is aligned from them, are shared like indicators."""

    __slots__ = ()

    resample = shared(Bars.resample)
    align = shared(Bars.align)

    @classmethod
    def of(cls, bars: Bars) -> HeldBars:
        """Return the same bars, of the same arrays."""
        return cls(bars.symbol, bars.timeframe, bars.time, *(getattr(bars, column) for column in COLUMNS))


def _bars_and_columns(bars: Bars, name: tuple[Any, ...]) -> Iterator[Known]:
    yield Known(bars, name)
    for column in COLUMNS:
        yield Known(getattr(bars, column), (*name, column))


def _line(line: FloatArray, name: tuple[Any, ...]) -> Known:
    line.flags.writeable = False
    return Known(line, name)
