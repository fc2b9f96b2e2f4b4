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
_LINE_END = re.compile(rb"\r\n|\n|\r")
_COMPARED = 20  # lines
LIKE_A_ROW = 4  # numbers in a line: banners and headers have fewer
_NOTHING_BELOW = "has a header but nothing below it; download or export the file again"


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns of a text are.

    Parameters
    ----------
    names
        Of all columns; their numbers in a file without a header.
    roles
        Which column is what, from 0.
    lines_before_data, delimiter
        How the rows are read.
    """

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
    header = find_header(first_lines(content, source), source, chosen=chosen, symbol=symbol)
    return parse(content, source, roles=header.roles, names=header.names,
                 skip=header.lines_before_data, delimiter=header.delimiter)  # fmt: skip


def parse(
    content: bytes,
    source: str,
    *,
    roles: Mapping[str, int],
    names: Sequence[str],
    skip: int,
    delimiter: str,
    above: int = 0,
) -> Table:
    """Read the columns at the positions of `roles` as text, after `skip` lines; `above` lines came before `content`."""
    _check_encoding(content, source)
    _check_quotes(content, source, above)
    table, bad = _cells(content, source, sorted(set(roles.values())), width=len(names), skip=skip, delimiter=delimiter)
    if bad:
        line, width = bad[0]
        raise DataError(
            f"{source}, line {line + above}: has {width} columns, {len(names)} are expected"
            f"{f' ({len(bad)} such lines)' if len(bad) > 1 else ''}; correct the line or "
            "download the file again"
        )
    lines = np.arange(table.num_rows, dtype=np.int64) + skip + above + 1
    found = _without_blank_lines(Table(source, {role: table[str(at)] for role, at in roles.items()}, lines))
    last = next((role for role, at in roles.items() if at == len(names) - 1), None)
    if last is not None and not content.endswith((b"\n", b"\r")):
        _check_end(found, last)
    return found


def _cells(
    content: bytes, source: str, wanted: Sequence[int], *, width: int, skip: int, delimiter: str
) -> tuple[pa.Table, list[tuple[int, int]]]:
    """Return the wanted columns as text, named by their numbers, and line and width of each row of another width."""
    bad: list[tuple[int, int]] = []

    def note(row: pv.InvalidRow) -> str:
        bad.append((row.number, row.actual_columns))
        return "skip"

    keys = [str(at) for at in range(width)]
    text = {key: pa.string() for key in keys}
    reading = pv.ReadOptions(use_threads=False, skip_rows=skip, column_names=keys, block_size=_BLOCK)
    parsing = pv.ParseOptions(delimiter=delimiter, invalid_row_handler=note, ignore_empty_lines=False)
    chosen = [keys[at] for at in wanted]
    converting = pv.ConvertOptions(column_types=text, strings_can_be_null=False, include_columns=chosen)
    try:
        return pv.read_csv(pa.BufferReader(content), reading, parsing, converting), bad
    except pa.ArrowException as error:
        raise DataError(_cannot_parse(error, source, empty=_rows_left(content, skip) == 0)) from error


def _check_end(table: Table, role: str) -> None:
    """Refuse a last number that lost digits: a text that is cut in its last number shows it nowhere else.

    It shows where all numbers have the same count of decimals, zeros at their end included.
    """
    tail = table.columns[role].slice(max(len(table.lines) - _COMPARED, 0)).to_pylist()
    *others, last = (str(cell).strip().partition(".")[2] for cell in tail)
    fixed = len({len(decimals) for decimals in others}) == 1 and any(decimals[1:].endswith("0") for decimals in others)
    if fixed and len(last) < len(others[0]):
        raise DataError(
            f"{table.where(len(table.lines) - 1)}: the text ends in {role} {str(tail[-1])[:40]!r}, which has fewer "
            "digits than in the lines above, and no line end; the file is cut, download it again"
        )


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


def _check_quotes(content: bytes, source: str, above: int) -> None:
    """Refuse a quotation mark that nobody closes in its line: it would swallow the lines below it."""
    if b'"' not in content:
        return
    for number, line in enumerate(_LINE_END.split(content), above + 1):
        if line.count(b'"') % 2:
            raise DataError(
                f"{source}, line {number}: has a quotation mark that is not closed in its line; correct the line"
            )


def _rows_left(content: bytes, skip: int) -> int:
    return len([line for line in _LINE_END.split(content[:_HEAD_BYTES])[skip:] if line.strip()])


def first_lines(content: bytes, source: str) -> list[str]:
    """Return the lines at the beginning of a text.

    Raises
    ------
    DataError
        If it is none, or one of another kind.
    """
    head = content[:_HEAD_BYTES]
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise DataError(f"{source}: is UTF-16 text, UTF-8 is expected; save it as UTF-8")
    if b"\0" in head:
        raise DataError(f"{source}: is a binary file, not candles; allowed are csv, csv.gz, zip, parquet and feather")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise DataError(f"{source}: is a web page, not candles; the download went wrong, open the address in a browser")
    if start.startswith(b"{"):
        raise DataError(
            f"{source}: is JSON of another kind; a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] "
            "or csv is read"
        )
    text = head.decode("utf-8-sig", errors="replace")
    return re.split(r"\r\n|\n|\r", text)


def find_header(lines: Sequence[str], source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Header:
    """Return where the columns of candles are.

    Raises
    ------
    DataError
        If the first lines are no header and no candle.
    """
    best: tuple[int, list[str], dict[str, int]] = (0, [], {})
    above: tuple[int, list[str]] | None = None  # a line that looks like a damaged row
    widths: set[int] = set()
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        names, delimiter = split_line(line)
        numbered = [str(at + 1) for at in range(len(names))]
        roles = layout.by_number(names, chosen=chosen)
        if roles and len(names) not in widths:
            refuse_above(above, source)
            return Header(numbered, roles, number, delimiter)
        roles = layout.by_name(names, chosen=chosen, symbol=symbol)
        if not layout.problem(roles, names, chosen=chosen):
            refuse_above(above, source)
            return Header(names, roles, number + 1, delimiter)
        widths.add(len(names))  # a line of the candles' width above them is a header with unknown names
        if above is None and layout.numbers_in(names) >= LIKE_A_ROW:
            above = number, names
        if (len(roles), len(names)) > (len(best[2]), len(best[1])):
            best = (number, names, roles)
    number, names, roles = best
    shown = [name[:40] for name in names]
    raise DataError(f"{source}, line {number + 1}: {layout.problem(roles, shown, chosen=chosen)}")


def refuse_above(found: tuple[int, list[str]] | None, source: str) -> None:
    """Raise `DataError` for a line, counted from 0, that was passed over and has the numbers of a row."""
    if found is not None:
        number, cells = found
        raise DataError(
            f"{source}, line {number + 1}: {layout.listed([cell[:40] for cell in cells])} stands above the header or "
            "the first row and looks like a damaged row; correct or remove the line"
        )


def split_line(line: str) -> tuple[list[str], str]:
    """Return the cells of a line and what separates them."""
    delimiter = max(",;\t", key=line.count)
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])], delimiter
    except csv.Error:
        return [], delimiter
