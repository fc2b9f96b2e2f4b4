"""What an account has and what it pays."""

from __future__ import annotations

import zlib

from btbot.exchange.fees import FeeRates
from btbot.exchange.units import text
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json
from btbot.paper.api.market_data import known
from btbot.paper.api.orders import discount

_BASIS_POINT = 10_000
_NOTHING = text(0)


def information(context: Context, values: Values) -> Json:
    """Give balances, rates and rights; assets of listed symbols that the account has not are there with 0."""
    rates = _usual_rates(context)
    key = context.key
    return {
        "makerCommission": rates.maker // _BASIS_POINT,
        "takerCommission": rates.taker // _BASIS_POINT,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(rates.maker, rates.taker),
        "canTrade": key is None or key.trading,
        "canWithdraw": key is not None and key.withdrawals,
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": context.tally.updated_ms(context.account, context.venue.market_ms()),
        "accountType": "SPOT",
        "balances": balances(context, omit_empty=values.get("omitZeroBalances", False)),
        "permissions": ["SPOT"],
        "uid": zlib.crc32(context.account.encode()),
    }


def balances(context: Context, *, omit_empty: bool = False) -> list[Json]:
    """Give the account's balances in the order of the assets' names."""
    exchange = context.venue.exchange
    held = {asset: (entry.free, entry.locked) for asset, entry in exchange.balances(context.account).items()}
    for symbol in exchange.symbols.values():
        held.setdefault(symbol.base, (0, 0))
        held.setdefault(symbol.quote, (0, 0))
    return [
        {"asset": asset, "free": text(free), "locked": text(locked)}
        for asset, (free, locked) in sorted(held.items())
        if free or locked or not omit_empty
    ]


def commission(context: Context, values: Values) -> Json:
    """Give the rates that the account pays on a symbol."""
    name = known(context, values)
    rates = context.venue.exchange.fee_rates(context.account, name)
    return {
        "symbol": name,
        "standardCommission": _rates(rates.maker, rates.taker),
        "specialCommission": _rates(0, 0),
        "taxCommission": _rates(0, 0),
        "discount": discount(rates),
    }


def _usual_rates(context: Context) -> FeeRates:
    """Give the rates of the first symbol: an account without rates by symbol has the same ones everywhere."""
    first = next(iter(context.venue.exchange.symbols), None)
    return FeeRates() if first is None else context.venue.exchange.fee_rates(context.account, first)


def _rates(maker: int, taker: int) -> Json:
    return {"maker": text(maker), "taker": text(taker), "buyer": _NOTHING, "seller": _NOTHING}
