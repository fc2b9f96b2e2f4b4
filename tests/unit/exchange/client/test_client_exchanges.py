"""Exchanges that differ from Binance Spot: what they answer is read right, and what they cannot give is noticed."""

from __future__ import annotations

import re

import numpy as np
import pytest

from btbot.errors import ConfigError, Rejected, Retryable
from btbot.exchange.client import FundingRate, Listing, TapeTrade
from btbot.paper.wire import Reply
from btbot.timeframe import Timeframe

H = Timeframe.parse("1h")
D = Timeframe.parse("1d")
START = 1_640_995_200_000  # 2022-01-01


NOW = 1_700_000_000_000


def now(frame):
    return frame.floor(NOW)


def kline(time_ms, text="1.5"):
    return [time_ms, text, text, text, text, "2.25", time_ms + H.ms - 1, "0", 1, "0", "0", "0"]


def binance_symbol(name, base, quote, **more):
    found = {
        "symbol": name, "status": "TRADING", "baseAsset": base, "quoteAsset": quote, "permissions": ["SPOT"],
        "isSpotTradingAllowed": True, "filters": [], "orderTypes": [], **more,
    }  # fmt: skip
    return {"timezone": "UTC", "rateLimits": [], "symbols": [found]}


def perpetual(name, base, quote):
    return binance_symbol(
        name, base, quote, contractType="PERPETUAL", marginAsset=quote, pair=name, contractSize=1,
        deliveryDate=4133404800000, onboardDate=1569398400000, pricePrecision=2, quantityPrecision=3,
    )  # fmt: skip


@pytest.fixture
def futures(made):
    nothing = {"timezone": "UTC", "rateLimits": [], "symbols": []}
    made.routes = {
        "/fapi/v1/exchangeInfo": lambda query: perpetual("BTCUSDT", "BTC", "USDT"),
        "/dapi/v1/exchangeInfo": lambda query: nothing,
    }
    return made


def test_perpetuals_have_the_names_of_spot(using, futures):
    futures.routes["/fapi/v1/klines"] = lambda query: [kline(int(query["startTime"]))]

    async def check(client):
        assert await client.listings() == {"BTC/USDT": Listing("BTC/USDT", "BTC", "USDT", True)}
        assert (await client.candles("BTC/USDT", H, START, 10)).time.tolist() == [START]
        assert client.candle_limit(H) == 1000

    using("binance", check, market="perpetual")
    assert futures.asked[-1] == (
        "/fapi/v1/klines",
        {"interval": "1h", "limit": "10", "symbol": "BTCUSDT", "startTime": str(START)},
    )


def test_funding_rates(using, futures):
    rows = [
        {"symbol": "BTCUSDT", "fundingTime": START + 8 * H.ms, "fundingRate": "-0.00002500", "markPrice": ""},
        {"symbol": "BTCUSDT", "fundingTime": START, "fundingRate": "0.00010000", "markPrice": "47000.12345678"},
    ]
    futures.routes["/fapi/v1/fundingRate"] = lambda query: rows

    async def check(client):
        assert await client.funding("BTC/USDT", START, 1000) == [
            FundingRate(START, 0.0001, 47000.12345678),
            FundingRate(START + 8 * H.ms, -0.000025, None),
        ]
        assert await client.funding("BTC/USDT", START + 1, 1) == [FundingRate(START + 8 * H.ms, -0.000025, None)]

    using("binance", check, market="perpetual")
    assert futures.asked[-1][1] == {"symbol": "BTCUSDT", "startTime": str(START + 1), "limit": "1"}


def test_a_server_without_perpetuals_says_so(using, futures):
    futures.routes["/fapi/v1/exchangeInfo"] = futures.routes["/dapi/v1/exchangeInfo"]

    async def check(client):
        with pytest.raises(ConfigError, match=r"^binance at in-process.invalid lists no perpetual markets$"):
            await client.candles("BTC/USDT", H, START, 10)

    using("binance", check, market="perpetual")


@pytest.fixture
def spot(made):
    made.routes["/api/v3/exchangeInfo"] = lambda query: binance_symbol("BTCUSDT", "BTC", "USDT")
    return made


