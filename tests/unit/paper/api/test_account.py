"""Accounts and the wallet's calls: the documented answers of rest-api.md and of Binance's wallet documents."""

from __future__ import annotations

from typing import Any

from api_client import MARKET_MS, Client

from btbot.exchange.commands import Adjust
from btbot.exchange.units import SCALE

NONE = "0.00000000"


def test_an_account_is_as_documented(client: Client) -> None:
    client.venue.exchange.set_fees("alice", 150_000, 150_000)
    found = client.signed("GET", "account")
    expected: dict[str, Any] = {
        "makerCommission": 15, "takerCommission": 15, "buyerCommission": 0, "sellerCommission": 0,
        "commissionRates": {"maker": "0.00150000", "taker": "0.00150000", "buyer": NONE, "seller": NONE},
        "canTrade": True, "canWithdraw": False, "canDeposit": True, "brokered": False,
        "requireSelfTradePrevention": False, "preventSor": False, "updateTime": MARKET_MS, "accountType": "SPOT",
        "balances": [
            {"asset": "BTC", "free": "100.00000000", "locked": NONE},
            {"asset": "ETH", "free": NONE, "locked": NONE},
            {"asset": "USDT", "free": "1000000.00000000", "locked": NONE},
        ],
        "permissions": ["SPOT"], "uid": found["uid"],
    }  # fmt: skip
    assert list(found.items()) == list(expected.items())
    assert isinstance(found["uid"], int)


def test_what_an_order_holds_is_locked(book: Client) -> None:
    book.wait(5_000)
    book.limit("BUY", "1", "19000")
    found = book.signed("GET", "account", omitZeroBalances="true")
    assert found["balances"] == [
        {"asset": "BTC", "free": "100.00000000", "locked": NONE},
        {"asset": "USDT", "free": "981000.00000000", "locked": "19000.00000000"},
    ]
    assert found["updateTime"] == MARKET_MS + 5_000


def test_a_deposit_changes_the_account(client: Client) -> None:
    client.wait(7_000)
    client.venue.execute(Adjust("alice", "ETH", 5 * SCALE))
    found = client.signed("GET", "account")
    assert found["balances"][1] == {"asset": "ETH", "free": "5.00000000", "locked": NONE}
    assert found["updateTime"] == MARKET_MS + 7_000


def test_commission_rates_are_as_documented(client: Client) -> None:
    client.venue.exchange.set_fees("alice", 10, 20, 75_000_000)
    found = client.signed("GET", "account/commission", symbol="BTCUSDT")
    none = {"maker": NONE, "taker": NONE, "buyer": NONE, "seller": NONE}
    assert found == {
        "symbol": "BTCUSDT",
        "standardCommission": {"maker": "0.00000010", "taker": "0.00000020", "buyer": NONE, "seller": NONE},
        "specialCommission": none,
        "taxCommission": none,
        "discount": {
            "enabledForAccount": True, "enabledForSymbol": True, "discountAsset": "BNB", "discount": "0.75000000",
        },
    }  # fmt: skip
    assert client.signed("GET", "account/commission", symbol="NOPE") == {"code": -1121, "msg": "Invalid symbol."}
    assert client.signed("GET", "account/commission")["code"] == -1102


def test_filters_that_count_what_an_account_has(client: Client) -> None:
    found = client.signed("GET", "myFilters", symbol="BTCUSDT")
    assert found["exchangeFilters"] == found["assetFilters"] == []
    assert {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200} in found["symbolFilters"]
    assert all(one["filterType"].startswith("MAX_NUM") for one in found["symbolFilters"])
    assert [(one["interval"], one["limit"]) for one in found["rateLimits"]] == [("SECOND", 50), ("DAY", 160_000)]


def test_restrictions_of_a_key_are_as_documented(client: Client) -> None:
    found = client.signed("GET", "/sapi/v1/account/apiRestrictions")
    assert found == {
        "ipRestrict": False, "createTime": 0, "enableReading": True, "enableSpotAndMarginTrading": True,
        "enableWithdrawals": False, "enableInternalTransfer": False, "enableMargin": False, "enableFutures": False,
        "permitsUniversalTransfer": False, "enableVanillaOptions": False, "enableFixApiTrade": False,
        "enableFixReadOnly": False, "enablePortfolioMarginTrading": False,
    }  # fmt: skip


def test_restrictions_follow_what_the_key_may_do(client: Client) -> None:
    accounts = client.venue.accounts
    accounts.change_key(client.key.api_key, trading=False, withdrawals=True, ips=("127.0.0.1",))
    found = client.signed("GET", "/sapi/v1/account/apiRestrictions")
    assert (found["ipRestrict"], found["enableSpotAndMarginTrading"], found["enableWithdrawals"]) == (True, False, True)


def test_what_clients_ask_when_they_start(client: Client) -> None:
    """ccxt with its default options loads its markets from these (all URLs pointed here)."""
    assert client.signed("GET", "/sapi/v1/account/status") == {"data": "Normal"}
    assert client.signed("GET", "/sapi/v1/account/apiTradingStatus")["data"]["isLocked"] is False
    coins = client.signed("GET", "/sapi/v1/capital/config/getall")
    assert [(one["coin"], one["free"], one["networkList"]) for one in coins] == [
        ("BTC", "100.00000000", []), ("ETH", NONE, []), ("USDT", "1000000.00000000", []),
    ]  # fmt: skip
    for path in ("margin/isolated/allPairs", "capital/deposit/hisrec", "capital/withdraw/history"):
        assert client.signed("GET", f"/sapi/v1/{path}", coin="BTC") == []
    for path, expected in (
        ("/sapi/v1/margin/allPairs", b"[]"), ("/sapi/v1/system/status", b'{"status":0,"msg":"normal"}'),
    ):  # fmt: skip
        assert client.ask("GET", path).body == expected
    for path in ("/fapi/v1/exchangeInfo", "/dapi/v1/exchangeInfo"):
        assert b'"symbols":[]' in client.ask("GET", path).body


def test_fees_of_the_wallet(client: Client) -> None:
    expected = {"symbol": "BTCUSDT", "makerCommission": "0.00100000", "takerCommission": "0.00100000"}
    assert client.signed("GET", "/sapi/v1/asset/tradeFee", symbol="BTCUSDT") == [expected]
    assert len(client.signed("GET", "/sapi/v1/asset/tradeFee")) == 2
    assert client.signed("GET", "/sapi/v1/asset/tradeFee", symbol="NOPE")["code"] == -1121


def test_nothing_was_ever_allocated(client: Client) -> None:
    assert client.signed("GET", "myAllocations", symbol="BTCUSDT") == []
