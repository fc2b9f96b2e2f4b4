"""Which configurations go through Cerebro, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import backtrader as bt
import pytest

from btbot import Signals, Strategy, plugins
from btbot.engine.build import Hosted, host_strategies
from btbot.kernel import obstacle

SHIPPED = Path(__file__).resolve().parents[3] / "strategies"
HOOKS = [
    "__init__", "start", "stop", "notify_order", "notify_trade", "notify_cashvalue", "notify_fund", "notify_timer",
    "notify_data", "notify_store", "next_open", "nextstart_open", "prenext_open",
]  # fmt: skip


class Silent(Strategy):
    @staticmethod
    def signals(bars, p):
        return Signals()


@pytest.fixture
def config(configured, frame):
    return configured({"X/Y": frame([(100, 100, 100, 100)] * 3)}, [{}])


def hosted(cls, *, signals=True):
    return Hosted("mine", cls, {}, ("X/Y",), (0,), signals)


def test_nothing_stands_in_the_way_of_signals_alone(config):
    assert obstacle(config, [hosted(Silent)]) == ""


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.py")), ids=lambda path: path.stem)
def test_shipped_strategies_are_served_if_they_give_signals(path, config):
    cls = plugins.load("strategies", path.stem, base=bt.Strategy, folders=[path.parent])
    text = obstacle(config, [hosted(cls, signals=issubclass(cls, Strategy))])
    assert text == "" if issubclass(cls, Strategy) else "which is not compiled" in text


@pytest.mark.parametrize("hook", HOOKS)
def test_hooks_that_only_cerebro_calls(hook, config):
    own = type("Own", (Silent,), {hook: lambda self, *args, **kwargs: None})
    text = f"mine has its own {hook}(), which only Cerebro calls"
    assert obstacle(config, [hosted(Silent), hosted(own)]) == text
    assert obstacle(config, [hosted(type("Heir", (own,), {}))]) == text


def test_hooks_of_a_mixin_count(config):
    class Telling:
        def notify_trade(self, trade):
            """Tell."""

    cls = type("Mixed", (Telling, Silent), {})
    assert obstacle(config, [hosted(cls)]) == "mine has its own notify_trade(), which only Cerebro calls"


def test_every_hook_of_the_host_is_known():
    """Cerebro calls these; a strategy that gives signals may not have its own next(), prenext() or nextstart()."""
    public = {name for name in dir(bt.Strategy) if not name.startswith("_")}
    called = {name for name in public if name.startswith("notify_") or name.endswith("_open")}
    assert called | {"__init__", "start", "stop"} == set(HOOKS)


def test_a_strategy_that_sends_its_own_orders(config):
    text = "mine sends its own orders from its own next(), which is not compiled"
    assert obstacle(config, [hosted(bt.Strategy, signals=False)]) == text


def test_stock_fills(config):
    stock = config.model_copy(update={"fills": "stock"})
    assert obstacle(stock, [hosted(Silent)]) == "fills: stock is Backtrader's own broker, which is not compiled"


@pytest.mark.parametrize(
    ("name", "hook"),
    [("listening", "notify_order"), ("doubling", "notify_trade"), ("own_next", None), ("scripted", "")],
)
def test_plugins(name, hook, configured, frame):
    config = configured({"X/Y": frame([(100, 100, 100, 100)] * 3)}, [{}], strategies=[{"name": name}])
    text = obstacle(config, host_strategies(config))
    if hook:
        assert text.startswith(f"{name} has its own ")
    else:
        assert text == ("" if hook == "" else f"{name} sends its own orders from its own next(), which is not compiled")
