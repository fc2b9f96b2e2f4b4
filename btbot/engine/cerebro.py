"""Backtrader's Cerebro with a loop that skips idle bars."""

from __future__ import annotations

import gc
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd

from btbot.engine.desk.desk import Desk
from btbot.engine.ledger import Ledger
from btbot.engine.recorder import Recorder
from btbot.engine.timeline import Timeline
from btbot.feed import host_times
from btbot.strategy import Strategy

_ORDER_HOOKS = ("notify_order", "notify_trade")
_BAR_HOOKS = (
    "notify_cashvalue", "notify_fund", "notify_timer", "next_open", "nextstart", "nextstart_open", "prenext_open",
)  # fmt: skip
_ANALYZER_BAR_HOOKS = (
    "next", "prenext", "nextstart", "_next", "_prenext", "_nextstart", "notify_cashvalue", "notify_fund",
)  # fmt: skip
_FINAL = (bt.Order.Completed, bt.Order.Canceled, bt.Order.Expired, bt.Order.Margin, bt.Order.Rejected)
_TELL_EVERY = 4096  # closes between two words about the progress
Progress = Callable[[int, int], None]


class Cerebro(bt.Cerebro):
    """Hosts a run.

    Parameters
    ----------
    timeline, ledger, recorder
        Of this run.
    desk
        Trades for `Strategy` subclasses; None if there are none.
    sparse
        Visit only the bars at which something can happen.
    progress
        Called now and then with the closes done and their number.
    """

    params = (("stdstats", False),)

    def __init__(
        self,
        *,
        timeline: Timeline,
        ledger: Ledger,
        recorder: Recorder,
        desk: Desk | None,
        sparse: bool,
        progress: Progress | None,
    ) -> None:
        super().__init__()
        self.timeline, self.ledger, self.recorder = timeline, ledger, recorder
        self.desk, self.sparse, self.progress = desk, sparse, progress
        self.step = self._told = -1
        self.every_bar = True
        self._books_own_fills = True
        self._numbers: dict[int, int] = {}

    # -- what both loops share --------------------------------------------------------------------------------

    def _begin(self, strategies: list[Any]) -> None:
        """Bind the desk to the strategies that Cerebro has made, and find out who listens to what."""
        self._books_own_fills = hasattr(self._broker, "ledger")
        self._numbers = {id(data): number for number, data in enumerate(self.datas)}
        if self._books_own_fills:
            self._broker.watch(self.datas)
            self._broker.listening = any(_listens(strategy) for strategy in strategies)
            self._broker.owners = {
                number: strategy for strategy in strategies for number in getattr(strategy, "_btbot_numbers", ())
            }
        self.every_bar = bool(self.runwriters or self._timers or self._timerscheat) or any(
            _needs_every_bar(strategy) for strategy in strategies
        )
        if self.desk is not None:
            self.desk.bind([strategy for strategy in strategies if isinstance(strategy, Strategy)], self.datas)

    def _brokernotify(self) -> None:
        """Let the broker match, pass its news on, write the account down."""
        self.step += 1
        if self.desk is not None:
            self.desk.now = self.step
            self.desk.prepare(self.step)
        if self._books_own_fills:
            super()._brokernotify()
        else:
            self._stock_notify()
        self.recorder.mark(self.step, self._broker, self.datas)
        if self.progress is not None and self.step - self._told >= _TELL_EVERY:
            self._told = self.step
            self.progress(self.step, len(self.timeline))

    def _stock_notify(self) -> None:
        """Do what the host does, and book what its broker reports."""
        broker = self._broker
        broker.next()
        while (order := broker.get_notification()) is not None:
            owner = order.owner if order.owner is not None else self.runningstrats[0]
            name = _owner_name(owner)
            number = self._numbers[id(order.data)]
            for bit in order.executed.iterpending():
                self.ledger.fill(
                    name, number, order, bar=len(order.data) - 1, size=bit.size, price=bit.price, fee=bit.comm,
                    reason=order.info.get("reason", "order"),
                )  # fmt: skip
            if order.status in _FINAL:
                self.ledger.order(name, number, order)
            owner._addnotification(order, quicknotify=self.p.quicknotify)

    def book_open_orders(self) -> None:
        """Book the orders that are still alive when the run is over, and those cancelled in its last bar."""
        while not self._books_own_fills and (order := self._broker.get_notification()) is not None:
            if order.status in _FINAL:
                self.ledger.order(_owner_name(order.owner), self._numbers[id(order.data)], order)
        for order in (*self._broker.pending, *self._broker.submitted):
            if order is not None and order.alive():
                self.ledger.order(_owner_name(order.owner), self._numbers[id(order.data)], order)

    def runstrategies(self, iterstrat: Any, predata: bool = False) -> Any:
        """Run, and say where an exception comes from: the host lets it pass without a word."""
        try:
            return super().runstrategies(iterstrat, predata=predata)
        except Exception as error:
            error.add_note(self._whereabouts(error))
            raise

    def _whereabouts(self, error: Exception) -> str:
        """Name the strategy whose code is on the way to an exception, its symbols and the bar."""
        strategy = _strategy_behind(error)
        datas: list[Any] = self.datas if strategy is None else strategy.datas
        symbols = [data._name for data in datas]
        where = f"in strategy {_owner_name(strategy)}, " if strategy is not None else ""
        if 0 <= self.step < len(self.timeline):
            when = pd.Timestamp(int(self.timeline.time[self.step]), unit="ms").isoformat()
            return f"{where}{', '.join(symbols)}, at the bar that closes at {when}Z"
        return f"{where}{', '.join(symbols)}, before the first bar"

    def _runonce(self, runstrats: list[Any]) -> None:
        self._begin(runstrats)
        with _no_garbage_collection():
            if not self.sparse:
                super()._runonce(runstrats)
            elif self.every_bar:
                self._run_every_bar(runstrats)
            else:
                self._run_sparse(runstrats)

    def _runnext(self, runstrats: list[Any]) -> None:
        self._begin(runstrats)
        with _no_garbage_collection():
            super()._runnext(runstrats)

    # -- the sparse loop --------------------------------------------------------------------------------------

    def _run_sparse(self, strategies: list[Any]) -> None:
        """Visit the closes at which something can happen, and the last one."""
        desk = self.desk
        assert desk is not None  # noqa: S101 - the engine asks for this loop only with a desk
        places = self._places(strategies)
        listening = getattr(self._broker, "listening", True)
        at, count = desk.next_wake(-1), len(self.timeline)
        while at < count:
            for lines, axis in places:
                _place(lines, at if axis is None else int(axis[at]))
            self.step = at - 1
            self._brokernotify()
            if listening:
                for strategy in strategies:
                    strategy._notify()
            for strategy in strategies:
                strategy.next()
                if listening:
                    strategy.clear()
            if self._event_stop:
                return
            at = desk.next_wake(at)

    def _run_every_bar(self, strategies: list[Any]) -> None:
        """Visit all closes, because an observer, an analyzer or a hook wants to see each."""
        for strategy in strategies:
            strategy._once()
            strategy.reset()
        places = self._places([])
        times = host_times(self.timeline.time)
        for at in range(len(self.timeline)):
            for lines, axis in places:
                _place(lines, at if axis is None else int(axis[at]))
            when = float(times[at])
            self._check_timers(strategies, when, cheat=True)
            for strategy in strategies if self.p.cheat_on_open else ():
                strategy._oncepost_open()
            self._brokernotify()
            self._check_timers(strategies, when, cheat=False)
            for strategy in strategies:
                strategy._oncepost(when)
                if self._event_stop:
                    return
                self._next_writers(strategies)

    def _places(self, strategies: list[Any]) -> list[tuple[list[Any], Any]]:
        """Return the line buffers that a visit moves, each group with its axis (None: the run's own)."""
        places: list[tuple[list[Any], Any]] = []
        for data, at, fresh in zip(self.datas, self.timeline.at, self.timeline.fresh, strict=True):
            places.append((list(data.lines), None if fresh is None else at))
        if strategies:
            times = array("d")
            times.frombytes(np.ascontiguousarray(host_times(self.timeline.time)).tobytes())
            for strategy in strategies:
                line = strategy.lines.datetime
                line.array = times
                places.append(([line], None))
        return places


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Stop looking for cycles, of which the loop makes few, while it runs."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _strategy_behind(error: Exception) -> Any:
    """Return the strategy nearest to where an exception was raised, None if there is none on the way."""
    found, trace = None, error.__traceback__
    while trace is not None:
        owner = trace.tb_frame.f_locals.get("self")
        if isinstance(owner, bt.Strategy):
            found = owner
        trace = trace.tb_next
    return found


