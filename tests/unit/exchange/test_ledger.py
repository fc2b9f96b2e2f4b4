"""Double entry: every booking leaves the sum of an asset over all parties at 0."""

from __future__ import annotations

from btbot.exchange.events import OrderEvent
from btbot.exchange.ledger import Ledger
from btbot.exchange.live import Live


def fill(side, **figures):
    order = Live(1, "alice", "BTCUSDT", "c", side, "LIMIT", "GTC", 100)
    return OrderEvent(order, "TRADE", 0, "FILLED", 0, 0, True, **figures)


def test_deposits_come_from_outside():
    ledger = Ledger()
    ledger.deposit("alice", "USDT", 500)
    ledger.deposit("alice", "USDT", -200)
    assert (ledger.free("alice", "USDT"), ledger.outside["USDT"]) == (300, -300)
    assert ledger.free("bob", "USDT") == ledger.free("alice", "BTC") == 0
    assert ledger.totals() == {"USDT": 0}


def test_purchase_and_sale():
    ledger = Ledger()
    ledger.deposit("alice", "USDT", 500)
    ledger.lock("alice", "USDT", 220)
    ledger.settle(fill("BUY", quantity=10, quote=200, commission=1, commission_asset="BTC"), "BTC", "USDT", 220)
    balances = ledger.accounts["alice"]
    assert (balances["USDT"].free, balances["USDT"].locked, balances["BTC"].total) == (300, 0, 9)
    ledger.settle(fill("SELL", quantity=4, quote=90, commission=2, commission_asset="USDT"), "BTC", "USDT", 0)
    assert (balances["USDT"].free, balances["BTC"].free) == (388, 5)
    assert dict(ledger.fees) == {"BTC": 1, "USDT": 2}
    assert dict(ledger.market) == {"USDT": 110, "BTC": -6}
    assert ledger.totals() == {"USDT": 0, "BTC": 0}


def test_fee_in_a_third_asset():
    ledger = Ledger()
    ledger.deposit("alice", "BTC", 4)
    ledger.deposit("alice", "BNB", 3)
    ledger.settle(fill("SELL", quantity=4, quote=90, commission=2, commission_asset="BNB"), "BTC", "USDT", 0)
    assert {asset: balance.free for asset, balance in ledger.accounts["alice"].items()} == {
        "BTC": 0,
        "BNB": 1,
        "USDT": 90,
    }
    assert set(ledger.totals().values()) == {0}
