"""Answers as HTTP has them: status, headers, body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from btbot.exchange import request_refusals as refusals
from btbot.exchange.refused import Refused
from btbot.paper.api.endpoint import Endpoint
from btbot.paper.api.limits import Limited
from btbot.paper.api.orders import error
from btbot.paper.wire import Reply

_JSON = "application/json;charset=UTF-8"
_HTML = "text/html"
_WALLET = "/sapi/"
_GONE = frozenset({"/api/v3/userDataStream", "/api/v1/userDataStream"})
_TIMES = frozenset(
    {"serverTime", "time", "transactTime", "transactionTime", "updateTime", "workingTime", "trailingTime", "openTime"}
    | {"closeTime", "T"}
)
_KLINE_FIELDS = 12
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def reply(endpoint: Endpoint, body: object, *, used: int, orders: tuple[int, int] | None = None) -> Reply:
    """Give an answer with the weight that is used up and, for new orders, how many there are."""
    headers = _headers(endpoint, used)
    if orders is not None:
        headers["X-MBX-ORDER-COUNT-10S"] = str(orders[0])
        headers["X-MBX-ORDER-COUNT-1D"] = str(orders[1])
    return Reply(200, _encode(body).encode(), headers)


def failure(endpoint: Endpoint, refused: Refused, *, used: int) -> Reply:
    """Give an error; those of limits say when to come again."""
    headers = _headers(endpoint, used)
    if isinstance(refused, Limited):
        headers["Retry-After"] = str(refused.retry_after_s)
    return Reply(refused.status, _encode(error(refused)).encode(), headers)


def unknown(verb: str, path: str) -> Reply:
    """Answer where there is no endpoint; the old user data stream is gone for good."""
    if path in _GONE and verb in ("POST", "PUT", "DELETE"):
        return _page(410, "410 Gone")
    return _page(404, "404 Not Found")


def time_unit(headers: Mapping[str, str]) -> Literal["MILLISECOND", "MICROSECOND"]:
    """Read in which unit times are wanted.

    Raises
    ------
    Refused
        -1194 for another one.
    """
    unit = headers.get("x-mbx-time-unit")
    if unit is None or unit in ("MILLISECOND", "millisecond"):
        return "MILLISECOND"
    if unit in ("MICROSECOND", "microsecond"):
        return "MICROSECOND"
    raise refusals.invalid_time_unit()


def in_microseconds(body: object) -> object:
    """Give an answer with its times in microseconds."""
    if isinstance(body, dict):
        return {name: _longer(name, value) for name, value in body.items()}
    if isinstance(body, list):
        return [_kline(entry) if _is_kline(entry) else in_microseconds(entry) for entry in body]
    return body


def _longer(name: str, value: object) -> object:
    if name in _TIMES and isinstance(value, int):
        return value * 1000 if value >= 0 else value
    return in_microseconds(value)


def _is_kline(entry: object) -> bool:
    return isinstance(entry, list) and len(entry) == _KLINE_FIELDS and isinstance(entry[0], int)


def _kline(entry: list[Any]) -> list[object]:
    return [entry[0] * 1000, *entry[1:6], entry[6] * 1000 + 999, *entry[7:]]


def _headers(endpoint: Endpoint, used: int) -> dict[str, str]:
    weight = str(used)
    if endpoint.path.startswith(_WALLET):
        return {"Content-Type": _JSON, "X-SAPI-USED-IP-WEIGHT-1M": weight}
    return {"Content-Type": _JSON, "X-MBX-USED-WEIGHT": weight, "X-MBX-USED-WEIGHT-1M": weight}


def _page(status: int, title: str) -> Reply:
    lines = (
        "<html>",
        f"<head><title>{title}</title></head>",
        "<body>",
        f"<center><h1>{title}</h1></center>",
        "<hr><center>nginx</center>",
        "</body>",
        "</html>",
        "",
    )
    return Reply(status, "\r\n".join(lines).encode(), {"Content-Type": _HTML})