def test_prices_are_the_exchanges_own_text(using, spot):
    texts = ["0.00000001", "123456789.12345678", "0.1", "67893.26000000", "1e-7", "3"]
    spot.routes["/api/v3/klines"] = lambda query: [
        [START + i * H.ms, text, text, text, text, text, 0, "0", 1, "0", "0", "0"] for i, text in enumerate(texts)
    ]

    async def check(client):
        page = await client.candles("BTC/USDT", H, START, 10)
        assert page.values[:, 0].tolist() == [float(text) for text in texts]
        assert page.values.shape == (6, 5)
        assert page.time.dtype == np.int64

    using("binance", check)


@pytest.mark.parametrize("count", [835, 1000])
def test_a_market_that_was_listed_lately_has_all_its_history(using, spot, count):
    spot.routes["/api/v3/klines"] = lambda query: [kline(now(H) - back * H.ms) for back in reversed(range(count))]

    async def check(client):
        page = await client.candles("BTC/USDT", H, START, 1000)
        assert (len(page), page.newest_only) == (count, False)

    using("binance", check)
    assert spot.count("/api/v3/klines") == 1


@pytest.fixture
def bybit(made):
    """Bybit's protocol; what it answers to a start and an end is the test's."""
    market = {
        "symbol": "BTCUSDT", "baseCoin": "BTC", "quoteCoin": "USDT", "status": "Trading", "innovation": "0",
        "lotSizeFilter": {"basePrecision": "0.000001", "quotePrecision": "0.00000001", "minOrderQty": "0.00004"},
        "priceFilter": {"tickSize": "0.01"},
    }  # fmt: skip
    listed = {"retCode": 0, "retMsg": "OK", "result": {"category": "spot", "list": [market]}, "time": NOW}
    made.routes["/v5/market/instruments-info"] = lambda query: listed
    return made


def bybit_candles(first, last):
    rows = [[str(one), "1.5", "2.5", "0.5", "1.0", "9.25", "0"] for one in range(first, last + 1, H.ms)]
    result = {"category": "spot", "symbol": "BTCUSDT", "list": rows[::-1]}
    return {"retCode": 0, "retMsg": "OK", "result": result, "time": NOW}


def test_newest_first_is_turned_round(using, bybit):
    bybit.routes["/v5/market/kline"] = lambda query: bybit_candles(int(query["start"]), int(query["start"]) + 4 * H.ms)

    async def check(client):
        page = await client.candles("BTC/USDT", H, START, 5)
        assert page.time.tolist() == [START + i * H.ms for i in range(5)]
        assert page.values[0].tolist() == [1.5, 2.5, 0.5, 1.0, 9.25]

    using("bybit", check)


def test_a_young_market_elsewhere_is_young(using, bybit):
    """A page that is not full has all there is, wherever it begins."""
    bybit.routes["/v5/market/kline"] = lambda query: (
        bybit_candles(now(H) - 299 * H.ms, now(H)) if "end" not in query else bybit_candles(1, 0)
    )

    async def check(client):
        page = await client.candles("BTC/USDT", H, START, 1000)
        assert (page.time[0], len(page), page.newest_only) == (now(H) - 299 * H.ms, 300, False)

    using("bybit", check)
    assert bybit.count("/v5/market/kline") == 3


@pytest.mark.parametrize("cap", [200, 150])
def test_an_exchange_that_gives_the_newest_unless_told_where_to_end(using, bybit, cap):
    """What is asked with a start alone is answered with the newest candles; with an end, with those before it."""

    def klines(query):
        last = min(now(H), int(query.get("end", now(H)))) // H.ms * H.ms
        return bybit_candles(max(int(query["start"]), last - (cap - 1) * H.ms), last)

    bybit.routes["/v5/market/kline"] = klines

    async def check(client):
        for start in (START, START + cap * H.ms):
            page = await client.candles("BTC/USDT", H, start, cap)
            assert (page.time[0], len(page), page.newest_only) == (start, cap, False)

    using("bybit", check)
    assert bybit.count("/v5/market/kline") == 3  # the first page was asked for twice, and never again


