"""What came of a download, as an operator reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from btbot.errors import ExchangeError

if TYPE_CHECKING:
    from btbot.data.download import Downloaded

GOES_ON = "; what came is stored, the same command goes on from there"
_SHOWN = 5


def show_found(found: Sequence[Downloaded], *, as_json: bool) -> None:
    """Print a table of jobs, then on standard error what an operator should read about each."""
    from btbot.cli import show

    show.table([_row(one, whole=as_json) for one in found], as_json=as_json, empty="nothing was asked for")
    for one in () if as_json else found:
        for line in _lines(one):
            typer.echo(line, err=True)


def _row(one: Downloaded, *, whole: bool) -> dict[str, Any]:
    from btbot.data.download import stamp

    row = {
        "symbol": one.job.symbol,
        "what": str(one.job.timeframe or one.job.kind),
        "inserted": one.inserted,
        "changed": one.changed,
        "first": None if one.first is None else stamp(one.first),
        "last": None if one.last is None else stamp(one.last),
        "result": _result(one),
    }
    if not whole:
        return row
    return {
        **row,
        "pages": one.pages,
        "empty": [[stamp(start), stamp(end)] for start, end in one.empty],
        "holes": one.holes,
        "revisions": [{"time": each.time_ms, "before": each.before, "after": each.after} for each in one.revisions],
        "notices": one.notices,
        "error": None if one.error is None else str(one.error),
    }


def _result(one: Downloaded) -> str:
    if one.error is not None:
        return "failed"
    if not one.finished:
        return "interrupted"
    return "nothing there" if one.nothing else "complete"


def _lines(one: Downloaded) -> list[str]:
    """Return what an operator should read about a job."""
    from btbot.data.download import stamp

    lines = [
        f"{one.job}: the exchange changed the candle of {stamp(each.time_ms)}: {_change(each.before, each.after)}"
        for each in one.revisions[:_SHOWN]
    ]
    if one.changed > len(lines) and lines:
        lines.append(f"{one.job}: {one.changed} stored candles were changed in all; the former ones are revisions")
    lines += [f"{one.job}: {notice}" for notice in one.notices]
    if one.holes:
        holes = "1 hole" if one.holes == 1 else f"{one.holes} holes"
        lines.append(f"{one.job}: {holes} answered empty, asked again by the next call")
    if one.error is not None:
        came = one.inserted or one.changed
        goes_on = came and isinstance(one.error, ExchangeError)  # otherwise the message says what has to change first
        lines.append(f"Error: {one.job}: {one.error}{GOES_ON if goes_on else ''}")
    return lines


def _change(before: Sequence[float], after: Sequence[float]) -> str:
    names = ("open", "high", "low", "close", "volume")
    changes = zip(names, before, after, strict=True)
    return ", ".join(f"{name} {old:.12g} to {new:.12g}" for name, old, new in changes if old != new)
