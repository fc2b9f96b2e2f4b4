"""A snapshot of one market's book."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from btbot.data.download.job import Downloaded
from btbot.data.download.session import Session
from btbot.data.download.spans import Span
from btbot.exchange.client import BookSnapshot

_LEVELS = 100


class BookHistory:
    """The book as it is now; the parameters are those of `btbot.data.download.candles.CandleHistory`."""

    def __init__(self, session: Session, found: Downloaded, told: Callable[[int, int], None]) -> None:
        self._session = session
        self._found = found
        self._told = told

    async def wanted(self, since_ms: int, until_ms: int | None) -> list[Span]:
        """Return the present moment: there is no history of books to ask for."""
        del since_ms, until_ms
        now = await self._session.now_ms()
        return [(now, now + 1)]

    async def fetch(self, spans: Sequence[Span]) -> None:
        """Ask for the book, and write it; errors as `CandleHistory.fetch`."""
        del spans
        client, symbol = self._session.client, self._found.job.symbol
        async with self._session.turn():
            book = await self._session.ask(lambda: client.book(symbol, _LEVELS))
            await self._session.run(self._put, book)
        self._found.count(inserted=1, changed=0, first=book.time_ms, last=book.time_ms)
        self._told(1, 1)

    def _put(self, book: BookSnapshot) -> None:
        store, client, job = self._session.store, self._session.client, self._found.job
        channel = job.channel(client.name, client.market)
        with store.writing() as connection:
            store.books.write(
                job.symbol, book.time_ms, book.bids, book.asks,
                exchange=channel.exchange, market=channel.market, connection=connection,
            )  # fmt: skip
            store.downloads.record(
                connection, channel, book.time_ms, book.time_ms + 1, rows=1, source=self._session.source,
                first=book.time_ms, last=book.time_ms,
            )  # fmt: skip
