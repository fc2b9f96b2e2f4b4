from __future__ import annotations

from typing import Any

import pytest
from api_client import NOW_MS, Client, make, symbol

from btbot.paper.api import Limits

COMBINATION = {"code": -1128, "msg": "Combination of optional parameters invalid."}


def test_ping_and_time(client: Client) -> None:
    assert client.public("ping") == {}
    assert client.public("time") == {"serverTime": NOW_MS}


def test_exchange_info_is_as_documented(client: Client) -> None:
    found = client.public("exchangeInfo")
    assert list(found) == ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols"]
    assert (found["timezone"], found["serverTime"], found["exchangeFilters"]) == ("UTC", NOW_MS, [])
    assert found["rateLimits"] == [
        {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000},
        {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 50},
        {"rateLimitType": "ORDERS", "interval": "DAY", "intervalNum": 1, "limit": 160000},
        {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
    ]
    assert [one["symbol"] for one in found["symbols"]] == ["BTCUSDT", "ETHBTC"]
    assert list(found["symbols"][0]) == [
        "symbol", "status", "baseAsset", "baseAssetPrecision", "quoteAsset", "quotePrecision", "quoteAssetPrecision",
        "baseCommissionPrecision", "quoteCommissionPrecision", "orderTypes", "icebergAllowed", "ocoAllowed",
        "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop", "cancelReplaceAllowed",
        "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed", "isMarginTradingAllowed", "filters",
        "permissions", "permissionSets", "defaultSelfTradePreventionMode", "allowedSelfTradePreventionModes",
    ]  # fmt: skip


def test_limits_are_those_in_force() -> None:
    limits = make(Limits(weight=7, raw_requests=8, orders_10s=9, orders_day=10)).public("exchangeInfo")
    assert limits["code"] == -1003  # exchangeInfo weighs 20
    found = make(Limits(weight=77, raw_requests=8, orders_10s=9, orders_day=10)).public("exchangeInfo")
    assert [one["limit"] for one in found["rateLimits"]] == [77, 9, 10, 8]


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({"symbol": "ETHBTC"}, ["ETHBTC"]),
        ({"symbols": '["ETHBTC","BTCUSDT"]'}, ["ETHBTC", "BTCUSDT"]),
        ({"permissions": "SPOT"}, ["BTCUSDT", "ETHBTC"]),
        ({"permissions": '["MARGIN","LEVERAGED"]'}, []),
        ({"symbolStatus": "HALT"}, ["HALTED"]),
        ({"symbolStatus": "TRADING"}, ["BTCUSDT", "ETHBTC"]),
        ({}, ["BTCUSDT", "ETHBTC", "HALTED"]),
    ],
)
def test_symbols_may_be_chosen(params: dict[str, str], names: list[str]) -> None:
    client = make()
    if "permissions" not in params:
        client.venue.set_symbol(symbol("HALTED", status="HALT"))
    assert [one["symbol"] for one in client.public("exchangeInfo", **params)["symbols"]] == names


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"symbol": "NOPE"}, {"code": -1121, "msg": "Invalid symbol."}),
        ({"symbols": '["BTCUSDT","NOPE"]'}, {"code": -1121, "msg": "Invalid symbol."}),
        ({"symbol": "BTCUSDT", "symbols": '["BTCUSDT"]'}, COMBINATION),
        ({"symbol": "BTCUSDT", "permissions": "SPOT"}, COMBINATION),
        ({"symbols": '["BTCUSDT"]', "symbolStatus": "TRADING"}, COMBINATION),
    ],
)
def test_choices_that_are_refused(client: Client, params: dict[str, str], expected: dict[str, Any]) -> None:
    assert client.public("exchangeInfo", **params) == expected


def test_permission_sets_may_be_left_out(client: Client) -> None:
    (found,) = client.public("exchangeInfo", symbol="BTCUSDT", showPermissionSets="false")["symbols"]
    assert found["permissionSets"] == []
    (found,) = client.public("exchangeInfo", symbol="BTCUSDT", showPermissionSets="true")["symbols"]
    assert found["permissionSets"] == [["SPOT"]]


def test_no_symbol_has_execution_rules(client: Client) -> None:
    expected = [{"symbol": "BTCUSDT", "rules": []}, {"symbol": "ETHBTC", "rules": []}]
    assert client.public("executionRules") == {"symbolRules": expected}
    assert client.public("executionRules", symbol="ETHBTC") == {"symbolRules": expected[1:]}
    assert client.public("executionRules", symbol="ETHBTC", symbolStatus="TRADING") == COMBINATION
    assert client.public("executionRules", symbol="NOPE")["code"] == -1121
