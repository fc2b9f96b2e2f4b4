"""Tells what a file records, by its first bytes and the names of its columns."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pyarrow import feather, parquet

from btbot.errors import DataError
from btbot.paper.market.book_file import holds_book
from btbot.paper.market.tape import archive_positions, names_trades

Kind = Literal["candles", "trades", "book"]
_BYTES = 1_000


def kind_of(path: Path) -> Kind:
    """Tell whether a file holds candles, trades or a book; what is neither of the last two counts as the first.

    Raises
    ------
    DataError
        If the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_BYTES)
        if start.startswith((b"PAR1", b"ARROW1", b"FEA1")):
            return "trades" if names_trades(_columns(path, start)) else "candles"
        head = _unpacked(path, start)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error
    except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, pa.ArrowException):
        return "candles"  # its reader says what is wrong
    if holds_book(head):
        return "book"
    line = head.split(b"\n")[0].decode("utf-8-sig", "replace")
    columns = {cell.strip().lower() for cell in line.split(",")}
    return "trades" if archive_positions(line) or names_trades(columns) else "candles"


def _unpacked(path: Path, start: bytes) -> bytes:
    if start.startswith(b"\x1f\x8b"):
        with gzip.open(path) as stream:
            return stream.read(_BYTES)
    if start.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            names = [entry for entry in archive.infolist() if not entry.is_dir()]
            return archive.open(names[0]).read(_BYTES) if names else b""
    return start


def _columns(path: Path, start: bytes) -> set[str]:
    if start.startswith(b"PAR1"):
        names = parquet.read_schema(path).names
    else:
        names = feather.read_table(path, memory_map=False).column_names
    return {str(name).strip().lower() for name in names}
