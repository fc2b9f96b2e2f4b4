"""Funding rates through ccxt, from a time on, whatever part of them the exchange gives first."""

from __future__ import annotations

from typing import Any

from btbot.errors import Rejected
from btbot.exchange.ccxt_failures import is_broken, refusals
from btbot.exchange.ccxt_rows import funding_of, utc
from btbot.exchange.client import FundingRate

PAGE = 1000
_DAY_MS = 86_400_000
_PAGES = frozenset({20, 25, 50, 100, 200, 250, 300, 400, 500, 1000})  # sizes of a full answer
_PAST = {"okx": "after", "okxus": "after", "myokx": "after"}  # own names for an end, where ccxt does not translate


async def rates(exchange: Any, name: str, start_ms: int, limit: int) -> list[FundingRate]:
    """Give at most `limit` rates from a time on, the oldest of them.

    Binance begins at the start. Others give the newest of a stretch: what lies before it is asked for with an end, back
    to the start.

    Parameters
    ----------
    exchange
        Of ccxt, behind the gate.
    name
        ccxt's name of the symbol.

    Raises
    ------
    Rejected
        If the exchange gives its newest rates only.
    """
    if exchange.id.startswith("binance"):
        return (await _asked(exchange, name, start_ms, limit=min(limit, PAGE)))[:limit]
    found = first = await _asked(exchange, name, start_ms)
    while (end := found[0].time_ms - 1 if found else exchange.milliseconds()) >= start_ms:
        earlier = await _before(exchange, name, start_ms, end)
        if not earlier:
            break
        found = earlier + found
    if found and found is first:
        _check_reach(found, start_ms, exchange.milliseconds())
    return found[:limit]


def _check_reach(found: list[FundingRate], start_ms: int, now_ms: int) -> None:
    """Tell a full answer that reaches the present and begins late from a market that is young."""
    late = found[0].time_ms > start_ms + 2 * _DAY_MS
    if late and len(found) in _PAGES and found[-1].time_ms > now_ms - _DAY_MS:
        raise Rejected(
            f"asked for rates from {utc(start_ms)} on, the exchange gives its newest {len(found)}, from "
            f"{utc(found[0].time_ms)} on; older ones cannot be had through its API: ask for rates from then on, "
            "or import an archive"
        )


async def _before(exchange: Any, name: str, start_ms: int, end_ms: int) -> list[FundingRate]:
    more = {"until": end_ms}
    if exchange.id in _PAST:
        more = {_PAST[exchange.id]: end_ms + 1}
    try:
        found = await _asked(exchange, name, start_ms, **more)
    except refusals() as error:
        if is_broken(error):
            raise
        return []
    return [rate for rate in found if rate.time_ms <= end_ms]


async def _asked(
    exchange: Any, name: str, start_ms: int, *, limit: int | None = None, **more: int
) -> list[FundingRate]:
    # Only Binance's limit is known; others refuse what is too much for them.
    rows = await exchange.fetch_funding_rate_history(name, since=start_ms, limit=limit, params=more)
    return [rate for rate in funding_of(rows) if rate.time_ms >= start_ms]