def test_an_exchange_that_gives_the_newest_whenever_told_how_many(using, bybit):
    """The protocol of Bybit always says how many: that ccxt's default is asked for stands for no number."""

    def klines(query):
        if query["limit"] != "200":
            return bybit_candles(now(H) - (int(query["limit"]) - 1) * H.ms, now(H))
        return bybit_candles(int(query["start"]), int(query["end"]))

    bybit.routes["/v5/market/kline"] = klines

    async def check(client):
        for start in (START, START + 150 * H.ms):
            page = await client.candles("BTC/USDT", H, start, 150)
            assert (page.time[0], len(page), page.newest_only) == (start, 150, False)

    using("bybit", check)
    assert bybit.count("/v5/market/kline") == 4


def test_an_exchange_that_does_not_listen_to_the_start(using, bybit):
    refused = {"retCode": 10001, "retMsg": "params error: end", "result": {}, "time": NOW}
    newest = bybit_candles(now(H) - 299 * H.ms, now(H))
    bybit.routes["/v5/market/kline"] = lambda query: refused if "end" in query else newest

    async def check(client):
        page = await client.candles("BTC/USDT", H, START, 200)
        assert (page.time[0], len(page), page.newest_only) == (now(H) - 299 * H.ms, 200, True)
        page = await client.candles("BTC/USDT", H, int(page.time[-1]) + 1, 200)
        assert (page.time[0], len(page), page.newest_only) == (now(H) - 99 * H.ms, 100, False)

    using("bybit", check)


def test_trades_are_found_behind_empty_hours(using, spot):
    """Binance answers for an hour; which trade is the first after a longer silence is found by ids."""
    times = [START + i * 60_000 for i in range(50)] + [START + 90 * D.ms + i * 1_000 for i in range(1500)]
    tape = [
        {"a": 7 + i, "p": "100.10", "q": "0.5", "f": i, "l": i, "T": one, "m": i % 2 == 1}
        for i, one in enumerate(times)
    ]

    def trades(query):
        limit = int(query["limit"])
        if "fromId" in query:
            return [one for one in tape if one["a"] >= int(query["fromId"])][:limit]
        if "startTime" in query:
            return [one for one in tape if int(query["startTime"]) <= one["T"] <= int(query["endTime"])][:limit]
        return tape[-limit:]

    spot.routes["/api/v3/aggTrades"] = trades

    async def check(client):
        found = await client.trades("BTC/USDT", start_ms=START)
        assert [len(found), found[0], found[1].side] == [50, TapeTrade(START, "7", 100.1, 0.5, "buy"), "sell"]
        asked = len(spot.asked)
        found = await client.trades("BTC/USDT", start_ms=times[49] + 1)
        assert [found[0].trade_id, len(found)] == ["57", 1000]
        assert len(spot.asked) - asked < 20
        found = await client.trades("BTC/USDT", after_id=found[-1].trade_id)
        assert [found[0].trade_id, len(found), found[-1].trade_id] == ["1057", 500, "1556"]
        assert await client.trades("BTC/USDT", after_id="1556") == []
        assert await client.trades("BTC/USDT", start_ms=times[-1] + 1) == []
        assert [trade.trade_id for trade in await client.trades("BTC/USDT", limit=2)] == ["1555", "1556"]
        assert (await client.trades("BTC/USDT", start_ms=START - 400 * D.ms, limit=1))[0].trade_id == "7"

    using("binance", check)


@pytest.fixture
def bybit_perpetual(made):
    market = {
        "symbol": "BTCUSDT", "contractType": "LinearPerpetual", "status": "Trading", "baseCoin": "BTC", "quoteCoin": "USDT",
        "settleCoin": "USDT", "launchTime": "1585526400000", "deliveryTime": "0", "fundingInterval": 480,
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {"maxOrderQty": "100", "minOrderQty": "0.001", "qtyStep": "0.001"},
        "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
    }  # fmt: skip
    instruments = {
        "linear": {"retCode": 0, "result": {"category": "linear", "list": [market]}, "time": NOW},
        "inverse": {"retCode": 0, "result": {"category": "inverse", "list": []}, "time": NOW},
    }
    made.routes["/v5/market/instruments-info"] = lambda query: instruments[query["category"]]
    return made


