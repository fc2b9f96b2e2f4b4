"""A database with rows in every table, and what all of them are."""

import datetime as dt
from decimal import Decimal

import numpy as np
from sqlalchemy import insert, select

from btbot.bars import Bars
from btbot.data.store import Channel, Store, schema
from btbot.data.store.tape import Tape
from btbot.timeframe import Timeframe

HOUR = 3_600_000
HOURLY = Timeframe.parse("1h")
AWKWARD = "tab\there, line\nthere, \\N, \\\\, \r\x0b\x08\x0c \"quoted\", ünï🎲 and 'so on'; %s :x"
SHORT = AWKWARD[:60]
RUN = "r\\1\t"


def bars(count, seed=1, symbol="BTC/USDT"):
    """Hourly bars whose prices have 17 digits."""
    rng = np.random.default_rng(seed)
    low = rng.random(count) * 10.0 ** rng.integers(-8, 8, count)
    open_, close = low * (1 + rng.random(count)), low * (1 + rng.random(count))
    return Bars(symbol, HOURLY, np.arange(count) * HOUR, open_, low * 2.5, low, close, rng.random(count) * 1e9)


def fill(url, count=300):
    """Write rows of every kind."""
    store = Store(url)
    store.write(bars(count), exchange="binance")
    store.write(bars(3, seed=2), exchange="binance")  # which replaces three and keeps them as revisions
    store.funding.write("BTC/USDT", [0, 8 * HOUR], [1e-4, -0.1 / 3], [np.nan, 1 / 3], exchange="binance")
    side = np.array([1, -1], np.int8)
    store.tape.write(SHORT, Tape(np.array([5, 5]), np.array(["9", "10"]), side * 0 + 0.1, side * 0 + 0.2, side), exchange="x")  # fmt: skip
    store.books.write("BTC/USDT", 7, [(3, 1), (2.5, 1)], [(4, 1 / 7)], exchange="binance")
    channel = Channel("binance", "spot", "BTC/USDT", timeframe=HOURLY)
    with store.writing() as connection:
        store.downloads.record(connection, channel, 0, count * HOUR, rows=count, source=AWKWARD, finished=1)
        _fill_bots(connection)
    store.close()


def _fill_bots(connection):
    exact = Decimal("12345678901234567890.000000000000000123")
    rows = {
        "bot_configurations": {"id": "c", "recorded": 1, "content": AWKWARD},
        "runs": {"id": RUN, "configuration_id": "c", "name": "n", "mode": "paper", "started": 1, "metrics": ""},
        "orders": {"run_id": RUN, "client_id": "o", "symbol": "BTC/USDT", "side": "buy", "kind": "limit",
                   "state": "filled", "created": 1, "changed": 2, "amount": Decimal("0.10"), "filled": Decimal(0)},
        "fills": {"run_id": RUN, "fill": "f", "client_id": "o", "time": 1, "amount": Decimal("1E-18"),
                  "price": exact, "fee": Decimal("-0.5"), "fee_currency": "BNB", "liquidity": "maker"},
        "trades": {"run_id": RUN, "number": 1, "symbol": "BTC/USDT", "strategy": "s", "side": "long", "opened": 1,
                   "amount": exact, "entry_price": exact, "fees": Decimal(0)},
        "optimisation_trials": {
            "id": "t", "version": 1, "recorded": dt.date(2021, 1, 1).isoformat(), "kind": "run", "strategies": "a",
            "symbols": "b", "timeframe": "1h", "start_ms": 1, "end_ms": 2, "trials": 1, "settings": bytes(range(256)),
            "sharpes": b"",
        },
        "audit_log": {"time": 1, "actor": "bot", "action": SHORT, "detail": "{}"},
    }  # fmt: skip
    for name, row in rows.items():
        connection.execute(insert(schema.metadata.tables[name]).values(row))


def content(url):
    """Return all rows of all tables, without what operators did and how often a series was written."""
    store = Store(url)
    found = {}
    with store.reading() as connection:
        for table in schema.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "writes"]
            query = select(*columns).order_by(*table.primary_key)
            if table.name == "audit_log":
                query = query.where(table.c.actor != "operator")
            found[table.name] = [
                tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
                for row in connection.execute(query)
            ]
    store.close()
    return found
