"""What a mistake in a strategy file or in the exits says, and that nothing is traded without its protection."""

from __future__ import annotations

import pytest

from btbot.errors import ConfigError, StrategyError

HEAD = "import numpy as np\nfrom btbot import Exits, Signals, Strategy\n\n\nclass Mistaken(Strategy):\n"
SIGNALS = (
    "    @staticmethod\n    def signals(bars, p):\n        return Signals(enter_long=np.arange(len(bars)) == 1)\n\n"
)


def flat(count, price=100.0):
    return [(price, price + 1, price - 1, price)] * count


def refused(trade, folder, body, error=StrategyError, **config):
    """Return the message with which a strategy file is refused."""
    (folder / "mistaken.py").write_text(HEAD + SIGNALS + body)
    with pytest.raises(error) as caught:
        trade(flat(6), name="mistaken", plugins={"strategies": [str(folder)]}, **config)
    return str(caught.value)


@pytest.mark.parametrize("hook", ["prenext", "nextstart"])
def test_signals_with_a_hook_that_would_never_trade(trade, tmp_path, hook):
    assert refused(trade, tmp_path, f"    def {hook}(self):\n        pass\n") == (
        f"strategy Mistaken: has its own {hook}() but no next(); trade in next(), or give signals() "
        f"and leave {hook}() out"
    )


def test_exits_as_a_dict(trade, tmp_path):
    assert refused(trade, tmp_path, '    exits = {"stop": {"percent": 0.05}}\n') == (
        "strategy mistaken: exits must be Exits(...), was {'stop': {'percent': 0.05}}; "
        "write `exits = Exits(stop={'atr': 2.0})` after `from btbot import Exits`"
    )


def test_atr_period_of_one_in_the_configuration(trade):
    with pytest.raises(ConfigError) as caught:
        trade(flat(6), {"enter_long": [2]}, exits={"stop": {"atr": 2.0}, "atr_period": 1})
    assert str(caught.value) == (
        "<mapping>: exits.atr_period: must be >= 2, was 1 (bars of the ATR that the rules are measured in)"
    )


def test_atr_period_of_one_in_the_strategy(trade, tmp_path):
    text = refused(trade, tmp_path, "    exits = Exits(stop={'atr': 2.0}, atr_period=1)\n", ConfigError)
    assert text.endswith("exits.atr_period: must be a whole number >= 2, was 1")


@pytest.mark.parametrize("after", [{"after_percent": 0.02}, {"after_atr": 1.0}])
def test_fixed_risk_with_a_trailing_stop_that_begins_later(trade, after):
    with pytest.raises(ConfigError) as caught:
        trade(
            flat(6), {"enter_long": [2]}, exits={"trailing": {"percent": 0.05, **after}},
            sizing={"name": "fixed_risk", "risk": 0.01},
        )  # fmt: skip
    assert str(caught.value) == (
        "<mapping>: sizing fixed_risk needs the distance of a stop, but scripted has none at the entry; "
        "add exits.stop, or exits.trailing without after_*, for example `exits: {stop: {atr: 2.0}}`"
    )


@pytest.mark.parametrize(("kind", "level"), [("stop", 100 - 4), ("trailing", 101 - 4)])
def test_nothing_is_opened_before_the_atr_of_its_stop_is_warm(trade, kind, level):
    # Fourteen true ranges, each with a close before it: the first ATR is known at the close of bar 14.
    exits = {kind: {"atr": 2.0}}
    assert trade(flat(30), {"enter_long": [2, 13]}, exits=exits).orders.empty
    result = trade(flat(30), {"enter_long": [2, 13, 14]}, exits=exits)
    assert list(result.trades.entry_time.dt.hour) == [15]
    assert list(result.orders.type) == ["market", "stop"]
    assert result.orders.price.iloc[1] == pytest.approx(level)


def test_short_run_whose_atr_never_warms_opens_nothing(trade):
    assert trade(flat(6), {"enter_long": [2]}, exits={"stop": {"atr": 2.0}}).orders.empty


def test_target_is_not_taken_before_the_atr_of_its_stop_is_warm(trade):
    result = trade(flat(20), {"exposure": [1.0] * 20}, name="wanted", exits={"stop": {"atr": 2.0}})
    assert list(result.trades.entry_time.dt.hour) == [15]