def bybit_rates(times):
    rows = [{"symbol": "BTCUSDT", "fundingRate": "0.0001", "fundingRateTimestamp": str(one)} for one in times]
    return {"retCode": 0, "retMsg": "OK", "result": {"category": "linear", "list": rows[::-1]}, "time": NOW}


@pytest.mark.parametrize("step", [8 * H.ms, H.ms])
@pytest.mark.parametrize("before", [0, 300 * D.ms])
def test_funding_of_an_exchange_that_gives_the_newest_of_a_stretch(using, bybit_perpetual, step, before):
    """Also where the stretch is over before the market begins, and where rates are closer than the exchange says."""
    times = list(range(START, START + 500 * step, step))

    def rates(query):
        inside = [one for one in times if int(query["startTime"]) <= one <= int(query["endTime"])]
        return bybit_rates(inside[-200:])

    bybit_perpetual.routes["/v5/market/funding/history"] = rates

    async def check(client):
        got, at = [], START - before
        if before or step == H.ms:  # the stretch has more than an answer holds, or nothing
            assert len(await client.funding("BTC/USDT", at, 300)) == 300
        while page := await client.funding("BTC/USDT", at, 300):
            assert len(page) <= 300
            got += page
            at = page[-1].time_ms + 1
        assert [rate.time_ms for rate in got] == times

    using("bybit", check, market="perpetual")
    assert bybit_perpetual.count("/v5/market/funding/history") < 20


def test_funding_of_an_exchange_that_gives_its_newest_alone(using, bybit_perpetual):
    times = [now(H) - back * 8 * H.ms for back in reversed(range(100))]
    bybit_perpetual.routes["/v5/market/funding/history"] = lambda query: bybit_rates(times)
    text = (
        "^bybit: funding rates of BTC/USDT: asked for rates from 2022-01-01 00:00:00 UTC on, the exchange gives its newest 100, "
        "from 2023-10-12 22:00:00 UTC on; older ones cannot be had through its API: ask for rates from then on, or import an archive$"
    )

    async def check(client):
        with pytest.raises(Rejected, match=text):
            await client.funding("BTC/USDT", START, 1000)
        assert len(await client.funding("BTC/USDT", times[0], 1000)) == 100

    using("bybit", check, market="perpetual")


@pytest.fixture
def kraken(made):
    pair = {
        "altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD", "pair_decimals": 1, "lot_decimals": 8,
        "leverage_buy": [], "fees": [[0, 0.4]], "fees_maker": [[0, 0.25]], "ordermin": "0.0001", "status": "online",
    }  # fmt: skip
    currency = {"aclass": "currency", "altname": "XBT", "decimals": 10, "display_decimals": 5, "status": "enabled"}
    made.routes = {
        "/0/public/Assets": lambda query: {
            "error": [],
            "result": {"XXBT": currency, "ZUSD": {**currency, "altname": "USD"}},
        },
        "/0/public/AssetPairs": lambda query: {"error": [], "result": {"XXBTZUSD": pair}},
        "/0/public/Time": lambda query: {"error": [], "result": {"unixtime": 1_700_000_000}},
    }
    return made


