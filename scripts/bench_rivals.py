"""Rivals whose pins exclude each other: an environment and a process for each."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd

CACHE = Path.home() / ".cache" / "btbot-bench"
REQUIREMENTS = {
    "vectorbt": "vectorbt>=1.0",
    "vectorbt-rust": "vectorbt[rust]>=1.2",
    "nautilus_trader": "nautilus_trader>=1.220",
    "freqtrade": "freqtrade[hyperopt]>=2025.1",
}
RIVALS = {"vectorbt": "bench_vectorbt.py", "nautilus_trader": "bench_nautilus.py"}
"""The rivals of a single run, and their scripts."""


def environment(name: str) -> Path:
    """Return the interpreter of the rival's environment; make it and install the rival if it is not there."""
    folder = CACHE / f"{name}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = folder / "bin" / "python"
    done = folder / "installed"
    if not done.exists():
        print(f"installing {name} into {folder} (once, a few minutes)", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "-q", REQUIREMENTS[name]]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        done.touch()
    return python


def save_arrays(frame: pd.DataFrame, path: Path) -> None:
    """Write the arrays that the rivals' processes read."""
    np.savez(path, time=frame.index.as_unit("ms").asi8, **{name: frame[name].to_numpy() for name in frame})


class Worker:
    """A running process that times one run each time it is asked; see `bench_worker.serve`.

    Parameters
    ----------
    name
        For messages.
    command
        What to start.
    variables
        Environment of the process; that of this one by default.
    """

    def __init__(self, name: str, command: Sequence[str | Path], variables: Mapping[str, str] | None = None) -> None:
        self.name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables
        )
        self.version = self._read()["version"]

    def once(self) -> dict[str, Any]:
        """Return `seconds` and the results of one run."""
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        return self._read()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def _read(self) -> dict[str, Any]:
        # A rival may print words of its own before the line of JSON.
        for line in self._process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"{self.name} ended with code {self._process.wait()}; its message is above")


class Rival(Worker):
    """The process of one of `RIVALS`, on the arrays of a file that `save_arrays` wrote."""

    def __init__(self, name: str, arrays: Path) -> None:
        super().__init__(name, [environment(name), "-W", "ignore", Path(__file__).with_name(RIVALS[name]), arrays])
