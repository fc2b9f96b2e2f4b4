"""The content of a candle file: unpacked from gzip or zip, bounded in size."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Protocol

from btbot.errors import DataError

MAX_BYTES = 4 << 30  # a ten-year file of one-second candles is half of it
_CHUNK = 1 << 22
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError, ValueError)
_GZIP, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06"


class Readable(Protocol):
    """Something that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


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
    with opened(path) as stream:
        content = _bounded(stream, path.name)
    if not content[:_CHUNK].strip() and not content.strip():
        raise DataError(f"{path.name}: is empty; candles are needed, download or export the file again")
    if content.startswith((_GZIP, _ZIP)):
        raise DataError(f"{path.name}: holds an archive inside an archive; unpack it once and use what is inside")
    return content


@contextmanager
def opened(path: Path) -> Iterator[Readable]:
    """Give the content of a file piece by piece; errors as `unpack`, also while it is read.

    A cut or damaged archive shows at its end, where its checksum is: do not trust the pieces before.
    """
    with ExitStack() as stack:
        with _explained(path):
            stream = _content(stack, stack.enter_context(path.open("rb")), path.name)
        yield _Explaining(stream, path)


def _content(stack: ExitStack, file: IO[bytes], name: str) -> Readable:
    head = file.read(4)
    file.seek(0)
    if head.startswith(_GZIP):
        return stack.enter_context(gzip.open(file))
    if head in (_ZIP, _EMPTY_ZIP):
        archive = stack.enter_context(zipfile.ZipFile(file))
        return stack.enter_context(archive.open(_only_member(archive, name)))
    return file


class _Explaining:
    def __init__(self, stream: Readable, path: Path) -> None:
        self._stream = stream
        self._path = path

    def read(self, size: int, /) -> bytes:
        with _explained(self._path):
            return self._stream.read(size)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say what is wrong with a file instead of how a library calls it."""
    name = path.name
    try:
        yield
    except _DAMAGE as error:
        raise DataError(f"{name}: is a damaged or cut archive ({error}); download the file again") from error
    except RuntimeError as error:
        raise DataError(f"{name}: the archive cannot be opened ({error}); unpack it and use what is inside") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}); check the path and its rights") from error


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


def _bounded(stream: Readable, name: str) -> bytes:
    content = io.BytesIO()
    while chunk := stream.read(_CHUNK):
        content.write(chunk)
        if content.tell() > MAX_BYTES:
            raise DataError(
                f"{name}: unpacks to more than {MAX_BYTES / (1 << 30):g} GiB, which is the limit; split the "
                "file by year"
            )
    return content.getvalue()
