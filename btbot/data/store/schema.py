"""The tables. Times are epoch milliseconds UTC; money of bots is exact, prices of markets are float64.

A float64 gives back every decimal number of up to 15 digits, and no exchange sends more for a price. The tables of
bots are a projection of their journals: they are read by people and pages, never by a recovery.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.types import TypeEngine

metadata = MetaData()
Identity = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up INTEGER keys alone


class Exact(TypeDecorator[Decimal]):
    """A Decimal that comes back as it went in: NUMERIC on PostgreSQL, text on SQLite, whose NUMERIC is a float."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of a database."""
        return dialect.type_descriptor(Numeric(asdecimal=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Return what the driver takes."""
        return value if value is None or dialect.name == "postgresql" else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Return what the driver gave, as a Decimal."""
        return None if value is None else Decimal(value)


def _price(name: str) -> Column[float]:
    return Column(name, Double, nullable=False)


def _market() -> Column[int]:
    return Column("market_id", Integer, primary_key=True, autoincrement=False)


def _time() -> Column[int]:
    return Column("time", BigInteger, primary_key=True, autoincrement=False)


markets = Table(
    "markets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("exchange", String(32), nullable=False),
    Column("market", String(16), nullable=False),
    Column("symbol", String(64), nullable=False),
    UniqueConstraint("symbol", "exchange", "market"),
)
series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("market_id", Integer, ForeignKey("markets.id"), nullable=False),
    Column("timeframe", String(8), nullable=False),
    Column("timeframe_ms", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("writes", BigInteger, nullable=False),  # counts up with every change: what is cached is known to be old
    Column("fingerprint", String(64)),  # of the content after the last write; empty until somebody asks
    Column("version", BigInteger),  # random, new with every change: names one content for ever
    UniqueConstraint("market_id", "timeframe_ms"),
)
candles = Table(
    "candles",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),  # unchecked: a check a row is half the time
    _time(),
    *(_price(name) for name in ("open", "high", "low", "close", "volume")),
    sqlite_with_rowid=False,  # the rows lie in the order of the key: a span is read in one go
)
candle_revisions = Table(
    "candle_revisions",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("series_id", Integer, ForeignKey("series.id"), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("replaced", BigInteger, nullable=False),
    *(_price(name) for name in ("open", "high", "low", "close", "volume")),
    Index("ix_candle_revisions_series", "series_id", "time"),
)
funding_rates = Table(
    "funding_rates", metadata, _market(), _time(), _price("rate"), Column("mark_price", Double), sqlite_with_rowid=False
)
market_trades = Table(
    "market_trades",
    metadata,
    _market(),
    _time(),
    Column("trade", String(64), primary_key=True),
    _price("price"),
    _price("amount"),
    Column("side", String(4), nullable=False),
    sqlite_with_rowid=False,
)
book_snapshots = Table(
    "book_snapshots",
    metadata,
    _market(),
    _time(),
    Column("side", String(4), primary_key=True),
    Column("level", Integer, primary_key=True, autoincrement=False),
    _price("price"),
    _price("amount"),
    sqlite_with_rowid=False,
)
downloads = Table(
    "downloads",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("market_id", Integer, ForeignKey("markets.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("timeframe", String(8)),
    Column("source", Text, nullable=False),
    Column("asked_start", BigInteger),
    Column("asked_end", BigInteger),
    Column("first", BigInteger),
    Column("last", BigInteger),
    Column("rows", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("finished", BigInteger, nullable=False),
    Column("sha256", String(64)),
    Index("ix_downloads_channel", "market_id", "kind", "timeframe"),
)
bot_configurations = Table(
    "bot_configurations",
    metadata,
    Column("id", String(64), primary_key=True),  # SHA-256 of the content
    Column("recorded", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)
runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("configuration_id", String(64), ForeignKey("bot_configurations.id")),
    Column("name", String(128), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("finished", BigInteger),
    Column("data", String(64)),
    Column("folder", Text),
    Column("metrics", Text),
)
orders = Table(
    "orders",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("client_id", String(64), primary_key=True),
    Column("exchange_id", String(64)),
    Column("symbol", String(64), nullable=False),
    Column("side", String(4), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("state", String(24), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("filled", Exact, nullable=False),
    Column("price", Exact),
    Column("stop_price", Exact),
)
fills = Table(
    "fills",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("fill", String(96), primary_key=True),
    Column("client_id", String(64), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("amount", Exact, nullable=False),
    Column("price", Exact, nullable=False),
    Column("fee", Exact, nullable=False),
    Column("fee_currency", String(16), nullable=False),
    Column("liquidity", String(8), nullable=False),
    Index("ix_fills_order", "run_id", "client_id"),
)
trades = Table(
    "trades",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("symbol", String(64), nullable=False),
    Column("strategy", String(64), nullable=False),
    Column("side", String(5), nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("closed", BigInteger),
    Column("amount", Exact, nullable=False),
    Column("entry_price", Exact, nullable=False),
    Column("exit_price", Exact),
    Column("fees", Exact, nullable=False),
    Column("profit", Exact),
    Column("exit_reason", String(32)),
)
optimisation_trials = Table(  # written by btbot.trust.ledger, which also creates it in a database without the others
    "optimisation_trials",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("recorded", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("strategies", Text, nullable=False),
    Column("symbols", Text, nullable=False),
    Column("timeframe", String(16), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("trials", Integer, nullable=False),
    Column("settings", LargeBinary, nullable=False),
    Column("sharpes", LargeBinary, nullable=False),
)
audit_log = Table(  # a trigger refuses every change and removal of a row
    "audit_log",
    metadata,
    Column("id", Identity, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("run_id", String(64)),  # of the journal that it was projected from, with the number of its record there
    Column("record", BigInteger),
    Index("ix_audit_log_record", "run_id", "record", unique=True),
)
