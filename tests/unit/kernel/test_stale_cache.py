"""Compiled code on disk never outlives the source of a rule, and a folder that cannot be written to does no harm."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import FunctionType

import pytest

import btbot
from btbot.kernel import compiling

PACKAGE = Path(btbot.__file__).parent
RULE = "return max(0.0, price * (1.0 + direction * fraction))"
CHANGED = "return max(0.0, price * (1.0 + direction * fraction * 2.0))"
# A kernel of one rule compiles in a second; all that is looked at, how it is found on disk, is the same.
ONE_RULE = """
from btbot.kernel.compiling import entry
from btbot.kernel.rules import slipped_price

@entry
def run(price):
    return slipped_price(price, 1, 0.01)
"""
ASK = """
import json
from btbot.kernel.loop import run
result = run(100.0)
print(json.dumps([result, sum(run.stats.cache_hits.values()), run.stats.cache_path]))
"""


class Copy:
    """A copy of the package, run in processes of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        shutil.copytree(PACKAGE, folder / "btbot", ignore=shutil.ignore_patterns("__pycache__"))
        for kind in ("strategies", "feeds", "analyzers"):
            shutil.copytree(PACKAGE.parent / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))

    def change(self, path: str, old: str, new: str) -> None:
        """Exchange a text that stands in a source file once."""
        file = self.folder / "btbot" / path
        source = file.read_text()
        assert source.count(old) == 1
        file.write_text(source.replace(old, new))

    def run(self, code: str, **environment: str):
        """Run code with the copy; return what it prints, as JSON."""
        names = {"BTBOT_CACHE_DIR": str(self.cache), "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=self.folder, env={**os.environ, **names, **environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def compiled(self) -> dict[str, int]:
        """Return time stamps of the compiled code on disk."""
        return {
            path.relative_to(self.cache).as_posix(): path.stat().st_mtime_ns for path in self.cache.rglob("*.nb[ic]")
        }


@pytest.fixture
def small(tmp_path):
    copy = Copy(tmp_path)
    (copy.folder / "btbot/kernel/loop.py").write_text(ONE_RULE)
    (copy.folder / "btbot/kernel/__init__.py").write_text("")  # which would import the engine
    return copy


def test_a_changed_rule_is_compiled_anew_and_an_old_one_found_again(small):
    assert small.run(ASK)[:2] == [101.0, 0]
    first = small.compiled()
    assert len(first) == 2  # an index and the code
    assert small.run(ASK)[:2] == [101.0, 1]
    small.change("costs/slippage.py", RULE, CHANGED)
    assert small.run(ASK)[:2] == [102.0, 0]
    small.change("costs/slippage.py", CHANGED, RULE)
    assert small.run(ASK)[:2] == [101.0, 1]
    found = small.compiled()
    assert {name: found[name] for name in first} == first  # not written again
    assert len(found) == 4


def test_without_a_writable_folder_each_process_compiles(small):
    """Not even where numba would fall back to, beside the source, is anything left that could go stale."""
    (small.folder / "file").write_text("")
    assert small.run(ASK, BTBOT_CACHE_DIR=str(small.folder / "file" / "below")) == [101.0, 0, None]
    folder = small.folder / "blocked"
    inside = hashlib.sha1(str(small.folder / "btbot/kernel").encode()).hexdigest()
    find = "import json; from btbot.kernel.compiling import cache_folder; print(json.dumps(str(cache_folder())))"
    place = Path(small.run(find, BTBOT_CACHE_DIR=str(folder)))
    place.mkdir(parents=True)
    (place / f"kernel_{inside}").write_text("in the way")
    small.change("costs/slippage.py", RULE, RULE)
    assert small.run(ASK, BTBOT_CACHE_DIR=str(folder)) == [101.0, 0, None]
    assert not (small.folder / "btbot/kernel/__pycache__").exists()


SETTING = """
import json, logging
logging.disable(logging.CRITICAL)
from btbot.config import load_config
from btbot.kernel import worst_difference
from btbot.kernel.loop import run
from btbot.search.evaluate import Evaluator, hosted
config = load_config({
    "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample", "bars": 600}, "proof": "none",
    "strategies": [{"name": "ma_cross"}], "exits": {"cooldown_bars": 6, "stop": {"atr": 2.0}},
    "costs": {"slippage_bps": 10}, "report": [],
})
evaluator = Evaluator(config)
trace = evaluator.trace({})
difference = worst_difference(trace, hosted(config, evaluator.market)[1])
print(json.dumps([trace.equity[-1], len(trace.fills), difference, sum(run.stats.cache_hits.values())]))
"""


@pytest.mark.slow
def test_results_of_the_whole_kernel_change_with_its_rules(tmp_path):
    """Another price, then another decision: both hosts of the same copy follow at once."""
    copy = Copy(tmp_path)
    seen = [copy.run(SETTING)]
    copy.change("costs/slippage.py", RULE, CHANGED)
    seen.append(copy.run(SETTING))
    copy.change("exits/decide.py", "if bars_since_exit < cooldown_bars", "if bars_since_exit < cooldown_bars + 20")
    seen.append(copy.run(SETTING))
    assert all(difference <= 1e-9 and hits == 0 for _, _, difference, hits in seen)
    (plain, fills, *_), (dearer, same, *_), (_, fewer, *_) = seen
    assert (dearer < plain, same == fills, fewer < fills) == (True, True, True)
    before = copy.compiled()
    assert copy.run(SETTING) == [*seen[-1][:3], 1]
    assert copy.compiled() == before


def functions_compiled():
    """Return every function of the package behind the entry, however deep."""
    from btbot.kernel.loop import run

    waiting, found = [run.py_func], set()
    while waiting:
        function = waiting.pop()
        if function in found or not function.__code__.co_filename.startswith(str(PACKAGE)):
            continue
        found.add(function)
        for name in function.__code__.co_names:
            called = function.__globals__.get(name)
            called = getattr(called, "py_func", called)
            if isinstance(called, FunctionType):
                waiting.append(called)
    return found


def test_the_fingerprint_covers_all_that_is_compiled():
    """Functions, and the modules from which theirs take constants."""
    files = {Path(function.__code__.co_filename) for function in functions_compiled()}
    assert len(files) > 20
    rooms = {path.relative_to(PACKAGE).parts[0] for path in files}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("btbot."):
                rooms.add(str(node.module).split(".")[1])
    assert rooms == {"kernel", "exits", "sizing", "costs", "risk"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"BTBOT_CACHE_DIR": "/a", "XDG_CACHE_HOME": "/b"}, "/a/kernel"),
        ({"XDG_CACHE_HOME": "/b", "LOCALAPPDATA": "/c"}, "/b/btbot/kernel"),
        ({"LOCALAPPDATA": "/c"}, "/c/btbot/kernel"),
        ({"HOME": "/home/me"}, "/home/me/.cache/btbot/kernel"),
    ],
)
def test_where_compiled_code_is_kept(given, expected, monkeypatch):
    for name in ("BTBOT_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    folder = compiling.cache_folder()
    assert folder.parent == Path(expected)
    assert len(folder.name) == 16
    assert int(folder.name, 16) >= 0
