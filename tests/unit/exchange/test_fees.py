"""Which rate, of what, in which asset; rounded down to 1e-8."""

from __future__ import annotations

import pytest

from btbot.exchange.fees import FeeRates, Fees
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import units

BTCUSDT = Symbol("BTCUSDT", "BTC", "USDT")
QUARTER_OFF = FeeRates(100_000, 100_000, 75_000_000)
RICH = units("1000")


def commission(rates, side, symbol=BTCUSDT, wealth=RICH, **last):
    fees = Fees("BNB", {}, {name: units(price) for name, price in last.items()})
    return fees.commission(rates, rates.taker, symbol, side, units("2"), units("600"), wealth)


@pytest.mark.parametrize(
    ("side", "expected"), [("BUY", (units("0.002"), "BTC")), ("SELL", (units("0.6"), "USDT"))]
)  # fmt: skip
def test_fee_is_taken_from_what_is_received(side, expected):
    assert commission(FeeRates(), side) == expected


def test_fee_is_rounded_down():
    fees = Fees("BNB", {}, {})
    assert fees.commission(FeeRates(), 100_000, BTCUSDT, "BUY", 1_999, 0, 0) == (1, "BTC")
    assert fees.commission(FeeRates(0, 0), 0, BTCUSDT, "BUY", units("1"), 0, 0) == (0, "BTC")


@pytest.mark.parametrize(
    ("symbol", "last", "expected"),
    [  # 0.075 % of 2 BTC for 600 USDT, which are worth so many BNB
        (BTCUSDT, {"BNBUSDT": "250"}, "0.0018"),
        (BTCUSDT, {"USDTBNB": "0.004"}, "0.0018"),
        (BTCUSDT, {"BNBBTC": "0.8"}, "0.001875"),
        (BTCUSDT, {"BTCBNB": "1.25"}, "0.001875"),
        (Symbol("BNBUSDT", "BNB", "USDT"), {}, "0.0015"),
        (Symbol("BTCBNB", "BTC", "BNB"), {}, "0.45"),
    ],
)
def test_fee_in_the_discount_asset_at_its_last_price(symbol, last, expected):
    assert commission(QUARTER_OFF, "BUY", symbol, **last) == (units(expected), "BNB")


def test_fee_in_the_discount_asset_needs_a_price_and_a_balance():
    assert commission(QUARTER_OFF, "SELL")[1] == "USDT"
    assert commission(QUARTER_OFF, "SELL", wealth=units("0.0018"), BNBUSDT="250") == (units("0.0018"), "BNB")
    assert commission(QUARTER_OFF, "SELL", wealth=units("0.0018") - 1, BNBUSDT="250") == (units("0.6"), "USDT")
