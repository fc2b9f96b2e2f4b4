"""Makes a market of a file, whatever kind of recording it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from btbot.bars import Bars
from btbot.data.gate import admit
from btbot.data.read import read_candles
from btbot.errors import ConfigError, DataError
from btbot.exchange.public import PublicBook
from btbot.exchange.symbols import Symbol, usual
from btbot.exchange.units import SCALE
from btbot.paper.market.book_file import read_book
from btbot.paper.market.book_replay import BookReplay
from btbot.paper.market.candle_replay import CandleReplay
from btbot.paper.market.kind import kind_of
from btbot.paper.market.market import Market
from btbot.paper.market.tape import read_tape
from btbot.paper.market.tape_replay import TapeReplay
from btbot.timeframe import Timeframe


def load_replay(
    path: Path,
    symbol: str | Symbol,
    timeframe: str | Timeframe | None = None,
    *,
    start: str | int | None = None,
    seed: int = 0,
    prints: int | None = None,
) -> Market:
    """Make the market that replays a file.

    Parameters
    ----------
    path
        Candles (csv, csv.gz, zip, feather, parquet, in any layout that a backtest reads), recorded trades (Binance's
        archives, or a table of them), a recorded book (csv of Binance's depth, or JSON lines of its streams; for a
        snapshot ``...snap...csv`` the changes in ``...update...csv`` beside it), or a folder with files of a book.
    symbol
        A pair such as ``BTC/USDT``, which gets the usual rules for its price, or a symbol with rules of its own.
    timeframe
        Of candles; None takes the file's own. A file of finer candles is played as it is.
    start
        Date (UTC) or epoch milliseconds; None leaves 1,000 bars, or a fifth of the file, as history.
    seed
        Of everything that is drawn.
    prints
        A bar; None takes one a minute, 12 to 120.

    Raises
    ------
    DataError, ConfigError
        If the file cannot be read, or the start is outside of it.
    """
    start_ms = _start_ms(start)
    books = _books(path)
    if books:
        return _book_market(books, symbol, start_ms)
    if kind_of(path) == "trades":
        return _tape_market(path, symbol, start_ms, seed)
    bars = _bars(path, _pair(symbol), timeframe)
    at = None if start_ms is None else _position(bars.time, start_ms, path.name)
    return CandleReplay(_symbol(symbol, float(bars.close[-1])), bars, start=at, prints=prints, seed=seed)


def _pair(symbol: str | Symbol) -> str:
    return symbol if isinstance(symbol, str) else f"{symbol.base}/{symbol.quote}"


def _book_market(paths: Sequence[Path], symbol: str | Symbol, start_ms: int | None) -> Market:
    events = read_book(paths, symbol=_pair(symbol))
    first = next((event.bids[0][0] for event in events if isinstance(event, PublicBook) and event.bids), SCALE)
    market = BookReplay(_symbol(symbol, first / SCALE), events)
    if start_ms is not None:
        market.skip_to(start_ms)
    return market


def _tape_market(path: Path, symbol: str | Symbol, start_ms: int | None, seed: int) -> Market:
    tape = read_tape(path, symbol=_pair(symbol))
    at = None if start_ms is None else _position(tape.time, start_ms, path.name)
    return TapeReplay(_symbol(symbol, float(tape.price[-1])), tape, start=at, seed=seed)


def _symbol(symbol: str | Symbol, price: float) -> Symbol:
    if isinstance(symbol, Symbol):
        return symbol
    try:
        return usual(symbol, price)
    except ValueError as error:
        raise ConfigError(f"symbol: {error}") from error


def _books(path: Path) -> list[Path]:
    """Give the files of a recorded book, none where `path` is something else."""
    if path.is_dir():
        return [file for file in sorted(path.iterdir()) if file.is_file() and kind_of(file) == "book"]
    if kind_of(path) != "book":
        return []
    changes = path.with_name(path.name.replace("snap", "update"))
    return [path, changes] if changes != path and changes.is_file() else [path]


def _bars(path: Path, pair: str, timeframe: str | Timeframe | None) -> Bars:
    bars, _ = admit(read_candles(path, symbol=pair), pair)
    if timeframe is not None:
        wanted = Timeframe.parse(timeframe)
        if wanted.ms % bars.timeframe.ms:
            raise DataError(f"{path.name}: holds candles of {bars.timeframe}, which do not add up to {wanted}")
    return bars


def _position(time: np.ndarray[tuple[int], np.dtype[np.int64]], start_ms: int, source: str) -> int:
    at = int(np.searchsorted(time, start_ms))
    if at >= len(time):
        last = dt.datetime.fromtimestamp(int(time[-1]) / 1000, dt.UTC)
        raise DataError(f"{source}: ends at {last:%Y-%m-%d %H:%M}, before the start; choose an earlier one")
    return at


def _start_ms(start: str | int | None) -> int | None:
    if start is None or isinstance(start, int):
        return start
    try:
        moment = dt.datetime.fromisoformat(start)
    except ValueError as error:
        raise ConfigError(f"start: {start!r} is no date; write one such as 2024-03-01 or 2024-03-01T12:00") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return int(moment.timestamp() * 1000)
