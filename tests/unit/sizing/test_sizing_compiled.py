"""Every function of the room runs under numba with results equal to Python's, and its examples hold."""

import doctest
import importlib
import pkgutil
from types import FunctionType

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot import sizing

money = st.floats(-1e9, 1e9)
amounts = st.floats(0, 1e6)
prices = st.floats(1e-6, 1e6)
shares = st.floats(0, 5)
counts = st.integers(0, 60)
steps = st.integers(-3, 10).map(lambda places: float(f"1e{-places}")) | st.just(0.0)
returns = st.lists(st.floats(-0.9, 3).map(lambda value: round(value, 4)), max_size=30).map(np.array)

ARGUMENTS = {
    "fixed_cash": (money, prices),
    "fixed_risk": (money, shares, st.floats(-1, 1e6) | st.just(float("nan"))),
    "fixed_units": (money,),
    "is_dust": (st.floats(-1e-6, 1e-6), money),
    "kelly_percent": (counts, counts, amounts, money, shares, shares, counts, shares),
    "meets_minimum": (amounts, prices, amounts),
    "optimal_f": (returns,),
    "optimal_f_percent": (shares, st.floats(-2, 0), counts, shares, shares, counts, shares),
    "percent": (money, prices, shares),
    "round_down": (amounts, steps),
    "round_price": (prices, steps),
    "volatility_target": (money, prices, shares, shares | st.just(float("nan")), shares),
}


def test_exports_are_functions_and_all_are_compiled_below():
    assert sizing.__all__ == sorted(ARGUMENTS)
    assert all(isinstance(getattr(sizing, name), FunctionType) for name in sizing.__all__)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_compiled_equals_python(name):
    function = getattr(sizing, name)
    compiled = numba.njit(function)
    # numpy adds pairwise and numba in order, so that sums differ in their last digits.
    tolerance = 1e-9 if name == "optimal_f" else 0.0

    @settings(deadline=None, max_examples=60)
    @given(st.tuples(*ARGUMENTS[name]))
    def compare(arguments):
        assert compiled(*arguments) == pytest.approx(function(*arguments), rel=0.0, abs=tolerance)

    compare()


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(sizing.__path__)])
def test_examples_of_the_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(f"btbot.sizing.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
