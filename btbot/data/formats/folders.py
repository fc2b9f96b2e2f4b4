"""Which files of some folders may hold data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from btbot.data.formats import checksum
from btbot.data.formats.names import SUFFIXES, UNREAD
from btbot.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Found:
    """The files below some paths.

    Parameters
    ----------
    files
        Those that may hold data, in the order of their folders and names, with the path that was asked for.
    orphans
        Checksums whose archive is missing.
    others
        How many files are of other kinds.
    """

    files: dict[Path, Path]
    orphans: tuple[Path, ...]
    others: int


def find(paths: Sequence[Path]) -> Found:
    """Return the files that are named, and those in the folders that are named, at any depth.

    A file that is named is taken whatever its name; in folders the ending decides, and hidden files are left out.

    Raises
    ------
    ConfigError
        If a path does not exist.
    """
    files: dict[Path, Path] = {}
    orphans: list[Path] = []
    others = 0
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{path}: does not exist; a file or a folder is expected")
        for one in _below(path, set()) if path.is_dir() else [path]:
            if checksum.orphan(one):
                orphans.append(one)
            elif one == path or one.name.lower().endswith((*SUFFIXES, *UNREAD)):
                files.setdefault(one, path)
            elif not one.name.endswith(checksum.SUFFIX):
                others += 1
    return Found(files, tuple(orphans), others)


def _below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    if folder.resolve() in seen:
        return  # a link that leads back
    seen.add(folder.resolve())
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__MACOSX")):
            continue
        if path.is_dir():
            yield from _below(path, seen)
        elif path.is_file():
            yield path
