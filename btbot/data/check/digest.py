"""The fingerprint of a series that does not fit in memory."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from types import TracebackType

from btbot.bars import COLUMNS
from btbot.data.store.columns import Columns
from btbot.timeframe import Timeframe

_IN_MEMORY = 8 << 20  # bytes of each column; more lie in a file until they are needed
_READ = 1 << 20


class Digest:
    """Compute `btbot.bars.Bars.fingerprint` of candles that come in pieces.

    It hashes column after column, so that what comes row by row waits on the disk.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        files = [tempfile.SpooledTemporaryFile(_IN_MEMORY) for _ in ("time", *COLUMNS)]  # noqa: SIM115 - on the stack
        self._columns = [self._open.enter_context(file) for file in files]
        self._rows = 0

    def __enter__(self) -> Digest:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def take(self, part: Columns) -> None:
        """Take the next candles."""
        self._rows += len(part.time)
        for column, values in zip(self._columns, (part.time, *part.values.T), strict=True):
            column.write(values.tobytes())

    def fingerprint(self, symbol: str, timeframe: Timeframe) -> str:
        """Return the fingerprint of all that was taken."""
        found = hashlib.sha256(f"{symbol}|{timeframe.ms}|{self._rows}".encode())
        for column in self._columns:
            column.seek(0)
            while piece := column.read(_READ):
                found.update(piece)
        return found.hexdigest()
