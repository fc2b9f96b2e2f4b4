"""Imports point down the house: this table is the architecture."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND = {"errors", "locks", "records", "sessions", "timeframe"}
PURE = {"bars", "signals", "exits", "sizing", "risk", "costs", "indicators", "metrics"}
EDGES = {"data", "exchange"}
BASES = {"strategy", "feed", "analyzer"}
BELOW_ASSEMBLY = GROUND | PURE | EDGES | BASES
ASSEMBLED = BELOW_ASSEMBLY | {"config", "plugins", "engine", "kernel"}
USES = {"search", "trust", "report", "paper"}  # not each other: the runner hands over what one needs of another

ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "locks": set(),
    "timeframe": {"errors"},
    "records": {"errors"},
    "sessions": {"errors"},
    "bars": GROUND,
    **{room: GROUND | {"bars"} for room in PURE - {"bars"}},
    "data": GROUND | PURE,  # and the protocol of the client that it is handed, see BEYOND
    "exchange": GROUND | PURE,
    **{room: GROUND | PURE | EDGES for room in BASES},
    "config": BELOW_ASSEMBLY,
    "plugins": BELOW_ASSEMBLY,
    "engine": BELOW_ASSEMBLY | {"config", "plugins"},
    "kernel": BELOW_ASSEMBLY | {"config", "plugins", "engine"},
    **{room: ASSEMBLED for room in USES},
    "runner": ASSEMBLED | USES,
    "cli": ASSEMBLED | USES | {"runner"},
    "__main__": {"cli"},
}
BEYOND = {"data": "btbot.exchange.client"}
OUTSIDE = {
    "backtrader": {"strategy", "feed", "analyzer", "engine"},
    "ccxt": {"exchange"},
    "yfinance": {"exchange"},
    "requests": {"exchange"},
    "exchange_calendars": {"sessions"},
    "quantstats": {"report"},
    "matplotlib": {"report"},
    "plotly": {"report"},
    "pydantic": {"config", "search", "paper"},
    "yaml": {"config", "paper"},
    "typer": {"cli"},
    "rich": {"cli"},
    "numba": {"data", "kernel"},
    "optuna": {"search"},
    "joblib": {"search"},
    "distributed": {"search"},
    "ray": {"search"},
    "sqlalchemy": {"data", "trust"},
    "alembic": {"data"},
    "psycopg": {"data"},
    "aiohttp": {"exchange", "paper"},
    "cryptography": {"paper"},
}
PLUGINS = {
    "strategies": {"btbot"},
    "feeds": {"btbot", "btbot.feed", "btbot.data", "btbot.errors", "btbot.timeframe", "btbot.bars"},
    "analyzers": {"btbot", "btbot.analyzer", "btbot.metrics", "btbot.records", "btbot.errors"},
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, deferred imports and names of packages included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
            if node.module == "btbot":
                found |= {f"btbot.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    return path.relative_to(ROOT / "btbot").parts[0].removesuffix(".py")


MODULES = sorted((ROOT / "btbot").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    here = room(path)
    assert here in ALLOWED, f"{path}: give the room {here} a place in the table"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "btbot" and len(parts) > 1:
            allowed = parts[1] == here or parts[1] in ALLOWED[here] or name == BEYOND.get(here)
            assert allowed, f"{path} imports {name}"
        elif parts[0] in OUTSIDE:
            assert here in OUTSIDE[parts[0]], f"{path} imports {parts[0]}"


@pytest.mark.parametrize("kind", sorted(PLUGINS))
def test_plugins_import_public_bases_only(kind: str) -> None:
    for path in (ROOT / kind).glob("*.py"):
        for name in imports(path):
            if name.split(".")[0] == "btbot" and name.count(".") and not hasattr_public(name):
                assert any(name == base or name.startswith(base + ".") for base in PLUGINS[kind] - {"btbot"}), (
                    f"{path} imports {name}"
                )


def hasattr_public(name: str) -> bool:
    import btbot

    return name.removeprefix("btbot.") in btbot.__all__


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{path} is too long to read in one go"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = body_lines(node)
            assert lines <= 40, f"{path}: {node.name} has {lines} lines of code"


def body_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    length = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        length -= (first.end_lineno or first.lineno) - first.lineno + 1
    return length


def test_public_names_exist() -> None:
    import btbot

    assert len(btbot.__all__) < 15
    for name in btbot.__all__:
        assert getattr(btbot, name) is not None