def kraken_candles(query):
    """The newest 720 of all that are not before ``since``."""
    first = max(int(query["since"]) * 1000 + D.ms, now(D) - 719 * D.ms) // D.ms * D.ms
    rows = [[one // 1000, "1.0", "2.0", "0.5", "1.5", "1.2", "7.5", 3] for one in range(first, now(D) + 1, D.ms)]
    return {"error": [], "result": {"XXBTZUSD": rows, "last": 0}}


def test_kraken_keeps_its_newest_720(using, kraken):
    kraken.routes["/0/public/OHLC"] = kraken_candles

    async def check(client):
        assert list(await client.listings()) == ["BTC/USD"]
        assert client.candle_limit(D) == 720
        page = await client.candles("BTC/USD", D, START - 365 * D.ms, 720)
        assert (page.time[0], len(page), page.newest_only) == (now(D) - 719 * D.ms, 720, True)
        assert page.values[0].tolist() == [1.0, 2.0, 0.5, 1.5, 7.5]
        page = await client.candles("BTC/USD", D, now(D) - 99 * D.ms, 720)
        assert (page.time[0], len(page), page.newest_only) == (now(D) - 99 * D.ms, 100, False)
        assert await client.time_ms() == 1_700_000_000_000

    using("kraken", check)


def test_a_limit_that_is_told_with_a_status_of_success_closes_the_gate(using, kraken):
    kraken.routes["/0/public/OHLC"] = lambda query: {"error": ["EAPI:Rate limit exceeded"]}

    async def check(client):
        with pytest.raises(Retryable, match=re.escape("candles of BTC/USD 1d: GET in-process.invalid")) as caught:
            await client.candles("BTC/USD", D, START, 720)
        assert "EAPI:Rate limit exceeded" in str(caught.value)
        assert 1.5 < caught.value.wait_s <= 2.0

    using("kraken", check)


def test_a_refusal_whose_body_never_comes_closes_the_gate_too(using, spot):
    answers = [Reply(429, b"x" * 100, {"Retry-After": "60"}, wire="truncate")]
    spot.routes["/api/v3/klines"] = lambda query: answers.pop() if answers else [kline(START)]

    async def check(client):
        with pytest.raises(Retryable, match="the connection broke in the middle of the answer"):
            await client.candles("BTC/USDT", H, START, 10)
        assert len(await client.candles("BTC/USDT", H, START, 10)) == 1

    using("binance", check)
    assert spot.times[-1] - spot.times[-2] >= 60_000


@pytest.fixture
def bitstamp(made):
    market = {
        "base_currency": "BTC", "counter_currency": "USD", "market_symbol": "btcusd", "market_type": "SPOT", "trading": "Enabled",
        "description": "Bitcoin / U.S. dollar", "base_decimals": 8, "counter_decimals": 0, "name": "BTC/USD", "minimum_order_value": "10",
    }  # fmt: skip
    made.routes = {"/api/v2/markets/": lambda query: [market]}
    return made


def bitstamp_trades(count):
    newest = now(Timeframe(1000)) // 1000
    return [
        {"date": str(newest - back * 30), "tid": str(1000 - back), "price": "45000.5", "type": "1", "amount": "0.25"}
        for back in range(count)
    ]


def test_an_exchange_with_its_newest_trades_alone_is_refused_for_older_ones(using, bitstamp):
    bitstamp.routes["/api/v2/transactions/btcusd/"] = lambda query: bitstamp_trades(100)
    reach = (
        "^bitstamp: trades of BTC/USD: asked for trades from 2022-01-01 00:00:00 UTC on, the exchange gives its newest ones, from "
        "2023-11-14 21:23:50 UTC on; older ones cannot be had through its API: ask for trades from then on, or import an archive$"
    )

    async def check(client):
        found = await client.trades("BTC/USD", limit=2)
        assert found[-1] == TapeTrade(found[-1].time_ms, "1000", 45000.5, 0.25, "sell")
        assert len(found) == 2
        assert [trade.trade_id for trade in await client.trades("BTC/USD", start_ms=found[0].time_ms)] == [
            "999",
            "1000",
        ]
        with pytest.raises(Rejected, match=reach):
            await client.trades("BTC/USD", start_ms=START)
        with pytest.raises(ConfigError, match="bitstamp: trades cannot be asked for by id; ask by time"):
            await client.trades("BTC/USD", after_id="999")

    using("bitstamp", check)


def test_a_clock_that_nobody_tells_is_read_from_the_answers(using, bitstamp):
    date = {"Date": "Tue, 14 Nov 2023 22:14:20 GMT"}
    bitstamp.routes["/api/v2/transactions/btcusd/"] = lambda query: Reply(200, b"[]", date)

    async def check(client):
        assert await client.time_ms() == NOW
        await client.trades("BTC/USD")
        assert abs(await client.time_ms() - (NOW + 60_000)) < 2_000

    using("bitstamp", check)
