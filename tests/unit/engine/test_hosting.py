"""What Cerebro hosts sees the same run in both loops: hooks, observers, stock analyzers, plug-ins."""

from __future__ import annotations

from pathlib import Path

import backtrader as bt
import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import ConfigError

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
LOOPS = ("sparse", "dense")
OBSERVERS = (
    bt.observers.Broker, bt.observers.Cash, bt.observers.Value, bt.observers.BuySell, bt.observers.Trades,
    bt.observers.DrawDown, bt.observers.TimeReturn,
)  # fmt: skip
ANALYZERS = (
    bt.analyzers.TradeAnalyzer, bt.analyzers.DrawDown, bt.analyzers.TimeReturn, bt.analyzers.Returns,
    bt.analyzers.SharpeRatio, bt.analyzers.SQN, bt.analyzers.Transactions, bt.analyzers.PositionsValue,
    bt.analyzers.TimeDrawDown, bt.analyzers.GrossLeverage, bt.analyzers.VWR,
    bt.analyzers.PeriodStats, bt.analyzers.LogReturnsRolling, bt.analyzers.Calmar,
)  # fmt: skip
SIGNALS = {
    "enter_long": [3, 40, 41, 80, 150], "exit_long": [20, 60, 100], "enter_short": [25, 110], "exit_short": [35, 140],
}  # fmt: skip


def candles(bars=200, seed=1):
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, bars)))
    opened = np.r_[100.0, close[:-1]]
    high, low = np.maximum(opened, close) * 1.004, np.minimum(opened, close) * 0.996
    index = pd.date_range("2024-01-30", periods=bars, freq="1h", tz="UTC")
    table = {"open": opened, "high": high, "low": low, "close": close, "volume": np.full(bars, 1e4)}
    return pd.DataFrame(table, index=index)


def host(frames, strategies, loop, prepare=None, **config):
    """Run and return the result, the strategies of Cerebro and Cerebro itself."""
    made, hosts = [], []

    def keep(cerebro):
        hosts.append(cerebro)
        cerebro.addanalyzer(_Keep, made=made)
        if prepare is not None:
            prepare(cerebro)

    given = {
        "symbols": list(frames), "timeframe": "1h", "feed": {"name": "frame", "frame": frames}, "capital": 10_000,
        "data": {"on_error": "warn"}, "sizing": {"name": "fixed_units", "units": 10}, "allow_short": True,
        "costs": {"maker_fee": 0.0005, "taker_fee": 0.001, "slippage_bps": 10}, "strategies": strategies,
        "plugins": {"strategies": [str(PLUGINS)]}, "engine": loop, **config,
    }  # fmt: skip
    result = engine.run(load_config(given), prepare=keep)
    return result, made, hosts[0]


class _Keep(bt.Analyzer):
    """Hands the hosted strategies to the test; looks at no bar, so that the sparse loop still skips."""

    params = (("made", None),)

    def start(self):
        self.p.made.append(self.strategy)


def listening(loop, exits=None, prepare=None, **config):
    exits = exits if exits is not None else {"stop": {"percent": 0.03}, "take_profit": {"percent": 0.04}}
    strategies = [{"name": "listening", "params": SIGNALS}]
    return host({"X/Y": candles()}, strategies, loop, prepare, exits=exits, **config)


# -- observers and stock analyzers --------------------------------------------------------------------------------


def lines_of(observer):
    return {name: np.array(line.array) for name, line in zip(observer.getlinealiases(), observer.lines, strict=True)}


