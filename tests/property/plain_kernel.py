"""The kernel from its source without the compiler, so that a fault can be planted in a moment.

The modules are copied under another package name; only the two that know numba are exchanged for the few lines below.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import btbot.kernel

SOURCE = Path(btbot.kernel.__file__).parent
Change = tuple[str, str, str]
"""Module, a text that stands there once, and what stands there instead."""

COMPILING = """
def part(function):
    return function

entry = compiled = part
"""

READING = """
import ctypes

import numpy as np

from {package} import layout

KINDS = {{"f8": ctypes.c_double, "i8": ctypes.c_int64, "b1": ctypes.c_bool}}

def _record(dtype):
    fields = [(name, KINDS[dtype[name].str[1:]]) for name in dtype.names]
    kind = type("Record", (ctypes.Structure,), {{"_fields_": fields}})
    assert ctypes.sizeof(kind) == dtype.itemsize
    return lambda address, index: kind.from_address(address + index * dtype.itemsize)

tape_at, plan_at, terms_at, outcome_at, account_at, book_at, rule_at, record_at = map(_record, (
    layout.TAPE, layout.PLAN, layout.TERMS, layout.OUTCOME, layout.ACCOUNT, layout.BOOK, layout.RULE, layout.RECORD,
))

def _reader(kind, result):
    size = ctypes.sizeof(kind)
    def read(address, stride, row, column):
        return result(kind.from_address(int(address + size * (stride * row + column))).value)
    return read

number = _reader(ctypes.c_double, float)
whole = _reader(ctypes.c_int64, int)
word = _reader(ctypes.c_uint64, np.uint64)
flag = _reader(ctypes.c_bool, bool)

def write(address, index, value):
    ctypes.c_double.from_address(address + 8 * index).value = value

def numbers(address, start, stop):
    memory = (ctypes.c_double * (stop - start)).from_address(address + 8 * start)
    return np.frombuffer(memory, dtype=np.float64)

def address(array):
    return int(array.ctypes.data) if array.size else 0
"""


def plain_kernel(folder: Path, package: str, changes: Sequence[Change] = ()) -> Any:
    """Return the module ``sweep`` of the kernel without a compiler, its source changed.

    Parameters
    ----------
    folder
        Where the changed source is written.
    package
        Name of the package, new for each.
    changes
        Faults to plant.
    """
    sources = {path.stem: path.read_text() for path in SOURCE.glob("*.py")}
    sources |= {"compiling": COMPILING, "reading": READING.format(package=package)}
    for module, old, new in changes:
        assert sources[module].count(old) == 1, f"{module}.py has {old!r} {sources[module].count(old)} times, not once"
        sources[module] = sources[module].replace(old, new)
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source.replace("btbot.kernel", package))
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[package] = module_of_package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module_of_package)
    return importlib.import_module(f"{package}.sweep")
