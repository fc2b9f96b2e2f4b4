"""Bars of the store into files that any program reads."""

from __future__ import annotations

from pathlib import Path

from btbot.bars import Bars
from btbot.errors import ConfigError

KINDS = (".csv", ".csv.gz", ".parquet", ".feather")


def export_file(bars: Bars, path: Path) -> None:
    """Write bars with the columns ``time`` (UTC) and open to volume; the file's name says the kind.

    A file is whole or absent. Numbers of csv are the shortest that give back the same float64.

    Raises
    ------
    ConfigError
        If the name ends in nothing known.
    """
    kind = next((kind for kind in reversed(KINDS) if path.name.endswith(kind)), None)
    if kind is None:
        raise ConfigError(f"{path}: a name that ends in {', '.join(KINDS)} is expected")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    frame = bars.frame.reset_index()
    if kind == ".parquet":
        frame.to_parquet(unfinished, index=False)
    elif kind == ".feather":
        frame.to_feather(unfinished)
    else:
        frame.to_csv(unfinished, index=False, date_format="%Y-%m-%dT%H:%M:%SZ")
    unfinished.replace(path)
