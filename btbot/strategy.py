"""The base of strategies: signals as arrays, hosted by Cerebro, traded by the engine."""

from __future__ import annotations

from typing import Any, Protocol

import backtrader as bt

from btbot.bars import Bars
from btbot.errors import StrategyError
from btbot.exits import Exits
from btbot.signals import Signals, Targets


class Desk(Protocol):
    """What turns signals into orders. The engine gives one to every `Strategy` of a run."""

    def turn(self, strategy: Strategy) -> None:
        """Take note that `strategy` has seen the close of the present bar."""


class Strategy(bt.Strategy):
    """A strategy that says what it wants; orders, sizes, fees and stops are configuration.

    Subclass it, name parameters in ``params``, implement `signals`. Everything else of a ``bt.Strategy``
    (``notify_order``, ``notify_trade``, ``start``, ``stop``) works as usual. A subclass with its own ``next``
    is an ordinary Backtrader strategy and is hosted bar by bar.

    Attributes
    ----------
    exits
        What ends a position beside the signals; the configuration may add to it or replace its kinds.
    """

    exits = Exits()
    _desk: Desk | None = None

    @staticmethod
    def signals(bars: Bars, p: Any) -> Signals | Targets:
        """Return what the strategy wants at the close of each bar; must be pure.

        Parameters
        ----------
        bars
            Finished bars of one symbol.
        p
            The strategy's parameters as attributes.
        """
        raise StrategyError("signals(bars, p) is missing; define it as a @staticmethod that returns Signals(...)")

    def next(self) -> None:
        """Hand the close to the desk."""
        if self._desk is None:
            raise StrategyError(
                f"{type(self).__name__} has no desk to trade through: run it with `python -m btbot run` or "
                "btbot.run(), and give signals(), or write next() without super().next()"
            )
        self._desk.turn(self)

    def prenext(self) -> None:
        """Trade as soon as one symbol has bars; each symbol joins at its own first bar."""
        self.next()
