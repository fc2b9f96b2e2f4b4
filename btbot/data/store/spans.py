"""Answers of an exchange, drawn on the line of time: the newest one of each moment counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time whose newest answers agree.

    Parameters
    ----------
    start, end
        ``[start, end)``, epoch milliseconds UTC.
    answers
        How many of the newest answers in a row were empty; 0 where rows came.
    changed
        How many stored rows the page of the newest answer changed.
    source, finished
        From whom the newest ones were, and when the last of them was written.
    """

    start: int
    end: int
    answers: int
    changed: int
    source: str
    finished: int

    @property
    def empty(self) -> bool:
        """Whether the newest answer was that there is nothing."""
        return self.answers > 0

    def is_settled(self, answers: int) -> bool:
        """Return whether nobody need ask again: rows came that changed nothing, or nothing came often enough."""
        return self.answers >= answers if self.empty else not self.changed

    def is_continued_by(self, other: Span) -> bool:
        """Return whether another span begins where this one ends, with the same answer."""
        mine, its = (self.end, self.answers, self.changed, self.source), (other.answers, other.changed, other.source)
        return mine == (other.start, *its)


def painted(rows: Sequence[Row[Any]]) -> list[Span]:
    """Return answers, the oldest first, as spans: each is painted over those before it."""
    marks = np.unique(np.array([(row.asked_start, row.asked_end) for row in rows], np.int64))
    answers = np.zeros(len(marks), np.int64)
    newest = np.full(len(marks), -1)
    for number, row in enumerate(rows):
        part = slice(*np.searchsorted(marks, (row.asked_start, row.asked_end)).tolist())
        answers[part] = 0 if row.rows else answers[part] + 1
        newest[part] = number
    spans: list[Span] = []
    for at in np.flatnonzero(newest >= 0).tolist():
        row = rows[newest[at]]
        span = Span(int(marks[at]), int(marks[at + 1]), int(answers[at]), row.changed, row.source, row.finished)
        if spans and spans[-1].is_continued_by(span):
            spans[-1] = replace(span, start=spans[-1].start, finished=max(spans[-1].finished, span.finished))
        else:
            spans.append(span)
    return spans
