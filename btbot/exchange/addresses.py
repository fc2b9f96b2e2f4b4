"""Other addresses for an exchange, as `exchange: {urls}` of a configuration gives them; no network and no ccxt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from btbot.errors import ConfigError, did_you_mean

_KEYS = ("rest", "ws", "api")
_SCHEMES = {"rest": ("http", "https"), "ws": ("ws", "wss"), "api": ("https", "http", "wss", "ws")}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where to find the exchange instead of its own addresses.

    Attributes
    ----------
    rest, ws
        Of a server that speaks the exchange's protocol under the same paths, such as ``http://127.0.0.1:9001``.
    api
        What replaces parts of ccxt's ``urls["api"]``.
    """

    rest: str | None = None
    ws: str | None = None
    api: Mapping[str, Any] | str = field(default_factory=dict)


def addresses(urls: Mapping[str, Any] | None, *, where: str = "exchange.urls") -> Addresses:
    """Check what a configuration gives.

    Parameters
    ----------
    urls
        ``{rest: http://127.0.0.1:9001}``, with `ws` where it is not at the same place, or ``{api: ...}`` nested as
        ccxt's own mapping of addresses is.

    Raises
    ------
    ConfigError
        For keys that mean nothing and for what is no address.

    Examples
    --------
    >>> addresses({"rest": "http://127.0.0.1:9001/"})
    Addresses(rest='http://127.0.0.1:9001', ws='ws://127.0.0.1:9001', api={})
    """
    for keys, text in faults(urls or {}):
        raise ConfigError(f"{'.'.join((where, *keys))}: {text}")
    rest, ws, api = ((urls or {}).get(key) for key in _KEYS)
    if rest is not None:
        rest = rest.rstrip("/")
        ws = ws or rest.replace("http", "ws", 1)
    return Addresses(rest, ws and ws.rstrip("/"), api or {})


def faults(urls: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the keys and the text of everything that is wrong with a mapping of addresses."""
    for key, value in urls.items():
        if key not in _KEYS:
            yield (str(key),), f"is not a key; allowed are {', '.join(_KEYS)}{did_you_mean(str(key), _KEYS)}"
        elif value is not None:
            yield from _faults(value, (str(key),))
    if urls.get("ws") is not None and urls.get("rest") is None:
        yield ("ws",), "must stand beside rest, the address of the same server for requests"


def place(url: str) -> str:
    """Give host and port of an address, without a password that it may hold.

    Examples
    --------
    >>> place("https://me:word@api.x:444/v1?signature=1")
    'api.x:444'
    """
    return urlsplit(url).netloc.rpartition("@")[2]


def _faults(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, Mapping) and keys[0] == "api":
        for key, inner in value.items():
            yield from _faults(inner, (*keys, str(key)))
    elif text := _fault(value, _SCHEMES[keys[0]]):
        yield keys, text


def _fault(value: Any, schemes: Sequence[str]) -> str:
    was = "" if "@" in str(value) else f", was {value!r}"  # it holds a password
    wrong = f"must be an address such as {schemes[0]}://127.0.0.1:9001{was}"
    if not isinstance(value, str) or any(letter.isspace() for letter in value):
        return wrong
    try:
        parts = urlsplit(value)
        whole = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return wrong
    if not whole:
        return wrong
    if parts.query or parts.fragment:
        return f"must be an address without '?' or '#'{was}"
    return ""


def moved(api: Any, rest: str, ws: str) -> Any:
    """Put every address of ccxt's mapping on other servers; the paths stay.

    Examples
    --------
    >>> moved({"public": "https://api.kraken.com/0", "ws": {"v2": "wss://ws.kraken.com/v2"}}, "http://a:1", "ws://a:1")
    {'public': 'http://a:1/0', 'ws': {'v2': 'ws://a:1/v2'}}
    """
    if isinstance(api, Mapping):
        return {key: moved(value, rest, ws) for key, value in api.items()}
    if not isinstance(api, str):
        return api
    scheme, _, rest_of_it = api.partition("://")
    path = rest_of_it.partition("/")[2]
    return (ws if scheme.startswith("ws") else rest) + (f"/{path}" if path else "")
