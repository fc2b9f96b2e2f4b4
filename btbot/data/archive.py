"""The content of a candle file: unpacked from gzip or zip, bounded in size."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, Protocol

from btbot.errors import DataError

MAX_BYTES = 4 << 30  # a ten-year file of one-second candles is half of it
_CHUNK = 1 << 22
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, ValueError)
_GZIP, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(path: Path) -> bytes:
    """Return the content of a file; what gzip or zip holds, if the content says that it is one.

    Parameters
    ----------
    path
        A plain file, a gzip file, or a zip file with one file inside.

    Raises
    ------
    DataError
        If the file is missing, empty, damaged, encrypted, too large, or a zip of several files.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            content = _content(file, head, path.name)
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error
    if not content[:_CHUNK].strip() and not content.strip():
        raise DataError(f"{path.name}: is empty; candles are needed, download or export the file again")
    if content.startswith((_GZIP, _ZIP)):
        raise DataError(f"{path.name}: holds an archive inside an archive; unpack it once and use what is inside")
    return content


def _content(file: IO[bytes], head: bytes, name: str) -> bytes:
    try:
        if head.startswith(_GZIP):
            with gzip.open(file) as stream:
                return _bounded(stream, name)
        if head in (_ZIP, _EMPTY_ZIP):
            with zipfile.ZipFile(file) as archive, archive.open(_only_member(archive, name)) as stream:
                return _bounded(stream, name)
    except _DAMAGE as error:
        raise DataError(f"{name}: is a damaged or cut archive ({error}); download the file again") from error
    except RuntimeError as error:
        raise DataError(f"{name}: the archive cannot be opened ({error}); unpack it and use what is inside") from error
    return _bounded(file, name)


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = [
        entry for entry in archive.infolist() if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        found = ", ".join(entry.filename for entry in members[:3]) or "nothing"
        raise DataError(
            f"{name}: the zip holds {len(members)} files ({found}{', ...' if len(members) > 3 else ''}), one "
            "is allowed; unpack it and name the file"
        )
    return members[0]


def _bounded(stream: _Readable, name: str) -> bytes:
    content = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        content.write(chunk)
        if content.tell() > MAX_BYTES:
            raise DataError(
                f"{name}: unpacks to more than {MAX_BYTES / (1 << 30):g} GiB, which is the limit; split the "
                "file by year"
            )
    return content.getvalue()
