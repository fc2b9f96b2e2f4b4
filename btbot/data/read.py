"""Read candles from a file of any common kind, told by its content and not by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS
from btbot.data import cells, columnar, delimited, epoch, json_rows, layout
from btbot.data.archive import unpack
from btbot.data.raw import raw_frame
from btbot.data.symbol import choose
from btbot.data.table import Table, as_text

_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


def read_candles(
    path: Path,
    *,
    symbol: str | None = None,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    timezone: str | None = None,
) -> pd.DataFrame:
    """Return a file's candles as a raw frame (`btbot.data.raw`), in the order of the file.

    Read are csv, csv.gz, zip, parquet, feather and JSON; known are the layouts of Binance, CryptoDataDownload,
    freqtrade and Yahoo (``Adj Close`` is left alone). A file that runs from the newest candle to the oldest
    throughout is reversed, and a notice says so.

    Parameters
    ----------
    path, symbol
        The file, and the wanted market in files of several.
    columns
        Role (``time open high low close volume symbol``) to column name; in a file without a header the names
        are the positions ``1``, ``2``, ...
    unit
        Of times that are numbers, ``s ms us ns``, or ``iso``; None tells it from their size.
    timezone
        Of dates without an offset, such as ``America/New_York``; None is UTC.

    Raises
    ------
    DataError
        One sentence: file, line, what was found, what is allowed, what to do.
    ConfigError
        If `columns`, `unit` or `timezone` are not understood.
    """
    chosen = layout.check_roles(columns)
    epoch.check_unit(unit)
    zone = epoch.zone(timezone)
    table = load(path, chosen=chosen, symbol=symbol)
    return _frame(table, epoch.milliseconds(table, unit=unit, timezone=zone))


def _frame(table: Table, times: epoch.Times) -> pd.DataFrame:
    """Convert the columns, oldest candle first where the file runs backwards throughout."""
    source, time = table.source, times.ms
    lines = table.lines if table.unit_of_place == "line" else None
    values = {role: cells.floats(table, role) for role in COLUMNS if role in table.columns}
    notices = []
    if "volume" not in values:
        values["volume"] = np.zeros(len(time))
        notices.append(("no_volume", f"{source} has no column of volume: volume is 0 in every bar"))
    if times.mixed_units:
        units = " and ".join(_UNIT_NAMES[name] for name in times.mixed_units)
        notices.append(("mixed_units", f"{source} mixes {units} in its times: each was read by its size"))
    if _newest_first(time):
        time = time[::-1].copy()
        lines = None if lines is None else lines[::-1].copy()
        values = {name: array[::-1].copy() for name, array in values.items()}
        notices.append(("newest_first", f"{source} runs from the newest candle to the oldest: it was reversed"))
    return raw_frame(time, values, source=source, lines=lines, notices=notices)


def load(path: Path, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    """Return the columns of a file by role, not yet converted; of several symbols the wanted one."""
    book = _open_book(path, chosen=chosen, symbol=symbol)
    if not book.rows:
        return book.table
    wanted = choose(symbol, list(book.rows), book.table.source)
    return book.table if len(book.rows) == 1 else book.table.take(book.rows[wanted])


def symbols_of(path: Path) -> list[str]:
    """Return the symbols of a file's column of them, in the order of the file; none if it has no such column."""
    return list(_open_book(path, chosen={}, symbol=None).rows)


@dataclass(frozen=True, slots=True)
class _Book:
    """A file, and the rows of each symbol in its column of them, in the order of the file."""

    table: Table
    rows: dict[str, npt.NDArray[np.int64]]


_shelf: dict[tuple[object, ...], _Book] = {}  # the last file of several symbols: read once, not once a symbol


def _open_book(path: Path, *, chosen: Mapping[str, str], symbol: str | None) -> _Book:
    key = (*_identity(path), *sorted(chosen.items()))
    if key in _shelf:
        return _shelf[key]
    table = _read(unpack(path), path.name, chosen=chosen, symbol=symbol)
    book = _Book(table, _rows_by_symbol(table))
    _shelf.clear()
    if len(book.rows) > 1:
        _shelf[key] = _Book(table.in_one_piece(), book.rows)
    return _shelf.get(key, book)


def _rows_by_symbol(table: Table) -> dict[str, npt.NDArray[np.int64]]:
    if "symbol" not in table.columns:
        return {}
    names = as_text(table.columns["symbol"], table.source).combine_chunks().dictionary_encode()
    codes = names.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    edges = np.searchsorted(codes[order], np.arange(len(names.dictionary) + 1))
    rows = {name: order[edges[at] : edges[at + 1]] for at, name in enumerate(names.dictionary.to_pylist())}
    return {name: found for name, found in rows.items() if name}


def _read(content: bytes, source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    if content.startswith(columnar.MAGICS):
        return columnar.read_columns(content, source, chosen=chosen, symbol=symbol)
    if json_rows.is_json(content):
        return json_rows.read_json(content, source, chosen=chosen, symbol=symbol)
    return delimited.read_text(content, source, chosen=chosen, symbol=symbol)


def _identity(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), 0, 0  # unpack says what is wrong
    return str(path.resolve()), status.st_mtime_ns, status.st_size


def _newest_first(time: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    steps = np.diff(time)
    return len(steps) > 0 and bool((steps <= 0).all()) and bool((steps < 0).any())
