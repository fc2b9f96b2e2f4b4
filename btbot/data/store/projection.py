"""The tables of bots, made of their journals: to be looked at, never to be gone on with.

A journal is the truth; what is here can be thrown away and made of it again. Records may be told twice, and in
portions: the tables are the same. The audit log alone keeps what it has, and refuses a journal that says otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from btbot.data.store.database import Database
from btbot.data.store.journal_records import (
    Audited,
    Configured,
    Filled,
    OrderChanged,
    Record,
    RunFinished,
    RunStarted,
    TradeClosed,
    TradeOpened,
)
from btbot.data.store.schema import audit_log, bot_configurations, fills, orders, runs, trades
from btbot.errors import DataError

_OF_RUNS = (fills, trades, orders)  # beside the run itself
_FIRST = {"runs": {"started"}, "orders": {"created"}, "trades": {"opened"}}  # what the first record of all says
Row = dict[str, Any]
Key = tuple[Any, ...]


def project(database: Database, records: Iterable[Record]) -> int:
    """Bring the tables up to records, in the order of their journal; return how many records there were.

    Raises
    ------
    DataError
        If a record tells of a run or a trade that never began, of a number that is none, or contradicts the audit
        log: then nothing was written.
    """
    with database.writing() as connection:
        return _write(connection, records)


def rebuild(database: Database, run_id: str, records: Iterable[Record]) -> int:
    """Make the rows of a run anew of its whole journal, in place of those that are there; see `project`.

    Raises
    ------
    DataError
        If a record is of another run, or as `project`: then the rows are as they were.
    """
    with database.writing() as connection:
        for table in _OF_RUNS:
            connection.execute(delete(table).where(table.c.run_id == run_id))
        connection.execute(delete(runs).where(runs.c.id == run_id))
        return _write(connection, _only(run_id, records))


@dataclass(slots=True)
class _Folded:
    """Rows of each table by their keys, as the last record of each left them."""

    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    audited: list[Audited] = field(default_factory=list)

    def put(self, table: Table, row: Row) -> None:
        """Change a row, or add it."""
        kept = self.rows.setdefault(table.name, {})
        key = tuple(row[column.name] for column in table.primary_key)
        former = kept.get(key, {})
        first = {name: former[name] for name in _FIRST.get(table.name, ()) if name in former}
        kept[key] = {**former, **row, **first}

    def configure(self, content: str | None, time: int) -> str | None:
        """Add a configuration; return its key."""
        if content is None:
            return None
        key = hashlib.sha256(content.encode()).hexdigest()
        kept = self.rows.setdefault("bot_configurations", {})
        kept.setdefault((key,), {"id": key, "recorded": time, "content": content})
        return key


def _started(folded: _Folded, record: RunStarted) -> None:
    row = {"id": record.run_id, "name": record.name, "mode": record.mode, "started": record.time, "finished": None}
    more = {"data": record.data, "folder": record.folder, "metrics": None}
    key = folded.configure(record.configuration, record.time)
    folded.put(runs, {**row, **more, "configuration_id": key})


def _configured(folded: _Folded, record: Configured) -> None:
    key = folded.configure(record.configuration, record.time)
    folded.put(runs, {"id": record.run_id, "configuration_id": key})


def _finished(folded: _Folded, record: RunFinished) -> None:
    folded.put(runs, {"id": record.run_id, "finished": record.time, "metrics": record.metrics})


def _ordered(folded: _Folded, record: OrderChanged) -> None:
    folded.put(orders, {**_without_time(record), "created": record.time, "changed": record.time})


def _filled(folded: _Folded, record: Filled) -> None:
    folded.put(fills, asdict(record))


def _opened(folded: _Folded, record: TradeOpened) -> None:
    ends = dict.fromkeys(("closed", "exit_price", "profit", "exit_reason"))
    folded.put(trades, {**_without_time(record), "opened": record.time, **ends})


def _closed(folded: _Folded, record: TradeClosed) -> None:
    folded.put(trades, {**_without_time(record), "closed": record.time})


def _audited(folded: _Folded, record: Audited) -> None:
    folded.audited.append(record)


_FOLD: Mapping[type, Callable[[_Folded, Any], None]] = {
    RunStarted: _started, Configured: _configured, RunFinished: _finished, OrderChanged: _ordered, Filled: _filled,
    TradeOpened: _opened, TradeClosed: _closed, Audited: _audited,
}  # fmt: skip


def _without_time(record: Any) -> Row:
    return {name: value for name, value in asdict(record).items() if name != "time"}


def _only(run_id: str, records: Iterable[Record]) -> Iterable[Record]:
    for record in records:
        if record.run_id != run_id:
            raise DataError(f"journal of run {run_id}: has a record of run {record.run_id}; give one run's records")
        yield record


def _write(connection: Connection, records: Iterable[Record]) -> int:
    folded, count = _Folded(), 0
    for record in records:
        _check(record)
        _FOLD[type(record)](folded, record)
        count += 1
    for table in (bot_configurations, runs, orders, fills, trades):
        rows = list(folded.rows.get(table.name, {}).values())
        if table in _OF_RUNS:
            for run_id in sorted({row["run_id"] for row in rows}):
                _there(connection, runs, {"id": run_id}, f"run {run_id}")
        _put(connection, table, rows)
    for run_id in sorted({record.run_id for record in folded.audited}):
        _append(connection, run_id, [record for record in folded.audited if record.run_id == run_id])
    return count


def _check(record: Record) -> None:
    for one in fields(record):
        value = getattr(record, one.name)
        if isinstance(value, Decimal) and not value.is_finite():
            what = f"{type(record).__name__} at {record.time}"
            raise DataError(f"journal of run {record.run_id}: {one.name} of {what} is {value}; a number is expected")


def _put(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows; one without all that its table needs goes on with a row that is there."""
    needed = {column.name for column in table.columns if not column.nullable}
    keys = [column.name for column in table.primary_key]
    kinds: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if needed <= row.keys():
            kinds.setdefault(tuple(sorted(row)), []).append(row)
            continue
        what = f"run {row['id']}" if table is runs else f"trade {row['number']} of run {row['run_id']}"
        _there(connection, table, row, what)
        connection.execute(update(table).where(_named(table, row)).values(row))
    for names, alike in kinds.items():
        statement = _insert(connection)(table)
        fresh = {name: statement.excluded[name] for name in names if name not in {*keys, *_FIRST.get(table.name, ())}}
        if table is bot_configurations:
            connection.execute(statement.on_conflict_do_nothing(), alike)
        else:
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), alike)


def _there(connection: Connection, table: Table, row: Row, what: str) -> None:
    if connection.execute(select(table).where(_named(table, row))).first() is None:
        raise DataError(f"journal: tells of {what}, which never began; give its records from the first one on")


def _named(table: Table, row: Row) -> Any:
    return and_(*(column == row[column.name] for column in table.primary_key))


def _insert(connection: Connection) -> Any:
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def _append(connection: Connection, run_id: str, records: Iterable[Audited]) -> None:
    """Add what is not there; what is there was never changed, and is not."""
    query = select(audit_log).where(audit_log.c.run_id == run_id)
    known = {row.record: (row.time, row.actor, row.action, row.detail) for row in connection.execute(query)}
    fresh = []
    for record in records:
        said = (record.time, record.actor, record.action, record.detail)
        if record.record not in known:
            known[record.record] = said
            fresh.append(asdict(record))
        elif known[record.record] != said:
            raise DataError(
                f"journal of run {run_id}: record {record.record} is {said}, the audit log has "
                f"{known[record.record]}; the journal was changed: look who did it"
            )
    if fresh:
        connection.execute(_insert(connection)(audit_log).on_conflict_do_nothing(), fresh)
