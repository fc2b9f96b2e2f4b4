"""The bases of analyzer plug-ins, and figures beside those of Backtrader's own analyzers."""

import json
import sys
import types
from datetime import date, datetime

import backtrader as bt
import numpy as np
import pandas as pd
import pytest

from btbot.analyzer import Analyzer, EquityAnalyzer, TradesAnalyzer, account, figure, flatten, label
from btbot.bars import Bars
from btbot.errors import StrategyError
from btbot.metrics import daily_returns
from btbot.metrics import trades as formulas
from btbot.metrics.drawdown import max_drawdown
from btbot.records import RunResult
from btbot.timeframe import Timeframe

HOUR = 3_600_000
START = 1_704_067_200_000  # 2024-01-01T00:00Z


def finished(equity, *, trades=None, bars=None, calendar="crypto"):
    closes = pd.to_datetime(START + np.arange(1, len(equity) + 1) * HOUR, unit="ms", utc=True)
    return RunResult(
        name="test",
        config={"capital": 100.0, "timeframe": "1h", "calendar": calendar},
        metrics={},
        trades=pd.DataFrame() if trades is None else trades,
        orders=pd.DataFrame(),
        equity=pd.DataFrame({"time": closes, "equity": np.array(equity, dtype=float), "cash": 0.0}),
        bars=bars or {},
    )


class Last(EquityAnalyzer):
    params = (("times", 1.0),)

    def compute(self, equity):
        return equity.iloc[-1] * self.p.times


class Answer(Analyzer):
    params = (("value", None),)

    def compute(self, result):
        return self.p.value


def test_equity_analyzer_gets_a_series_stamped_with_the_opens():
    class Show(EquityAnalyzer):
        def compute(self, equity):
            seen.append(equity)

    seen = []
    assert figure(Show(), finished([100.0, 101.0])) is None
    assert seen[0].tolist() == [100.0, 101.0]
    assert seen[0].index.name == "time"
    assert seen[0].index.tolist() == [pd.Timestamp(f"2024-01-01 0{hour}:00", tz="UTC") for hour in (0, 1)]


def test_trades_analyzer_gets_closed_trades_in_the_order_of_exits():
    class Profits(TradesAnalyzer):
        def compute(self, trades):
            return dict(enumerate(trades["pnl"]))

    exits = pd.to_datetime(["2024-01-03", None, "2024-01-01"], utc=True)
    trades = pd.DataFrame({"pnl": [1.0, 2.0, 3.0], "exit_time": exits, "exit_reason": ["stop", "open", "signal"]})
    assert figure(Profits(), finished([1.0], trades=trades)) == {"0": 3.0, "1": 1.0}


def test_parameters_are_backtraders():
    result = finished([100.0, 120.0])
    assert figure(Last(), result) == 120.0
    assert figure(Last(times=2.0), result) == 240.0


def test_account_takes_the_bar_length_from_the_bars_before_the_configuration():
    one = np.ones(4)
    bars = Bars("A", Timeframe.parse("30m"), np.arange(4) * HOUR // 2, one, one, one, one, one)
    assert account(finished([1.0])).open_time_ms.tolist() == [START]
    assert account(finished([1.0], bars={"A": bars})).open_time_ms.tolist() == [START + HOUR // 2]
    assert account(finished([1.0])).periods_per_year == 365.0
    assert account(finished([1.0], calendar="stocks")).periods_per_year == 252.0
    assert account(finished([1.0])).capital == 100.0


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (True, True),
        (None, None),
        (float("nan"), None),
        (np.inf, None),
        ("text", "text"),
        (pd.Timestamp("2024-01-01 01:00", tz="Asia/Tokyo"), "2023-12-31T16:00:00Z"),
        (datetime(2024, 1, 1), "2024-01-01T00:00:00Z"),  # noqa: DTZ001
        (date(2024, 1, 1), "2024-01-01"),
        (np.datetime64("2024-01-01T05", "ns"), "2024-01-01T05:00:00Z"),
        (pd.NaT, None),
        (pd.Series({"a": 1.0, "b": np.nan}), {"a": 1.0, "b": None}),
        ({"a": {"b": {"c": np.int8(1)}}, "d": (1, [2])}, {"a.b.c": 1, "d.0": 1, "d.1.0": 2}),
        ({"t": pd.DataFrame({"x": [1.0]})}, {"t.x.0": 1.0}),
        ({datetime(2024, 1, 2): np.array([0.5])}, {"2024-01-02T00:00:00Z.0": 0.5}),  # noqa: DTZ001
        ({"delta": pd.Timedelta(hours=1)}, {"delta": "0 days 01:00:00"}),
        ({}, {}),
    ],
)
def test_figures_are_plain(value, wanted):
    found = figure(Answer(value=value), finished([1.0]))
    assert found == wanted
    assert type(found) is type(wanted)
    json.dumps(found, allow_nan=False)


def test_a_table_passes_as_it_is():
    table = pd.DataFrame({"a": [1]})
    assert figure(Answer(value=table), finished([1.0])) is table


def test_any_other_value_is_refused():
    with pytest.raises(StrategyError) as caught:
        figure(Answer(value=[1, 2]), finished([1.0]), name="my_figure")
    assert str(caught.value) == (
        "analyzer my_figure: the figure is a list; return a number, a text, a dict or a DataFrame"
    )


def test_a_missing_compute_says_what_to_write():
    with pytest.raises(StrategyError) as caught:
        figure(Analyzer(), finished([1.0]))
    assert str(caught.value) == (
        "analyzer Analyzer: compute is missing; define it and return a number, a dict or a DataFrame"
    )


