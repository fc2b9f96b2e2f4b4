"""A file that one process holds at a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

_FAR = 1 << 30  # a lock on Windows keeps others from reading what it covers: it lies beyond the holder's number


class FileLock:
    """Holds a file for this process; the system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    path
        Holds the number of the process that has taken it; its folder must be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self) -> str:
        """Take the file without waiting.

        Returns
        -------
        Empty if it is taken, else the number of the process that has it, ``another one`` where that is not known.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        file = self.path.open("a+", encoding="ascii")
        if not _taken(file):
            with file:
                file.seek(0)
                return file.read().strip() or "another one"
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file
        return ""

    def release(self) -> None:
        """Let go of the file, if it is held."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _taken(file: IO[str]) -> bool:
    """Lock an open file without waiting; False if another process has done so."""
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
