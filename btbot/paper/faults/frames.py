"""What happens to the frames of a stream."""

from __future__ import annotations

import random
from collections.abc import Hashable

from btbot.paper.faults import kinds, texts
from btbot.paper.faults.altering import altered
from btbot.paper.faults.rule import LiveRule

Frame = str | bytes
Sent = list[tuple[int, Frame]]
HUGE_BYTES = 11 << 20


def spoiled(live: LiveRule, session: Hashable, sent: Sent) -> Sent:
    """Return what is sent in the place of `sent` (delays in ms, and frames), because a rule struck."""
    match live.rule.do:
        case kinds.Lose():
            return []
        case kinds.Double(times=times):
            return [one for one in sent for _ in range(times)]
        case kinds.Delay(ms=ms):
            return [(delay + ms, frame) for delay, frame in sent]
        case kinds.Malform(how=how):
            return [(delay, malformed(how, frame, live.dice)) for delay, frame in sent]
        case kinds.Alter() as alter:
            return [(delay, altered(alter, frame) if isinstance(frame, str) else frame) for delay, frame in sent]
        case kinds.Reorder() as reorder:
            return _held(live, reorder, session, sent)
    return sent


def is_holding(live: LiveRule, session: Hashable) -> bool:
    """Return whether a rule has begun to collect frames of this connection."""
    return bool(live.state.get("held", {}).get(session))


def forget(live: LiveRule, session: Hashable) -> None:
    """Drop what a rule holds of a connection that has ended."""
    live.state.get("held", {}).pop(session, None)


def _held(live: LiveRule, do: kinds.Reorder, session: Hashable, sent: Sent) -> Sent:
    """Keep frames back until there are as many as the rule wants, then give them in its order."""
    group: Sent = live.state.setdefault("held", {}).setdefault(session, [])
    group.extend(sent)
    if len(group) < do.count:
        return []
    del live.state["held"][session]
    order = do.order or _shuffled(len(group), live.dice)
    return [group[index] for index in order] + group[len(order) :]


def _shuffled(count: int, dice: random.Random) -> list[int]:
    """Return an order that is not the one things had."""
    order = list(range(count))
    while order == sorted(order):
        dice.shuffle(order)
    return order


def malformed(how: str, frame: Frame, dice: random.Random) -> Frame:
    """Return what a broken sender makes of a frame."""
    match how:
        case "cut":
            return frame[: len(frame) // 2]
        case "junk":
            return dice.randbytes(64)
        case "huge":
            return '{"e":"' + "x" * HUGE_BYTES + '"}'
        case "html":
            return texts.page(502).body.decode()
        case "null":
            return "null"
    return ""
