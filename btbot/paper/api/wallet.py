"""The few calls beside trading (sapi, and the markets we do not have) that clients make when they start."""

from __future__ import annotations

from btbot.exchange.refusals import invalid_symbol
from btbot.exchange.units import text
from btbot.paper.api.account import balances
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Values
from btbot.paper.api.formats import Json


def restrictions(context: Context, values: Values) -> Json:
    """Give what the key may do."""
    del values
    key = context.key
    return {
        "ipRestrict": key is not None and bool(key.ips),
        "createTime": 0 if key is None else key.created_ms,
        "enableReading": key is None or key.reading,
        "enableSpotAndMarginTrading": key is None or key.trading,
        "enableWithdrawals": key is not None and key.withdrawals,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": False,
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enablePortfolioMarginTrading": False,
    }


def system_status(context: Context, values: Values) -> Json:
    """Say that the exchange works."""
    del context, values
    return {"status": 0, "msg": "normal"}


def account_status(context: Context, values: Values) -> Json:
    """Say that the account is in order."""
    del context, values
    return {"data": "Normal"}


def trading_status(context: Context, values: Values) -> Json:
    """Say that the account may trade by its keys."""
    del values
    return {
        "data": {
            "isLocked": False,
            "plannedRecoverTime": 0,
            "triggerCondition": {"GCR": 150, "IFER": 150, "UFR": 300},
            "updateTime": context.tally.updated_ms(context.account, 0),
        }
    }


def coins(context: Context, values: Values) -> list[Json]:
    """Give the assets that there are; none of them has a network, for nothing can be sent."""
    del values
    return [
        {
            "coin": entry["asset"],
            "depositAllEnable": False,
            "free": entry["free"],
            "freeze": text(0),
            "ipoable": text(0),
            "ipoing": text(0),
            "isLegalMoney": False,
            "locked": entry["locked"],
            "name": entry["asset"],
            "networkList": [],
            "storage": text(0),
            "trading": True,
            "withdrawAllEnable": False,
            "withdrawing": text(0),
        }
        for entry in balances(context)
    ]


def trade_fees(context: Context, values: Values) -> list[Json]:
    """Give the rates of one symbol or of all."""
    exchange = context.venue.exchange
    names = [values["symbol"]] if "symbol" in values else list(exchange.symbols)
    if any(name not in exchange.symbols for name in names):
        raise invalid_symbol()
    rates = {name: exchange.fee_rates(context.account, name) for name in names}
    return [
        {"symbol": name, "makerCommission": text(one.maker), "takerCommission": text(one.taker)}
        for name, one in rates.items()
    ]


def nothing(context: Context, values: Values) -> list[Json]:
    """Give an empty list: margin pairs, deposits, withdrawals."""
    del context, values
    return []


def no_futures(context: Context, values: Values) -> Json:
    """Give the exchangeInfo of a futures market without contracts."""
    del values
    now = context.venue.server_ms()
    return {"timezone": "UTC", "serverTime": now, "rateLimits": [], "exchangeFilters": [], "symbols": []}
