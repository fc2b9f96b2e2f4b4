"""Every example in a docstring holds."""

import doctest
import importlib
import pkgutil

import pytest

import btbot.trust

MODULES = [module.name for module in pkgutil.iter_modules(btbot.trust.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(f"btbot.trust.{name}")).failed == 0


def test_the_formulas_have_examples():
    attempted = [doctest.testmod(importlib.import_module(f"btbot.trust.{name}")).attempted for name in MODULES]
    assert sum(count > 0 for count in attempted) >= 12
