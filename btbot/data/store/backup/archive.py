r"""The file of a backup: a zip with ``manifest.json``, and either a file of SQLite or one text a table.

The texts are those of PostgreSQL's COPY: a line a row, columns parted by tabs, ``\N`` for nothing.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from btbot.errors import ConfigError, DataError

FORMAT = 1
SQLITE_FILE = "btbot.db"
_MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_FAST = 1  # deflate's first level: half the size in a third of the time of its sixth


@dataclass(frozen=True, slots=True)
class Content:
    """A file inside the archive: its size and the SHA-256 of its content."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself.

    Parameters
    ----------
    schema
        Of the tables, as ``0001``.
    taken
        When, epoch milliseconds UTC.
    btbot
        Version of the program.
    database
        Address of the database, its password masked.
    rows
        Rows of each table.
    columns
        Names of the columns of each table, in the order of the texts.
    files
        The files inside.
    """

    schema: str
    taken: int
    btbot: str
    database: str
    rows: Mapping[str, int]
    columns: Mapping[str, list[str]] = field(default_factory=dict)
    files: Mapping[str, Content] = field(default_factory=dict)

    @property
    def of_sqlite(self) -> bool:
        """Whether it holds a file of SQLite rather than texts."""
        return SQLITE_FILE in self.files


class Writer:
    """Put files into an archive, and count their bytes."""

    def __init__(self, zipped: zipfile.ZipFile) -> None:
        self._zipped = zipped
        self.files: dict[str, Content] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[Sink]:
        """Give a sink for the content of one file."""
        with self._zipped.open(name, "w", force_zip64=True) as stream:
            sink = Sink(stream)
            yield sink
        self.files[name] = Content(sink.bytes, sink.sha256.hexdigest())

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest."""
        files = {name: asdict(content) for name, content in self.files.items()}
        self._zipped.writestr(_MANIFEST, json.dumps({"format": FORMAT, **manifest, "files": files}, indent=1))


class Sink:
    """A file that counts and hashes what is written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def write(self, content: bytes) -> None:
        """Add content."""
        self._stream.write(content)
        self.sha256.update(content)
        self.bytes += len(content)

    def copy(self, path: Path) -> None:
        """Add the content of a file."""
        with path.open("rb") as source:
            while block := source.read(_BLOCK):
                self.write(block)


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Give a writer of a new archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_FAST) as zipped:
        yield Writer(zipped)


@contextmanager
def reading(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Give an archive and its manifest.

    Raises
    ------
    ConfigError
        If there is no such file.
    DataError
        If it is no backup.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file; name a backup that btbot db backup made")
    try:
        with zipfile.ZipFile(path) as zipped:
            yield zipped, _manifest(path, zipped)
    except zipfile.BadZipFile as error:
        raise DataError(f"{path}: is no backup, or was cut: {error}; take another one") from error


def read_manifest(path: Path) -> Manifest:
    """Return what a backup says of itself; errors as `reading`."""
    with reading(path) as (_, manifest):
        return manifest


def verify(path: Path, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
    """Compare the content of every file with the manifest.

    Raises
    ------
    DataError
        If one of them is another one, or missing.
    """
    for name, wanted in manifest.files.items():
        found = hashlib.sha256()
        try:
            with zipped.open(name) as stream:
                while block := stream.read(_BLOCK):
                    found.update(block)
        except (KeyError, zipfile.BadZipFile, EOFError, OSError) as error:
            raise DataError(f"{path}: {name} cannot be read: {error}; take another backup") from error
        if found.hexdigest() != wanted.sha256:
            raise DataError(
                f"{path}: {name} has SHA-256 {found.hexdigest()}, the manifest says {wanted.sha256}: "
                "the backup was damaged; take another one"
            )


def _manifest(path: Path, zipped: zipfile.ZipFile) -> Manifest:
    try:
        found = json.loads(zipped.read(_MANIFEST))
        kind = found.pop("format")
        if kind == FORMAT:
            found["files"] = {name: Content(**content) for name, content in found["files"].items()}
            return Manifest(**found)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path}: is no backup of btbot: {_MANIFEST} is missing or wrong ({error})") from error
    raise DataError(f"{path}: is a backup of format {kind}, this version reads format {FORMAT}; upgrade btbot")