@pytest.mark.parametrize("observer", OBSERVERS, ids=lambda cls: cls.__name__)
def test_stock_observers_see_what_they_see_in_a_dense_run(observer):
    seen = {}
    for loop in LOOPS:
        result, made, _ = listening(loop, prepare=lambda cerebro: cerebro.addobserver(observer))
        (hosted,) = made[0].getobservers()
        seen[loop] = lines_of(hosted)
        assert result.metrics["engine"] == loop
    assert seen["sparse"].keys() == seen["dense"].keys()
    for name, values in seen["dense"].items():
        np.testing.assert_array_equal(seen["sparse"][name], values, err_msg=name)
        assert len(values) >= 200
    assert any(np.isfinite(values).any() for values in seen["dense"].values())


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda cls: cls.__name__)
def test_stock_analyzers_give_what_they_give_in_a_dense_run(analyzer):
    found = {}
    for loop in LOOPS:
        result, made, _ = listening(loop, prepare=lambda cerebro: cerebro.addanalyzer(analyzer, _name="it"))
        found[loop] = plain(made[0].analyzers.getbyname("it").get_analysis())
        assert result.metrics["engine"] == loop
    assert found["sparse"] == found["dense"]
    assert found["dense"]


def plain(analysis):
    if isinstance(analysis, dict):
        return {key: plain(value) for key, value in analysis.items()}
    if isinstance(analysis, list | tuple):
        return [plain(value) for value in analysis]
    return "nan" if analysis != analysis else analysis


def test_all_observers_and_analyzers_together_leave_the_run_as_it_is():
    def prepare(cerebro):
        for observer in OBSERVERS:
            cerebro.addobserver(observer)
        for analyzer in ANALYZERS:
            cerebro.addanalyzer(analyzer)

    bare, _, _ = listening("sparse")
    for loop in LOOPS:
        watched, _, _ = listening(loop, prepare=prepare)
        pd.testing.assert_frame_equal(watched.trades, bare.trades, rtol=1e-12)
        pd.testing.assert_frame_equal(watched.equity, bare.equity, rtol=1e-12)


def test_trade_analyzer_agrees_with_the_trades_of_the_result():
    result, made, _ = listening("sparse", prepare=lambda c: c.addanalyzer(bt.analyzers.TradeAnalyzer, _name="it"))
    analysis = made[0].analyzers.getbyname("it").get_analysis()
    closed = result.trades[result.trades.exit_reason != "open"]
    assert analysis.total.closed == len(closed) > 3
    assert analysis.pnl.net.total == pytest.approx(closed.pnl.sum())
    assert analysis.won.total == (closed.pnl > 0).sum()
    assert analysis.total.open == (result.trades.exit_reason == "open").sum()


# -- the strategy's own hooks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("exits", [{}, {"stop": {"percent": 0.03}, "take_profit": {"percent": 0.04}},
                                   {"trailing": {"atr": 2.0}, "max_hold_bars": 12}], ids=str)  # fmt: skip