def _owner_name(strategy: Any) -> str:
    """Return the configured name of a strategy."""
    return str(getattr(strategy, "_btbot_name", type(strategy).__name__))


def _place(lines: list[Any], index: int) -> None:
    for line in lines:
        line._idx = index
        line.lencount = index + 1


def _overrides(thing: Any, base: type, names: tuple[str, ...]) -> bool:
    return any(getattr(type(thing), name) is not getattr(base, name) for name in names)


def _listens(strategy: Any) -> bool:
    """True if somebody wants to hear of orders and trades."""
    return bool(
        not isinstance(strategy, Strategy)
        or _overrides(strategy, bt.Strategy, (*_ORDER_HOOKS, *_BAR_HOOKS))
        or len(strategy.analyzers)
        or strategy._slave_analyzers
        or strategy.getobservers()
    )


def _needs_every_bar(strategy: Any) -> bool:
    """True if something attached to the strategy looks at every bar."""
    return bool(
        _overrides(strategy, bt.Strategy, _BAR_HOOKS)
        or strategy.getobservers()
        or strategy.getindicators()
        or strategy._slave_analyzers
        or any(_looks_at_bars(analyzer) for analyzer in strategy.analyzers)
    )


def _looks_at_bars(analyzer: Any) -> bool:
    return bool(_overrides(analyzer, bt.Analyzer, _ANALYZER_BAR_HOOKS) or analyzer._children)
