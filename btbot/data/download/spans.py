"""Spans of time ``[start, end)``: joined, cut, divided. Epoch milliseconds UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]


def joined(spans: Iterable[Span], *, gap: int = 0) -> list[Span]:
    """Return spans in the order of time, those that overlap, touch or lie at most `gap` apart as one.

    Examples
    --------
    >>> joined([(5, 6), (0, 2), (2, 3)])
    [(0, 3), (5, 6)]
    >>> joined([(5, 6), (0, 2), (2, 3)], gap=2)
    [(0, 6)]
    """
    whole: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if whole and start <= whole[-1][1] + gap:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return what is left of spans when others are taken away.

    Examples
    --------
    >>> without([(0, 10)], [(2, 3), (5, 12)])
    [(0, 2), (3, 5)]
    """
    left: list[Span] = []
    holes = joined(taken)
    at = 0
    for start, end in joined(spans):
        while at < len(holes) and holes[at][1] <= start:
            at += 1
        begin = start
        for low, high in holes[at:]:
            if low >= end:
                break
            if low > begin:
                left.append((begin, low))
            begin = max(begin, high)
        if begin < end:
            left.append((begin, end))
    return left


def clipped(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """Return the parts of spans that lie in ``[start, end)``.

    Examples
    --------
    >>> clipped([(0, 4), (6, 9)], 3, 7)
    [(3, 4), (6, 7)]
    """
    return [(max(low, start), min(high, end)) for low, high in spans if low < end and high > start]


def divided(span: Span, length: int) -> list[Span]:
    """Return a span in parts of at most `length`.

    Examples
    --------
    >>> divided((0, 25), 10)
    [(0, 10), (10, 20), (20, 25)]
    """
    return list(parts(span, length))


def parts(span: Span, length: int) -> Iterator[Span]:
    """Yield what `divided` returns, each part when it is asked for."""
    start, end = span
    return ((at, min(at + length, end)) for at in range(start, end, length))


def total(spans: Sequence[Span]) -> int:
    """Return the milliseconds in spans that do not overlap."""
    return sum(end - start for start, end in spans)
