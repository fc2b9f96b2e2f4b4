"""The folder that a server lives in, and which only one server may have."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from btbot.errors import ConfigError

_TRADED = ("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "history.jsonl")


class StateFolder:
    """Names of the files of a server; holds the folder for this process between `acquire` and `release`.

    The system lets go of it when the process ends, however it ends.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journal = folder / "journal.sqlite"
        self.history = folder / "history.jsonl"
        self.keys = folder / "keys.json"
        self.token = folder / "admin_token"
        self._lock: IO[str] | None = None

    def acquire(self) -> None:
        """Take the folder, made if it is not there.

        Raises
        ------
        ConfigError
            If another server has it, or it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = (self.folder / "lock").open("a+", encoding="ascii")
        except OSError as error:
            raise ConfigError(f"--state: {self.folder} cannot be written: {error.strerror}") from error
        if not _taken(file):
            file.seek(0)
            holder = file.read().strip() or "another one"
            file.close()
            raise ConfigError(
                f"--state: {self.folder} is in use by an exchange that runs already, in process {holder}; "
                "stop it, or choose another folder with --state or --name"
            )
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._lock = file

    def release(self) -> None:
        """Let go of the folder."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def reset(self) -> None:
        """Forget what was traded; keys and the admin token stay."""
        for name in _TRADED:
            (self.folder / name).unlink(missing_ok=True)


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
