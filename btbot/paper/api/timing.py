"""Whether a signed request is young enough, checked when it arrives and again right before it is matched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from btbot.exchange import request_refusals as refusals

DEFAULT_WINDOW_US = 5_000_000
LONGEST_WINDOW_US = 60_000_000
AHEAD_US = 1_000_000
_FIRST_OF_MICROSECONDS = 10**14
_INTEGER = re.compile(r"[0-9]{1,20}")
_WINDOW = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,3}))?")
_INTEGER_RANGE = "^[0-9]{1,20}$"
_WINDOW_RANGE = r"^([0-9]{1,20})(\.[0-9]{1,3})?$"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a request was made by its sender's clock and how long it stays valid, in microseconds."""

    made_us: int
    window_us: int

    def check_arrival(self, now_ms: int) -> None:
        """Check a request that has just arrived.

        Raises
        ------
        Refused
            -1021 where it is older than its window or a second or more ahead of the server.
        """
        if self.made_us >= now_ms * 1000 + AHEAD_US:
            raise refusals.ahead_of_server()
        self.check_again(now_ms)

    def check_again(self, now_ms: int) -> None:
        """Check that the window has not run out since; here the sender's clock may be ahead."""
        if now_ms * 1000 - self.made_us > self.window_us:
            raise refusals.outside_window()


def read_stamp(raw: Mapping[str, str]) -> Stamp:
    """Read `timestamp` (milliseconds or microseconds) and `recvWindow` (milliseconds, up to three decimals).

    Raises
    ------
    Refused
        -1102, -1105, -1100 or -1131.
    """
    stamp = raw.get("timestamp", "")
    if not stamp:
        raise refusals.missing("timestamp")
    if _INTEGER.fullmatch(stamp) is None:
        raise refusals.illegal_characters("timestamp", _INTEGER_RANGE)
    made = int(stamp)
    return Stamp(made if made >= _FIRST_OF_MICROSECONDS else made * 1000, _window(raw))


def _window(raw: Mapping[str, str]) -> int:
    text = raw.get("recvWindow")
    if text is None:
        return DEFAULT_WINDOW_US
    if not text:
        raise refusals.empty("recvWindow")
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise refusals.illegal_characters("recvWindow", _WINDOW_RANGE)
    window = int(match[1]) * 1000 + int((match[2] or "").ljust(3, "0"))
    if window > LONGEST_WINDOW_US:
        raise refusals.window_above_limit()
    return window
