"""Stocks from Alpaca, against a server that answers as its documentation says."""

import asyncio
import datetime as dt
import doctest
import json
import logging
import time

import pytest
from aiohttp import web

from btbot.errors import ConfigError, Rejected, Retryable
from btbot.exchange import stocks_opening, stocks_prices
from btbot.exchange.stocks_opening import open_stocks, sells_stocks
from btbot.timeframe import Timeframe

DAY, HALF = Timeframe.parse("1d"), Timeframe.parse("30m")
KEYS = {"APCA_API_KEY_ID": "PKTEST", "APCA_API_SECRET_KEY": "s3cr3t"}


def utc(text):
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


def call(sellers, use, name="alpaca"):
    async def main():
        client = open_stocks(name, urls={"rest": sellers.url}, timeout_s=0.5, environ=KEYS)
        try:
            return await use(client)
        finally:
            await client.close()

    return asyncio.run(main())


def ask(sellers, *arguments, name="alpaca"):
    return call(sellers, lambda client: client.candles(*arguments), name)


@pytest.fixture
def apple(sellers, at):
    """Days with the stamps of Alpaca, midnight of New York; one in summer time, one in winter time."""
    for number, day in enumerate(("2024-03-08", "2024-03-11")):
        sellers.bars["AAPL", "1Day"].append((at(day, 0, 0), 10.5, 12.25, 9.75, 11.0 + number, 1000 + number))
    return sellers


def test_days_are_known_by_the_dates_of_their_sessions(apple):
    found = ask(apple, "AAPL", DAY, 0, 100)
    assert found.time.tolist() == [utc("2024-03-08"), utc("2024-03-11")]
    assert found.values.tolist() == [[10.5, 12.25, 9.75, 11.0, 1000.0], [10.5, 12.25, 9.75, 12.0, 1001.0]]
    assert ask(apple, "AAPL", DAY, utc("2024-03-11"), 100).time.tolist() == [utc("2024-03-11")]
    assert ask(apple, "AAPL", DAY, utc("2024-03-08"), 1).time.tolist() == [utc("2024-03-08")]
    assert len(ask(apple, "AAPL", DAY, utc("2024-03-12"), 100)) == 0


@pytest.mark.parametrize(("name", "word"), [("alpaca", "split"), ("alpaca-adjusted", "all"), ("alpaca-raw", "raw")])
def test_the_name_says_how_prices_are_adjusted(apple, name, word):
    ask(apple, "AAPL", DAY, 0, 100, name=name)
    ((_, query),) = apple.requests("bars")
    assert (query["adjustment"], query["feed"], query["sort"]) == (word, "sip", "asc")
    end = dt.datetime.fromisoformat(query["end"]).timestamp()
    assert 15.5 * 60 < time.time() - end < 17 * 60  # younger ones need a subscription
    headers = apple.asked[-1][2]
    assert (headers["APCA-API-KEY-ID"], headers["APCA-API-SECRET-KEY"]) == ("PKTEST", "s3cr3t")


def test_only_regular_hours_count_and_pages_go_on_until_there_are_enough(sellers, at):
    """From 04:00 to 20:00 there are 32 half hours, 13 of them regular; 7 on the day before a holiday."""
    for day in ("2024-07-02", "2024-07-03", *[f"2024-07-{number:02d}" for number in range(8, 13)] * 6):
        sellers.bars["AAPL", "30Min"] += [
            (at(day, 4, 0) + half * 1_800_000, 1.0, 1.0, 1.0, 1.0, half) for half in range(32)
        ]
    rows = sorted(set(sellers.bars["AAPL", "30Min"]))
    late = [(at("2024-07-05", 18, 0) + number * 1_000, 1.0, 1.0, 1.0, 1.0, 0) for number in range(800)]
    sellers.bars["AAPL", "30Min"] = sorted(rows + late)
    found = ask(sellers, "AAPL", HALF, utc("2024-07-02"), 1000)
    assert len(found) == 13 + 7 + 5 * 13
    assert [found.time[0], found.time[19]] == [at("2024-07-02"), at("2024-07-03", 12, 30)]
    assert len(sellers.requests("bars")) == 3  # pages of 400, one of them without a regular bar
    assert len(ask(sellers, "AAPL", HALF, utc("2024-07-02"), 15)) == 15


def test_the_clock_and_the_list_are_alpacas(apple):
    assert abs(call(apple, lambda client: client.time_ms()) - time.time() * 1000) < 2_000
    listed = call(apple, lambda client: client.listings())
    assert (listed["AAPL"].base, listed["AAPL"].quote, listed["AAPL"].active) == ("AAPL", "USD", True)
    with pytest.raises(ConfigError, match=r"^alpaca has no stock APPL; did you mean 'AAPL'\?$"):
        ask(apple, "APPL", DAY, 0, 10)
    with pytest.raises(ConfigError, match=r"^alpaca: timeframe 1h is not offered; there are 1m, 5m, 15m, 30m, 1d$"):
        ask(apple, "AAPL", Timeframe.parse("1h"), 0, 10)


