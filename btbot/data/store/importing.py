"""Candles of files into the store, through the data gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from btbot.data import columnar, delimited
from btbot.data.archive import unpack
from btbot.data.gate import admit
from btbot.data.read import read_candles
from btbot.data.store.merge import Written
from btbot.data.store.store import Store
from btbot.data.table import as_text
from btbot.errors import DataError
from btbot.records import Finding
from btbot.timeframe import Timeframe


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one symbol of a file: its name, the length of its bars, what was written, what the gate found."""

    symbol: str
    timeframe: Timeframe
    written: Written
    findings: tuple[Finding, ...]


def import_file(
    store: Store,
    path: Path,
    *,
    symbols: Sequence[str] = (),
    exchange: str,
    market: str = "spot",
    calendar: str = "crypto",
    on_error: str = "stop",
) -> Iterator[Imported]:
    """Write the candles of a file (`btbot.data.read` says of which kinds) and yield what became of each symbol.

    Parameters
    ----------
    symbols
        The wanted ones; without any, those of the file's column ``symbol``.
    exchange, market
        Under which they are stored.
    calendar, on_error
        As for `btbot.data.gate.admit`.

    Raises
    ------
    DataError
        If the file cannot be read, its candles are flawed, or it does not say what it is of.
    """
    for symbol in symbols or symbols_in(path):
        bars, findings = admit(read_candles(path, symbol=symbol), symbol, on_error=on_error, calendar=calendar)
        yield Imported(symbol, bars.timeframe, store.write(bars, exchange=exchange, market=market), tuple(findings))


def symbols_in(path: Path) -> list[str]:
    """Return the symbols of a file that has a column of them, in the order of the file.

    Raises
    ------
    DataError
        If it has none.
    """
    content = unpack(path)
    read = columnar.read_columns if content.startswith(columnar.MAGICS) else delimited.read_text
    table = read(content, path.name, chosen={}, symbol=None)
    if "symbol" not in table.columns:
        raise DataError(f"{path.name}: has no column of symbols; say what it is of: --symbol BTC/USDT")
    return [str(name) for name in pc.unique(as_text(table.columns["symbol"], table.source)).to_pylist() if name]
