"""The folder that a server lives in, and which only one server may have."""

from __future__ import annotations

from pathlib import Path

from btbot.errors import ConfigError
from btbot.locks import FileLock

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
        self._lock = FileLock(folder / "lock")

    def acquire(self) -> None:
        """Take the folder, made if it is not there.

        Raises
        ------
        ConfigError
            If another server has it, or it cannot be written.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            holder = self._lock.acquire()
        except OSError as error:
            raise ConfigError(f"--state: {self.folder} cannot be written: {error.strerror}") from error
        if holder:
            raise ConfigError(
                f"--state: {self.folder} is in use by an exchange that runs already, in process {holder}; "
                "stop it, or choose another folder with --state or --name"
            )

    def release(self) -> None:
        """Let go of the folder."""
        self._lock.release()

    def reset(self) -> None:
        """Forget what was traded; keys and the admin token stay."""
        for name in _TRADED:
            (self.folder / name).unlink(missing_ok=True)
