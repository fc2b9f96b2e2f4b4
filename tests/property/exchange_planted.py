"""The exchange from its source under another name, so that a fault can be planted.

Commands, events, orders, symbols, numbers and refusals stay the real ones: they are what both sides speak.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import btbot.exchange

SOURCE = Path(btbot.exchange.__file__).parent
Change = tuple[str, str, str]
"""Module, a text that stands there once, and what stands there instead."""
SHARED = ("commands", "events", "order", "symbols", "units", "refusals", "refused", "outcome")
_OWN = re.compile(rf"\bbtbot\.exchange\.(?!(?:{'|'.join(SHARED)})\b)")


def planted_exchange(folder: Path, package: str, changes: Sequence[Change]) -> Any:
    """Copy the exchange into a folder with the changes made and return its class.

    Raises
    ------
    ValueError
        Where a text to be changed does not stand in its module exactly once.
    """
    left = list(changes)
    for path in SOURCE.glob("*.py"):
        if path.stem in SHARED or path.stem.startswith(("ccxt", "in_process")):
            continue
        text = path.read_text(encoding="utf-8")
        for module, before, after in changes:
            if module != path.stem:
                continue
            if text.count(before) != 1:
                raise ValueError(f"{module}: {before!r} stands there {text.count(before)} times, not once")
            text = text.replace(before, after)
            left.remove((module, before, after))
        text = text.replace("from btbot.exchange import ", f"from {package} import ")
        text = _split(_OWN.sub(f"{package}.", text), package)
        (folder / path.name).write_text(text, encoding="utf-8")
    if left:
        raise ValueError(f"no such module: {left}")
    spec = importlib.util.spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[package] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(f"{package}.matching").Exchange


def _split(text: str, package: str) -> str:
    """Take the shared modules out of ``from package import a, b``."""

    def parted(match: re.Match[str]) -> str:
        names = [name.strip() for name in match[1].strip("()\n ").split(",") if name.strip()]
        shared = [name for name in names if name in SHARED]
        own = [name for name in names if name not in SHARED]
        lines = [f"from btbot.exchange import {', '.join(shared)}"] if shared else []
        return "\n".join(lines + ([f"from {package} import {', '.join(own)}"] if own else [])) + "\n"

    return re.sub(rf"^from {package} import (\([^)]*\)|[^\n(]*)\n", parted, text, flags=re.MULTILINE)
