"""What to do about flawed candles, in the words of the command that met them: only runs have a feed to set."""

from __future__ import annotations

import re

_IMPORT = (
    ("or set data: {on_error: warn} to go on", "or say --on-error warn to go on"),
    ("data: {on_error: warn} does not", "--on-error warn does not"),
    ("data.on_error is warn: ", "--on-error is warn: "),
    ("check feed.columns or correct the file", "check the names of its columns or correct the file"),
    ("set feed.unit to s, ms, us or ns", "write them as dates or in milliseconds"),
    ("(year first, or name the unit with feed.unit)", "(year first)"),
    ("set feed.timezone, ", "write its times in UTC, "),
    ("check feed.unit, or set calendar: stocks", "check the unit of its times, or say --calendar stocks"),
    ("check the file, and start and end of the run", "download or export it again"),
)
_NAMES = re.compile(r"If so, name its columns with feed\.columns: \{(\w+): NAME\}")
_RENAME = "If so, rename its columns to these; a run reads it as it is by feed: {name: ohlcv_csv, columns: {%s: NAME}}"
_IN_THE_FILE = re.compile(
    r",? (check feed\.columns or correct the file|correct or remove these candles in the file|complete or remove them "
    r"in the file|correct the file)"
)


def for_import(text: str) -> str:
    """Return what the gate or a reader says, with the options of `btbot data import` instead of a feed's settings.

    Examples
    --------
    >>> for_import("4 candles refused; or set data: {on_error: warn} to go on in spite of it")
    '4 candles refused; or say --on-error warn to go on in spite of it'
    """
    for of_feed, of_import in _IMPORT:
        text = text.replace(of_feed, of_import)
    return _NAMES.sub(lambda match: _RENAME % match[1], text)


def for_store(text: str, symbol: str) -> str:
    """Return what the gate says of stored candles, which are mended by commands and not in a file.

    Examples
    --------
    >>> for_store("volume must be 0 or more, correct the file", "A/B")
    'volume must be 0 or more; look at them with btbot data check A/B, mend them with btbot data repair A/B'
    """
    told = f"; look at them with btbot data check {symbol}, mend them with btbot data repair {symbol}"
    shorter = _IN_THE_FILE.sub("", text)
    at = shorter.find("; or set data:")
    return shorter + told if at < 0 else shorter[:at] + told + shorter[at:]
