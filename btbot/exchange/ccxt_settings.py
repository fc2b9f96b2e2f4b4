"""What ccxt's binance must be told to talk to a local exchange and to nothing else."""

from __future__ import annotations

from typing import Any

NOWHERE = "http://127.0.0.1:9/not-served"
_FAMILIES = (
    "sapi", "sapiV2", "sapiV3", "sapiV4", "dapiPublic", "dapiPrivate", "dapiPrivateV2", "dapiData", "fapiPublic",
    "fapiPublicV2", "fapiPublicV3", "fapiPrivate", "fapiPrivateV2", "fapiPrivateV3", "fapiData", "eapiPublic",
    "eapiPrivate", "papi", "papiV2", "v1",
)  # fmt: skip
_STREAMS = (
    "margin",
    "linear",
    "inverse",
    "stock",
    "option",
    "optionMarket",
    "optionPrivate",
    "papi",
    "future",
    "delivery",
)


def settings(rest_url: str, ws_url: str, *, key: str = "", secret: str = "", **more: Any) -> dict[str, Any]:
    """Give the configuration of ``ccxt.binance`` (sync, async or pro) for an exchange at another address.

    Every address of the real exchange is replaced, so that no request can leave by mistake. The path ``/stream/ws``
    matters: ccxt tells the spot market by it.

    Parameters
    ----------
    rest_url, ws_url
        Such as ``http://127.0.0.1:9001`` and ``ws://127.0.0.1:9001``.
    more
        Further keys of ccxt's configuration; `options` is merged.

    Examples
    --------
    >>> settings("http://127.0.0.1:9001", "ws://127.0.0.1:9001")["urls"]["api"]["private"]
    'http://127.0.0.1:9001/api/v3'
    """
    api: dict[str, Any] = {name: NOWHERE for name in _FAMILIES}
    api |= {name: f"{rest_url}/api/v3" for name in ("public", "private")}
    api |= {"sapi": f"{rest_url}/sapi/v1", "v1": f"{rest_url}/api/v1"}
    api |= {
        f"{name}Public": f"{rest_url}/{name}/v1" for name in ("fapi", "dapi")
    }  # asked for their markets: there are none
    nowhere = NOWHERE.replace("http", "ws", 1)
    api["ws"] = {name: nowhere for name in _STREAMS} | {
        "spot": f"{ws_url}/stream/ws",
        "ws-api": {
            "spot": f"{ws_url}/ws-api/v3",
            "future": nowhere,
            "delivery": nowhere,
            "linear": nowhere,
            "inverse": nowhere,
        },
    }
    options = {
        "fetchMarkets": {"types": ["spot"]},
        "fetchMargins": False,
        "fetchCurrencies": False,
        "recvWindow": 5000,
        "createOrder": {"quoteOrderQty": False},
        **more.pop("options", {}),
    }
    return {"apiKey": key, "secret": secret, "urls": {"api": api}, "options": options, **more}


def name_errors(exchange: Any) -> Any:
    """Give the errors of a ccxt.binance the classes that they have at the real exchange; return the exchange.

    ccxt chooses its table of error codes by the address, and a local one is in none.
    """
    spot = exchange.exceptions["spot"]["exact"]
    exchange.exceptions = {**exchange.exceptions, "exact": {**exchange.exceptions["exact"], **spot}}
    return exchange
