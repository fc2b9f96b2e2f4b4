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

from btbot import costs

amounts = st.floats(0, 1e9)
signed = st.floats(-1e9, 1e9)
prices = st.floats(1e-8, 1e8)
fractions = st.floats(0, 3)
times = st.integers(0, 2_000_000_000_000)
stamps = st.lists(st.integers(0, 100), max_size=20).map(lambda values: np.array(sorted(values), dtype=np.int64))

ARGUMENTS = {
    "arrival": (times, st.integers(0, 10**6), times, st.integers(1, 10**6)),
    "arrival_bar": (st.integers(0, 10**6), st.integers(0, 100)),
    "bps_fraction": (st.floats(0, 1e4),),
    "due": (stamps, st.integers(-1, 100), st.integers(-1, 101)),
    "fee": (signed, fractions),
    "fillable": (amounts, amounts, st.floats(0, 1)),
    "interest": (signed, fractions, st.integers(0, 10**12)),
    "payment": (signed, prices, st.floats(-0.1, 0.1)),
    "price_at": (prices, prices, st.floats(0, 1)),
    "slipped_price": (prices, st.sampled_from([1, -1]), fractions),
    "square_root_impact": (fractions, fractions, signed, amounts | st.just(0.0)),
    "volatility_fraction": (fractions, fractions),
}


def test_exports_are_functions_and_all_are_compiled_below():
    assert costs.__all__ == sorted(ARGUMENTS)
    assert all(isinstance(getattr(costs, name), FunctionType) for name in costs.__all__)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
def test_compiled_equals_python(name):
    function = getattr(costs, name)
    compiled = numba.njit(function)

    @settings(deadline=None, max_examples=60)
    @given(st.tuples(*ARGUMENTS[name]))
    def compare(arguments):
        assert compiled(*arguments) == function(*arguments)

    compare()


@pytest.mark.parametrize("name", [module.name for module in pkgutil.iter_modules(costs.__path__)])
def test_examples_of_the_docstrings(name):
    outcome = doctest.testmod(importlib.import_module(f"btbot.costs.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0
