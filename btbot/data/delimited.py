"""Text files of separated columns: the header is found, every row is checked for its width."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

from btbot.data import layout
from btbot.data.table import Table
from btbot.errors import DataError

_HEAD_BYTES = 1 << 16
_HEADER_WITHIN = 10  # lines: banners are one to three lines long
_BLOCK = 1 << 20
_NOTHING_BELOW = "has a header but nothing below it; download or export the file again"


@dataclass(frozen=True, slots=True)
class _Header:
    names: list[str]
    roles: dict[str, int]
    lines_before_data: int
    delimiter: str


def read_text(content: bytes, source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    """Read candles from comma, semicolon or tab separated text.

    Raises
    ------
    DataError
        If it is not text, no header or candle is found in the first lines, or a row has another width.
    """
    header = _find_header(_first_lines(content, source), source, chosen=chosen, symbol=symbol)
    return parse(content, source, roles=header.roles, names=header.names,
                 skip=header.lines_before_data, delimiter=header.delimiter)  # fmt: skip


def parse(
    content: bytes, source: str, *, roles: Mapping[str, int], names: Sequence[str], skip: int, delimiter: str
) -> Table:
    """Read the columns at the positions of `roles` as text, after `skip` lines."""
    _check_encoding(content, source)
    bad: list[tuple[int, int]] = []

    def note(row: pv.InvalidRow) -> str:
        bad.append((row.number, row.actual_columns))
        return "skip"

    keys = [str(at) for at in range(len(names))]
    text = {key: pa.string() for key in keys}
    wanted = list(dict.fromkeys(keys[at] for at in roles.values()))
    reading = pv.ReadOptions(use_threads=False, skip_rows=skip, column_names=keys, block_size=_BLOCK)
    parsing = pv.ParseOptions(delimiter=delimiter, invalid_row_handler=note, ignore_empty_lines=False)
    converting = pv.ConvertOptions(column_types=text, strings_can_be_null=False, include_columns=wanted)
    try:
        table = pv.read_csv(pa.BufferReader(content), reading, parsing, converting)
    except pa.ArrowException as error:
        raise DataError(_cannot_parse(error, source, empty=_rows_left(content, skip) == 0)) from error
    if bad:
        line, width = bad[0]
        raise DataError(
            f"{source}, line {line}: has {width} columns, {len(names)} are expected"
            f"{f' ({len(bad)} such lines)' if len(bad) > 1 else ''}; correct the line or "
            "download the file again"
        )
    lines = np.arange(table.num_rows, dtype=np.int64) + skip + 1
    return _without_blank_lines(Table(source, {role: table[keys[at]] for role, at in roles.items()}, lines))


def _without_blank_lines(table: Table) -> Table:
    blank = pc.equal(pc.utf8_trim_whitespace(table.columns["time"]), "")
    if pc.any(blank).as_py():
        for column in table.columns.values():
            blank = pc.and_(blank, pc.equal(pc.utf8_trim_whitespace(column), ""))
        table = table.keep(pc.invert(blank))
    if not len(table.lines):
        raise DataError(f"{table.source}: {_NOTHING_BELOW}")
    return table


def _cannot_parse(error: Exception, source: str, *, empty: bool) -> str:
    if empty:
        return f"{source}: {_NOTHING_BELOW}"
    reason = " ".join(str(error).split())[:200]
    return f"{source}: cannot be read as separated columns ({reason}); export it again"


def _check_encoding(content: bytes, source: str) -> None:
    if content.isascii():
        return
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{source}, line {line}: is not UTF-8 text; save the file as UTF-8") from error


def _rows_left(content: bytes, skip: int) -> int:
    return len([line for line in re.split(rb"\r\n|\n|\r", content[:_HEAD_BYTES])[skip:] if line.strip()])


def _first_lines(content: bytes, source: str) -> list[str]:
    head = content[:_HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{source}: is UTF-16 text, UTF-8 is expected; save it as UTF-8")
    if b"\0" in head:
        raise DataError(f"{source}: is a binary file, not candles; allowed are csv, csv.gz, zip, parquet and feather")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise DataError(f"{source}: is a web page, not candles; the download went wrong, open the address in a browser")
    if start.startswith((b"{", b"[")):
        raise DataError(
            f"{source}: is JSON, which is not read; convert it to csv (timestamp,open,high,low,close,volume)"
        )
    text = head.decode("utf-8-sig", errors="replace")
    return re.split(r"\r\n|\n|\r", text)


def _find_header(lines: Sequence[str], source: str, *, chosen: Mapping[str, str], symbol: str | None) -> _Header:
    best: tuple[int, list[str], dict[str, int]] = (0, [], {})
    widths: set[int] = set()
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        delimiter = max(",;\t", key=line.count)
        names = _split(line, delimiter)
        numbered = [str(at + 1) for at in range(len(names))]
        roles = layout.by_number(names, chosen=chosen)
        if roles and len(names) not in widths:
            return _Header(numbered, roles, number, delimiter)
        roles = layout.by_name(names, chosen=chosen, symbol=symbol)
        if not layout.problem(roles, names, chosen=chosen):
            return _Header(names, roles, number + 1, delimiter)
        widths.add(len(names))  # a line of the candles' width above them is a header with unknown names
        if (len(roles), len(names)) > (len(best[2]), len(best[1])):
            best = (number, names, roles)
    number, names, roles = best
    shown = [name[:40] for name in names]
    raise DataError(f"{source}, line {number + 1}: {layout.problem(roles, shown, chosen=chosen)}")


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
