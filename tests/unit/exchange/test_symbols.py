"""Symbols as exchangeInfo has them, and the usual rules of a market."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from btbot.exchange.symbols import Symbol, usual
from btbot.exchange.units import text, units

# An entry with all fields of Binance's exchangeInfo and the usual values of BTCUSDT.
BTCUSDT = json.loads("""
{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","baseAssetPrecision":8,"quoteAsset":"USDT","quotePrecision":8,
"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,"orderTypes":["LIMIT","LIMIT_MAKER",
"MARKET","STOP_LOSS","STOP_LOSS_LIMIT","TAKE_PROFIT","TAKE_PROFIT_LIMIT"],"icebergAllowed":true,"ocoAllowed":true,
"otoAllowed":true,"opoAllowed":true,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":true,
"cancelReplaceAllowed":true,"amendAllowed":true,"pegInstructionsAllowed":true,"isSpotTradingAllowed":true,
"isMarginTradingAllowed":true,"filters":[
{"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"},
{"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"},
{"filterType":"ICEBERG_PARTS","limit":100},
{"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"141.67845966","stepSize":"0.00000000"},
{"filterType":"TRAILING_DELTA","minTrailingAboveDelta":10,"maxTrailingAboveDelta":2000,"minTrailingBelowDelta":10,
"maxTrailingBelowDelta":2000},
{"filterType":"PERCENT_PRICE_BY_SIDE","bidMultiplierUp":"5","bidMultiplierDown":"0.2","askMultiplierUp":"5",
"askMultiplierDown":"0.2","avgPriceMins":5},
{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000",
"applyMaxToMarket":false,"avgPriceMins":5},
{"filterType":"MAX_NUM_ORDERS","maxNumOrders":200},{"filterType":"MAX_NUM_ORDER_LISTS","maxNumOrderLists":20},
{"filterType":"MAX_NUM_ALGO_ORDERS","maxNumAlgoOrders":5},{"filterType":"MAX_NUM_ORDER_AMENDS","maxNumOrderAmends":10}],
"permissions":[],"permissionSets":[["SPOT","MARGIN"]],"defaultSelfTradePreventionMode":"EXPIRE_MAKER",
"allowedSelfTradePreventionModes":["EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH","DECREMENT"]}
""")
NOT_OFFERED = {"opoAllowed": False, "pegInstructionsAllowed": False, "isMarginTradingAllowed": False}


def test_entry_of_binance_comes_back_the_same():
    assert Symbol.from_info(BTCUSDT).info() == BTCUSDT | NOT_OFFERED


def test_numbers_of_an_entry():
    symbol = Symbol.from_info(BTCUSDT)
    assert (symbol.name, symbol.base, symbol.quote) == ("BTCUSDT", "BTC", "USDT")
    assert (symbol.tick, symbol.step, symbol.min_notional) == (units("0.01"), units("0.00001"), units(5))
    assert (symbol.bid_multiplier_down, symbol.ask_multiplier_up) == (units("0.2"), units(5))
    assert (symbol.market_max_quantity, symbol.market_step) == (units("141.67845966"), 0)
    assert (symbol.max_algo_orders, symbol.max_order_lists, symbol.max_iceberg_orders) == (5, 20, 0)


def test_filters_that_are_absent_are_off():
    symbol = Symbol.from_info({"symbol": "AB", "baseAsset": "A", "quoteAsset": "B"})
    assert (symbol.tick, symbol.min_price, symbol.max_price, symbol.step, symbol.max_quantity) == (0, 0, 0, 0, 0)
    assert (symbol.max_orders, symbol.max_algo_orders, symbol.bid_multiplier_up, symbol.trailing_above_max) == (0,) * 4
    assert symbol.status == "TRADING"


def test_older_filters_of_binance_us():
    filters = [
        {"filterType": "PERCENT_PRICE", "multiplierUp": "1.3000", "multiplierDown": "0.7000", "avgPriceMins": 5},
        {"filterType": "MIN_NOTIONAL", "minNotional": "10.00000000", "applyToMarket": False, "avgPriceMins": 1},
    ]
    symbol = Symbol.from_info({**BTCUSDT, "filters": filters})
    assert (symbol.bid_multiplier_up, symbol.ask_multiplier_down) == (units("1.3"), units("0.7"))
    assert (symbol.min_notional, symbol.min_notional_for_market, symbol.notional_minutes) == (units(10), False, 1)
    assert filters[1] in symbol.info()["filters"]


def test_any_symbol_survives_its_entry():
    changed = replace(usual("ETH/BTC", 0.05), status="HALT", max_orders=3, trailing_above_max=0, trailing_below_max=5)
    assert Symbol.from_info(json.loads(json.dumps(changed.info()))) == changed


@pytest.mark.parametrize(
    ("pair", "price", "name", "tick", "step", "least"),
    [
        ("BTC/USDT", 30_000, "BTCUSDT", "0.01000000", "0.00001000", "5.00000000"),
        ("ETHUSDT", 2_000, "ETHUSDT", "0.01000000", "0.00010000", "5.00000000"),
        ("eth/btc", 0.05, "ETHBTC", "0.00000001", "0.00010000", "0.00010000"),
        ("XRP/USDT", 0.5, "XRPUSDT", "0.00000010", "1.00000000", "5.00000000"),
        ("SHIB/USDT", 1e-5, "SHIBUSDT", "0.00000001", "1.00000000", "5.00000000"),
    ],
)
def test_usual_rules(pair, price, name, tick, step, least):
    symbol = usual(pair, price)
    assert (symbol.name, text(symbol.tick), text(symbol.step), text(symbol.min_notional)) == (name, tick, step, least)


@pytest.mark.parametrize("quote", ["USDT", "BTC", "EUR"])
@pytest.mark.parametrize("price", [1e-7, 0.00123, 0.99, 1.0, 9.99, 123.4, 1000.0, 65_432.1, 9e6])
def test_usual_rules_allow_trading(quote, price):
    symbol = usual(f"ABC/{quote}", price)
    assert symbol.tick <= price * 1e8 / 1000 or symbol.tick == 1
    assert symbol.min_price <= price * 1e8 <= symbol.max_price
    assert symbol.step <= symbol.market_max_quantity <= symbol.max_quantity
    assert symbol.market_max_quantity % symbol.step == symbol.max_quantity % symbol.step == 0
    # the smallest order that NOTIONAL allows is no more than two steps above it in value
    least = -(-symbol.min_notional * 10**8 // round(price * 1e8))
    assert math.ceil(least / symbol.step) * symbol.step <= symbol.market_max_quantity


@pytest.mark.parametrize(
    ("pair", "price", "message"),
    [
        ("BTC/USDT", 0.0, "BTC/USDT: the price must be a number > 0, was 0.0"),
        ("BTC/USDT", math.nan, "BTC/USDT: the price must be a number > 0, was nan"),
        ("BTC/USDT", math.inf, "BTC/USDT: the price must be a number > 0, was inf"),
        ("BTC", 1.0, "'BTC' is no pair such as BTC/USDT"),
        ("BTC/", 1.0, "'BTC/' is no pair such as BTC/USDT"),
        ("/USDT", 1.0, "'/USDT' is no pair such as BTC/USDT"),
        ("B TC/USDT", 1.0, "'B TC/USDT' is no pair such as BTC/USDT"),
    ],
)
def test_no_pair(pair, price, message):
    with pytest.raises(ValueError, match=f"^{message.replace('.', '[.]')}$"):
        usual(pair, price)
