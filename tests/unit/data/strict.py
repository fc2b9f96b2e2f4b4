"""An independent reader of candles: slow, strict, and right by looking at it. What it cannot read is None."""

import csv
import datetime as dt
import re

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
NAMES = {
    "time": ("unix", "timestamp", "open_time", "date"),
    "open": ("open",), "high": ("high",), "low": ("low",), "close": ("close",),
    "volume": ("volume", "volume btc", "volume_btc"),
}  # fmt: skip
PRICES = ("open", "high", "low", "close", "volume")
DATES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d %I-%p",
)


def read(content):
    """Return rows of (time in ms, open, high, low, close, volume) in the order of the file, None if one is no candle."""
    try:
        lines = re.split("\r\n|\n|\r", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None
    for at, line in enumerate(lines[:10]):
        delimiter = max(",;\t", key=line.count)
        roles = header(cells(line, delimiter))
        if roles:
            return rows(lines[at + 1 :], delimiter, roles, width=len(cells(line, delimiter)))
        if sum(NUMBER.fullmatch(cell) is not None for cell in cells(line, delimiter)) > 3 and not is_candle(
            cells(line, delimiter)
        ):
            return None
        if is_candle(cells(line, delimiter)):
            return rows(
                lines[at:],
                delimiter,
                dict(zip(("time", *PRICES), range(6), strict=True)),
                width=len(cells(line, delimiter)),
            )
    return None


def cells(line, delimiter):
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def header(names):
    plain = [name.lower() for name in names]
    roles = {}
    for role, known in NAMES.items():
        found = [name for name in known if name in plain]
        if not found:
            return None
        roles[role] = plain.index(found[0])
    return roles | ({"symbol": plain.index("symbol")} if "symbol" in plain else {})


def is_candle(row):
    if len(row) not in (6, 7, 12) or (NUMBER.fullmatch(row[0]) and float(row[0]) < 631_152_000):
        return False
    return time(row[0]) is not None and all(NUMBER.fullmatch(cell) for cell in row[1:])


def rows(lines, delimiter, roles, *, width):
    found = []
    for line in lines:
        row = cells(line, delimiter)
        if not "".join(row):
            continue
        if len(row) != width:
            return None
        if "symbol" in roles and row[roles["symbol"]] != "BTC/USDT":
            continue
        moment = time(row[roles["time"]])
        values = [row[roles[role]] for role in PRICES]
        if moment is None or not all(NUMBER.fullmatch(value) for value in values):
            return None
        found.append((moment, *map(float, values)))
    return found or None


def time(cell):
    if NUMBER.fullmatch(cell):
        value = float(cell)
        if 19_000_101 <= value <= 21_001_231:
            return None  # may be a date or an epoch: nobody can know
        for largest, factor in ((1e11, 1e3), (1e14, 1.0), (1e17, 1e-3)):
            if abs(value) < largest:
                return int(value * factor) if factor < 1 else round(value * factor)
        return int(value // 1e6) if abs(value) < 9e18 else None
    for form in DATES:
        try:
            moment = dt.datetime.strptime(cell, form)  # noqa: DTZ007
        except ValueError:
            continue
        return round((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp() * 1_000)
    return None
