"""How requests, answers and refused connections stand in the history."""

from __future__ import annotations

import json

from btbot.exchange.refused import Refused
from btbot.paper.faults import kinds
from btbot.paper.faults.hooks import Call
from btbot.paper.faults.kinds import Kind
from btbot.paper.history import History
from btbot.paper.wire import Reply

_SECRET = frozenset({"signature", "apiKey"})


def request(history: History | None, call: Call) -> None:
    """Write a request without its signature, and note in the call under which number."""
    if history is not None:
        params = {name: value for name, value in call.params.items() if name not in _SECRET}
        fields = {"method": call.method, "path": call.path, "account": call.account, "params": params}
        call.number = history.add("request", fields)


def reply(history: History | None, call: Call, sent: Reply, *, done: Reply | None) -> Reply:
    """Write what was answered, and what would have been where a fault has changed it; give `sent`."""
    if history is None:
        return sent
    fields: dict[str, object] = {"request": call.number, "status": sent.status}
    if sent.wire != "ok":
        fields["wire"] = sent.wire
    if sent.status >= 400 and (code := _code(sent.body)) is not None:
        fields["code"] = code
    if done is not None and done is not sent:
        fields["instead_of"] = done.status
    history.add("reply", fields)
    return sent


def _code(body: bytes) -> int | None:
    """Return the code of an error body, or of the error in a frame of the WebSocket API."""
    try:
        content = json.loads(body)
        code = content.get("error", content)["code"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return code if isinstance(code, int) else None


def refused_handshake(do: Kind) -> Refused:
    """Return the refusal that a kind gives to a new connection."""
    if isinstance(do, kinds.RefuseHandshake):
        headers = {} if do.retry_after is None else {"Retry-After": str(do.retry_after)}
        return Refused(-1003 if do.status == 429 else -1000, "Refused.", status=do.status, data={"headers": headers})
    return Refused(-1000, "Cut.", status=0)


def no_handshake(reply: Reply | None) -> Refused:
    """Return the refusal while the exchange is away; a restarting one does not answer at all."""
    if reply is None or reply.wire == "drop":
        return Refused(-1000, "Cut.", status=0)
    return Refused(-1008, "Service Unavailable.", status=reply.status, data={"headers": dict(reply.headers)})
