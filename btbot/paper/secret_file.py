"""Files that only their owner may read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from btbot.errors import ConfigError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_secret(path: Path, content: str) -> None:
    """Replace a file by one of mode 0600, in one step: a reader finds the old content or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_secret(path: Path) -> str:
    """Read a file that only its owner may read.

    Raises
    ------
    ConfigError
        If others may read or write it, or if it cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            if os.name == "posix" and mode & _OTHERS:
                raise ConfigError(
                    f"{path}: others on this machine may read it (mode {mode:04o}, allowed is 0600); "
                    f"run chmod 600 {path}, and renew what is in it if they may have done so"
                )
            return opened.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is no text"
        raise ConfigError(f"{path}: cannot be read: {reason}") from error


def admin_token(path: Path) -> str:
    """Give the token of the admin port, made at first use.

    Raises
    ------
    ConfigError
        If others may read the file, or what is in it is too short to protect anything.
    """
    if not path.exists():
        write_secret(path, secrets.token_hex(32) + "\n")
    token = read_secret(path).strip()
    if len(token) < 32 or not token.isascii():
        raise ConfigError(f"{path}: the token must have at least 32 plain characters; delete the file to get a new one")
    return token
