"""What people did to a database, in its audit log, of which no row is ever changed."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from btbot.data.store.database import Database
from btbot.data.store.schema import audit_log
from btbot.errors import DataError

log = logging.getLogger(__name__)
OPERATOR = "operator"


def write(connection: Connection, action: str, detail: Mapping[str, Any]) -> None:
    """Add a row about what an operator did, in the transaction of the caller."""
    now = time.time_ns() // 1_000_000
    row = {"time": now, "actor": OPERATOR, "action": action, "detail": json.dumps(detail, sort_keys=True)}
    connection.execute(insert(audit_log).values(row))


def note(database: Database, action: str, detail: Mapping[str, Any]) -> None:
    """Add a row where it is possible: a database that takes no writes can be backed up all the same."""
    try:
        with database.writing() as connection:
            write(connection, action, detail)
    except DataError as error:
        log.warning("the audit log does not say of the %s: %s", action, error)


def last(connection: Connection, *actions: str) -> tuple[int, dict[str, Any]] | None:
    """Return when an operator last did one of these, epoch milliseconds UTC, and its detail; None if never."""
    its = (audit_log.c.actor == OPERATOR) & audit_log.c.action.in_(actions)
    query = select(audit_log.c.time, audit_log.c.detail).where(its)
    found = connection.execute(query.order_by(audit_log.c.id.desc()).limit(1)).first()
    return None if found is None else (int(found.time), json.loads(found.detail))
