"""Bars that were read lately, as long as nobody wrote to their series."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

from btbot.bars import Bars

_BAR_BYTES = 48  # a time and five values


class Cache:
    """Keep the bars that were asked for last.

    Parameters
    ----------
    limit_bytes
        What is kept at most; bars larger than that are not kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._kept: OrderedDict[Hashable, Bars] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Bars | None:
        """Return what is kept under a key."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, bars: Bars) -> None:
        """Keep bars, and let go of those that were not asked for the longest."""
        size = len(bars) * _BAR_BYTES
        if size > self._limit:
            return
        with self._lock:
            former = self._kept.pop(key, None)
            self._bytes += size - (0 if former is None else len(former) * _BAR_BYTES)
            self._kept[key] = bars
            while self._bytes > self._limit:
                _, old = self._kept.popitem(last=False)
                self._bytes -= len(old) * _BAR_BYTES
