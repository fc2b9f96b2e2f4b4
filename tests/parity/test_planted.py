"""The comparison can fail: every planted fault is noticed by some case of the quick sample."""

import copy
from functools import cache
from pathlib import Path

import pytest
from compare import assert_same, same_equity, same_fills, same_trades
from compare import fills_of_reference as fills
from markets import cases
from reference.host import run_reference
from reference.strategies import STRATEGIES

from btbot.config import load_config
from btbot.engine import run

CASES = list(cases(45, seed=20240101))


def with_change(name, **members):
    return type("Planted", (STRATEGIES[name],), members)


def late_signal(name):
    base = STRATEGIES[name]
    return with_change(name, wish=lambda self, v, i: base.wish(self, v, max(i - 1, 0)))


def later_cooldown(name):
    base = STRATEGIES[name]

    def prepare(self, prices, p):
        self.exits = {**self.exits, "cooldown_bars": self.exits.get("cooldown_bars", 0) + 1}
        return base.prepare(self, prices, p)

    return with_change(name, prepare=prepare)


def longer_hold(name):
    base = STRATEGIES[name]

    def prepare(self, prices, p):
        if "max_hold_bars" in self.exits:
            self.exits = {**self.exits, "max_hold_bars": self.exits["max_hold_bars"] + 1}
        return base.prepare(self, prices, p)

    return with_change(name, prepare=prepare)


def late_fill_bar(name):
    base = STRATEGIES[name]

    def notify_order(self, order):
        before = len(self.fills)
        base.notify_order(self, order)
        for fill in self.fills[before:]:
            fill["bar"] = min(fill["bar"] + 1, self.data.buflen() - 1)

    return with_change(name, notify_order=notify_order)


def trail_on_close(name):
    base = STRATEGIES[name]

    def in_position(self, data, position, i):
        position.close_of = lambda bar, high, low: type(position).close_of(position, bar, data.close[0], data.close[0])
        base._in_position(self, data, position, i)

    return with_change(name, _in_position=in_position)


def size_of_open(name):
    base = STRATEGIES[name]

    def size(self, data, i, equity, sign, wish):
        return base._size(self, data, i, equity, sign, wish) * data.close[0] / data.open[0]

    return with_change(name, _size=size)


@cache
def right_of(case):
    return run_reference(case.config)


def differs(case, planted, config=None):
    right = right_of(case)
    wrong = run_reference(config or case.config, planted and planted(case.config["strategies"][0]["name"]))
    try:
        same_trades(right.trades, wrong.trades)
        same_fills(fills(right), fills(wrong))
        same_equity(right.equity, wrong.equity)
    except AssertionError:
        return True
    return False


PLANTED = [late_signal, later_cooldown, longer_hold, late_fill_bar, trail_on_close, size_of_open]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.__name__)
def test_planted_fault_is_noticed(planted):
    assert any(differs(case, planted) for case in CASES)


@pytest.mark.parametrize("key", ["taker_fee", "slippage_bps"])
def test_costs_a_thousandth_off_are_noticed(key):
    def changed(case):
        config = copy.copy(case.config)
        config["costs"] = {**config["costs"], key: config["costs"][key] * 1.001}
        return config

    charged = [case for case in CASES if case.config["costs"][key]]
    assert any(differs(case, None, changed(case)) for case in charged)


def test_the_same_run_twice_is_the_same():
    assert not any(differs(case, None) for case in CASES[:5])


CROSS = {
    **next(case for case in CASES if case.name.startswith("ma_cross")).config,
    "exits": {"cooldown_bars": 3, "max_hold_bars": 9},
    "sizing": {"name": "percent", "percent": 0.11},
    "costs": {"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 3.0},
}
FOLDERS = {"strategies": [str(Path(__file__).parent / "faulty")]}
FAULTS = {
    "signal": {"plugins": FOLDERS},
    "cooldown": {"exits": {**CROSS["exits"], "cooldown_bars": 4}},
    "hold": {"exits": {**CROSS["exits"], "max_hold_bars": 10}},
    "fee": {"costs": {**CROSS["costs"], "maker_fee": 0.001001, "taker_fee": 0.001001}},
    "fill bar": {"fills": "default", "costs": {**CROSS["costs"], "latency_bars": 1}},
}


def equals_reference(**settings):
    result = run(load_config({"version": 1, **copy.copy(CROSS), **settings}))
    try:
        assert_same(run_reference(CROSS), result)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize("engine", ["sparse", "dense"])
def test_btbot_without_a_fault_equals_the_reference(engine):
    assert equals_reference(engine=engine)


@pytest.mark.parametrize("fault", FAULTS)
def test_btbot_with_a_planted_fault_is_noticed(fault):
    assert not equals_reference(**FAULTS[fault])
