"""The table of endpoints against the documents: rest-api.md, web-socket-api.md."""

from __future__ import annotations

import pytest

from btbot.paper.api.registry import METHODS, REST

# verb, path, method of the ws-api, security, weight, unfilled orders: copied from the documents by hand
DOCUMENTED = """
GET    /api/v3/ping                        ping                         NONE       1   0
GET    /api/v3/time                        time                         NONE       1   0
GET    /api/v3/exchangeInfo                exchangeInfo                 NONE       20  0
GET    /api/v3/depth                       depth                        NONE       5   0
GET    /api/v3/trades                      trades.recent                NONE       25  0
GET    /api/v3/historicalTrades            trades.historical            NONE       25  0
GET    /api/v3/aggTrades                   trades.aggregate             NONE       4   0
GET    /api/v3/klines                      klines                       NONE       2   0
GET    /api/v3/uiKlines                    uiKlines                     NONE       2   0
GET    /api/v3/avgPrice                    avgPrice                     NONE       2   0
GET    /api/v3/ticker/24hr                 ticker.24hr                  NONE       80  0
GET    /api/v3/ticker/tradingDay           ticker.tradingDay            NONE       4   0
GET    /api/v3/ticker                      ticker                       NONE       4   0
GET    /api/v3/ticker/price                ticker.price                 NONE       4   0
GET    /api/v3/ticker/bookTicker           ticker.book                  NONE       4   0
GET    /api/v3/executionRules              executionRules               NONE       40  0
GET    /api/v3/referencePrice              referencePrice               NONE       2   0
GET    /api/v3/referencePrice/calculation  referencePrice.calculation   NONE       2   0
GET    /api/v3/historicalBlockTrades       blockTrades.historical       NONE       25  0
POST   /api/v3/sor/order                   sor.order.place              TRADE      1   0
POST   /api/v3/sor/order/test              sor.order.test               TRADE      1   0
POST   /api/v3/orderList/opo               orderList.place.opo          TRADE      1   2
POST   /api/v3/orderList/opoco             orderList.place.opoco        TRADE      1   3
POST   /api/v3/order                       order.place                  TRADE      1   1
POST   /api/v3/order/test                  order.test                   TRADE      1   0
GET    /api/v3/order                       order.status                 USER_DATA  4   0
DELETE /api/v3/order                       order.cancel                 TRADE      1   0
POST   /api/v3/order/cancelReplace         order.cancelReplace          TRADE      1   0
PUT    /api/v3/order/amend/keepPriority    order.amend.keepPriority     TRADE      4   0
GET    /api/v3/order/amendments            order.amendments             USER_DATA  4   0
GET    /api/v3/openOrders                  openOrders.status            USER_DATA  80  0
DELETE /api/v3/openOrders                  openOrders.cancelAll         TRADE      1   0
GET    /api/v3/allOrders                   allOrders                    USER_DATA  20  0
POST   /api/v3/order/oco                   orderList.place              TRADE      1   2
POST   /api/v3/orderList/oco               orderList.place.oco          TRADE      1   2
POST   /api/v3/orderList/oto               orderList.place.oto          TRADE      1   2
POST   /api/v3/orderList/otoco             orderList.place.otoco        TRADE      1   3
GET    /api/v3/orderList                   orderList.status             USER_DATA  4   0
DELETE /api/v3/orderList                   orderList.cancel             TRADE      1   0
GET    /api/v3/allOrderList                allOrderLists                USER_DATA  20  0
GET    /api/v3/openOrderList               openOrderLists.status        USER_DATA  6   0
GET    /api/v3/account                     account.status               USER_DATA  20  0
GET    /api/v3/account/commission          account.commission           USER_DATA  20  0
GET    /api/v3/rateLimit/order             account.rateLimits.orders    USER_DATA  40  0
GET    /api/v3/myTrades                    myTrades                     USER_DATA  20  0
GET    /api/v3/myPreventedMatches          myPreventedMatches           USER_DATA  2   0
GET    /api/v3/myAllocations               myAllocations                USER_DATA  20  0
GET    /api/v3/myFilters                   myFilters                    USER_DATA  40  0
"""
ROWS = [line.split() for line in DOCUMENTED.strip().splitlines()]


@pytest.mark.parametrize(("verb", "path", "method", "security", "weight", "orders"), ROWS, ids=[row[2] for row in ROWS])
def test_endpoints_are_where_the_documents_say(
    verb: str, path: str, method: str, security: str, weight: str, orders: str
) -> None:
    endpoint = REST[verb, path]
    assert METHODS[method] is endpoint
    assert endpoint.security == security
    assert endpoint.weigh({}) == int(weight)
    assert endpoint.orders == int(orders)


def test_nothing_of_the_spot_api_is_missing_in_the_table() -> None:
    assert {row[2] for row in ROWS} == METHODS.keys()


@pytest.mark.parametrize(
    ("method", "raw", "weight"),
    [
        ("depth", {"limit": "100"}, 5),
        ("depth", {"limit": "101"}, 25),
        ("depth", {"limit": "500"}, 25),
        ("depth", {"limit": "501"}, 50),
        ("depth", {"limit": "1000"}, 50),
        ("depth", {"limit": "1001"}, 250),
        ("depth", {"limit": "9999"}, 250),
        ("depth", {"limit": "x"}, 5),
        ("ticker.24hr", {"symbol": "A"}, 2),
        ("ticker.24hr", {"symbols": '["A","B"]'}, 2),
        ("ticker.24hr", {"symbols": str([f"S{n}" for n in range(21)]).replace("'", '"')}, 40),
        ("ticker.24hr", {"symbols": str([f"S{n}" for n in range(101)]).replace("'", '"')}, 80),
        ("ticker.24hr", {"symbols": "["}, 2),
        ("ticker", {"symbol": "A"}, 4),
        ("ticker", {"symbols": '["A","B","C"]'}, 12),
        ("ticker.tradingDay", {"symbols": str([f"S{n}" for n in range(60)]).replace("'", '"')}, 200),
        ("ticker.price", {"symbol": "A"}, 2),
        ("ticker.price", {"symbols": '["A"]'}, 4),
        ("ticker.book", {"symbol": "A"}, 2),
        ("openOrders.status", {"symbol": "A"}, 6),
        ("myTrades", {"symbol": "A", "orderId": "1"}, 5),
        ("myPreventedMatches", {"symbol": "A", "orderId": "1"}, 20),
        ("order.test", {"computeCommissionRates": "true"}, 20),
        ("order.test", {"computeCommissionRates": "false"}, 1),
    ],
)
def test_weights_by_what_is_asked_for(method: str, raw: dict[str, str], weight: int) -> None:
    assert METHODS[method].weigh(raw) == weight


@pytest.mark.parametrize(
    ("raw", "weight"), [({}, 40), ({"symbol": "A"}, 2), ({"symbols": '["A","B"]'}, 4), ({"symbolStatus": "HALT"}, 40)]
)
def test_weights_of_execution_rules(raw: dict[str, str], weight: int) -> None:
    assert REST["GET", "/api/v3/executionRules"].weigh(raw) == weight


def test_every_endpoint_says_what_it_does() -> None:
    for endpoint in REST.values():
        assert (endpoint.handler.__doc__ or "").partition("\n")[0].endswith(".")
