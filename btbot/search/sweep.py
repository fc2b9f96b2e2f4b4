"""The loop of a search: what is missing is evaluated and kept, until there is nothing left or nothing better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from btbot.bars import FloatArray
from btbot.config.setting import described
from btbot.errors import StrategyError
from btbot.search import pruning
from btbot.search.bench import Bench
from btbot.search.chunk import KILLER, Chunk
from btbot.search.pace import Pace
from btbot.search.record import OF_THE_FIRST, Record
from btbot.search.space import Columns
from btbot.search.store import Store
from btbot.search.table import COMPLETE
from btbot.search.worker import Brief
from btbot.search.workers import Crew

_AT_A_TIME = 1 << 14  # settings that are drawn together


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a search is.

    Parameters
    ----------
    done, total
        Trials that are there, and that there will be at most.
    new
        How many of them this run has done.
    best
        Best value of the first objective so far, NaN before the first.
    what
        What is counted: ``settings``, or those ``verified``.
    """

    done: int
    total: int
    new: int
    best: float
    what: str = "settings"


Progress = Callable[[Standing], None]
Values = Callable[[int, int], FloatArray]
"""First and last number to what those trials try, float64 of shape (n, number of dimensions)."""


class Sweep:
    """Evaluates the trials of a search that are not there yet.

    Parameters
    ----------
    bench, brief
        The workbench of this process, and what workers need to build theirs.
    crew, store
        Who does the work, and where it is kept.
    sampler
        Chooses the settings.
    progress
        Told how far it is after each chunk.

    Attributes
    ----------
    new
        Trials that have been done, and were not there before.
    """

    def __init__(
        self, bench: Bench, brief: Brief, crew: Crew, store: Store, sampler: Any, progress: Progress | None = None
    ) -> None:
        self.bench, self.brief, self.crew, self.store, self.sampler = bench, brief, crew, store, sampler
        self.progress, self.new = progress, 0
        self.total: int = sampler.total
        self.pace = Pace()
        self.record = Record(self.total, patience=bench.patience, maximize=bench.maximize)

    def run(self) -> int:
        """Do what is missing and return how many trials the search has.

        Raises
        ------
        BtbotError
            If all of the first settings fail, what the first one raises.
        """
        layout = self.bench.layout
        for first, rows, _ in self.store.pieces():
            self.record.add(first, rows[:, 0], rows[:, layout.objective.start])
        self._refuse_doom()
        if self.sampler.adaptive:
            self._learn()
        else:
            self._fill(0, self.total, lambda start, stop: self._numbers(self.sampler.batch(start, stop)))
        return self.record.end or self.record.seen

    def _learn(self) -> None:
        """Do batch after batch; then what other machines that share the study have done, for a table of everything."""
        while self.record.end is None and (batch := self.sampler.ask()):
            first = batch[0][0]
            values = self._numbers(self.bench.space.columns([setting for _, setting in batch]))
            self._fill(first, first + len(batch), _listed(values, first))
            rows = self.store.rows(first, first + len(batch))
            for (number, _), row in zip(batch, rows, strict=True):
                self.sampler.tell(number, row[self.bench.layout.objective] if row[0] == COMPLETE else None)
        others = self.sampler.elsewhere()
        if others and self.record.end is None:
            values = self._numbers(self.bench.space.columns(others))
            first = self.store.once("own", self.record.seen)
            self._fill(first, first + len(others), _listed(values, first))

    def _numbers(self, columns: Columns) -> FloatArray:
        return np.column_stack([columns[one.label] for one in self.bench.space.dimensions])

    def _fill(self, first: int, stop: int, values: Values) -> None:
        """Do what is missing of trials ``first:stop``; with pruning, those that set the bar before the others."""
        prune = self.bench.prune
        if prune is None:
            self._do(first, stop, values, None)
            return
        learnt = min(prune.startup, self.total)
        if first < learnt:
            self._do(first, min(stop, learnt), values, math.nan)
        if stop > learnt and self.record.end is None:
            self._do(max(first, learnt), stop, values, self._bar(learnt))

    def _bar(self, learnt: int) -> float:
        early = self.store.rows(0, learnt)[:, self.bench.layout.early]
        assert self.bench.prune is not None  # noqa: S101 - the caller prunes
        return pruning.bar(early, keep=self.bench.prune.keep, maximize=self.bench.maximize)

    def _do(self, first: int, stop: int, values: Values, bar: float | None) -> None:
        jobs = self._chunks(first, stop, values, bar)
        with closing(self.crew.outcomes(self.bench, self.brief, jobs, self._seconds_left)) as outcomes:
            for chunk, outcome in outcomes:
                self.store.save(chunk.first, outcome.rows, outcome.failures)
                self.pace.saw(len(chunk), outcome.seconds)
                self.new += len(chunk)
                self.record.add(chunk.first, outcome.rows[:, 0], outcome.rows[:, self.bench.layout.objective.start])
                self._refuse_doom()
                self._tell()
                if self.record.end is not None:
                    return

    def _chunks(self, first: int, stop: int, values: Values, bar: float | None) -> Iterator[Chunk]:
        """Cut what is missing into chunks, as they are asked for."""
        missing = list(self.store.missing(first, stop))
        left = sum(end - begin for begin, end in missing)
        for begin, end in missing:
            for start in range(begin, end, _AT_A_TIME):
                drawn = values(start, min(start + _AT_A_TIME, end))
                at = 0
                while at < len(drawn):
                    size = self.pace.size(left, self.crew.count)
                    chunk = Chunk(start + at, drawn[at : at + size], bar)
                    at += len(chunk)
                    left -= len(chunk)
                    yield chunk

    def _tell(self) -> None:
        if self.progress is not None:
            done = len(self.store)
            self.progress(Standing(done, max(done, self.total), self.new, self.record.best))

    def _refuse_doom(self) -> None:
        """Raise what the first setting raises if all of the first ones failed."""
        if not self.record.doomed:
            return
        _, rows, failures = next(self.store.pieces())
        setting = self.bench.setting(rows[0])
        self.store.clear()
        said = (
            f"all of the first {min(OF_THE_FIRST, self.total)} settings fail, the first one with {described(setting)}"
        )
        if failures[0][1] != KILLER:
            try:
                self.bench.evaluator.objective(setting, self.bench.window)
            except Exception as error:
                error.add_note(said)
                raise
        raise StrategyError(f"{said}: {failures[0][1]}")

    def _seconds_left(self) -> float:
        return (self.total - len(self.store)) * (self.pace.seconds or 0.0) if self.pace.steady else 0.0


def _listed(values: FloatArray, first: int) -> Values:
    """Return `Values` of trials from `first` on that are all known."""
    return lambda start, stop: values[start - first : stop - first]
