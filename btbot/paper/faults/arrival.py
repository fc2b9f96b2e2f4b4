"""What happens to a request at the door."""

from __future__ import annotations

from typing import Literal

from btbot.paper.faults import kinds, texts
from btbot.paper.faults.gate import Gate
from btbot.paper.faults.hooks import Action, Call
from btbot.paper.faults.kinds import Kind
from btbot.paper.faults.rule import LiveRule
from btbot.paper.wire import Reply

CUT = Reply(503, b"", wire="drop")
UNANSWERED = Reply(504, b"", wire="hang")


def act(live: LiveRule, call: Call, gate: Gate, now_ms: int) -> Action:
    """Return what a rule that struck does to a request; what is for the way back is planned in the call."""
    match live.rule.do:
        case kinds.DropBefore():
            return Action(reply=CUT)
        case kinds.HangBefore():
            return Action(reply=UNANSWERED)
        case kinds.Park(ms=ms):
            return Action(park_ms=ms)
        case kinds.RateLimit() as limit:
            return Action(reply=gate.limit(call.ip, now_ms, retry_after=limit.retry_after, ban=limit.ban))
        case kinds.StatusFault() | kinds.ErrorFault() as fault:
            return _refuse(live, fault, call)
        case kinds.HangAfter(ms=int(ms)):
            return Action(hold_ms=ms)
    call.planned.append(live)
    return Action()


def _refuse(live: LiveRule, fault: kinds.StatusFault | kinds.ErrorFault, call: Call) -> Action:
    if has_effect(live, fault.effect):
        call.planned.append(live)
        return Action()
    return Action(reply=refusal(fault))


def has_effect(live: LiveRule, effect: Literal["none", "done", "coin"]) -> bool:
    """Return whether the request is to be carried out behind the error, drawing where it is a coin."""
    return effect == "done" or (effect == "coin" and live.dice.random() < 0.5)


def refusal(fault: Kind) -> Reply:
    """Return the answer of an error that a rule asks for."""
    match fault:
        case kinds.StatusFault():
            return texts.of_status(
                fault.status, code=fault.code, message=fault.message, body=fault.body, retry_after=fault.retry_after
            )
        case kinds.ErrorFault():
            return texts.error(fault.code, fault.message, status=fault.status)
    raise TypeError(f"{fault.kind} is no refusal")
