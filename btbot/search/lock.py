"""One search at a time in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from btbot.errors import ConfigError


class FolderLock:
    """Holds a folder for this process; the system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    folder
        Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the folder.

        Raises
        ------
        ConfigError
            If another process has it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        file = (self.folder / "lock").open("a+", encoding="ascii")
        if not _taken(file):
            file.seek(0)
            holder = file.read().strip() or "another one"
            file.close()
            raise ConfigError(
                f"{self.folder} is in use: the same search runs already, in process {holder}; "
                "wait until it has ended, or stop it and begin again: what it has done is kept"
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let go of the folder."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _taken(file: IO[str]) -> bool:
    """Lock an open file without waiting; False if another process has done so."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
