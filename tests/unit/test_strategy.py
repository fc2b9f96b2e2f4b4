"""The base of strategies says what is missing, and is a Backtrader strategy."""

from __future__ import annotations

import backtrader as bt
import numpy as np
import pandas as pd
import pytest

from btbot import Exits, Signals, Strategy
from btbot.errors import StrategyError


class Empty(Strategy):
    params = dict(period=20)


def test_is_a_backtrader_strategy_with_its_parameters():
    assert issubclass(Empty, bt.Strategy)
    assert Empty.params.period == 20
    assert Empty.exits == Exits()


def test_missing_signals_say_how_to_write_them():
    with pytest.raises(StrategyError) as caught:
        Empty.signals(None, None)
    assert str(caught.value) == ("signals(bars, p) is missing; define it as a @staticmethod that returns Signals(...)")


def test_in_a_cerebro_of_somebody_else_it_says_how_to_run_it():
    frame = pd.DataFrame({name: np.ones(3) for name in ("open", "high", "low", "close", "volume")},
                         index=pd.date_range("2024-01-01", periods=3))  # fmt: skip
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.addstrategy(Empty)
    with pytest.raises(StrategyError) as caught:
        cerebro.run()
    assert str(caught.value) == (
        "Empty has no desk to trade through: run it with `python -m btbot run` or btbot.run(), and give signals(), "
        "or write next() without super().next()"
    )


def test_signals_can_be_called_without_backtrader():
    class Always(Strategy):
        @staticmethod
        def signals(bars, p):
            return Signals(enter_long=np.ones(bars, dtype=bool))

    assert Always.signals(2, None).enter_long.tolist() == [True, True]
