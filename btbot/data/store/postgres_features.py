"""What a PostgreSQL server can do for long tables: TimescaleDB where it is installed, else BRIN indexes."""

from __future__ import annotations

from sqlalchemy import Connection, text

_DAY_MS = 86_400_000
_LONG = ("candles", "funding_rates", "market_trades", "book_snapshots")
_CHUNK_DAYS = {"candles": 30, "funding_rates": 365, "market_trades": 1, "book_snapshots": 1}
_AGGREGATES = {"candles_1h": 3_600_000, "candles_1d": _DAY_MS}
_NOW = """\
CREATE OR REPLACE FUNCTION btbot_now_ms() RETURNS BIGINT LANGUAGE SQL STABLE AS
$$ SELECT (extract(epoch FROM now()) * 1000)::BIGINT $$"""
_HYPERTABLE = """\
SELECT create_hypertable('{table}', 'time', chunk_time_interval => BIGINT '{chunk}', if_not_exists => TRUE,
                         migrate_data => TRUE)"""
_INTEGER_NOW = "SELECT set_integer_now_func('{table}', 'btbot_now_ms', replace_if_exists => TRUE)"
_COMPRESS = """\
ALTER TABLE {table} SET (timescaledb.compress, timescaledb.compress_segmentby = '{segment}',
                         timescaledb.compress_orderby = '{order}')"""
_POLICY = "SELECT add_compression_policy('{table}', BIGINT '{age}', if_not_exists => TRUE)"
_AGGREGATE = """\
CREATE MATERIALIZED VIEW IF NOT EXISTS {view} WITH (timescaledb.continuous) AS
SELECT c.series_id, time_bucket(BIGINT '{bucket}', c.time) AS bucket, first(c.open, c.time) AS open,
       max(c.high) AS high, min(c.low) AS low, last(c.close, c.time) AS close, sum(c.volume) AS volume
FROM candles c JOIN series s ON s.id = c.series_id
WHERE s.timeframe_ms < {bucket}
GROUP BY c.series_id, time_bucket(BIGINT '{bucket}', c.time)
WITH NO DATA"""
_REFRESH = """\
SELECT add_continuous_aggregate_policy('{view}', start_offset => NULL, end_offset => BIGINT '{bucket}',
                                       schedule_interval => INTERVAL '1 hour', if_not_exists => TRUE)"""


def has_timescale(connection: Connection) -> bool:
    """Return whether the extension is present in this database."""
    found = connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'"))
    return found.first() is not None


def switch_on(connection: Connection) -> None:
    """Prepare the long tables; what is there already is left as it is."""
    timescale = has_timescale(connection)
    for statement in _timescale() if timescale else _brin():
        connection.execute(text(statement))


def _brin() -> list[str]:
    return [f"CREATE INDEX IF NOT EXISTS brin_{table}_time ON {table} USING brin (time)" for table in _LONG]


def _timescale() -> list[str]:
    statements = [_NOW]
    for table in _LONG:
        segment = "series_id" if table == "candles" else "market_id"
        order = {"market_trades": "time, trade", "book_snapshots": "time, side, level"}.get(table, "time")
        statements += [
            _HYPERTABLE.format(table=table, chunk=_CHUNK_DAYS[table] * _DAY_MS),
            _INTEGER_NOW.format(table=table),
            _COMPRESS.format(table=table, segment=segment, order=order),
            _POLICY.format(table=table, age=7 * _DAY_MS),
        ]
    for view, bucket in _AGGREGATES.items():
        statements += [_AGGREGATE.format(view=view, bucket=bucket), _REFRESH.format(view=view, bucket=bucket)]
    return statements


def drop(connection: Connection) -> None:
    """Remove what hinders the removal of the long tables."""
    if has_timescale(connection):
        for view in _AGGREGATES:
            connection.execute(text(f"DROP MATERIALIZED VIEW IF EXISTS {view}"))
