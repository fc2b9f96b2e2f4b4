r"""A market that was never there: orders arrive at random, prices follow, and it never ends.

Flow
    Limit orders, market orders and cancellations arrive as Poisson processes, cancellations in proportion to what
    there is to cancel, as in the models of Smith et al. (2003) and Cont et al. (2010). Limit orders stand at a distance
    of :math:`k` units from the value with :math:`P(k) \propto k^{-1.5}` (Zovko and Farmer 2002), never across the
    book; sizes are exponential.
Value
    A geometric Brownian motion that nobody sees; who trades at the market buys with probability
    :math:`1 / (1 + e^{-z})`, where :math:`z` is the distance of the value from the middle of the book in units.
Impact
    A market order of size :math:`q` moves the value by :math:`\frac{1}{2} \sigma_d \sqrt{q / V_d}` (the square-root
    law with a day's volatility and volume); a fifth of it stays, the rest decays with a half-life (Bouchaud et al.
    2004). What users take from the book counts the same.

References
----------
Bouchaud, J.-P. et al. (2004). Fluctuations and response in financial markets. Quantitative Finance 4, 176-190.
Cont, R., Stoikov, S. and Talreja, R. (2010). A stochastic model for order book dynamics. Operations Research 58.
Smith, E. et al. (2003). Statistical theory of the continuous double auction. Quantitative Finance 3, 481-514.
Zovko, I. and Farmer, J. D. (2002). The power of patience. Quantitative Finance 2, 387-392.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np

from btbot.bars import COLUMNS, Bars
from btbot.data.gate import admit
from btbot.data.sample import generate
from btbot.exchange.book import Book
from btbot.exchange.events import Event
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Side
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.candle_memory import Hole
from btbot.paper.market.depth import Conditions, ladder, shape
from btbot.paper.market.shelf import Shelf
from btbot.paper.market.waiting import OTHER, pass_through
from btbot.timeframe import Timeframe

_YEAR_MS, _DAY_MS, _MINUTE_MS = 365 * 86_400_000, 86_400_000, 60_000
_MARKET, _CANCEL = 0.2, 0.8  # arrivals for each limit order; of cancellations when the book is as full as it should be
_LEVELS = 60  # levels of a side that the book tends to, and never more than four times as many
_PATIENCE = 0.5  # exponent of the tail of P(k)
_FURTHEST = 400  # units
_STAYS, _HALF_LIFE_MS, _MOST = 0.2, 60_000, 0.01
_FAR = 0.02  # market orders do not go further than that, as a fraction of the price


class Synthetic:
    """An endless made-up market: the same seed and the same orders give the same one.

    Parameters
    ----------
    symbol
        What is traded.
    price
        In quote currency, at the start.
    start_ms
        Market time at the start; its minute is begun.
    seed
        Of all that is drawn.
    volatility
        Of the value, a year; 0.6 is 60 %.
    turnover
        In quote currency, a day, by market orders.
    rate
        Limit orders a second of market time.
    history_bars
        One-minute bars from before the start, made up too (`btbot.data.sample`).
    """

    def __init__(
        self,
        symbol: Symbol,
        *,
        price: float,
        start_ms: int,
        seed: int = 0,
        volatility: float = 0.6,
        turnover: float = 1e8,
        rate: float = 1.0,
        history_bars: int = 1_000,
    ) -> None:
        self.symbol = symbol
        self.start_ms = start_ms // _MINUTE_MS * _MINUTE_MS
        self._random = Random(seed)
        self._seed, self._history_bars, self._price = seed, history_bars, price
        self._per_ms = rate / 1_000.0
        self._volatility = volatility
        self._day_volume = turnover / price * SCALE
        self._mean = self._day_volume / (_MARKET * rate * 86_400.0)
        hourly = Conditions(volatility**2 / 8_760.0, turnover / price / 24.0)
        self._shape = shape(
            hourly, round(price * SCALE), tick=symbol.tick, step=symbol.step, min_notional=symbol.min_notional
        )
        sigma_order = volatility / math.sqrt(8_760.0 * 3_600.0 * _MARKET * rate) * price * SCALE
        self._unit = max(symbol.tick, round(sigma_order / 2.0 / symbol.tick) * symbol.tick)
        self._value, self._pull = math.log(price * SCALE), 0.0
        self._shelf = Shelf(symbol.name)
        self._begun = False
        self._last_ms = self._exact_ms = float(self.start_ms)

    @property
    def holes(self) -> Sequence[Hole]:
        """None: silence is a quiet market."""
        return ()

    def history(self) -> Sequence[Bars]:
        """Give made-up bars that end at the price at the start."""
        if not self._history_bars:
            return []
        minute, pair = Timeframe(_MINUTE_MS), f"{self.symbol.base}/{self.symbol.quote}"
        begin = (self.start_ms // _MINUTE_MS - self._history_bars) * _MINUTE_MS
        frame = generate(pair, minute, bars=self._history_bars, seed=self._seed, start_ms=begin, price=self._price)
        bars, _ = admit(frame, pair, timeframe=minute)
        tick, scale = self.symbol.tick / SCALE, self._price / float(bars.close[-1])
        columns = {name: np.maximum(tick, np.round(getattr(bars, name) * scale / tick) * tick) for name in COLUMNS[:4]}
        rounded = {name: values.round(8) for name, values in columns.items()}
        return [Bars(pair, minute, bars.time, **rounded, volume=bars.volume.round(8))]

    def skip_to(self, market_ms: int) -> None:
        """Begin there instead, at the same price: nobody knows what would have been."""
        if market_ms > self.start_ms:
            self.start_ms = market_ms
            self._last_ms = self._exact_ms = float(market_ms)

    def next_ms(self) -> int | None:
        """Give the time of the next arrival; there always is one."""
        return int(self._exact_ms)

    def step(self, exchange: Exchange) -> list[Event]:
        """Let one order or cancellation arrive."""
        now_ms = int(self._exact_ms)
        events: list[Event] = []
        symbol = exchange.symbols.get(self.symbol.name)
        if symbol is not None and symbol.status == "TRADING":
            events = self._arrive(exchange, now_ms)
        crowd = len(self._shelf.held["BUY"]) + len(self._shelf.held["SELL"])
        total = self._per_ms * (1.0 + _MARKET + _CANCEL * crowd / (2 * _LEVELS))
        self._last_ms = self._exact_ms
        self._exact_ms += self._random.expovariate(total)
        self._drift(self._exact_ms - self._last_ms)
        return events

    def _arrive(self, exchange: Exchange, now_ms: int) -> list[Event]:
        book = exchange.books[self.symbol.name]
        if not self._begun:
            return self._begin(exchange, book, now_ms)
        for side, taken in self._shelf.taken(book).items():
            self._push(1 if side == "SELL" else -1, taken)
        sparse = [side for side in OTHER if len(self._shelf.held[side]) < _LEVELS // 4]
        if sparse:
            self._limit(exchange, sparse[0], now_ms)
            return []
        crowd = (len(self._shelf.held["BUY"]) + len(self._shelf.held["SELL"])) / (2 * _LEVELS)
        drawn = self._random.random() * (1.0 + _MARKET + _CANCEL * crowd)
        if drawn < 1.0:
            self._limit(exchange, "BUY" if self._random.random() < 0.5 else "SELL", now_ms)
            return []
        if drawn < 1.0 + _MARKET:
            return self._market(exchange, now_ms)
        self._shelf.cancel(exchange, self._random, now_ms)
        return []

    def _begin(self, exchange: Exchange, book: Book, now_ms: int) -> list[Event]:
        """Fill the empty book once, as the model of depth says; users who wait beyond the price are met first."""
        self._begun = True
        middle, half = round(math.exp(self._value)), max(self.symbol.tick, self._shape.spread // 2)
        tick = self.symbol.tick
        bid, ask = (middle - half) // tick * tick, -(-(middle + half) // tick) * tick
        events = pass_through(exchange, book, self.symbol.name, middle, now_ms)
        starts: tuple[tuple[Side, int], ...] = (("BUY", bid), ("SELL", ask))
        for side, best in starts:
            for price, quantity in ladder(self._shape, best, side, self._seed).items():
                self._shelf.add(exchange, side, price, quantity, now_ms)
        return events

    def _limit(self, exchange: Exchange, side: Side, now_ms: int) -> None:
        random, tick = self._random, self.symbol.tick
        distance = min(_FURTHEST, (1.0 - random.random()) ** (-1.0 / _PATIENCE)) * self._unit
        value = math.exp(self._value + self._pull)
        price = round((value - distance if side == "BUY" else value + distance) / tick) * tick
        facing = exchange.books[self.symbol.name].best(OTHER[side])
        if facing:
            price = min(price, facing - tick) if side == "BUY" else max(price, facing + tick)
        if price < tick:
            return
        self._shelf.add(exchange, side, price, self._size(2.0), now_ms)
        self._shelf.bound(exchange, side, 4 * _LEVELS, now_ms)

    def _market(self, exchange: Exchange, now_ms: int) -> list[Event]:
        book = exchange.books[self.symbol.name]
        bid, ask = book.best("BUY"), book.best("SELL")
        value = math.exp(self._value + self._pull)
        z = (value - (bid + ask) / 2.0) / self._unit if bid and ask else 0.0
        buys = self._random.random() < 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
        side: Side = "BUY" if buys else "SELL"
        best = ask if buys else bid
        limit = round(best * (1.0 + _FAR if buys else 1.0 - _FAR))
        quantity = self._size(1.0)
        if not best:
            return []
        events = exchange.sweep(self.symbol.name, side, limit, quantity, now_ms)
        self._push(1 if buys else -1, quantity)
        self._shelf.refresh(book)
        return events

    def _size(self, times: float) -> int:
        step = self.symbol.step
        return max(1, round(self._random.expovariate(1.0) * self._mean * times / step)) * step

    def _push(self, sign: int, quantity: int) -> None:
        """Move the value as a market order of that size does."""
        daily = self._volatility / math.sqrt(365.0)
        moved = sign * 0.5 * daily * math.sqrt(quantity / self._day_volume)
        self._value += _STAYS * moved
        self._pull = max(-_MOST, min(_MOST, self._pull + (1.0 - _STAYS) * moved))

    def _drift(self, passed_ms: float) -> None:
        sigma = self._volatility * math.sqrt(passed_ms / _YEAR_MS)
        self._value += self._random.gauss(0.0, sigma) - sigma * sigma / 2.0
        self._pull *= 0.5 ** (passed_ms / _HALF_LIFE_MS)
