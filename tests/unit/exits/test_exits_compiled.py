"""Every function of the room runs under numba with results equal to Python's, and its examples hold."""

import doctest
import importlib
import math
import pkgutil
from types import FunctionType

import numba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot import exits
from btbot.exits import decide as decide_module
from btbot.exits import protect

side = st.sampled_from([-1, 1])
count = st.integers(0, 500)
flag = st.booleans()
price = st.floats(1e-6, 1e6)
level = price | st.just(math.nan)
distance = st.floats(0, 1e6)
FLAGS = (flag, flag, flag, flag)

ARGUMENTS = {
    "decide": (st.sampled_from([-1, 0, 1]), count, count | st.just(exits.FLAT_FOR_EVER), *FLAGS, flag, count, count),
    "exit_reason": (side, count, *FLAGS, count),
    "rebalance": (st.floats(-1, 1) | st.just(math.nan), st.floats(-1e6, 1e6), st.floats(0, 1e6), st.floats(0, 1)),
    "distance_level": (price, side, distance),
    "tighter": (side, level, level),
    "trailed": (side, level, price, distance),
    "moved_to_break_even": (side, level, price, price, distance, distance),
    "breached": (side, level, price, price, price),
    "reached": (side, level, price, price, price),
}


def test_every_function_is_compiled_below():
    functions = {name for name in exits.__all__ if isinstance(getattr(exits, name), FunctionType)}
    assert functions == ARGUMENTS.keys()


@pytest.fixture
def compiled(monkeypatch):
    """Compile a function of the room unchanged; those it calls in its own module are compiled too."""

    def make(name):
        module = protect if hasattr(protect, name) else importlib.import_module("btbot.exits.decide")
        for helper in ARGUMENTS:
            original = vars(module).get(helper)
            if helper != name and isinstance(original, FunctionType) and original.__module__ == module.__name__:
                monkeypatch.setattr(module, helper, numba.njit(original))
        return numba.njit(getattr(exits, name))

    return make


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_compiled_equals_python(name, compiled):
    function, fast = getattr(exits, name), compiled(name)

    @settings(deadline=None, max_examples=150)
    @given(st.tuples(*ARGUMENTS[name]))
    def compare(arguments):
        expected, found = function(*arguments), fast(*arguments)
        assert found == expected or (math.isnan(found) and math.isnan(expected))

    compare()


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(exits.__path__)])
def test_examples_of_the_docstrings(name):
    assert doctest.testmod(importlib.import_module(f"btbot.exits.{name}")).failed == 0


def test_reasons_are_different():
    assert decide_module is exits.decide  # the package gives the function, not the module of that name
    assert len({exits.REASON_HOLD, exits.REASON_SIGNAL, exits.REASON_OPPOSITE, exits.REASON_MAX_HOLD}) == 4
