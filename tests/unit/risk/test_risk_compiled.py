"""Every function of the room runs under numba with results equal to Python's, and its examples hold."""

import doctest
import importlib
import pkgutil
from types import FunctionType

import numba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot import risk

money = st.floats(-1e9, 1e9)
amounts = st.floats(0, 1e9)
prices = st.floats(1e-6, 1e6)
limits = st.floats(0, 0.99)

ARGUMENTS = {
    "affordable": (amounts, prices, st.floats(0, 0.1), money),
    "buying_power": (money, st.floats(0.1, 100), amounts, amounts),
    "daily_loss_breached": (amounts, money, limits),
    "drawdown_breached": (amounts, money, limits),
    "liquidated": (money, limits, amounts),
}


def test_exports_are_functions_and_all_are_compiled_below():
    assert risk.__all__ == sorted(ARGUMENTS)
    assert all(isinstance(getattr(risk, name), FunctionType) for name in risk.__all__)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_compiled_equals_python(name):
    function = getattr(risk, name)
    compiled = numba.njit(function)

    @settings(deadline=None, max_examples=60)
    @given(st.tuples(*ARGUMENTS[name]))
    def compare(arguments):
        assert compiled(*arguments) == function(*arguments)

    compare()


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(risk.__path__)])
def test_examples_of_the_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(f"btbot.risk.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
