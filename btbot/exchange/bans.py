"""A note on disk of who asked to be left alone until when, so that the next process does not ask again too early.

Exchanges double the ban of an address that goes on. The file is a help, not a record: what cannot be read or written is
passed over.
"""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

_LONGEST_S = 4 * 86_400.0  # the longest ban of Binance is three days; what lies further ahead is a clock put right


class Bans:
    """The note.

    Parameters
    ----------
    path
        JSON file; it and its folder are made when there is something to remember.
    utc
        Seconds since 1970.
    """

    def __init__(self, path: Path, *, utc: Callable[[], float] = time.time) -> None:
        self._path = path
        self._utc = utc

    def wait_s(self, host: str) -> float:
        """Give the seconds for which a host is not to be asked; 0 if it may be."""
        return max(0.0, self._known().get(host, 0.0) - self._utc())

    def remember(self, host: str, wait_s: float) -> None:
        """Note that a host is not to be asked for so many seconds from now on."""
        until = self._utc() + wait_s
        known = self._known()
        if until <= known.get(host, 0.0):
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            draft.write_text(json.dumps({**known, host: until}, indent=1), encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            log.debug("%s cannot be written: %s", self._path, error)

    def _known(self) -> dict[str, float]:
        """Give what still holds, in seconds since 1970."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        now = self._utc()
        if not isinstance(found, dict):
            return {}
        times = {host: until for host, until in found.items() if isinstance(until, (int, float))}
        return {host: until for host, until in times.items() if math.isfinite(until) and now < until < now + _LONGEST_S}
