"""The switch: TA-Lib when it is needed and there, numpy otherwise."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

from btbot import indicators

MODULES = sorted(module.name for module in pkgutil.iter_modules(indicators.__path__))


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_talib_is_not_loaded_before_the_first_indicator() -> None:
    code = (
        "import sys; from btbot import indicators; print('talib' in sys.modules, 'numba' in sys.modules, "
        "'backtrader' in sys.modules)"
    )
    assert run(code) == "False False False"


@pytest.mark.parametrize("hidden", [True, False])
def test_numpy_serves_where_talib_cannot_be_imported(hidden: bool) -> None:
    if not hidden:
        pytest.importorskip("talib", minversion="0.8")
    hide = "sys.modules['talib'] = None; " if hidden else ""
    code = (
        f"import sys; {hide}from btbot import indicators as ta; from btbot.indicators import library; "
        "print(library.talib() is None, ta.sma([1.0, 3.0], 2)[1])"
    )
    assert run(code) == f"{hidden} 2.0"


@pytest.mark.parametrize(("version", "used"), [("0.6.8", False), ("0.8.0", True), ("0.10.1", True)])
def test_an_old_talib_is_not_used(version: str, used: bool) -> None:
    code = (
        f"import sys, types; sys.modules['talib'] = types.SimpleNamespace(__version__={version!r}); "
        "from btbot.indicators import library; print(library.talib() is not None)"
    )
    assert run(code) == str(used)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.usefixtures("both")
def test_the_examples_in_docstrings_are_true(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"btbot.indicators.{name}"))
    assert result.failed == 0


def test_docstrings_have_examples() -> None:
    attempted = [doctest.testmod(importlib.import_module(f"btbot.indicators.{name}")).attempted for name in MODULES]
    assert sum(attempted) >= 15


def test_the_package_exports_what_its_modules_define() -> None:
    inner = {"library", "memo", "series", "window", "recursion", "warmth"}
    public = {
        name
        for module in set(MODULES) - inner
        for name, thing in vars(importlib.import_module(f"btbot.indicators.{module}")).items()
        if not name.startswith("_") and getattr(thing, "__module__", None) == f"btbot.indicators.{module}"
    }
    assert public - {"true_range"} == set(indicators.__all__)
