"""Columns in files that processes map into their memory: read once from a database, and shared from then on.

A file is named by the content that it holds, hence never out of date: after a write nobody asks for it any more. It
is 64 bytes of head (mark, rows, version of the content, sum of all words behind the head, each of 8 bytes, and zeros),
then the times (int64) and open, high, low, close, volume (float64), all little-endian and one after the other.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import secrets
import shutil
from pathlib import Path

import numpy as np

from btbot.bars import COLUMNS
from btbot.data.store.columns import Columns, IntArray

_MARK = int.from_bytes(b"btbot_01", "little")
_HEAD = 64
_WORD = 8
_ROW = _WORD * (1 + len(COLUMNS))
_LEFT_FREE = 1 << 30  # bytes of the disk that others may need more
_ENDING = ".columns"
_MOST_BYTES = 4 << 30


class ColumnFiles:
    """A folder of columns; whatever goes wrong in it, the database still has them.

    Parameters
    ----------
    folder
        Made when the first columns are kept.
    most_bytes
        What its files may have together; those that were not used for the longest go first.
    """

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = folder
        self._most = most_bytes

    def __repr__(self) -> str:
        return f"ColumnFiles({str(self.folder)!r})"

    def get(self, version: int, part: str) -> Columns | None:
        """Return what is kept of a content, read-only; None without it, and a file that was damaged is removed."""
        path = self._path(version, part)
        try:
            with path.open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # it is empty
            content = None
        except OSError:
            return None
        found = None if content is None else _unpacked(content, version)
        with contextlib.suppress(OSError):
            path.unlink() if found is None else os.utime(path)
        return found

    def put(self, version: int, part: str, columns: Columns) -> None:
        """Keep columns of a content, unless there is no room."""
        size = _HEAD + _ROW * len(columns.time)
        path = self._path(version, part)
        temporary = path.with_suffix(f".{secrets.token_hex(8)}.tmp")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if size > self._most or shutil.disk_usage(self.folder).free - size < _LEFT_FREE:
                return
            self._shrink(self._most - size)
            _write(temporary, version, columns)
            temporary.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def _path(self, version: int, part: str) -> Path:
        return self.folder / f"{version:016x}-{part}{_ENDING}"

    def _shrink(self, most: int) -> None:
        """Remove the files that were not used for the longest, and what a killed process left."""
        files = []
        for path in self.folder.iterdir():
            if path.suffix in (_ENDING, ".tmp"):
                with contextlib.suppress(OSError):  # another process may have removed it
                    state = path.stat()
                    files.append((state.st_mtime_ns, state.st_size, path))
        for _, size, path in sorted(files, reverse=True):
            most -= size
            if most < 0:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)


def _write(path: Path, version: int, columns: Columns) -> None:
    words = [np.ascontiguousarray(columns.time, "<i8").view("<u8")]
    words += [np.ascontiguousarray(column, "<f8").view("<u8") for column in columns.values.T]
    head = np.zeros(_HEAD // _WORD, "<u8")
    head[:3] = _MARK, len(columns.time), version
    head[3] = sum(int(column.sum()) for column in words) % 2**64
    with path.open("wb") as file:
        for part in (head, *words):
            file.write(part.data)


def _unpacked(content: mmap.mmap, version: int) -> Columns | None:
    """Return the columns of a file that is whole and unharmed."""
    if len(content) < _HEAD:
        return None
    head = np.frombuffer(content, "<u8", _HEAD // _WORD)
    rows = int(head[1])
    if head[0] != _MARK or head[2] != version or head[4:].any() or len(content) != _HEAD + _ROW * rows:
        return None
    words = np.frombuffer(content, "<u8", offset=_HEAD)
    if words.sum() != head[3]:
        return None
    time: IntArray = words[:rows].view("<i8")
    return Columns(time, words[rows:].view("<f8").reshape(len(COLUMNS), rows).T)
