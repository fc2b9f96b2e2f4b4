"""From a file to faults."""

from __future__ import annotations

from pathlib import Path

from btbot.config.load import shipped_configs
from btbot.paper.faults.engine import Faults
from btbot.paper.faults.read import read_file


def load_faults(path: Path, *, seed: int = 0) -> Faults:
    """Read a file of rules; ``configs/faults/...`` is found among those that come with btbot too.

    Parameters
    ----------
    seed
        Added to the file's: other dice for the same rules.

    Raises
    ------
    btbot.errors.ConfigError
        With one line for each mistake: file, line, key, what is allowed, what was found.
    """
    file = read_file(_found(path))
    return Faults(file.faults, seed=file.seed + seed)


def _found(path: Path) -> Path:
    shipped = shipped_configs().joinpath(*path.parts[1:]) if path.parts[:1] == ("configs",) else path
    return shipped if not path.is_file() and shipped.is_file() else path
