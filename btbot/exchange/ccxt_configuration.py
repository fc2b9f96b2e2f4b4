"""How a class of ccxt is configured to read one kind of market, at its own addresses or at others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.addresses import Addresses, moved
from btbot.exchange.ccxt_markets import TYPES
from btbot.exchange.ccxt_settings import name_errors, settings
from btbot.exchange.client import MarketKind

_PARTS: Mapping[MarketKind, tuple[str, ...]] = {"spot": ("spot",), "perpetual": ("swap", "linear", "inverse")}


def configuration(
    plain: Any, market: MarketKind, places: Addresses, options: Mapping[str, Any], *, timeout_s: float
) -> dict[str, Any]:
    """Give the configuration that the class of `plain` is to be made with.

    Parameters
    ----------
    plain
        An exchange of ccxt as it comes.
    timeout_s
        For each answer, as a whole.

    Raises
    ------
    ConfigError
        If `places.api` names an address that the exchange does not have.
    """
    options = {**_one_kind(plain, market), **options}
    common: dict[str, Any] = {"enableRateLimit": True, "timeout": int(1000 * timeout_s)}
    if places == Addresses():
        common["aiohttp_trust_env"] = True  # HTTPS_PROXY and NO_PROXY count on the way to the real exchange
    found: dict[str, Any] = {"options": options, **common}
    if places.rest is not None:
        found["urls"] = {"api": moved(plain.urls["api"], places.rest, str(places.ws))}
        if plain.id.startswith("binance"):
            found = plain.deep_extend(found, settings(places.rest, str(places.ws), options=options))
    if places.api:
        _check_names(places.api, plain.urls["api"], plain.id)
        merged = plain.deep_extend(found.get("urls", {}).get("api"), places.api)
        found["urls"] = {"api": places.api if isinstance(places.api, str) else merged}
    return found


def opened(made: type, config: Mapping[str, Any]) -> Any:
    """Make the exchange; it connects at its first call."""
    exchange = made(dict(config))
    if "urls" in config and exchange.id.startswith("binance"):
        name_errors(exchange)
    if str(exchange.urls["api"]).count("https://") == 0:
        exchange.timeout_on_exit = 0  # ccxt waits there for TLS to say goodbye
    return exchange


def _one_kind(plain: Any, market: MarketKind) -> dict[str, Any]:
    """Give the options that load the markets of one kind only, where the exchange lets one choose."""
    found = plain.options.get("fetchMarkets")
    types = found.get("types") if isinstance(found, Mapping) else None
    options: dict[str, Any] = {"defaultType": TYPES[market]}
    if isinstance(types, list) and (wanted := [one for one in types if one in _PARTS[market]]):
        options["fetchMarkets"] = {"types": wanted}
    return options


def _check_names(given: Any, known: Any, name: str, where: str = "exchange.urls.api") -> None:
    if not isinstance(given, Mapping) or not isinstance(known, Mapping):
        if isinstance(given, Mapping) != isinstance(known, Mapping):
            form = f"a mapping with {', '.join(sorted(known))}" if isinstance(known, Mapping) else "one address"
            raise ConfigError(f"{where}: must be {form} for {name}")
        return
    for key, value in given.items():
        if key not in known:
            allowed = ", ".join(sorted(known))
            raise ConfigError(f"{where}.{key}: {name} has no such address; it has {allowed}{did_you_mean(key, known)}")
        _check_names(value, known[key], name, f"{where}.{key}")
