"""Files that are whole or absent."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from btbot.data.formats import checksum

_EVER = (1980, 1, 1, 0, 0, 0)  # the same content makes the same archive, whenever it is made


@contextmanager
def written(path: Path) -> Iterator[Path]:
    """Give a path to write to, which becomes `path` when the block ends well; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_zip(path: Path, text: str) -> None:
    """Write a text into a zip file of one member, with its checksum beside it as Binance does."""
    member = zipfile.ZipInfo(f"{path.stem}.csv", _EVER)
    member.compress_type = zipfile.ZIP_DEFLATED
    with written(path) as unfinished, zipfile.ZipFile(unfinished, "w") as archive:
        archive.writestr(member, text)
    with written(path.with_name(path.name + checksum.SUFFIX)) as unfinished:
        unfinished.write_text(f"{checksum.sha256(path)}  {path.name}\n")
