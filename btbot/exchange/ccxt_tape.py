"""Public trades through ccxt, page by page, as far back as the exchange lets one look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from btbot.errors import Rejected
from btbot.exchange.ccxt_rows import trades_of, utc
from btbot.exchange.ccxt_seam import sent_times
from btbot.exchange.client import TapeTrade

PAGE = 1000
_NEARLY = 0.9


async def newest(exchange: Any, name: str, limit: int) -> list[TapeTrade]:
    """Give the newest trades, oldest first.

    Parameters
    ----------
    exchange
        Of ccxt, behind the gate.
    name
        ccxt's name of the symbol.
    """
    return (await _asked(exchange, name, limit))[-limit:]


async def after(exchange: Any, name: str, trade_id: str, limit: int) -> list[TapeTrade]:
    """Give the trades after one of Binance's, by its id."""
    return await _asked(exchange, name, limit, params={"fromId": int(trade_id) + 1})


async def since(exchange: Any, name: str, start_ms: int, limit: int, *, by_id: bool) -> list[TapeTrade]:
    """Give the trades from a time on.

    Parameters
    ----------
    by_id
        Whether trades can be asked for by id.

    Raises
    ------
    Rejected
        If the exchange gives its newest trades only: what lies between would be missing without a word.
    """
    found = await _asked(exchange, name, limit, start_ms=start_ms)
    if by_id:
        return found or await _behind_silence(exchange, name, start_ms, limit)
    if found and found[0].time_ms > start_ms:
        await _check_reach(exchange, name, found, start_ms)
    return found[:limit]


async def _behind_silence(exchange: Any, name: str, start_ms: int, limit: int) -> list[TapeTrade]:
    """Find the first trade from a time on by halving ids: Binance looks one hour ahead only."""
    latest = await newest(exchange, name, 1)
    if not latest or latest[-1].time_ms < start_ms:
        return []
    low, high = 0, int(latest[-1].trade_id)
    while low < high:
        middle = (low + high) // 2
        page = await _asked(exchange, name, 1, params={"fromId": middle})
        low, high = (low, middle) if page and page[0].time_ms >= start_ms else (middle + 1, high)
    return await _asked(exchange, name, limit, params={"fromId": low})


async def _check_reach(exchange: Any, name: str, found: Sequence[TapeTrade], start_ms: int) -> None:
    """Compare with what comes unasked: an exchange that does not listen to the start gives the same."""
    known = {trade.trade_id for trade in await _asked(exchange, name, PAGE)}
    begins = min(sent_times.get(), default=0)
    same = sum(trade.trade_id in known for trade in found)
    if begins >= found[0].time_ms and same > _NEARLY * len(found):
        raise Rejected(
            f"asked for trades from {utc(start_ms)} on, the exchange gives its newest ones, from "
            f"{utc(found[0].time_ms)} on; older ones cannot be had through its API: ask for trades from then on, "
            "or import an archive"
        )


async def _asked(
    exchange: Any, name: str, limit: int, *, start_ms: int | None = None, params: Mapping[str, Any] | None = None
) -> list[TapeTrade]:
    sent_times.set([])
    # Only Binance's limit is known; others refuse what is too much for them.
    asked = min(limit, PAGE) if exchange.id.startswith("binance") else None
    return trades_of(await exchange.fetch_trades(name, start_ms, asked, dict(params or {})))
