"""Whose candles may stand where some are missing, and under which condition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from btbot.data.candles import iso
from btbot.data.check.buckets import in_decimals, whole_buckets
from btbot.data.check.comparing import distance
from btbot.data.check.holes import Hole
from btbot.data.store import Series, Store, rows
from btbot.data.store.columns import EMPTY, Columns
from btbot.errors import ConfigError, ExchangeError
from btbot.timeframe import Timeframe

_CLOSE = 3
_BESIDE = 5  # candles on either side whose closes are compared
Fetch = Callable[[Series, int, int], Columns]


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What a donor gives for a hole.

    Parameters
    ----------
    candles
        Those that it has, in the order of time.
    source
        What they are: the mark of what is repaired with them.
    reason
        Why they are not all that is missing; empty if they are.
    """

    candles: Columns
    source: str
    reason: str = ""


class Donor(Protocol):
    """Somebody who may have the missing candles."""

    def offer(self, of: Series, hole: Hole) -> Offer:
        """Return candles for a hole of a series."""


class Finer:
    """Candles of the same market in a finer timeframe, of which the missing ones are made where all of them are there.

    Parameters
    ----------
    store
        Where they are looked for.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._series = store.series()

    def offer(self, of: Series, hole: Hole) -> Offer:
        """Return the missing candles, made of the coarsest finer ones that are complete."""
        reasons = []
        for one in self._finer(of):
            with self._store.reading() as connection:
                found = rows.read(connection, [one.id], hole.start, hole.end).get(one.id, EMPTY)
            made = whole_buckets(found, one.timeframe, of.timeframe)
            reason = f"{len(found.time):,} candles of {one.timeframe} are there, which make {len(made.time):,}"
            if len(made.time):
                return Offer(in_decimals(made, found), f"made of {one.timeframe}", reason)
            reasons.append(reason)
        return Offer(EMPTY, "", "; ".join(reasons) or "no finer timeframe of this market is stored")

    def _finer(self, of: Series) -> list[Series]:
        market = (of.exchange, of.market, of.symbol)
        alike = [one for one in self._series if (one.exchange, one.market, one.symbol) == market]
        able = [one for one in alike if one.timeframe < of.timeframe and of.timeframe.ms % one.timeframe.ms == 0]
        return sorted(able, key=lambda one: one.timeframe, reverse=True)


class Second:
    """Another exchange, whose candles are taken if its closes beside the hole are those of the first one.

    Parameters
    ----------
    name
        Of the exchange and its market.
    fetch
        Gives its candles of a series' symbol and timeframe that open in ``[start, end)``.
    tolerance
        By how much the closes may differ, as a fraction.
    """

    def __init__(self, store: Store, name: str, fetch: Fetch, *, tolerance: float) -> None:
        self._name = name
        self._store = store
        self._fetch = fetch
        self._tolerance = tolerance

    def offer(self, of: Series, hole: Hole) -> Offer:
        """Return its candles of a hole, if it agrees with those around it on both sides."""
        margin = _BESIDE * of.timeframe.ms
        start, end = hole.start - margin, hole.end + margin
        try:
            theirs = self._fetch(of, start, end)
        except (ConfigError, ExchangeError) as error:
            return Offer(EMPTY, self._name, str(error))
        with self._store.reading() as connection:
            ours = rows.read(connection, [of.id], start, end).get(of.id, EMPTY)
        missing = (theirs.time >= hole.start) & (theirs.time < hole.end)
        if not missing.any():
            return Offer(EMPTY, self._name, f"{self._name} has no candle there")
        reason = self._disagreement(of.timeframe, hole, ours, theirs)
        if reason:
            return Offer(EMPTY, self._name, reason)
        return Offer(Columns(theirs.time[missing], theirs.values[missing]), self._name)

    def _disagreement(self, timeframe: Timeframe, hole: Hole, ours: Columns, theirs: Columns) -> str:
        """Return why the closes beside a hole do not vouch for what lies between them; empty if they do."""
        common, at, there = np.intersect1d(ours.time, theirs.time, assume_unique=True, return_indices=True)
        for edge in (hole.start - timeframe.ms, hole.end):
            if edge not in common:
                return (
                    f"the candle beside the hole at {iso(edge)} is not there to be compared with that of {self._name}"
                )
        apart = distance(theirs.values[there, _CLOSE], ours.values[at, _CLOSE])
        worst = int(np.argmax(apart))
        if apart[worst] <= self._tolerance:
            return ""
        return (
            f"closes of {self._name} differ by {apart[worst]:.2%} at {iso(int(common[worst]))}, "
            f"more than the tolerance of {self._tolerance:.2%}"
        )


def stored(store: Store, series: Sequence[Series]) -> Fetch:
    """Return how to read candles of another exchange out of the store, made of a finer timeframe if need be.

    A perpetual does not stand for a spot market: its closes may agree, its volumes are others.
    """

    def fetch(of: Series, start: int, end: int) -> Columns:
        alike = [one for one in series if (one.market, one.symbol) == (of.market, of.symbol)]
        able = [one for one in alike if of.timeframe.ms % one.timeframe.ms == 0]
        if not able:
            return EMPTY
        best = max(able, key=lambda one: one.timeframe)
        with store.reading() as connection:
            found = rows.read(connection, [best.id], of.timeframe.floor(start), end).get(best.id, EMPTY)
        return found if best.timeframe == of.timeframe else whole_buckets(found, best.timeframe, of.timeframe)

    return fetch
