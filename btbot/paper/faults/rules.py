"""The rules there are, sorted by the place where they may strike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from btbot.paper.faults import kinds
from btbot.paper.faults.deed_kinds import DEEDS
from btbot.paper.faults.rule import LiveRule, Rule

_OF_CALLS = ("endpoint", "method", "path", "client_id", "side", "type", "ip", "account", "symbol", "fields")
_OF_FRAMES = ("stream", "event")


class Rules:
    """Rules in the order in which they were made.

    Attributes
    ----------
    calls, frames, handshakes, sockets, clocks, timed
        Those that requests, frames, handshakes, connections, the clock and the passing of time have to ask.
    """

    def __init__(self, *, seed: int) -> None:
        self.seed = seed
        self._rules: dict[int, LiveRule] = {}
        self._last = 0
        self._sort()

    def __iter__(self) -> Iterator[LiveRule]:
        return iter(self._rules.values())

    def add(self, rule: Rule, now_ms: int) -> LiveRule:
        self._last += 1
        live = LiveRule(self._last, rule, seed=self.seed, begun_ms=now_ms)
        self._rules[live.number] = live
        self._sort()
        return live

    def remove(self, number: int) -> bool:
        known = self._rules.pop(number, None) is not None
        self._sort()
        return known

    def clear(self) -> None:
        self._rules.clear()
        self._sort()

    def described(self) -> list[dict[str, Any]]:
        return [live.described() for live in self]

    def _sort(self) -> None:
        self.calls = [live for live in self if _meets_calls(live.rule)]
        self.frames = [live for live in self if _meets_frames(live.rule)]
        self.handshakes = [live for live in self if isinstance(live.rule.do, kinds.HANDSHAKE)]
        self.sockets = [live for live in self if isinstance(live.rule.do, kinds.SOCKET) and not _of_frames(live.rule)]
        self.clocks = [live for live in self if isinstance(live.rule.do, kinds.CLOCK)]
        self.timed = [live for live in self if is_timed(live.rule)]


def is_timed(rule: Rule) -> bool:
    """Return whether a rule waits for a time alone, not for a request or a frame."""
    return isinstance(rule.do, DEEDS) and not _of_calls(rule) and not _of_frames(rule)


def _meets_calls(rule: Rule) -> bool:
    if isinstance(rule.do, kinds.ARRIVAL + kinds.REPLY):
        return True
    return isinstance(rule.do, (kinds.Alter, *DEEDS)) and not _of_frames(rule) and not is_timed(rule)


def _meets_frames(rule: Rule) -> bool:
    if isinstance(rule.do, kinds.FRAME):
        return True
    if isinstance(rule.do, kinds.Alter):
        return not any(getattr(rule.when, name) for name in ("endpoint", "method", "path"))
    return isinstance(rule.do, kinds.SOCKET + DEEDS) and _of_frames(rule)


def _of_calls(rule: Rule) -> bool:
    return any(getattr(rule.when, name) for name in _OF_CALLS)


def _of_frames(rule: Rule) -> bool:
    return any(getattr(rule.when, name) for name in _OF_FRAMES)
