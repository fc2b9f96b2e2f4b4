"""Find downloads by what was asked, name each content of a series, take audit rows of a journal once."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, String

revision = "0002"
down_revision = "0001"

_VERSIONS = {
    "sqlite": "UPDATE series SET version = abs(random() / 2)",
    "postgresql": "UPDATE series SET version = (random() * 4e18)::bigint",
}
# A row that is inserted in place of another one is removed without a trigger's being asked.
_REPLACE = """\
CREATE TRIGGER audit_log_no_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE id = NEW.id OR (run_id = NEW.run_id AND record = NEW.record)) BEGIN
    SELECT RAISE(ABORT, 'audit_log is append-only');
END"""


def upgrade() -> None:
    """Add columns and indexes; no row is lost."""
    dialect = op.get_bind().dialect.name
    op.add_column("series", Column("version", BigInteger))
    op.execute(_VERSIONS[dialect])
    op.create_index("ix_downloads_channel", "downloads", ["market_id", "kind", "timeframe"])
    op.add_column("audit_log", Column("run_id", String(64)))
    op.add_column("audit_log", Column("record", BigInteger))
    op.create_index("ix_audit_log_record", "audit_log", ["run_id", "record"], unique=True)
    if dialect == "sqlite":
        op.execute(_REPLACE)
