"""Open an exchange for reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from btbot.exchange.client import HistoryClient, MarketKind
from btbot.exchange.gate import noting

BANS = Path("var/cache/bans.json")


def open_client(
    name: str,
    *,
    market: MarketKind = "spot",
    urls: Mapping[str, Any] | None = None,
    timeout_s: float = 10.0,
    bans: Path | None = BANS,
) -> HistoryClient:
    """Give a client for the history of any exchange that ccxt knows, or of a seller of stocks; nothing is asked yet.

    Parameters
    ----------
    name
        As ccxt names it, such as ``binance``, or one of `btbot.exchange.stocks_opening.SELLERS`.
    urls
        Other addresses, as in a configuration: ``{"rest": "http://127.0.0.1:9001"}``.
    timeout_s
        For each answer, as a whole.
    bans
        File that notes who asked to be left alone until when, so that the next process keeps to it; None notes nothing.

    Raises
    ------
    ConfigError
        If there is no such exchange or market, or if an address is none.
    """
    from btbot.exchange.stocks_opening import open_stocks, sells_stocks

    if sells_stocks(name):
        return open_stocks(name, urls=urls, timeout_s=timeout_s)
    from btbot.exchange.ccxt_client import CcxtClient

    gates = noting(bans.resolve()) if bans is not None else None
    return CcxtClient(name, market=market, urls=urls, timeout_s=timeout_s, gates=gates)
