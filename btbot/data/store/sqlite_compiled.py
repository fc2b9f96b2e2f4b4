"""Read many rows of SQLite by a compiled loop over its C functions: no object for a row, four times faster.

The functions are those of the very library that Python's ``sqlite3`` uses, so that both know of each other's locks.
Where they cannot be reached, as in a Python with SQLite inside, `library` is None and rows are fetched as usual.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numba
import numpy as np
from numba import types

from btbot.bars import COLUMNS
from btbot.data.store.columns import Columns, split

_CHUNK = 65_536
_LARGEST_CHUNK = 4_194_304
_OK, _ROW, _DONE = 0, 100, 101
_READ_ONLY = 0x1
_NO_MUTEX = 0x8000  # no other thread has the connection; a lock a value would be a fifth of the time
_BEGIN = b"PRAGMA mmap_size=1073741824; BEGIN"  # pages are read where the system has them, not copied first
_PATIENCE_MS = 30_000
_STEP = types.intc(types.uintp)
_INTEGER = types.int64(types.uintp, types.intc)
_DOUBLE = types.float64(types.uintp, types.intc)
_HANDLE = ctypes.c_void_p
_FUNCTIONS: dict[str, tuple[Any, ...]] = {  # result, arguments
    "sqlite3_open_v2": (ctypes.c_int, ctypes.c_char_p, ctypes.POINTER(_HANDLE), ctypes.c_int, ctypes.c_char_p),
    "sqlite3_prepare_v2": (ctypes.c_int, _HANDLE, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(_HANDLE), _HANDLE),
    "sqlite3_busy_timeout": (ctypes.c_int, _HANDLE, ctypes.c_int),
    "sqlite3_exec": (ctypes.c_int, _HANDLE, ctypes.c_char_p, _HANDLE, _HANDLE, _HANDLE),
    "sqlite3_libversion": (ctypes.c_char_p,),
    "sqlite3_finalize": (ctypes.c_int, _HANDLE),
    "sqlite3_close": (ctypes.c_int, _HANDLE),
    "sqlite3_step": (ctypes.c_int, _HANDLE),
    "sqlite3_column_int64": (ctypes.c_int64, _HANDLE, ctypes.c_int),
    "sqlite3_column_double": (ctypes.c_double, _HANDLE, ctypes.c_int),
}


class _Function(types.WrapperAddressProtocol):  # type: ignore[misc]
    """A function of the library, as compiled code takes it: by address, so that the code can be kept on disk."""

    def __init__(self, function: Any, signature: Any) -> None:
        self._address = ctypes.cast(function, _HANDLE).value
        self._signature = signature

    def __wrapper_address__(self) -> int | None:
        return self._address

    def signature(self) -> Any:
        return self._signature


@cache
def library() -> Any:
    """Return the SQLite of this Python, its functions declared; None if it cannot be reached."""
    try:
        found = ctypes.CDLL(_sqlite3.__file__)
        for name, (result, *arguments) in _FUNCTIONS.items():
            function = getattr(found, name)
            function.restype, function.argtypes = result, arguments
    except (AttributeError, OSError):
        return None
    return found if found.sqlite3_libversion().decode() == sqlite3.sqlite_version else None


def read(
    path: str, query: str, *, state: str, expected: Sequence[int], at_most: int | None = None
) -> dict[int, Columns] | None:
    """Return the rows of a query of ``series_id, time, open, high, low, close, volume``, sorted by series and time.

    Parameters
    ----------
    path
        The file of the database.
    query
        One statement without parameters.
    state, expected
        A query of integers, and what it gives in the caller's transaction. The connection here has its own view of
        the database: where another process has written since the caller began, or the caller has, the answer is None.
    at_most
        How many rows there are about, at most, if known: arrays of that size are filled, not grown.

    Raises
    ------
    sqlite3.OperationalError
        If SQLite fails.
    """
    lib = library()
    database = _HANDLE()
    try:
        _check(lib.sqlite3_open_v2(path.encode(), ctypes.byref(database), _READ_ONLY | _NO_MUTEX, None))
        _check(lib.sqlite3_busy_timeout(database, _PATIENCE_MS))
        _check(lib.sqlite3_exec(database, _BEGIN, None, None, None))
        with _statement(lib, database, state) as statement:
            if _integers(lib, statement) != list(expected):
                return None
        with _statement(lib, database, query) as statement:
            return _rows(lib, statement, _CHUNK if at_most is None else min(at_most + 1, _LARGEST_CHUNK))
    finally:
        lib.sqlite3_close(database)


@contextmanager
def _statement(lib: Any, database: Any, query: str) -> Iterator[Any]:
    statement = _HANDLE()
    try:
        _check(lib.sqlite3_prepare_v2(database, query.encode(), -1, ctypes.byref(statement), None))
        yield statement
    finally:
        lib.sqlite3_finalize(statement)


def _integers(lib: Any, statement: Any) -> list[int]:
    found = []
    while (code := lib.sqlite3_step(statement)) == _ROW:
        found.append(lib.sqlite3_column_int64(statement, 0))
    if code != _DONE:
        _check(code)
    return found


def _rows(lib: Any, statement: Any, chunk: int) -> dict[int, Columns]:
    functions = (
        _Function(lib.sqlite3_step, _STEP),
        _Function(lib.sqlite3_column_int64, _INTEGER),
        _Function(lib.sqlite3_column_double, _DOUBLE),
    )
    parts = []
    state = np.array([_ROW])
    while state[0] == _ROW:
        keys, values = np.empty((2, chunk), np.int64), np.empty((len(COLUMNS), chunk))
        filled = _compiled()(statement.value, *functions, keys, values, state)
        parts.append((keys[:, :filled], values[:, :filled]))
    if state[0] != _DONE:
        _check(int(state[0]))
    if len(parts) == 1:
        (keys, values), *_ = parts
    else:
        keys, values = (np.concatenate([part[at] for part in parts], axis=1) for at in range(2))
    return split(keys[0], keys[1], values.T)


def _check(code: int) -> None:
    if code != _OK:
        raise sqlite3.OperationalError(f"SQLite gave result code {code} for a read")


@cache
def _compiled() -> Any:
    signature = types.int64(
        types.uintp, types.FunctionType(_STEP), types.FunctionType(_INTEGER), types.FunctionType(_DOUBLE),
        types.int64[:, ::1], types.float64[:, ::1], types.int64[::1],
    )  # fmt: skip
    try:
        return numba.njit(signature, nogil=True, cache=True)(_fill)
    except RuntimeError:  # no folder to keep it in
        return numba.njit(signature, nogil=True)(_fill)


def _fill(statement, step, integer, double, keys, values, state):  # type: ignore[no-untyped-def]
    """Take rows until the arrays are full or there is none; return their number, and SQLite's last word in `state`."""
    filled = 0
    while filled < keys.shape[1]:
        state[0] = step(statement)
        if state[0] != _ROW:
            break
        for at in range(2):
            keys[at, filled] = integer(statement, np.int32(at))
        for at in range(values.shape[0]):
            values[at, filled] = double(statement, np.int32(at + 2))
        filled += 1
    return filled
