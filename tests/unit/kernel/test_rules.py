"""The kernel compiles the rules that the engine calls, not others like them."""

from __future__ import annotations

from types import FunctionType

import pytest

from btbot import costs, exits, risk, sizing
from btbot.kernel import rules

ROOMS = (costs, exits, risk, sizing)
COMPILED = {name: rule for name, rule in vars(rules).items() if hasattr(rule, "py_func")}
# Basis points are written down as fractions before a run; which payments fall due is known beside the bars.
NOT_IN_THE_LOOP = {"bps_fraction", "due"}


def public(room):
    return {name for name in room.__all__ if isinstance(getattr(room, name), FunctionType)}


@pytest.mark.parametrize("name", sorted(COMPILED))
def test_same_code(name):
    [source] = [getattr(room, name) for room in ROOMS if name in room.__all__]
    assert COMPILED[name].py_func.__code__ is source.__code__
    assert isinstance(source, FunctionType)  # what the engine calls stays plain Python


def test_no_rule_is_missing():
    assert set().union(*map(public, ROOMS)) - NOT_IN_THE_LOOP == set(COMPILED)
