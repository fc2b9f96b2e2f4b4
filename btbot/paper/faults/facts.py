"""What a rule can ask of a request or a frame, by the names that `When` has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from btbot.paper.faults.hooks import Call
from btbot.paper.faults.when import written

# The same call has one name on both transports; what is not here is called by its last part of the path.
NAMES: dict[tuple[str, str], str] = {
    ("GET", "/api/v3/ping"): "ping",
    ("GET", "/api/v3/time"): "time",
    ("GET", "/api/v3/exchangeInfo"): "exchangeInfo",
    ("GET", "/api/v3/depth"): "depth",
    ("GET", "/api/v3/trades"): "trades.recent",
    ("GET", "/api/v3/historicalTrades"): "trades.historical",
    ("GET", "/api/v3/aggTrades"): "trades.aggregate",
    ("GET", "/api/v3/klines"): "klines",
    ("GET", "/api/v3/uiKlines"): "uiKlines",
    ("GET", "/api/v3/avgPrice"): "avgPrice",
    ("GET", "/api/v3/ticker/24hr"): "ticker.24hr",
    ("GET", "/api/v3/ticker/price"): "ticker.price",
    ("GET", "/api/v3/ticker/bookTicker"): "ticker.book",
    ("POST", "/api/v3/order"): "order.place",
    ("POST", "/api/v3/order/test"): "order.test",
    ("GET", "/api/v3/order"): "order.status",
    ("DELETE", "/api/v3/order"): "order.cancel",
    ("POST", "/api/v3/order/cancelReplace"): "order.cancelReplace",
    ("PUT", "/api/v3/order/amend/keepPriority"): "order.amend.keepPriority",
    ("GET", "/api/v3/openOrders"): "openOrders.status",
    ("DELETE", "/api/v3/openOrders"): "openOrders.cancelAll",
    ("GET", "/api/v3/allOrders"): "allOrders",
    ("POST", "/api/v3/orderList/oco"): "orderList.place.oco",
    ("POST", "/api/v3/orderList/oto"): "orderList.place.oto",
    ("POST", "/api/v3/orderList/otoco"): "orderList.place.otoco",
    ("GET", "/api/v3/orderList"): "orderList.status",
    ("DELETE", "/api/v3/orderList"): "orderList.cancel",
    ("GET", "/api/v3/openOrderList"): "openOrderLists.status",
    ("GET", "/api/v3/allOrderList"): "allOrderLists",
    ("GET", "/api/v3/account"): "account.status",
    ("GET", "/api/v3/account/commission"): "account.commission",
    ("GET", "/api/v3/rateLimit/order"): "account.rateLimits.orders",
    ("GET", "/api/v3/myTrades"): "myTrades",
}
_CLIENT_ID = ("newClientOrderId", "origClientOrderId", "cancelOrigClientOrderId", "listClientOrderId")


def endpoint(method: str, path: str) -> str:
    """Give the name of a call, the same whichever transport it came by.

    Examples
    --------
    >>> endpoint("POST", "/api/v3/order"), endpoint("WS", "order.place"), endpoint("GET", "/sapi/v1/system/status")
    ('order.place', 'order.place', 'system.status')
    """
    if method == "WS":
        return path
    parts = path.strip("/").split("/")
    return NAMES.get((method, path)) or ".".join(parts[2:] or parts)


def of_call(call: Call) -> Mapping[str, str]:
    """Give what rules can ask of a request."""
    params = call.params
    facts = {f"fields.{name}": str(value) for name, value in params.items()}
    facts |= {
        "endpoint": endpoint(call.method, call.path), "method": call.method, "path": call.path,
        "account": call.account, "ip": call.ip, "symbol": params.get("symbol", ""), "side": params.get("side", ""),
        "type": params.get("type", ""),
        "client_id": next((params[name] for name in _CLIENT_ID if params.get(name)), ""),
    }  # fmt: skip
    return facts


class FrameFacts(dict[str, str]):
    """What rules can ask of a frame; its text is read only if one asks."""

    def __init__(self, account: str, stream: str, frame: str) -> None:
        super().__init__(account=account, stream=stream)
        self.frame = frame

    def get(self, name: str, default: Any = "") -> Any:
        if name not in self:
            self[name] = self._found(name, default)
        return self[name]

    def _found(self, name: str, default: Any) -> Any:
        if name.startswith("fields."):
            return written(found(self.event, name.removeprefix("fields."))) if self.event else default
        event = self.event
        match name:
            case "event":
                return event.get("e") or self["stream"].partition("@")[2] or default
            case "symbol":
                return event.get("s", default)
            case "side":
                return event.get("S", default)
            case "type":
                return event.get("o", default) if event.get("e") == "executionReport" else default
            case "client_id":
                return event.get("C") or event.get("c") or default if "i" in event else default
        return default

    @cached_property
    def event(self) -> dict[str, Any]:
        """The event without what a combined stream or the WebSocket API wraps around it; not to be changed."""
        return _event(self.frame)


@lru_cache(maxsize=4)
def _event(frame: str) -> dict[str, Any]:
    """Read a frame; one event goes to many connections, one after the other."""
    try:
        inner = unwrapped(json.loads(frame))
    except ValueError:
        return {}
    return inner if isinstance(inner, dict) else {}


def unwrapped(whole: Any) -> Any:
    """Return the event inside a frame; the same object, so that a change of it changes the frame."""
    if isinstance(whole, dict):
        for name in ("data", "event"):
            if isinstance(whole.get(name), dict | list):
                return whole[name]
    return whole


def found(value: Any, path: str) -> Any:
    """Return what a dotted path leads to, None where it leads nowhere."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.lstrip("-").isdecimal() and -len(value) <= int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value
