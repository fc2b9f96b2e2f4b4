"""The files that Binance puts beside its archives: ``BTCUSDT-1m-2024-01.zip.CHECKSUM``."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from btbot.errors import DataError

SUFFIX = ".CHECKSUM"
_CHUNK = 1 << 22


def verify(path: Path) -> bool:
    """Return whether a file has a checksum beside it, which is right.

    Raises
    ------
    DataError
        If it is wrong or cannot be understood.
    """
    beside = path.with_name(path.name + SUFFIX)
    if not beside.is_file():
        return False
    try:
        text, found = beside.read_text(encoding="utf-8", errors="replace"), sha256(path)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error
    match = re.match(r"\s*([0-9a-fA-F]{64})\b", text)
    if match is None:
        raise DataError(
            f"{beside.name}: begins with {text[:20]!r}, 64 hexadecimal digits (SHA-256) are expected; download it again"
        )
    if found != match[1].lower():
        raise DataError(
            f"{path.name}: its SHA-256 is {found[:12]}..., {beside.name} says {match[1].lower()[:12]}...; the download "
            "was damaged or the file was changed, download both again"
        )
    return True


def orphan(path: Path) -> bool:
    """Return whether a file is a checksum whose archive is not there."""
    return path.name.endswith(SUFFIX) and not path.with_name(path.name.removesuffix(SUFFIX)).exists()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
