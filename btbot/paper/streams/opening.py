"""The door: which session an address gives, and who is not let in."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from urllib.parse import unquote
from weakref import WeakKeyDictionary, WeakValueDictionary

from btbot.exchange.refused import Refused
from btbot.exchange.request_refusals import invalid_time_unit
from btbot.paper.api import Api
from btbot.paper.faults import Faults
from btbot.paper.streams.api_session import ApiSession
from btbot.paper.streams.hub import Streams
from btbot.paper.streams.market_session import MAX_STREAMS, MarketSession
from btbot.paper.streams.names import is_stream
from btbot.paper.streams.session import StreamSession
from btbot.paper.venue import Venue
from btbot.paper.wire import Socket

PERIOD_MS = 300_000
API_PATHS = ("/ws-api/v3", "/ws-api/v3/")
_WEIGHT = 2
_Attempts = dict[str, deque[int]]
_made: WeakValueDictionary[int, Streams] = WeakValueDictionary()
_attempts: WeakKeyDictionary[Streams, _Attempts] = WeakKeyDictionary()


def streams_of(venue: Venue, faults: Faults, api: Api) -> Streams:
    """Give the streams of a venue; there is one for each, made when it is first asked for."""
    streams = _made.get(id(venue))
    if streams is None or streams.venue is not venue:
        streams = _made[id(venue)] = Streams(venue, faults, api)  # the venue's listener keeps it alive
        _attempts[streams] = {}
    return streams


def open_session(
    venue: Venue, faults: Faults, api: Api, socket: Socket, path: str, query: str, headers: Mapping[str, str]
) -> StreamSession:
    """Make the session of a new connection.

    Parameters
    ----------
    path, query
        As they stand in the address, escapes and all.
    headers
        With lower-case names; nothing depends on them.

    Raises
    ------
    Refused
        Where the handshake is to fail: its `status` is that of HTTP, 0 cuts the connection.
    """
    refused = faults.handshake(path, socket.ip)
    if refused is not None:
        raise refused
    streams = streams_of(venue, faults, api)
    most = api.meter.limits.connections
    _count(_attempts[streams], socket.ip, venue.clock.now_ms(), most)
    session = _make(streams, socket, unquote(path), _parsed(query))
    streams.add(session)
    return session


def _make(streams: Streams, socket: Socket, path: str, query: Mapping[str, str]) -> StreamSession:
    number, micro = f"s{next(streams.numbers)}", _is_micro(query.get("timeUnit"))
    if path in API_PATHS:
        streams.api.weigh(socket.ip, _WEIGHT)
        shows = query.get("returnRateLimits", "true").lower() != "false"
        return ApiSession(streams, socket, path, number, shows_limits=shows, micro=micro)
    first, _, rest = path.strip("/").partition("/")
    if first not in ("ws", "stream"):
        raise Refused(-1000, f"No stream at {path}", status=404)
    # Clients number their connections (/ws/0) or bring an old listen key: such a part is no stream and stays silent.
    names = [part for part in rest.split("/") if is_stream(part)]
    names += [part for part in query.get("streams", "").split("/") if is_stream(part)]
    if len(names) > MAX_STREAMS:
        raise Refused(-1000, f"At most {MAX_STREAMS} streams a connection", status=400)
    combined = first == "stream" and rest.split("/")[0] != "ws"
    messages = streams.api.meter.limits.messages
    return MarketSession(streams, socket, path, number, names=names, combined=combined, micro=micro, messages=messages)


def _parsed(query: str) -> dict[str, str]:
    """Read a query; a plus sign is one, as in ``@+08:00``, and not a blank."""
    pairs = (part.partition("=") for part in query.split("&"))
    return {unquote(name): unquote(value) for name, _, value in pairs}


def _is_micro(unit: str | None) -> bool:
    if unit is None or unit in ("MILLISECOND", "millisecond"):
        return False
    if unit in ("MICROSECOND", "microsecond"):
        return True
    raise invalid_time_unit()


def _count(attempts: _Attempts, ip: str, now_ms: int, most: int) -> None:
    """Count a connection, and refuse the one above the limit of an address."""
    times = attempts.setdefault(ip, deque())
    while times and now_ms - times[0] >= PERIOD_MS:
        times.popleft()
    if len(times) >= most:
        seconds = -(-(times[0] + PERIOD_MS - now_ms) // 1000)
        text = f"Too many connections; current limit is {most} connections per 5 MINUTE."
        raise Refused(-1003, text, status=429, data={"headers": {"Retry-After": str(seconds)}})
    times.append(now_ms)
