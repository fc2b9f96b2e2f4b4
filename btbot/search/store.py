"""Finished trials on disk: a killed search goes on where it was, and an ended one is answered at once."""

from __future__ import annotations

import json
import logging
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from btbot.bars import FloatArray
from btbot.search.lock import FolderLock

log = logging.getLogger(__name__)

Failure = tuple[int, str]
TEXTS_KEPT = 100
_PART = re.compile(r"(\d{12})-(\d{6})\.part")
_TABLE, _OUTCOME, _IDENTITY = "trials.npy", "outcome.json", "identity.json"


class Store:
    """Rows of finished trials in a folder of their own, in files of neighbouring trials.

    A file appears whole or not at all, and one that was damaged later counts as missing: what is read back is what
    was written. Use it as a context: the folder belongs to one process at a time.

    Parameters
    ----------
    folder
        Working folder of one search; it must hold the same search for ever.
    width
        Numbers in a row.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self.folder, self.width = folder, width
        self._lock = FolderLock(folder)
        self._parts: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._lock.acquire()
        for path in sorted(self.folder.iterdir()):
            found = _PART.fullmatch(path.name)
            if path.suffix == ".tmp":
                path.unlink()
            elif found and self._intact(path):
                self._parts[int(found[1])] = int(found[2])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def _intact(self, path: Path) -> bool:
        try:
            _read_part(path, self.width)
        except (ValueError, KeyError, OSError) as error:
            log.warning("%s is damaged (%s); its trials are done again", path, error)
            path.unlink()
            return False
        return True

    def __len__(self) -> int:
        """Count the trials that are there."""
        return sum(self._parts.values())

    def missing(self, first: int, stop: int) -> Iterator[tuple[int, int]]:
        """Yield the spans of trials within ``first:stop`` that are not there, in order."""
        at = first
        for begin, count in sorted(self._parts.items()):
            if begin >= stop:
                break
            if begin > at:
                yield at, begin
            at = max(at, begin + count)
        if at < stop:
            yield at, stop

    def save(self, first: int, rows: FloatArray, failures: Iterable[Failure] = ()) -> None:
        """Keep neighbouring trials.

        Parameters
        ----------
        first
            Number of the first one.
        rows
            float64 of shape (k, width).
        failures
            Number and text of trials that raised.
        """
        body = np.ascontiguousarray(rows, dtype="<f8").tobytes()
        header = {"rows": len(rows), "crc32": zlib.crc32(body), "failures": list(failures)[:TEXTS_KEPT]}
        # What a loss of power takes is done again, its checksum being wrong.
        _write(self._path(first, len(rows)), json.dumps(header).encode() + b"\n" + body, lasting=False)
        self._parts[first] = len(rows)

    def rows(self, first: int, stop: int) -> FloatArray:
        """Return the rows of trials ``first:stop``, which must be there, as float64 of shape (stop - first, width)."""
        pieces = [np.empty((0, self.width))]
        for begin, count in sorted(self._parts.items()):
            if begin < stop and begin + count > first:
                rows, _ = _read_part(self._path(begin, count), self.width)
                pieces.append(rows[max(first - begin, 0) : stop - begin])
        return np.concatenate(pieces)

    def pieces(self) -> Iterator[tuple[int, FloatArray, list[Failure]]]:
        """Yield everything that is there, in order: number of the first trial, rows, failures."""
        for first, count in sorted(self._parts.items()):
            yield first, *_read_part(self._path(first, count), self.width)

    def finish(self, trials: int, outcome: dict[str, Any]) -> dict[str, Any]:
        """Put the first `trials` rows into one file, which replaces all others.

        Returns
        -------
        `outcome`, which is remembered with it, and the first ``failures``.
        """
        failures: list[Failure] = []
        table = self.folder / f"{_TABLE}.tmp"
        columns = np.lib.format.open_memmap(table, mode="w+", dtype=np.float64, shape=(self.width, trials))
        for first, rows, failed in self.pieces():
            columns[:, first : first + len(rows)] = rows[: max(trials - first, 0)].T
            failures += [one for one in failed if one[0] < trials]
        columns.flush()
        del columns
        table.replace(self.folder / _TABLE)
        outcome = {**outcome, "failures": failures[:TEXTS_KEPT]}
        self.remember(outcome)
        for first, count in self._parts.items():
            self._path(first, count).unlink()
        self._parts.clear()
        return outcome

    def remember(self, outcome: dict[str, Any]) -> None:
        """Keep what belongs to a finished search beside its table."""
        _write(self.folder / _OUTCOME, json.dumps(outcome).encode())

    def describe(self, decides: dict[str, Any]) -> None:
        """Write down for people what the search in this folder is."""
        _write(self.folder / _IDENTITY, json.dumps(decides, indent=1, default=str).encode(), lasting=False)

    def once(self, name: str, value: int) -> int:
        """Remember a number under a name, and return the one that was remembered first."""
        path = self.folder / f"{name}.json"
        if not path.is_file():
            _write(path, json.dumps(value).encode())
        return int(json.loads(path.read_bytes()))

    def finished(self) -> dict[str, Any] | None:
        """Return what was remembered with the table, or None if the search has not come to its end."""
        try:
            outcome: dict[str, Any] = json.loads((self.folder / _OUTCOME).read_bytes())
            width, _ = self.table().shape
        except (OSError, ValueError):
            return None
        return outcome if width == self.width else None

    def table(self) -> FloatArray:
        """Return the finished table, float64 of shape (width, trials), mapped into memory and not read."""
        table: FloatArray = np.load(self.folder / _TABLE, mmap_mode="r")
        return table

    def clear(self) -> None:
        """Forget everything."""
        for path in self.folder.iterdir():
            if path.name != "lock" and path.is_file():
                path.unlink()
        self._parts.clear()

    def _path(self, first: int, count: int) -> Path:
        return self.folder / f"{first:012d}-{count:06d}.part"


def _read_part(path: Path, width: int) -> tuple[FloatArray, list[Failure]]:
    head, _, body = path.read_bytes().partition(b"\n")
    header = json.loads(head)
    if zlib.crc32(body) != header["crc32"]:
        raise ValueError("its checksum is wrong")
    rows = np.frombuffer(body, dtype="<f8").reshape(header["rows"], width)
    return rows, [(int(trial), str(text)) for trial, text in header["failures"]]


def _write(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Let a file appear whole or not at all; a lasting one also if the machine loses power the next moment."""
    partial = path.with_name(f"{path.name}.tmp")
    with partial.open("wb") as file:
        file.write(content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
    partial.replace(path)
