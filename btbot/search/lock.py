"""One search at a time in a folder."""

from __future__ import annotations

from pathlib import Path

from btbot.errors import ConfigError
from btbot.locks import FileLock


class FolderLock:
    """Holds a folder for this process; the system lets go of it when the process ends, however it ends.

    Parameters
    ----------
    folder
        Made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = FileLock(folder / "lock")

    def acquire(self) -> None:
        """Take the folder.

        Raises
        ------
        ConfigError
            If another process has it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        holder = self._lock.acquire()
        if holder:
            raise ConfigError(
                f"{self.folder} is in use: the same search runs already, in process {holder}; "
                "wait until it has ended, or stop it and begin again: what it has done is kept"
            )

    def release(self) -> None:
        """Let go of the folder."""
        self._lock.release()
