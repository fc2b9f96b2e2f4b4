"""What Binance says with the codes and statuses that faults use."""

from __future__ import annotations

import json

from btbot.paper.wire import Reply

MESSAGES = {
    -1000: "An unknown error occurred while processing the request.",
    -1001: "Internal error; unable to process your request. Please try again.",
    -1002: "You are not authorized to execute this request.",
    -1003: "Too many requests queued.",
    -1006: "An unexpected response was received from the message bus. Execution status unknown.",
    -1007: "Timeout waiting for response from backend server. Send status unknown; execution status unknown.",
    -1008: "Server is currently overloaded with other requests. Please try again in a few minutes.",
    -1013: "Filter failure: LOT_SIZE",
    -1015: "Too many new orders; current limit is 50 orders per 10 SECOND.",
    -1016: "This service is no longer available.",
    -1021: "Timestamp for this request is outside of the recvWindow.",
    -1022: "Signature for this request is not valid.",
    -1034: "Too many connections; please use the live connection.",
    -2010: "Account has insufficient balance for requested action.",
    -2011: "Unknown order sent.",
    -2013: "Order does not exist.",
    -2014: "API-key format invalid.",
    -2015: "Invalid API-key, IP, or permissions for action.",
    -2016: "No trading window could be found for the symbol. Try ticker/24hrs instead.",
    -2026: "Order was canceled or expired with no executed qty over 90 days ago and has been archived.",
}
_CODES = {418: -1003, 429: -1003, 500: -1000, 502: -1006, 503: -1008, 504: -1007}
_STATUSES = {-1000: 500, -1001: 500, -1003: 429, -1006: 500, -1007: 504, -1008: 503, -1015: 429, -2014: 401, -2015: 401}
_PAGES = frozenset({403, 502})
_GEO = (
    "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. "
    "Please contact customer service if you believe you received this message in error."
)
HTML = (
    "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
    "<hr><center>cloudfront</center>\r\n</body>\r\n</html>\r\n"
)
_JSON = {"Content-Type": "application/json;charset=UTF-8"}
_TITLES = {403: "403 Forbidden", 502: "502 Bad Gateway", 503: "503 Service Unavailable", 200: "Just a moment..."}


def error(
    code: int, message: str | None = None, *, status: int | None = None, headers: dict[str, str] | None = None
) -> Reply:
    """Give the answer that carries an error code."""
    message = message or MESSAGES.get(code, "Unknown error, please check your request or try again later.")
    body = json.dumps({"code": code, "msg": message}, separators=(",", ":")).encode()
    return Reply(status or _STATUSES.get(code, 400), body, _JSON | (headers or {}))


def page(status: int, headers: dict[str, str] | None = None) -> Reply:
    """Give an answer in HTML, as proxies and firewalls in front of the exchange do."""
    text = HTML.format(title=_TITLES.get(status, f"{status} Error"))
    return Reply(status, text.encode(), {"Content-Type": "text/html"} | (headers or {}))


def of_status(
    status: int,
    *,
    code: int | None = None,
    message: str | None = None,
    body: str | None = None,
    retry_after: int | None = None,
) -> Reply:
    """Give the answer that usually comes with a status."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    if body == "empty":
        return Reply(status, b"", headers)
    if body == "html" or (body is None and code is None and message is None and status in _PAGES):
        return page(status, headers)
    if status == 451 and code is None:
        return error(0, message or _GEO, status=status, headers=headers)
    return error(code if code is not None else _CODES.get(status, -1000), message, status=status, headers=headers)
