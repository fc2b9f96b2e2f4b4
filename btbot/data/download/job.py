"""What is to be downloaded, how far it is, and what came of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from btbot.data.store.downloads import Channel
from btbot.errors import BtbotError, ConfigError
from btbot.timeframe import Timeframe

KINDS = ("candles", "funding", "trades", "books")
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of history of one market.

    Parameters
    ----------
    symbol
        Such as ``BTC/USDT``.
    timeframe
        Of candles; None for everything else.
    kind
        ``candles``, ``funding``, ``trades`` or ``books``.
    """

    symbol: str
    timeframe: Timeframe | None = None
    kind: str = "candles"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ConfigError(f"kind of a download: {self.kind!r}; one of {', '.join(KINDS)} is expected")
        if (self.kind == "candles") != (self.timeframe is not None):
            raise ConfigError(f"download of {self.kind} with timeframe {self.timeframe}: candles have one, others none")

    def __str__(self) -> str:
        return f"{self.symbol} {self.timeframe or self.kind}"

    @property
    def length(self) -> Timeframe:
        """Length of its candles.

        Raises
        ------
        ConfigError
            If it is not about candles.
        """
        if self.timeframe is None:
            raise ConfigError(f"{self}: has no timeframe")
        return self.timeframe

    def channel(self, exchange: str, market: str) -> Channel:
        """Return its name in the record of downloads."""
        return Channel(exchange, market, self.symbol, self.kind, self.timeframe)


@dataclass(frozen=True, slots=True)
class Revision:
    """A stored candle that the exchange has changed: open, high, low, close and volume before and after."""

    time_ms: int
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(slots=True)
class Downloaded:
    """What came of a job.

    Attributes
    ----------
    job
        What was wanted.
    inserted, changed
        Rows that were not there, and rows that were there with other values.
    first, last
        Times of the earliest and the latest row that was inserted, epoch milliseconds UTC; None without any.
    pages
        Answers that were written.
    empty
        Spans ``[start, end)`` for which the exchange had nothing, in the order in which they were met.
    revisions
        The first hundred stored candles that the exchange has changed.
    notices
        What else an operator should know.
    nothing
        Whether the exchange was asked, had no row, and none is stored of that span or before it.
    holes
        Number of spans between stored rows for which it had nothing once: the next call asks again.
    error
        Why it ended early; what came before is stored.
    """

    job: Job
    inserted: int = 0
    changed: int = 0
    first: int | None = None
    last: int | None = None
    pages: int = 0
    empty: list[tuple[int, int]] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    nothing: bool = False
    holes: int = 0
    error: BtbotError | None = None
    finished: bool = False

    def note(self, text: str) -> None:
        """Add a notice, once."""
        if text not in self.notices:
            self.notices.append(text)

    def count(self, *, inserted: int, changed: int, first: int | None, last: int | None) -> None:
        """Add what a page brought."""
        self.pages += 1
        self.inserted += inserted
        self.changed += changed
        if first is not None and last is not None and inserted:
            self.first = first if self.first is None else min(self.first, first)
            self.last = last if self.last is None else max(self.last, last)

    def revise(self, revisions: list[Revision]) -> None:
        """Remember what an exchange has changed."""
        self.revisions += revisions[: _SHOWN - len(self.revisions)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a download is.

    Parameters
    ----------
    done, whole
        Of the span that is to be asked for, in units of work that are the same for all jobs.
    rows
        That came until now.
    jobs_done, jobs
        Number of them.
    """

    done: int
    whole: int
    rows: int
    jobs_done: int
    jobs: int


def stamp(time_ms: int) -> str:
    """Return a time as people write it.

    Examples
    --------
    >>> stamp(1_609_459_200_000)
    '2021-01-01 00:00'
    """
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).strftime("%Y-%m-%d %H:%M")
