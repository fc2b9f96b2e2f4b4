"""What happens to an answer on its way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from btbot.paper.faults import kinds, texts
from btbot.paper.faults.altering import altered
from btbot.paper.faults.arrival import refusal
from btbot.paper.faults.kinds import Kind
from btbot.paper.wire import Reply

_OTHER_SIDE = {"BUY": "SELL", "SELL": "BUY"}
_OPEN, _HIGH, _LOW, _CLOSE, _VOLUME = range(1, 6)


def spoiled(do: Kind, reply: Reply) -> Reply:
    """Return what becomes of the answer; `reply` itself stays as it is."""
    match do:
        case kinds.DropAfter():
            return replace(reply, wire="drop")
        case kinds.HangAfter():
            return replace(reply, wire="hang")
        case kinds.Truncate():
            return replace(reply, wire="truncate")
        case kinds.Slow():
            return replace(reply, wire="slow")
        case kinds.Html():
            page = texts.page(200)
            return replace(reply, status=200, body=page.body, headers={**reply.headers, **page.headers})
        case kinds.Empty():
            return replace(reply, status=200, body=b"")
        case kinds.StatusFault() | kinds.ErrorFault():
            refused = refusal(do)
            return replace(refused, headers={**reply.headers, **refused.headers})
    return _rewritten(do, reply)


def _rewritten(do: Kind, reply: Reply) -> Reply:
    """Change the content of a successful answer in JSON; leave any other alone."""
    if reply.status >= 400:
        return reply
    match do:
        case kinds.Alter():
            return replace(reply, body=altered(do, reply.body.decode()).encode())
        case kinds.WrongOrder():
            return _changed(reply, _another_order)
        case kinds.EmptyPage():
            return _changed(reply, lambda content: [] if isinstance(content, list) else content)
        case kinds.ShortPage(keep=keep):
            return _changed(reply, lambda content: content[:keep] if isinstance(content, list) else content)
        case kinds.RevisedCandle(back=back, percent=percent):
            return _changed(reply, lambda content: _revised(content, back, percent))
    return reply


def _changed(reply: Reply, change: Callable[[Any], Any]) -> Reply:
    """Apply `change` to the content; over the WebSocket API that is the ``result`` of the frame."""
    try:
        content = json.loads(reply.body)
    except ValueError:
        return reply
    if isinstance(content, dict) and "result" in content and "id" in content:
        content = {**content, "result": change(content["result"])}
    else:
        content = change(content)
    return replace(reply, body=json.dumps(content, separators=(",", ":")).encode())


def _another_order(content: Any) -> Any:
    if not isinstance(content, dict) or "orderId" not in content:
        return content
    other = {**content, "orderId": content["orderId"] + 1_000_000}
    if "clientOrderId" in other:
        other["clientOrderId"] = "another-" + str(content["clientOrderId"])[:28]
    if "side" in other:
        other["side"] = _OTHER_SIDE.get(str(content["side"]), content["side"])
    return other


def _revised(content: Any, back: int, percent: float) -> Any:
    """Move the close of the candle that stands `back` rows from the end and double its volume."""
    if not isinstance(content, list) or len(content) < back or not isinstance(content[-back], list):
        return content
    row = list(content[-back])
    close = Decimal(row[_CLOSE])
    moved = (close * (1 + Decimal(str(percent)) / 100)).quantize(close)
    row[_CLOSE] = str(moved)
    row[_HIGH] = max(row[_HIGH], row[_CLOSE], key=Decimal)
    row[_LOW] = min(row[_LOW], row[_CLOSE], key=Decimal)
    row[_VOLUME] = str(Decimal(row[_VOLUME]) * 2)
    return [*content[:-back], row, *content[len(content) - back + 1 :]]
