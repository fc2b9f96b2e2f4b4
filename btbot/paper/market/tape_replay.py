"""Recorded trades as a market: each prints as it was, with a model's book around it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from btbot.bars import Bars
from btbot.errors import DataError
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.candle_memory import Hole
from btbot.paper.market.depth import calibrated, shape
from btbot.paper.market.maker import HALF_LIFE_MS, Maker
from btbot.paper.market.path import Print, seconds
from btbot.paper.market.tape import MINUTE, Tape


class TapeReplay:
    """Replay recorded trades: price, quantity, time and taker are the source's as long as no user trades.

    The book is the model of `btbot.paper.market.depth`, calibrated by the minutes that have passed.

    Parameters
    ----------
    symbol, tape
        What is traded, and what was.
    start
        Position of the first trade that is played; the replay begins with its minute. None keeps a fifth as history.
    earlier
        Bars from before the tape, for a longer history.
    seed
        Of the book.
    """

    def __init__(
        self,
        symbol: Symbol,
        tape: Tape,
        *,
        start: int | None = None,
        earlier: Bars | None = None,
        seed: int = 0,
        half_life_ms: int = HALF_LIFE_MS,
    ) -> None:
        if not len(tape):
            raise DataError(f"{symbol.name}: there is no trade to replay; check the file and the start")
        start = len(tape) // 5 if start is None else start
        if not 0 <= start < len(tape):
            raise DataError(f"{symbol.name}: the replay is to start at trade {start}, there are {len(tape)}")
        self.symbol = symbol
        self.start_ms = MINUTE.floor(int(tape.time[start]))
        self._tape = tape
        self._at = int(np.searchsorted(tape.time, self.start_ms))
        self._minutes = tape.minutes(symbol.name, self._at)
        self._earlier = earlier
        self._maker = Maker(symbol.name, seed=seed, half_life_ms=half_life_ms)
        known = self._minutes if len(self._minutes) else tape.minutes(symbol.name, len(tape)).slice(0, 1)
        self._conditions = calibrated(known)
        self._minute_ms = self.start_ms
        self._high = self._low = self._volume = 0.0
        self._passed: list[Print] = []  # of a begun minute, before the start
        self._opens = False
        self._reshape()

    @property
    def holes(self) -> Sequence[Hole]:
        """None: silence on the tape is a quiet market."""
        return ()

    def history(self) -> Sequence[Bars]:
        """Give the minutes of the tape before the start, and the earlier bars."""
        known = [self._minutes] if len(self._minutes) else []
        if self._passed:
            known.append(seconds(self._passed, self.symbol.name))
        return known if self._earlier is None else [*known, self._earlier.between(None, self.start_ms)]

    def skip_to(self, market_ms: int) -> None:
        """Begin in the middle of a minute, or after the end: what was traded by then is history."""
        if market_ms <= self.start_ms:
            return
        stop = int(np.searchsorted(self._tape.time, market_ms, side="right"))
        while self._at < stop:
            self._take(self._at)
            self._at += 1
        minute = int(np.searchsorted(self._tape.time, MINUTE.floor(market_ms)))
        self._minutes = self._tape.minutes(self.symbol.name, minute)
        tape = self._tape
        columns = (tape.time[minute:stop], tape.price[minute:stop], tape.quantity[minute:stop])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        self._passed = [Print(time, round(price * SCALE), round(size * SCALE), "BUY") for time, price, size in rows]
        self.start_ms, self._opens = market_ms + 1, True  # a trade of just now is history
        self._reshape()

    def next_ms(self) -> int | None:
        """Give the time of the next trade."""
        if self._opens:
            return self.start_ms
        return int(self._tape.time[self._at]) if self._at < len(self._tape) else None

    def step(self, exchange: Exchange) -> list[Event]:
        """Let the next trade happen; at the end of the tape nothing does."""
        tape, at = self._tape, self._at
        if self._opens:
            self._opens = False
            self._maker.open_at(exchange, round(float(tape.price[max(0, at - 1)]) * SCALE), self.start_ms)
            return []
        if at >= len(tape):
            return []
        self._at += 1
        now_ms, price, quantity = self._take(at)
        taker: Side = "SELL" if tape.buyer_is_maker[at] else "BUY"
        return self._maker.trade(exchange, round(price * SCALE), round(quantity * SCALE), taker, now_ms)

    def _take(self, at: int) -> tuple[int, float, float]:
        """Learn from a trade; give its time, price and quantity."""
        tape = self._tape
        now_ms, price, quantity = int(tape.time[at]), float(tape.price[at]), float(tape.quantity[at])
        if now_ms >= self._minute_ms + MINUTE.ms:
            self._end_minute(now_ms)
        if not self._volume:
            self._high = self._low = price
        self._high, self._low, self._volume = max(self._high, price), min(self._low, price), self._volume + quantity
        return now_ms, price, quantity

    def _end_minute(self, now_ms: int) -> None:
        """Learn from the minute that is over, and from those after it in which nobody traded."""
        quiet = min(1_000, (now_ms - self._minute_ms) // MINUTE.ms - 1)
        if self._volume:
            self._conditions = self._conditions.after(self._high, self._low, self._volume, MINUTE.ms)
        for _ in range(quiet):
            self._conditions = self._conditions.after(1.0, 1.0, 0.0, MINUTE.ms)
        self._minute_ms, self._volume = MINUTE.floor(now_ms), 0.0
        self._reshape()

    def _reshape(self) -> None:
        price = round(float(self._tape.price[max(0, self._at - 1)]) * SCALE)
        symbol = self.symbol
        self._maker.shape = shape(
            self._conditions, price, tick=symbol.tick, step=symbol.step, min_notional=symbol.min_notional
        )
