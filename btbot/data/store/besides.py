"""Funding rates and trades of files on their way into the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from btbot.data.candles import counted
from btbot.data.formats.header import Header
from btbot.data.formats.rates import Rates, read_rates
from btbot.data.formats.tape import Trades, read_trades
from btbot.data.store.downloads import Channel, digest
from btbot.data.store.reports import Imported, Left, Report
from btbot.data.store.store import Store
from btbot.data.store.tape import Tape
from btbot.data.store.targets import Origin, Registry, Target
from btbot.errors import DataError
from btbot.records import Finding

_SINGLE = "single trades, "


@dataclass(slots=True)
class Besides:
    """Bring in files of funding rates and of trades.

    Parameters
    ----------
    store
        None only counts.
    report
        What is counted.
    """

    store: Store | None
    report: Report

    def take(self, origin: Origin, header: Header, registry: Registry) -> None:
        """Bring in one file, or say why not.

        Raises
        ------
        DataError
            If the database fails; what is wrong with a file is in the report.
        """
        single = header.single or origin.name.single
        try:
            target = registry.target(origin, header.kind)
            rates = read_rates(origin.path, header) if header.kind == "funding" else None
            # The whole file is looked at before its first row is written.
            counts = [(len(part.time), part.voided) for part in _trades(origin, header)] if rates is None else []
        except DataError as error:
            self.report.refused.append(Left(origin.shown, origin.tell(str(error))))
            return
        if rates is not None:
            self._write_rates(target, rates, origin.source)
        elif reason := _doubled(self.store, target, single=single):
            self.report.skipped.append(Left(origin.shown, reason))
        else:
            entry = self._entry(target, sum(rows for rows, _ in counts))
            if voided := sum(void for _, void in counts):
                what = counted(voided, "trade")
                text = f"{origin.shown}: {what} that the exchange took back, with price and amount 0: left out"
                entry.findings.append(Finding(target.symbol, "voided", "notice", voided, (), text))
            self._write_trades(target, entry, _trades(origin, header), _SINGLE * single + origin.source)

    def _entry(self, target: Target, rows: int) -> Imported:
        entry = self.report.of(target, None)
        entry.files += 1
        entry.rows += rows
        return entry

    def _write_rates(self, target: Target, rates: Rates, source: str) -> None:
        entry = self._entry(target, len(rates.time))
        if self.store is None or not len(rates.time):
            return
        with self.store.writing() as connection:
            written = self.store.funding.write(
                target.symbol, rates.time, rates.rate, rates.mark_price, exchange=target.exchange,
                market=target.market, connection=connection,
            )  # fmt: skip
            if written.inserted or written.changed:
                first, last = int(rates.time[0]), int(rates.time[-1])
                self.store.downloads.record(
                    connection, _channel(target), first, last + 1, rows=len(rates.time), changed=written.changed,
                    first=first, last=last, sha256=digest(rates.time, rates.rate), source=source,
                )  # fmt: skip
        entry.add(written)

    def _write_trades(self, target: Target, entry: Imported, parts: Iterator[Trades], source: str) -> None:
        if self.store is None:
            return
        end: int | None = None
        for part in parts:
            if not len(part.time):
                continue
            first, last = int(part.time.min()), int(part.time.max())
            start = first if end is None else min(first, end)
            end = last + 1
            tape = Tape(part.time, part.trade, part.price, part.amount, part.side)
            with self.store.writing() as connection:
                written = self.store.tape.write(
                    target.symbol, tape, exchange=target.exchange, market=target.market, connection=connection
                )
                if written.inserted or written.changed:
                    self.store.downloads.record(
                        connection, _channel(target), start, end, rows=len(tape), changed=written.changed, first=first,
                        last=last, sha256=digest(part.time, part.price, part.amount), source=source,
                    )  # fmt: skip
            entry.add(written)


def _channel(target: Target) -> Channel:
    return Channel(target.exchange, target.market, target.symbol, target.kind)


def _trades(origin: Origin, header: Header) -> Iterator[Trades]:
    return read_trades(origin.path, header)


def _doubled(store: Store | None, target: Target, *, single: bool) -> str:
    """Return why trades would count twice: a tape holds single or aggregated ones, which have different numbers."""
    if store is None:
        return ""
    stored = [one.source.startswith(_SINGLE) for one in store.downloads.history(_channel(target)) if one.rows]
    if single not in stored and stored:
        kinds = ("aggregated", "single") if single else ("single", "aggregated")
        return (
            f"the tape of {target.symbol} of {target.exchange} {target.market} holds {kinds[0]} trades; {kinds[1]} "
            "ones would count their volume twice"
        )
    return ""
