"""Where log lines go: the console, a rotating file, JSON if wanted."""

from __future__ import annotations

import json
import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

log = logging.getLogger(__name__)

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"
_CLOCK = "%Y-%m-%dT%H:%M:%SZ"
_BYTES, _KEPT = 5_000_000, 3


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, if any, the traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line."""
        line = {
            "time": self.formatTime(record, _CLOCK),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def set_up(
    *, verbose: bool = False, quiet: bool = False, as_json: bool = False, folder: Path | None = Path("var")
) -> None:
    """Send the log of btbot to standard error and to ``btbot.log`` in a folder.

    Parameters
    ----------
    verbose, quiet
        DEBUG and above, or only WARNING and above; INFO and above otherwise. The file has at least INFO.
    as_json
        JSON lines in both places.
    folder
        Made when the first line is written; None for no file. A file that cannot be written is a warning.
    """
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    root = logging.getLogger("btbot")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(min(level, logging.INFO))
    root.propagate = False
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(level)
    formatter: logging.Formatter = JsonLines() if as_json else _plain()
    console.setFormatter(formatter)
    root.addHandler(console)
    if folder is not None:
        root.addHandler(_File(folder / "btbot.log", formatter))


def _plain() -> logging.Formatter:
    formatter = logging.Formatter(_FORMAT, _CLOCK)
    formatter.converter = time.gmtime
    return formatter


class _File(logging.Handler):
    """A rotating file that comes into being with the first line, and gives up with one warning."""

    def __init__(self, path: Path, formatter: logging.Formatter) -> None:
        super().__init__()
        self.path = path
        self.setFormatter(formatter)
        self.target: RotatingFileHandler | None = None
        self.broken = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.broken:
            return
        try:
            if self.target is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.target = _Target(self.path, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8")
                self.target.setFormatter(self.formatter)
            self.target.emit(record)
        except OSError as error:
            self.broken = True
            log.warning("no log file: %s: %s", self.path, error.strerror)

    def close(self) -> None:
        if self.target is not None:
            self.target.close()
        super().close()


class _Target(RotatingFileHandler):
    """Raises what goes wrong instead of printing a traceback for every line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Pass the exception on."""
        raise
