"""How the pure rules become machine code, and when the code on disk is out of date.

numba itself looks at the file of the outermost function alone, so that a change of a rule elsewhere would go unnoticed.
Here the folder of the cache is named after everything that is compiled: another source, another folder.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import numba

_PACKAGE = Path(__file__).resolve().parent.parent
_ROOMS = ("kernel", "exits", "sizing", "costs", "risk")
_OPTIONS: dict[str, Any] = {"error_model": "numpy"}
_INNER: dict[str, Any] = {
    **_OPTIONS,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "forceinline": True,
}  # half of the compilation


@cache
def fingerprint() -> str:
    """Return 16 hexadecimal digits of the source of every rule and of the compiler."""
    digest = hashlib.sha256(f"{numba.__version__} {llvmlite.__version__} {sys.version}".encode())
    for room in _ROOMS:
        for path in sorted((_PACKAGE / room).glob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return where compiled code is kept: ``BTBOT_CACHE_DIR``, else the user's cache folder."""
    given = os.environ.get("BTBOT_CACHE_DIR")
    if given:
        return Path(given) / "kernel" / fingerprint()
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "btbot" / "kernel" / fingerprint()


def compiled(function: Callable[..., Any]) -> Any:
    """Return a rule as numba compiles it, together with the rules that it calls; what it says is untouched."""
    return _compiled(function)


@cache
def _compiled(function: Any) -> Any:
    names = function.__code__.co_names
    world = dict(function.__globals__)
    for name in names:
        called = world.get(name)
        if isinstance(called, FunctionType):
            world[name] = _compiled(called)
    copy = FunctionType(function.__code__, world, function.__name__, function.__defaults__, function.__closure__)
    copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
    return numba.njit(**_INNER)(copy)


def part(function: Callable[..., Any]) -> Any:
    """Compile a part of the kernel, which only compiled code calls; it is kept on disk with the entry."""
    return numba.njit(**_INNER)(function)


def entry(function: Callable[..., Any], signature: Any = None) -> Any:
    """Compile a function that Python calls, at its first call unless its signature is given; keep it on disk."""
    folder = cache_folder()
    if not _writable(folder):
        return numba.njit(signature, **_OPTIONS)(function)  # compiled in every process
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(folder)
        return numba.njit(signature, cache=True, **_OPTIONS)(function)
    finally:
        numba.config.CACHE_DIR = before


def _writable(folder: Path) -> bool:
    """Return whether numba can keep code below a folder; where it cannot, it would choose one that goes stale."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder):
            pass
        return all(path.is_dir() for path in folder.iterdir())
    except OSError:
        return False
