"""What is wrong with which connection."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from btbot.paper.faults import kinds
from btbot.paper.faults.hooks import SocketFault
from btbot.paper.faults.rule import LiveRule

Struck = Callable[[LiveRule, Mapping[str, object]], None]


class Sockets:
    """The connections that faults have struck, and those that a frame has condemned.

    Each rule decides once about each connection, when its time and the connection's frames and age allow it.

    Attributes
    ----------
    condemned
        What connections suffer because of a frame.
    """

    def __init__(self) -> None:
        self._decided: dict[tuple[int, Hashable], bool] = {}
        self.condemned: dict[Hashable, SocketFault] = {}

    def condemn(self, session: Hashable, do: kinds.Kind) -> None:
        """Let a connection suffer from now on what a rule does, because of a frame that was about to be sent."""
        self.condemned[session] = fault_of(do)

    def fault(
        self,
        session: Hashable,
        rules: Sequence[LiveRule],
        facts: Mapping[str, str],
        *,
        frames: int,
        age_ms: int,
        times: tuple[int, int],
        struck: Struck,
    ) -> SocketFault | None:
        """Return what is wrong with a connection that has sent `frames` frames and is `age_ms` old."""
        if (condemned := self.condemned.get(session)) is not None:
            return condemned
        for live in rules:
            do = live.rule.do
            if not live.is_awake(*times) or not live.fits(facts):
                continue
            if isinstance(do, kinds.Close) and (frames < do.after_frames or age_ms < do.life_ms):
                continue
            if self._decides(live, session, facts, times, struck):
                return fault_of(do)
        return None

    def forget(self, session: Hashable) -> None:
        """Drop what is known of a connection that has ended."""
        self.condemned.pop(session, None)
        for key in [key for key in self._decided if key[1] == session]:
            del self._decided[key]

    def _decides(
        self, live: LiveRule, session: Hashable, facts: Mapping[str, str], times: tuple[int, int], struck: Struck
    ) -> bool:
        key = (live.number, session)
        if key not in self._decided:
            self._decided[key] = live.strikes(facts, *times)
            if self._decided[key]:
                struck(live, {"session": str(session)})
        return self._decided[key]


def fault_of(do: kinds.Kind) -> SocketFault:
    """Return what a kind does to a connection."""
    match do:
        case kinds.PongOnly():
            return SocketFault(silent=True)
        case kinds.HalfOpen():
            return SocketFault(silent=True, dead=True)
        case kinds.Close(code=code, reason=reason):
            return SocketFault(close=code, reason=reason)
    raise TypeError(f"{do.kind} does nothing to a connection")
