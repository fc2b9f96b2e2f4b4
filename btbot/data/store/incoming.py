"""Candles on their way into the store: files that follow one another are written together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from btbot.bars import COLUMNS, Bars
from btbot.data.candles import counted, iso
from btbot.data.store.downloads import Channel, digest
from btbot.data.store.merge import Written
from btbot.data.store.reports import Report
from btbot.data.store.store import Store
from btbot.data.store.targets import Target
from btbot.records import Finding

TOGETHER = 250_000  # bars in one transaction: 12 MB
_RUNS = 50  # unbroken stretches of one write that are recorded, the longest ones
_NEVER = 2**62  # however often nothing came, a file that has something is an answer


@dataclass(slots=True)
class Incoming:
    """Gather bars of one series after the other, and write them in as few transactions as memory allows.

    Parameters
    ----------
    store
        None only counts.
    report
        What is counted.
    """

    store: Store | None
    report: Report
    _source: str = ""
    _holes: bool = True
    _target: Target | None = None
    _last: Bars | None = None
    _pending: list[Bars] = field(default_factory=list)

    def add(self, target: Target, bars: Bars, findings: Sequence[Finding], *, source: str, holes: bool) -> None:
        """Take the bars of one file; those that follow in the same series are written with them.

        Parameters
        ----------
        target, bars, findings
            Of the file.
        source
            For the record of downloads.
        holes
            Whether the market never closes: then a hole is worth a finding, and may be asked of the exchange.
        """
        entry = self.report.of(target, bars.timeframe)
        if source != self._source or not self._is_continued_by(target, bars):
            self.flush()
        elif holes and self._last is not None:
            entry.findings += _hole(self._last, bars)
        self._target, self._source, self._holes, self._last = target, source, holes, bars.slice(len(bars) - 1)
        self._pending.append(bars)
        entry.files += 1
        entry.rows += len(bars)
        entry.findings += findings
        if sum(map(len, self._pending)) >= TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered, in one transaction."""
        pending, self._pending = self._pending, []
        if self.store is None or self._target is None or not pending:
            return
        bars = pending[0] if len(pending) == 1 else _joined(pending)
        self.report.of(self._target, bars.timeframe).add(
            _write(self.store, self._target, bars, self._source, holes=self._holes)
        )

    def _is_continued_by(self, target: Target, bars: Bars) -> bool:
        last = self._last
        if last is None or target != self._target or bars.timeframe != last.timeframe:
            return False
        return bool(bars.time[0] > last.time[-1])


def _joined(pending: list[Bars]) -> Bars:
    columns = {name: np.concatenate([getattr(bars, name) for bars in pending]) for name in ("time", *COLUMNS)}
    return Bars(pending[0].symbol, pending[0].timeframe, **columns)


def _hole(last: Bars, bars: Bars) -> Iterator[Finding]:
    """Find what is missing between two files: the gate judges each by itself."""
    first = int(last.close_time[-1])
    lost = (int(bars.time[0]) - first) // last.timeframe.ms
    if lost > 0:
        text = (
            f"{counted(lost, 'candle')} missing between two files, from {iso(first)} until {bars.stamp(0)}; "
            "download them if the market was open"
        )
        yield Finding(bars.symbol, "missing", "warning", lost, (iso(first),), text)


def _write(store: Store, target: Target, bars: Bars, source: str, *, holes: bool) -> Written:
    channel = Channel(target.exchange, target.market, target.symbol, "candles", bars.timeframe)
    with store.writing() as connection:
        written = store.write(bars, exchange=target.exchange, market=target.market, connection=connection)
        span = int(bars.time[0]), int(bars.close_time[-1])
        unknown = store.downloads.missing(channel, *span, answers=_NEVER, connection=connection)
        missing = [span] if written.changed else unknown
        for run in (_runs(bars) if holes else [bars]) if missing else []:
            start, end = int(run.time[0]), int(run.close_time[-1])
            if any(start < high and low < end for low, high in missing):
                store.downloads.record(
                    connection, channel, start, end, rows=len(run), changed=written.changed, first=start,
                    last=int(run.time[-1]), sha256=_digest(run), source=source,
                )  # fmt: skip
    return written


def _runs(bars: Bars) -> list[Bars]:
    """Return the unbroken stretches, in the order of time: what lies between them may be asked of the exchange."""
    edges = np.flatnonzero(np.r_[True, np.diff(bars.time) != bars.timeframe.ms, True])
    longest = np.sort(np.argsort(-np.diff(edges), kind="stable")[:_RUNS])
    return [bars.slice(int(edges[at]), int(edges[at + 1])) for at in longest]


def _digest(bars: Bars) -> str:
    return digest(bars.time, *(getattr(bars, name) for name in COLUMNS))