@pytest.mark.parametrize("fills", ["default", "stock"])
def test_hooks_hear_the_same_in_both_loops(exits, fills):
    costs = {"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 10}
    heard = {loop: listening(loop, exits, fills=fills, costs=costs)[1][0].heard for loop in LOOPS}
    assert heard["sparse"] == heard["dense"]
    assert heard["sparse"][0] == ("start",)
    assert heard["sparse"][-1][:2] == ("stop", 200)
    assert len(heard["sparse"]) > 20


def test_hooks_hear_the_right_things():
    result, made, _ = listening("sparse", {})
    frame = result.bars["X/Y"].frame
    heard = made[0].heard
    first = [entry for entry in heard if entry[0] == "order"][:3]
    assert [entry[2] for entry in first] == ["Submitted", "Accepted", "Completed"]
    for entry in first:
        assert entry[12:14] == (5, 5)  # sent at the close of bar 3, filled in bar 4: both heard there, 5 bars long
        assert entry[14] == frame.close.iloc[4]
        assert f"{entry[15]}" == "2024-01-30 05:00:00"  # bars carry their close time inside Cerebro
        assert entry[16] == pytest.approx(result.equity.equity.iloc[4], rel=1e-14)
    price = frame.open.iloc[4] * 1.001
    assert first[2][7:10] == pytest.approx((10, price, 10 * price * 0.001), rel=1e-12)
    trades = [entry for entry in heard if entry[0] == "trade"]
    assert [entry[2] for entry in trades[:2]] == ["Open", "Closed"]
    closed = [entry for entry in trades if entry[2] == "Closed"]
    own = result.trades[result.trades.exit_reason != "open"]
    assert [entry[6] for entry in closed] == pytest.approx(list(own.pnl), rel=1e-12)
    assert heard[-1][2] == pytest.approx(result.metrics["final_equity"], rel=1e-14)


def test_every_filled_order_was_submitted_accepted_and_executed():
    result, made, _ = listening("sparse")
    heard = [entry for entry in made[0].heard if entry[0] == "order"]
    counts = {name: sum(entry[2] == name for entry in heard) for name in ("Submitted", "Accepted", "Completed")}
    assert counts["Submitted"] == counts["Accepted"] == len(result.orders)
    assert counts["Completed"] == (result.orders.status == "completed").sum() > 5


def test_hooks_of_every_bar_are_called_at_every_bar_in_both_loops():
    heard = {}
    for loop in LOOPS:
        params = {"enter_long": [3, 80], "exit_long": [40]}
        result, made, _ = host({"X/Y": candles()}, [{"name": "hearing_all", "params": params}], loop)
        heard[loop] = made[0].heard
        values = [entry for entry in made[0].heard if entry[1] == "cashvalue"]
        assert [entry[3] for entry in values] == pytest.approx(list(result.equity.equity), rel=1e-14)
        assert [entry[2] for entry in values] == pytest.approx(list(result.equity.cash), rel=1e-14)
    assert heard["sparse"] == heard["dense"]


@pytest.mark.parametrize("limit", [None, 98.0, 103.0])
def test_own_orders_inside_a_hook_trade_in_both_loops(limit):
    """The additional purchase rests or trades whatever the sparse loop would otherwise skip."""
    up = np.linspace(100, 104, 40)
    path = np.r_[up, np.linspace(104, 97, 60), np.linspace(97, 105, 60)]
    frame = pd.DataFrame({"open": path, "high": path + 0.1, "low": path - 0.1, "close": path, "volume": 1e4},
                         index=pd.date_range("2024-01-01", periods=160, freq="1h", tz="UTC"))  # fmt: skip
    params = {"enter_long": [5], "exit_long": [140], "limit": limit}
    found = {}
    for loop in LOOPS:
        result, _, _ = host({"X/Y": frame}, [{"name": "doubling", "params": params}], loop)
        found[loop] = result
    orders = found["sparse"].orders
    assert list(orders.status) == list(found["dense"].orders.status)
    assert list(orders.filled) == list(found["dense"].orders.filled)
    assert list(orders.fill_time) == list(found["dense"].orders.fill_time)
    pd.testing.assert_frame_equal(found["sparse"].trades, found["dense"].trades)
    pd.testing.assert_frame_equal(found["sparse"].equity, found["dense"].equity)
    assert found["sparse"].trades["size"].iloc[0] == 15


@pytest.mark.parametrize(("preload", "runonce"), [(True, False), (False, False)])
def test_other_modes_of_cerebro_give_the_same_run(preload, runonce):
    def prepare(cerebro):
        cerebro.p.preload, cerebro.p.runonce = preload, runonce

    expected, made, _ = listening("dense")
    found, others, _ = listening("dense", prepare=prepare)
    pd.testing.assert_frame_equal(found.trades, expected.trades)
    pd.testing.assert_frame_equal(found.equity, expected.equity)
    assert others[0].heard == made[0].heard


# -- other strategies ---------------------------------------------------------------------------------------------


def test_subclass_with_its_own_next_runs_bar_by_bar():
    result, _, _ = host({"X/Y": candles(10)}, [{"name": "own_next"}], "sparse")
    assert result.metrics["engine"] == "dense"
    assert list(result.trades.entry_time.dt.hour) == [2]
    assert list(result.trades.exit_time.dt.hour) == [4]


def test_plain_strategy_beside_a_signals_strategy():
    """A plain bt.Strategy makes the run dense and changes nothing about its neighbour's trades."""
    frames = {"X/Y": candles(), "Z/Y": candles(seed=2)}
    script = [(3, "in", "buy", {"size": 2}), (9, "out", "close", {})]
    both = [
        {"name": "listening", "params": SIGNALS, "symbols": ["X/Y"]},
        {"name": "orders", "params": {"script": script}, "symbols": ["Z/Y"]},
    ]
    result, _, _ = host(frames, both, "sparse")
    alone, _, _ = host({"X/Y": frames["X/Y"]}, both[:1], "sparse")
    assert result.metrics["engine"] == "dense"
    assert alone.metrics["engine"] == "sparse"
    mine = result.trades[result.trades.symbol == "X/Y"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone.trades, rtol=1e-12)
    (other,) = result.trades[result.trades.symbol == "Z/Y"].itertuples()
    assert (other.strategy, other.size, other.exit_reason) == ("orders", 2, "order")
    assert (other.entry_time.hour, other.exit_time.hour) == (4, 10)


def test_plain_strategy_first_in_the_list_beside_a_signals_strategy():
    frames = {"Z/Y": candles(seed=2), "X/Y": candles()}
    both = [
        {"name": "orders", "params": {"script": [(3, "in", "buy", {"size": 2})]}, "symbols": ["Z/Y"]},
        {"name": "listening", "params": SIGNALS, "symbols": ["X/Y"]},
    ]
    result, made, _ = host(frames, both, "sparse")
    alone, _, _ = host({"X/Y": frames["X/Y"]}, both[1:], "sparse")
    mine = result.trades[result.trades.symbol == "X/Y"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone.trades, rtol=1e-12)
    assert {entry[1] for entry in made[1].heard if entry[0] == "order"} == {"X/Y"}


def test_higher_timeframe_is_known_only_after_its_close():
    """Day 1 falls, day 2 rises, day 3 falls: long from 01:00 of day 3 to 01:00 of day 4."""
    path = np.r_[np.linspace(110, 100, 24), np.linspace(100, 110, 24), np.linspace(110, 100, 24), np.full(24, 100.0)]
    frame = pd.DataFrame({"open": path, "high": path, "low": path, "close": path, "volume": 1.0},
                         index=pd.date_range("2024-01-01", periods=96, freq="1h", tz="UTC"))  # fmt: skip
    result, _, _ = host({"X/Y": frame}, [{"name": "two_timeframes"}], "sparse", proof="full")
    # The bar 23:00 closes together with its day, so the order fills at the open of 00:00.
    assert list(result.trades.entry_time.astype(str)) == ["2024-01-03 00:00:00+00:00"]
    assert list(result.trades.exit_time.astype(str)) == ["2024-01-04 00:00:00+00:00"]


# -- analyzer plug-ins --------------------------------------------------------------------------------------------


def test_seven_line_analyzer_is_in_the_figures_with_its_label(tmp_path):
    folder = tmp_path / "analyzers"
    folder.mkdir()
    (folder / "best_trade.py").write_text(
        '"""Largest gain of a single trade."""\n'
        "from btbot.analyzer import TradesAnalyzer\n\n\n"
        "class BestTrade(TradesAnalyzer):\n"
        "    def compute(self, trades):\n"
        "        return trades.pnl.max()\n"
    )
    result, _, _ = listening("sparse", analyzers=["best_trade"],
                             plugins={"strategies": [str(PLUGINS)], "analyzers": [str(folder)]})  # fmt: skip
    assert result.figures["best_trade"] == result.trades[result.trades.exit_reason != "open"].pnl.max()
    assert result.labels["best_trade"] == "Largest gain of a single trade"


def test_plain_bt_analyzer_is_hosted_in_both_loops(tmp_path):
    (tmp_path / "bar_counter.py").write_text(
        '"""Bars seen by a plain Backtrader analyzer."""\nimport backtrader as bt\n\n\n'
        "class BarCounter(bt.Analyzer):\n"
        "    def start(self):\n        self.count = 0\n\n"
        "    def next(self):\n        self.count += 1\n\n"
        "    def get_analysis(self):\n        return {'bars': self.count}\n"
    )
    for loop in LOOPS:
        result, _, _ = listening(loop, analyzers=["bar_counter"],
                                 plugins={"strategies": [str(PLUGINS)], "analyzers": [str(tmp_path)]})  # fmt: skip
        assert result.figures["bar_counter"] == {"bars": 200}
        assert result.labels["bar_counter"] == "Bars seen by a plain Backtrader analyzer"


# -- exceptions of plug-ins ---------------------------------------------------------------------------------------


def notes_of(error):
    return " | ".join(getattr(error, "__notes__", []))


def lines_in(error, name):
    """Return the functions of a plug-in file that the traceback shows."""
    return [entry.name for entry in error.traceback if Path(str(entry.path)).name == name]


def test_exception_in_signals_names_strategy_and_symbol():
    with pytest.raises(ZeroDivisionError, match="signals failed") as caught:
        host({"X/Y": candles(10)}, [{"name": "failing"}], "sparse")
    assert lines_in(caught, "failing.py") == ["signals"]
    assert notes_of(caught.value) == "in signals() of strategy failing, X/Y, 10 bars"


@pytest.mark.parametrize("loop", LOOPS)
def test_exception_in_a_hook_names_strategy_symbol_and_bar(loop):
    with pytest.raises(ZeroDivisionError, match="notify_order failed") as caught:
        host({"X/Y": candles(10)}, [{"name": "failing", "params": {"where": "notify_order"}}], loop)
    assert lines_in(caught, "failing.py") == ["notify_order"]
    for part in ("failing", "X/Y", "2024-01-30T03:00:00Z"):
        assert part in notes_of(caught.value)


def test_exception_in_next_names_strategy_symbol_and_bar():
    with pytest.raises(KeyError, match="next failed") as caught:
        host({"X/Y": candles(10)}, [{"name": "failing_next"}], "sparse")
    assert lines_in(caught, "failing_next.py") == ["next"]
    for part in ("failing_next", "X/Y", "2024-01-30T03:00:00Z"):
        assert part in notes_of(caught.value)


def test_exception_in_stop_comes_out_as_it_is():
    with pytest.raises(ZeroDivisionError, match="stop failed") as caught:
        host({"X/Y": candles(10)}, [{"name": "failing", "params": {"where": "stop"}}], "sparse")
    assert lines_in(caught, "failing.py") == ["stop"]
    assert "failing" in notes_of(caught.value)


def test_exception_in_an_analyzer_names_it(tmp_path):
    (tmp_path / "broken_figure.py").write_text(
        "from btbot.analyzer import EquityAnalyzer\n\n\n"
        "class BrokenFigure(EquityAnalyzer):\n"
        "    def compute(self, equity):\n"
        "        return equity.no_such_thing\n"
    )
    with pytest.raises(AttributeError, match="no_such_thing") as caught:
        listening("sparse", analyzers=["broken_figure"],
                  plugins={"strategies": [str(PLUGINS)], "analyzers": [str(tmp_path)]})  # fmt: skip
    assert lines_in(caught, "broken_figure.py") == ["compute"]
    assert notes_of(caught.value) == "in analyzer broken_figure"


def test_unknown_parameter_of_a_strategy():
    with pytest.raises(ConfigError) as caught:
        host({"X/Y": candles(10)}, [{"name": "listening", "params": {"enter_lon": [1]}}], "sparse")
    assert str(caught.value) == (
        "<mapping>: strategies.0.params of listening: unknown parameter 'enter_lon'; "
        "allowed are enter_long, exit_long, enter_short, exit_short; did you mean 'enter_long'?"
    )
    assert caught.value.exit_code == 2