def answer(status=200, text="", **headers):
    return lambda request: web.Response(status=status, text=text, headers=headers, content_type="application/json")


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (answer(429, '{"message": "too many requests."}'), Retryable, "too many requests"),
        (answer(500, '{"message": "internal"}'), Retryable, "answered 500"),
        (answer(200, "<html>maintenance</html>"), Retryable, "no answer that can be read"),
        (answer(200, ""), Retryable, "no answer that can be read|answered '?None"),
        (answer(200, "[1, 2]"), Retryable, r"answered '\[1, 2\]' instead of a dict"),
        (answer(200, '{"bars": [{"t": "soon"}]}'), Retryable, "bars that cannot be read"),
        (answer(200, '{"bars": [{"t": "2024-03-08T05:00:00Z", "o": null}]}'), Retryable, "bars that cannot be read"),
        (answer(403, '{"message": "forbidden."}'), ConfigError, "refuses the keys .403.; correct APCA_API_KEY_ID and"),
        (answer(403, '{"message": "subscription does not permit querying recent SIP data"}'), Rejected, "subscription"),
        (answer(422, '{"message": "invalid limit"}'), Rejected, r"refused \(422\).*invalid limit"),
    ],
)
def test_each_answer_says_what_to_do(apple, caplog, fault, kind, said):
    caplog.set_level(logging.DEBUG)

    async def use(client):
        await client.listings()
        apple.faults.append(fault)
        with pytest.raises(kind, match=said) as caught:
            await client.candles("AAPL", DAY, 0, 100)
        assert "s3cr3t" not in str(caught.value) + repr(client) + caplog.text
        assert "PKTEST" not in str(caught.value) + repr(client) + caplog.text
        assert len(await client.candles("AAPL", DAY, 0, 100)) == 2

    call(apple, use)


@pytest.mark.parametrize(("headers", "wait"), [({}, (60, 60)), ({"X-RateLimit-Reset": "in"}, (18, 20))])
def test_how_long_to_wait_is_in_the_header(apple, headers, wait):
    if headers:
        headers = {"X-RateLimit-Reset": str(int(time.time()) + 20)}
    apple.faults.append(answer(429, "{}", **headers))
    with pytest.raises(Retryable) as caught:
        ask(apple, "AAPL", DAY, 0, 100)
    assert wait[0] <= caught.value.wait_s <= wait[1]


def test_bars_out_of_order_are_not_taken(apple):
    bars = [{"t": f"2024-03-{day}T05:00:00Z"} | dict.fromkeys("ohlcv", 1) for day in ("08", "07")]
    call(apple, lambda client: client.listings())

    async def use(client):
        await client.listings()
        apple.faults.append(answer(200, json.dumps({"bars": bars})))
        with pytest.raises(Retryable, match="not in the order of time"):
            await client.candles("AAPL", DAY, 0, 100)

    call(apple, use)


def test_what_stocks_have_not_is_refused(sellers):
    async def use(client):
        for one in (client.trades("AAPL"), client.funding("AAPL", 0, 10), client.book("AAPL", 10)):
            with pytest.raises(ConfigError, match=r"cannot be downloaded|have no funding"):
                await one

    call(sellers, use)


def test_keys_and_names_are_asked_for():
    with pytest.raises(ConfigError, match=r"set the environment variables APCA_API_KEY_ID and APCA_API_SECRET_KEY"):
        open_stocks("alpaca", environ={})
    with pytest.raises(ConfigError, match=r"variables APCA_API_SECRET_KEY to"):
        open_stocks("alpaca-raw", environ={"APCA_API_KEY_ID": "a"})
    with pytest.raises(
        ConfigError, match=r"'alpaca-row' is not known; did you mean 'alpaca-raw'\?; stocks are sold by"
    ):
        open_stocks("alpaca-row", environ=KEYS)
    assert [sells_stocks(name) for name in ("alpaca", "yfinance-adjusted", "binance")] == [True, True, False]


def test_a_seller_that_is_not_there_may_come_back():
    async def main():
        client = open_stocks("alpaca", urls={"rest": "http://127.0.0.1:9"}, timeout_s=0.5, environ=KEYS)
        with pytest.raises(Retryable, match=r"127\.0\.0\.1:9/v2/assets: not reached .Cannot connect to host"):
            await client.listings()
        await client.close()

    asyncio.run(main())


@pytest.mark.parametrize("module", [stocks_opening, stocks_prices])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("text", ['[{"symbol": "A"}]', '["A"]', '[{"status": "active"}]'])
def test_a_list_of_stocks_that_cannot_be_read_is_told(sellers, text):
    sellers.faults.append(answer(200, text))
    with pytest.raises(Retryable, match="alpaca: answered stocks that cannot be read"):
        call(sellers, lambda client: client.listings())
    sellers.faults.append(answer(200, '{"timestamp": 5}'))
    with pytest.raises(Retryable, match="alpaca: answered a time that cannot be read"):
        call(sellers, lambda client: client.time_ms())
