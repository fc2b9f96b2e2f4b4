"""Equal settings have equal numbers, whatever was searched to get there."""

import numpy as np

from btbot.config import load_config, settled
from btbot.trust.identity import setting_hashes

CONFIG = {
    "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample"},
    "strategies": [{"name": "ma_cross", "params": {"ma_fast": 20, "ma_slow": 50}}],
}  # fmt: skip
FAST, SLOW, STOP = "strategies.0.params.ma_fast", "strategies.0.params.ma_slow", "exits.trailing.atr"


def number(**changes):
    return int(setting_hashes(settled(load_config({**CONFIG, **changes})), {}, {})[0])


def test_a_search_meets_the_setting_of_a_run_and_of_another_search():
    config = settled(load_config(CONFIG))
    places = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    both = setting_hashes(config, {FAST: [10, 20.0], SLOW: [50, 100]}, dict(zip((FAST, SLOW), places, strict=True)))
    alone = setting_hashes(config, {FAST: [5, 10, 20]}, {FAST: np.arange(3)})
    assert len(set(both.tolist())) == 4
    assert both[2] == number() == alone[2]
    assert both[0] == alone[1]


def test_a_key_that_the_configuration_does_not_have():
    config = settled(load_config(CONFIG))
    searched = setting_hashes(config, {STOP: [2.0, 3.0]}, {STOP: np.array([1, 0])})
    assert searched[0] == number(exits={"trailing": {"atr": 3}})
    assert searched[1] == number(exits={"trailing": {"atr": 2.0}})


def test_what_does_not_change_how_a_setting_trades_is_left_out():
    same = number()
    assert number(start="2024-01-01", end="2024-06-01") == same
    assert number(feed={"name": "sample", "seed": 3}) == same
    assert number(capital=5, name="other", proof="none", report=[]) == same


def test_what_does_is_not():
    changed = [
        number(), number(timeframe="4h"), number(symbols=["ETH/USDT"]), number(allow_short=True),
        number(costs={"taker_fee": 0.002}), number(sizing={"name": "percent", "percent": 0.3}),
        number(exits={"max_hold_bars": 10}), number(strategies=[{"name": "ma_cross"}]),
        number(strategies=[{"name": "ma_cross", "params": {"ma_fast": 50, "ma_slow": 20}}]),
    ]  # fmt: skip
    assert len(set(changed)) == len(changed)


def test_truth_is_not_one():
    values = setting_hashes({}, {"a": [True, 1, "1", None]}, {"a": np.arange(4)})
    assert len(set(values.tolist())) == 4


def test_many_settings_hardly_ever_meet():
    places = np.divmod(np.arange(300_000), 1000)
    hashes = setting_hashes({}, {"a": range(1000), "b": range(1000)}, {"a": places[0], "b": places[1]})
    assert len(np.unique(hashes)) == 300_000
