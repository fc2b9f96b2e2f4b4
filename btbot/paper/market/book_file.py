"""Recorded order books from files: Binance's depth archives, or the messages of its streams as they came."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from btbot.data.archive import unpack
from btbot.errors import DataError
from btbot.exchange.public import PublicBook, PublicEvent, PublicTrade, Rows
from btbot.exchange.units import units

_NEEDED = ("timestamp", "first_update_id", "last_update_id", "side", "update_type", "price", "qty")


def holds_book(content: bytes) -> bool:
    """Tell whether a file's content is a recorded book.

    Examples
    --------
    >>> holds_book(b"symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu")
    True
    >>> holds_book(b"timestamp,open,high,low,close,volume")
    False
    """
    head = content[:500].lstrip()
    return head.startswith((b"{", b"[{")) or b"update_type" in head.split(b"\n")[0]


def read_book(paths: Sequence[Path], *, symbol: str | None = None) -> list[PublicEvent]:
    """Read snapshots, changes and trades, in the order of time.

    Parameters
    ----------
    paths
        Csv files of Binance's depth archive (a snapshot and its updates), or files with one JSON message a line:
        answers of ``/depth`` and messages ``depthUpdate``, ``trade`` and ``aggTrade``, plain or of a combined stream.
    symbol
        Chosen where there are several.

    Raises
    ------
    DataError
        If a file is none of these, or a value in it cannot be right.
    """
    name = None if symbol is None else "".join(filter(str.isalnum, symbol))
    events: list[PublicEvent] = []
    for path in paths:
        content = unpack(path)
        if not holds_book(content):
            raise DataError(f"{path.name}: is no recorded order book; csv of Binance's depth or JSON lines are needed")
        parts = (
            _messages(content, path.name, name) if content.lstrip()[:1] in (b"{", b"[") else _rows(content, path, name)
        )
        events += parts
    return sorted(events, key=lambda event: event.time_ms)


def _rows(content: bytes, path: Path, symbol: str | None) -> list[PublicEvent]:
    frame = pd.read_csv(io.BytesIO(content), dtype=str)
    missing = [name for name in _NEEDED if name not in frame]
    if missing:
        raise DataError(f"{path.name}: has no column {', '.join(missing)}; download the file again")
    if symbol is not None and "symbol" in frame:
        frame = frame[frame["symbol"] == symbol]
    found: list[PublicEvent] = []
    keys = ["timestamp", "first_update_id", "last_update_id", "update_type"]
    for key, part in frame.groupby(keys, sort=False):
        time, first, last, kind = map(str, key)
        sides = {
            letter: _levels(zip(chosen["price"], chosen["qty"], strict=True), path.name)
            for letter, chosen in part.groupby("side")
        }
        bids, asks = sides.get("b", ()), sides.get("a", ())
        found.append(PublicBook(_time(time), bids, asks, kind == "snap", int(first), int(last)))
    return found


def _messages(content: bytes, source: str, symbol: str | None) -> list[PublicEvent]:
    found: list[PublicEvent] = []
    last_ms = 0
    for number, message in _parsed(content, source):
        try:
            event = _event(message, source, last_ms, symbol)
        except (KeyError, ValueError, TypeError) as error:
            raise DataError(f"{source}, line {number}: cannot be read as a message ({error})") from error
        if event is not None:
            last_ms = event.time_ms or last_ms
            found.append(event)
    begin = next((event.time_ms for event in found if event.time_ms), 0)
    return [event if event.time_ms else event._replace(time_ms=begin) for event in found]


def _parsed(content: bytes, source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give the messages of a file of one JSON value, or of one a line."""
    try:
        whole = json.loads(content)
        yield from enumerate(whole if isinstance(whole, list) else [whole], start=1)
        return
    except ValueError:
        pass
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as error:
                raise DataError(f"{source}, line {number}: is no JSON ({error}); correct the line") from error


def _event(message: dict[str, Any], source: str, last_ms: int, symbol: str | None) -> PublicEvent | None:
    message = message.get("data", message)
    kind = message.get("e")
    if symbol is not None and message.get("s", symbol) != symbol:
        return None
    if kind in ("trade", "aggTrade"):
        return PublicTrade(_time(message["T"]), units(message["p"]), units(message["q"]), bool(message["m"]))
    if kind == "depthUpdate":
        bids, asks = _levels(message["b"], source), _levels(message["a"], source)
        return PublicBook(_time(message["E"]), bids, asks, False, int(message["U"]), int(message["u"]))
    if "lastUpdateId" in message:  # the answer of /depth carries no time
        last, time = int(message["lastUpdateId"]), _time(message.get("E", message.get("T", last_ms)))
        return PublicBook(time, _levels(message["bids"], source), _levels(message["asks"], source), True, last, last)
    return None


def _levels(rows: Iterable[Sequence[str]], source: str) -> Rows:
    try:
        return tuple((units(row[0]), units(row[1])) for row in rows)
    except ValueError as error:
        raise DataError(f"{source}: a level is {error}; correct the file") from error


def _time(value: object) -> int:
    stamp = int(str(value))
    return stamp // 1_000 if stamp > 10**14 else stamp
