"""The kernel from its source without the compiler, so that a fault can be planted in a moment.

The modules are copied under another package name; only the two that know numba are exchanged for the few lines below.
Unlike the compiled code these look whether an address is that of an array, and whether the element is inside it.
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
def part(function, signature=None):
    return function

entry = compiled = part
"""

READING = """
import ctypes

import numpy as np

from {package} import layout

KINDS = {{"f8": ctypes.c_double, "i8": ctypes.c_int64, "u8": ctypes.c_uint64, "b1": ctypes.c_bool}}
SIZES = {{}}  # of the array that begins at an address

def address(array):
    if not array.size:
        return 0
    place = int(array.ctypes.data)
    SIZES[place, array.dtype.str[1:]] = array.size
    return place

def _place(address, name, index, size):
    if not 0 <= index < SIZES[address, name]:
        raise IndexError(f"element {{index}} of {{SIZES[address, name]}}")
    return int(address + size * index)

def _record(dtype):
    fields = [(name, KINDS[dtype[name].str[1:]]) for name in dtype.names]
    kind = type("Record", (ctypes.Structure,), {{"_fields_": fields}})
    assert ctypes.sizeof(kind) == dtype.itemsize
    return lambda address, index: kind.from_address(_place(address, dtype.str[1:], index, dtype.itemsize))

tape_at, plan_at, terms_at, outcome_at, account_at, book_at, rule_at, record_at = map(_record, (
    layout.TAPE, layout.PLAN, layout.TERMS, layout.OUTCOME, layout.ACCOUNT, layout.BOOK, layout.RULE, layout.RECORD,
))

def _reader(name, result):
    kind, size = KINDS[name], ctypes.sizeof(KINDS[name])
    def read(address, stride, row, column):
        return result(kind.from_address(_place(address, name, stride * row + column, size)).value)
    return read

number, whole, flag = _reader("f8", float), _reader("i8", int), _reader("b1", bool)

def word(address, stride, row, column):
    assert not address % 8
    return np.uint64(ctypes.c_uint64.from_address(_place(address, "b1", 8 * (stride * row + column) + 7, 1) - 7).value)

def lowest_byte(bits):
    return (int(bits) & -int(bits)).bit_length() - 1 >> 3

def write(address, index, value):
    ctypes.c_double.from_address(_place(address, "f8", index, 8)).value = value

def numbers(address, start, stop):
    if start == stop:
        return np.zeros(0)
    first, last = _place(address, "f8", start, 8), _place(address, "f8", stop - 1, 8)
    return np.frombuffer((ctypes.c_double * (stop - start)).from_address(first), dtype=np.float64)
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
