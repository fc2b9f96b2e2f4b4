"""Where the clients live: each in an environment of its own in a cache, made when first needed.

Clients are other people's programs with their own requirements; nothing of them is installed where btbot is.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

CACHE = Path(os.environ.get("BTBOT_CONFORMANCE_CACHE", "~/.cache/btbot-conformance")).expanduser()
LIMIT_SECONDS = 60
_HOUR, _DAY = 3_600, 86_400
_PIP = ["-m", "pip", "--disable-pip-version-check", "--retries", "0", "--timeout", "5"]


def python_with(package: str, module: str, folder: str | None = None) -> Path:
    """Give an interpreter that has a package, or skip the test with the reason.

    Parameters
    ----------
    package
        As PyPI names it, with or without a version.
    module
        That its presence is told by.
    """
    home = CACHE / (folder or package)
    interpreter = home / "bin" / "python"
    with _alone(home.name):
        if not _has(interpreter, module):
            _run([sys.executable, *_PIP, "index", "versions", package.partition("=")[0]], package)
            shutil.rmtree(home, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(home)], package)
            _run([str(interpreter), *_PIP, "install", "-q", package], package)
        if not _has(interpreter, module):
            pytest.skip(f"{package} is installed in {home}, but {module} cannot be imported")
    return interpreter


def newest_ccxt() -> Path:
    """Give an interpreter with the newest ccxt of PyPI; skip where that is the installed one."""
    known = CACHE / "ccxt-newest.txt"
    with _alone("ccxt-index"):
        if not known.exists() or time.time() - known.stat().st_mtime > _DAY:
            answer = _run([sys.executable, *_PIP, "index", "versions", "ccxt"], "ccxt")
            known.write_text(answer.partition("(")[2].partition(")")[0], encoding="utf-8")
    newest = known.read_text(encoding="utf-8").strip()
    if newest == version("ccxt"):
        pytest.skip(f"the newest ccxt is the installed one, {newest}")
    return python_with(f"ccxt=={newest}", "ccxt", folder=f"ccxt-{newest}")


def node_with_ccxt() -> tuple[str, Path]:
    """Give node and the module file of ccxt for it, or skip the test with the reason."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None:
        pytest.skip("node is not installed")
    home = CACHE / "node"
    module = home / "node_modules" / "ccxt" / "js" / "ccxt.js"
    with _alone("node"):
        if not module.exists():
            if npm is None:
                pytest.skip("npm is not installed and ccxt for node is not in the cache")
            home.mkdir(parents=True, exist_ok=True)
            _run(
                [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(home), "ccxt"],
                "ccxt-node",
            )
    if not module.exists():
        pytest.skip(f"npm has not put ccxt into {home}")
    return node, module


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """Let one test process at a time change an environment."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name.partition('=')[0]}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _has(interpreter: Path, module: str) -> bool:
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return interpreter.exists() and subprocess.run([interpreter, "-c", code], check=False).returncode == 0


def _run(command: list[str], package: str) -> str:
    """Run what fetches a package; where it fails, skip, and do not try again for an hour."""
    failure = CACHE / f"{package.partition('=')[0]}.failed"
    if failure.exists() and time.time() - failure.stat().st_mtime < _HOUR:
        pytest.skip(failure.read_text(encoding="utf-8"))
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        reason = f"{package} could not be installed within {LIMIT_SECONDS} s"
    except subprocess.CalledProcessError as error:
        reason = f"{package} could not be installed: {' '.join(error.stderr.strip().splitlines()[-1:])}"
    else:
        failure.unlink(missing_ok=True)
        return done.stdout
    failure.write_text(reason, encoding="utf-8")
    pytest.skip(reason)
