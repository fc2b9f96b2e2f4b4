"""Candles, trades and rates in JSON: a list of rows, as freqtrade and the exchanges write it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from btbot.data import delimited
from btbot.data.table import Table
from btbot.errors import DataError

_WANTED = "a list of rows such as [[1704067200000, 1.5, 2.5, 0.5, 1.25, 10.0]] is expected"


def read_json(content: bytes, source: str, *, chosen: Mapping[str, str], symbol: str | None) -> Table:
    """Read candles of a JSON file.

    Raises
    ------
    DataError
        If it is cut, no list of rows, or has no candles.
    """
    text = as_text(content, source)
    table = delimited.read_text(text, source, chosen=chosen, symbol=symbol)
    above = int(table.lines[0]) - 1 if has_names(content) else 0
    return replace(table, lines=table.lines - above, unit_of_place="row")


def is_json(head: bytes) -> bool:
    """Return whether a file that begins so is a list in JSON."""
    return head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def first_rows(head: bytes, source: str) -> list[str]:
    """Return the first rows as lines of text, of the beginning of a file; errors as `as_text`."""
    closing = b"}" if has_names(head) else b"]"
    whole = head.rstrip()
    if not re.search(rb"[\]}]\s*\]$", whole):
        whole = whole[: whole.rfind(closing) + 1] + b"]"
    return as_text(whole, source).decode("utf-8", errors="replace").split("\n")


def has_names(content: bytes) -> bool:
    """Return whether the rows are objects, which name their columns."""
    return re.match(rb"[\s\xef\xbb\xbf]*\[\s*\{", content[:200]) is not None


def as_text(content: bytes, source: str) -> bytes:
    """Return rows of JSON as comma separated text: with a header if they are objects, each in a line of its own.

    Lists are not parsed value by value, which would take a Python object for each: their numbers stay the text that
    they are, and whatever is no number is found by the reader of the text.

    Raises
    ------
    DataError
        If it is cut, or not a list of rows.
    """
    if has_names(content):
        return _objects(content, source)
    text = content.removeprefix(b"\xef\xbb\xbf").translate(None, b"\r\n\t").strip()
    if re.fullmatch(rb"\[\s*\]", text):
        raise DataError(f"{source}: is an empty list; download or export the file again")
    opening, closing = re.match(rb"\[\s*\[", text), re.search(rb"\]\s*\]$", text[-200:])
    if opening is None:
        raise DataError(f"{source}: is JSON of another kind; {_WANTED}")
    if closing is None:
        raise DataError(f"{source}: is cut, its JSON does not end; download or export the file again")
    body = text[opening.end() : len(text) - (closing.end() - closing.start())]
    rows = re.sub(rb"\]\s*,\s*\[", b"\n", body)
    if stray := re.search(rb"[\[\]{}]", rows):
        line = rows.count(b"\n", 0, stray.start()) + 1
        raise DataError(f"{source}, row {line}: has a list or an object inside; {_WANTED}")
    return re.sub(rb"\s*,[ ]*", b",", rows).strip(b" ") + b"\n"


def _objects(content: bytes, source: str) -> bytes:
    try:
        rows: list[dict[str, Any]] = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:120]
        raise DataError(f"{source}: is damaged or cut JSON ({reason}); download or export the file again") from error
    names = list(rows[0])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or list(row) != names:
            raise DataError(f"{source}, row {number}: has other names than the row before it; {_WANTED}")
        values = row.values()
        if any(isinstance(value, dict | list) for value in values):
            raise DataError(f"{source}, row {number}: has a list or an object inside; {_WANTED}")
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue().encode()
