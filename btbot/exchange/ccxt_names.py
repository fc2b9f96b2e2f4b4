"""The names of the exchanges that ccxt knows, without importing it: that takes most of a second."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from btbot.exchange.stocks_opening import SELLERS


def exchange_names() -> tuple[str, ...]:
    """Return the names in order, which are those of the modules of ccxt, and the sellers of stocks."""
    found = importlib.util.find_spec("ccxt")
    folders = [] if found is None else list(found.submodule_search_locations or [])
    files = (path for folder in folders for path in Path(folder).glob("*.py"))
    return (*sorted(path.stem for path in files if not path.stem.startswith("_")), *SELLERS)