def test_an_error_of_user_code_comes_out_as_it_is_with_a_note():
    class Broken(EquityAnalyzer):
        def compute(self, equity):
            return equity["no such label"]

    with pytest.raises(KeyError, match="no such label") as caught:
        figure(Broken(), finished([1.0]), name="broken")
    assert caught.value.__notes__ == ["in analyzer broken"]
    assert "compute" in [entry.name for entry in caught.traceback]
    with pytest.raises(KeyError) as caught:
        figure(Broken(), finished([1.0]))
    assert caught.value.__notes__ == ["in analyzer Broken"]


def test_label_is_the_first_line_of_the_class_else_of_the_file_else_the_name(monkeypatch):
    class Documented(Analyzer):
        """Say it in one line.

        And more.
        """

    module = types.ModuleType("plugin_file", "\n  Return over pain.\n\nMore.")
    monkeypatch.setitem(sys.modules, "plugin_file", module)
    of_file = type(Analyzer)("OfFile", (EquityAnalyzer,), {"__module__": "plugin_file"})
    monkeypatch.setitem(sys.modules, "bare_file", types.ModuleType("bare_file"))
    bare = type(Analyzer)("Bare", (Analyzer,), {"__module__": "bare_file"})
    assert label(Documented) == label(Documented()) == "Say it in one line"
    assert label(of_file) == "Return over pain"
    assert label(bare) == "Bare"


def test_no_call_a_bar_is_asked_for():
    assert not Analyzer.every_bar
    assert not EquityAnalyzer.every_bar
    assert not TradesAnalyzer.every_bar


class Crossover(bt.Strategy):
    def __init__(self):
        self.signal = bt.ind.CrossOver(bt.ind.SMA(period=5), bt.ind.SMA(period=15))
        self.equity, self.pnl, self.times = [], [], []

    def prenext(self):
        self.next()

    def next(self):
        self.times.append(self.data.datetime.datetime(0))
        self.equity.append(self.broker.getvalue())
        if len(self) > 15 and self.signal[0] > 0:
            self.buy(size=2)
        elif self.position and self.signal[0] < 0:
            self.close()

    def notify_trade(self, trade):
        if trade.isclosed:
            self.pnl.append(trade.pnlcomm)


class CountBars(Analyzer):
    """A btbot analyzer that wants every bar."""

    every_bar = True

    def start(self):
        self.count = 0

    def next(self):
        self.count += 1

    def compute(self, result):
        return {"bars": self.count, "strategy": type(self.strategy).__name__}


@pytest.fixture(scope="module")
def hosted():
    """A stock run: random hours from midnight on, open-stamped so that Backtrader's days are those of the opens."""
    rng = np.random.default_rng(11)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, 24 * 40)))
    frame = pd.DataFrame(
        {
            "open": np.append(100.0, close[:-1]),
            "high": close * 1.02,
            "low": close * 0.98,
            "close": close,
            "volume": 1.0,
        },
        index=pd.date_range("2024-01-01", periods=len(close), freq="h"),
    )
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame))
    cerebro.broker.setcash(1_000.0)
    cerebro.broker.setcommission(0.001)
    cerebro.addstrategy(Crossover)
    cerebro.addanalyzer(bt.analyzers.TradeAnalyzer, _name="trades")
    cerebro.addanalyzer(bt.analyzers.DrawDown, _name="drawdown")
    cerebro.addanalyzer(bt.analyzers.TimeReturn, timeframe=bt.TimeFrame.Days, _name="days")
    cerebro.addanalyzer(CountBars, _name="count")
    return cerebro.run()[0]


def test_agrees_with_the_stock_drawdown(hosted):
    stock = figure(hosted.analyzers.drawdown, finished([1.0]))
    assert max_drawdown(np.array(hosted.equity), 1_000.0) == pytest.approx(stock["max.drawdown"] / 100, rel=1e-12)


def test_agrees_with_the_stock_trade_analyzer(hosted):
    stock, pnl = figure(hosted.analyzers.trades, finished([1.0])), np.array(hosted.pnl)
    assert stock["total.closed"] == len(pnl) > 10
    pairs = {
        "won.total": np.count_nonzero(pnl > 0),
        "lost.total": np.count_nonzero(pnl < 0),
        "pnl.net.average": formulas.expectancy(pnl),
        "won.pnl.total": formulas.gross_profit(pnl),
        "lost.pnl.total": formulas.gross_loss(pnl),
        "won.pnl.average": formulas.average_win(pnl),
        "lost.pnl.average": formulas.average_loss(pnl),
        "won.pnl.max": formulas.largest_win(pnl),
        "lost.pnl.max": formulas.largest_loss(pnl),
        "streak.won.longest": formulas.longest_winning_streak(pnl),
        "streak.lost.longest": formulas.longest_losing_streak(pnl),
    }
    assert {name: stock[name] for name in pairs} == pytest.approx(pairs)


def test_agrees_with_the_stock_daily_returns(hosted):
    stock = list(hosted.analyzers.days.get_analysis().values())
    time = pd.DatetimeIndex(hosted.times).as_unit("ms").asi8
    _, daily = daily_returns(time, np.array(hosted.equity), 1_000.0, periods_per_year=365)
    assert daily == pytest.approx(stock, abs=1e-12)


def test_an_analyzer_of_btbot_may_be_hosted_by_cerebro(hosted):
    wanted = {"bars": 24 * 40, "strategy": "Crossover"}
    assert figure(hosted.analyzers.count, finished([1.0])) == wanted


def test_flatten_leaves_its_argument_alone():
    analysis = {"a": {"b": np.nan}}
    assert flatten(analysis) == {"a.b": None}
    assert np.isnan(analysis["a"]["b"])
