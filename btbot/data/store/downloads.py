"""What was asked of whom, and what came: so that an answer is asked for once, and a hole not for ever.

A row is a span of time with one kind of answer: candles came, or nothing did. Pages that follow one another are one
row, whose hash is that of the former hash and the page's. The newest answer of a moment counts.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, Select, insert, select, update

from btbot.data.store.keys import market_key
from btbot.data.store.schema import downloads, markets
from btbot.data.store.spans import Span, painted
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

Transaction = Callable[[], AbstractContextManager[Connection]]
Piece = tuple[int, int, int, int | None, int | None]  # start, end, rows, times of the first and the last one
_PIECE = ("asked_start", "asked_end", "rows", "first", "last")
KINDS = ("candles", "funding", "trades", "books")


@dataclass(frozen=True, slots=True)
class Channel:
    """What is asked for: one kind of data of one market.

    Parameters
    ----------
    exchange, market, symbol
        Where it is traded.
    kind
        ``candles``, ``funding``, ``trades`` or ``books``.
    timeframe
        Of candles; None for the others.
    """

    exchange: str
    market: str
    symbol: str
    kind: str = "candles"
    timeframe: Timeframe | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"kind of a download: {self.kind!r}; one of {', '.join(KINDS)} is expected")
        if (self.kind == "candles") != (self.timeframe is not None):
            raise ConfigError(f"download of {self.kind} with timeframe {self.timeframe}: candles have one, others none")

    def __str__(self) -> str:
        what = self.kind if self.timeframe is None else str(self.timeframe)
        return f"{self.symbol} {what} of {self.exchange} {self.market}"


@dataclass(frozen=True, slots=True)
class Download:
    """Pages that came one after the other, as they are recorded.

    Parameters
    ----------
    channel
        What was asked for.
    start, end
        The asked span ``[start, end)``, epoch milliseconds UTC.
    first, last
        Times of the first and the last row that came; None if none did.
    rows, changed
        Rows that came, and how many of them were stored with other values before.
    finished
        When the last page was written, epoch milliseconds UTC.
    sha256
        Of what came, page by page.
    source
        From whom.
    """

    channel: Channel
    start: int
    end: int
    first: int | None
    last: int | None
    rows: int
    changed: int
    finished: int
    sha256: str | None
    source: str


class Downloads:
    """The record of downloads in one database.

    Parameters
    ----------
    reading
        Gives a transaction where the caller has none.
    """

    def __init__(self, reading: Transaction) -> None:
        self._reading = reading

    def record(
        self,
        connection: Connection,
        channel: Channel,
        start: int,
        end: int,
        *,
        rows: int,
        source: str,
        changed: int = 0,
        first: int | None = None,
        last: int | None = None,
        sha256: str | None = None,
        finished: int | None = None,
    ) -> None:
        """Write down what came for ``[start, end)``, in the transaction of the caller; no rows is an answer too.

        Raises
        ------
        ConfigError
            If the span is empty.
        """
        self.record_many(
            connection, channel, [(start, end, rows, first, last)], source=source, changed=changed, sha256=sha256,
            finished=finished,
        )  # fmt: skip

    def record_many(
        self,
        connection: Connection,
        channel: Channel,
        pieces: Sequence[Piece],
        *,
        source: str,
        changed: int = 0,
        sha256: str | None = None,
        finished: int | None = None,
    ) -> None:
        """Write down a page in pieces: spans that touch, the earliest first, with rows in them or none.

        Raises
        ------
        ConfigError
            If a piece is empty, or does not begin where the one before it ended.
        """
        _check(channel, pieces)
        key = market_key(connection, exchange=channel.exchange, market=channel.market, symbol=channel.symbol)
        now = time.time_ns() // 1_000_000 if finished is None else finished
        page = {**_names(channel, key), "source": source, "finished": now, "sha256": sha256, "changed": changed}
        rows = [{**page, **dict(zip(_PIECE, piece, strict=True))} for piece in _grouped(pieces, changed=changed)]
        former = _continued(connection, rows[0])
        if former is not None:
            joined = update(downloads).where(downloads.c.id == former.id)
            connection.execute(joined.values(_joined(former, rows.pop(0))))
        if rows:
            connection.execute(insert(downloads), rows)

    def spans(self, channel: Channel, *, connection: Connection | None = None) -> list[Span]:
        """Return what was answered: disjoint, in the order of time, the newest answer of each moment."""
        with self._read(connection) as open_:
            found = open_.execute(_query(channel)).all()
        return painted(found)

    def missing(
        self, channel: Channel, start: int, end: int, *, answers: int = 2, connection: Connection | None = None
    ) -> list[tuple[int, int]]:
        """Return the parts of ``[start, end)`` to ask for.

        They were never answered, or the newest `answers` answers were not all empty, or the newest one changed rows
        that were stored.
        """
        settled = [span for span in self.spans(channel, connection=connection) if span.is_settled(answers)]
        edges = [start]
        for span in settled:
            if span.end > start and span.start < end:
                edges += [max(span.start, start), min(span.end, end)]
        edges.append(end)
        return [(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]

    def history(self, channel: Channel | None = None, *, connection: Connection | None = None) -> list[Download]:
        """Return all records, or those of one channel, the oldest first."""
        with self._read(connection) as open_:
            return [_download(row) for row in open_.execute(_query(channel))]

    def _read(self, connection: Connection | None) -> AbstractContextManager[Connection]:
        return self._reading() if connection is None else nullcontext(connection)


def digest(*arrays: npt.NDArray[Any]) -> str:
    """Return the SHA-256 of arrays: their kinds, shapes and contents.

    Examples
    --------
    >>> digest(np.arange(3)) == digest(np.arange(3)) != digest(np.arange(3.0))
    True
    """
    found = hashlib.sha256()
    for one in arrays:
        found.update(f"{one.dtype.str}{one.shape}".encode())
        found.update(np.ascontiguousarray(one).tobytes())
    return found.hexdigest()


def _check(channel: Channel, pieces: Sequence[Piece]) -> None:
    for start, end, *_ in pieces:
        if start >= end:
            raise ConfigError(f"download of {channel}: must ask for a span with start < end, was {start} to {end}")
    for (_, end, *_), (start, *_) in pairwise(pieces):
        if end != start:
            raise ConfigError(f"download of {channel}: pieces of a page must touch, were to {end} and from {start}")


def _grouped(pieces: Sequence[Piece], *, changed: int) -> list[Piece]:
    """Return pieces of which no two neighbours are alike; a page that changed candles is one, under its holes."""
    if changed:
        return [_joined_pieces(pieces), *(piece for piece in _grouped(pieces, changed=0) if not piece[2])]
    return [_joined_pieces(list(alike)) for _, alike in groupby(pieces, key=lambda piece: piece[2] > 0)]


def _joined_pieces(pieces: Sequence[Piece]) -> Piece:
    times = [at for piece in pieces for at in piece[3:] if at is not None]
    rows = sum(piece[2] for piece in pieces)
    return pieces[0][0], pieces[-1][1], rows, min(times, default=None), max(times, default=None)


def _names(channel: Channel, market_id: int) -> dict[str, Any]:
    timeframe = None if channel.timeframe is None else str(channel.timeframe)
    return {"market_id": market_id, "kind": channel.kind, "timeframe": timeframe}


def _same(page: dict[str, Any]) -> list[Any]:
    return [downloads.c[name] == page[name] for name in ("market_id", "kind", "timeframe")]


def _continued(connection: Connection, page: dict[str, Any]) -> Row[Any] | None:
    """Return the newest row that touches a page, if the page continues it; lock it."""
    touching = (downloads.c.asked_start <= page["asked_end"]) & (downloads.c.asked_end >= page["asked_start"])
    query = select(downloads).where(*_same(page), touching).order_by(downloads.c.id.desc()).limit(1)
    row = connection.execute(query.with_for_update()).first()
    if row is None or row.source != page["source"] or (row.rows == 0) != (page["rows"] == 0):
        return None
    if row.changed or page["changed"]:
        return None  # what an exchange changed stays visible, and is asked for once more
    # A second empty answer to a moment is an answer of its own, which is counted.
    begins = row.asked_end == page["asked_start"] if page["rows"] == 0 else row.asked_start <= page["asked_start"]
    return row if begins and row.asked_end < page["asked_end"] else None


def _joined(row: Row[Any], page: dict[str, Any]) -> dict[str, Any]:
    times = [at for at in (row.first, row.last, page["first"], page["last"]) if at is not None]
    hashes = [one for one in (row.sha256, page["sha256"]) if one is not None]
    return {
        "asked_end": page["asked_end"],
        "first": min(times, default=None),
        "last": max(times, default=None),
        "rows": row.rows + page["rows"],
        "finished": page["finished"],
        "sha256": hashlib.sha256("".join(hashes).encode()).hexdigest() if len(hashes) == 2 else (hashes or [None])[0],
    }


def _query(channel: Channel | None) -> Select[Any]:
    query = (
        select(downloads, markets.c.exchange, markets.c.market, markets.c.symbol)
        .join(markets, markets.c.id == downloads.c.market_id)
        .order_by(downloads.c.id)
    )
    if channel is None:
        return query
    return query.where(
        markets.c.exchange == channel.exchange,
        markets.c.market == channel.market,
        markets.c.symbol == channel.symbol,
        downloads.c.kind == channel.kind,
        downloads.c.timeframe == (None if channel.timeframe is None else str(channel.timeframe)),
        downloads.c.asked_start.is_not(None),
        downloads.c.asked_end.is_not(None),
    )


def _download(row: Row[Any]) -> Download:
    timeframe = None if row.timeframe is None else Timeframe.parse(row.timeframe)
    return Download(
        Channel(row.exchange, row.market, row.symbol, row.kind, timeframe), row.asked_start, row.asked_end,
        row.first, row.last, row.rows, row.changed, row.finished, row.sha256, row.source,
    )  # fmt: skip
