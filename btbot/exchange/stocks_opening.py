"""Sellers of stock prices by their names."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.client import HistoryClient

SELLERS = ("alpaca", "alpaca-adjusted", "alpaca-raw", "yfinance", "yfinance-adjusted")


def sells_stocks(name: str) -> bool:
    """Return whether a name is, or is meant to be, one of `SELLERS`.

    Examples
    --------
    >>> sells_stocks("yfinance-adjusted"), sells_stocks("alpaca-row"), sells_stocks("binance")
    (True, True, False)
    """
    return name.partition("-")[0] in ("alpaca", "yfinance")


def open_stocks(
    name: str,
    *,
    urls: Mapping[str, str] | None = None,
    timeout_s: float = 10.0,
    environ: Mapping[str, str] = os.environ,
) -> HistoryClient:
    """Give the client of a seller of stock prices.

    Parameters
    ----------
    name
        Its ending says how prices are adjusted: none for splits, ``-adjusted`` for splits and dividends, ``-raw`` for
        nothing.
    urls
        Other addresses, see `YahooClient` and `AlpacaClient`.
    environ
        Where Alpaca's keys are.

    Raises
    ------
    ConfigError
        For another name, where yfinance is not installed, and where there are no keys.
    """
    if name not in SELLERS:
        raise ConfigError(
            f"exchange: {name!r} is not known{did_you_mean(name, SELLERS)}; stocks are sold by {', '.join(SELLERS)}"
        )
    if name.startswith("yfinance"):
        return _yahoo(name, urls, timeout_s)
    from btbot.exchange.stocks_alpaca import KEY, SECRET, AlpacaClient

    key, secret = environ.get(KEY, ""), environ.get(SECRET, "")
    if not key or not secret:
        missing = " and ".join(one for one in (KEY, SECRET) if not environ.get(one))
        raise ConfigError(
            f"exchange: {name} asks for keys: set the environment variables {missing} to those of your account at "
            "alpaca.markets; a free one will do, and yfinance needs none"
        )
    return AlpacaClient(name, key=key, secret=secret, urls=urls, timeout_s=timeout_s)


def _yahoo(name: str, urls: Mapping[str, str] | None, timeout_s: float) -> HistoryClient:
    from btbot.exchange.stocks_yahoo import YahooClient

    if importlib.util.find_spec("yfinance") is None:
        raise ConfigError(f"exchange: {name} needs yfinance, which is not installed; pip install 'btbot[stocks]'")
    return YahooClient(name, urls=urls, timeout_s=timeout_s)
