"""Stocks from Yahoo through the real yfinance, against a server that answers as Yahoo does."""

import asyncio
import datetime as dt
import itertools

import numpy as np
import pytest
from aiohttp import web

from btbot.errors import ConfigError, Retryable
from btbot.exchange.stocks_opening import open_stocks
from btbot.timeframe import Timeframe

DAY, HOUR = Timeframe.parse("1d"), Timeframe.parse("1h")
WEEK = ("2024-03-07", "2024-03-08", "2024-03-11", "2024-03-12")  # the clocks change on the 10th


def utc(day):
    return round(dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC).timestamp() * 1000)


def ask(sellers, *arguments, name="yfinance", timeout_s=2.0):
    async def main():
        client = open_stocks(name, urls={"rest": sellers.url}, timeout_s=timeout_s)
        try:
            return await client.candles(*arguments)
        finally:
            await client.close()

    return asyncio.run(main())


@pytest.fixture
def apple(sellers, at):
    """Four sessions; single precision as Yahoo sends it, a dividend of a tenth on the third."""
    single = np.float32
    for number, day in enumerate(WEEK):
        close = float(single(150.1 + number))
        part = 0.9 if number < 2 else 1.0
        row = (at(day), float(single(150.4)), float(single(160.2)), float(single(140.3)), close, 1000 + number)
        sellers.bars["AAPL", "1d"].append((*row, float(single(close * part))))
    return sellers


def test_days_are_known_by_the_dates_of_their_sessions(apple):
    found = ask(apple, "AAPL", DAY, 0, 100)
    assert found.time.tolist() == [utc(day) for day in WEEK]
    assert found.values[0].tolist() == [150.4, 160.2, 140.3, 150.1, 1000.0]
    assert not found.newest_only


def test_volumes_stay_whole(sellers, at):
    """123456792 is a single precision number, of which 123456790 is the shortest decimal."""
    sellers.bars["AAPL", "1d"].append((at("2024-03-08"), 10.0, 12.0, 9.0, 11.0, 123456792, 11.0))
    assert ask(sellers, "AAPL", DAY, 0, 100).values[0, 4] == 123456792.0


@pytest.mark.parametrize(("start", "first"), [("2024-03-08", 1), ("2024-03-09", 2), ("2024-03-12", 3)])
def test_a_start_is_a_date_too(apple, start, first):
    found = ask(apple, "AAPL", DAY, utc(start), 100)
    assert found.time.tolist() == [utc(day) for day in WEEK[first:]]
    assert len(ask(apple, "AAPL", DAY, utc(start), 1)) == 1


def test_nothing_after_the_last_session_is_an_empty_page(apple):
    assert len(ask(apple, "AAPL", DAY, utc("2024-03-13"), 100)) == 0


def test_dividends_are_in_the_prices_where_the_name_says_so(apple):
    found = ask(apple, "AAPL", DAY, 0, 100, name="yfinance-adjusted")
    assert found.values[0].tolist() == [135.36, 144.18, 126.27, 135.09, 1000.0]  # nine tenths
    assert found.values[2].tolist() == [150.4, 160.2, 140.3, 152.1, 1002.0]
    with pytest.raises(ConfigError, match=r"there is no yfinance-raw; alpaca-raw is|'yfinance-raw' is not known"):
        ask(apple, "AAPL", DAY, 0, 100, name="yfinance-raw")


def test_hours_are_those_of_regular_trading_and_the_reach_is_told(sellers):
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    day = now - dt.timedelta(days=8)
    while day.weekday() > 4:
        day -= dt.timedelta(days=1)
    from zoneinfo import ZoneInfo

    opens = dt.datetime.combine(day.date(), dt.time(9, 30), ZoneInfo("America/New_York"))
    times = [round((opens + dt.timedelta(hours=number)).timestamp() * 1000) for number in range(7)]
    for number, time in enumerate(times):
        sellers.bars["AAPL", "1h"].append((time, 10.0, 12.0, 9.0, 11.0, 100 + number, 11.0))
    found = ask(sellers, "AAPL", HOUR, 0, 100)
    assert found.time.tolist() == times
    assert found.newest_only
    assert not ask(sellers, "AAPL", HOUR, times[0], 100).newest_only
    ((_, query),) = [one for one in sellers.requests("chart")[-1:] if "period1" in one[1]]
    assert query["interval"] == "1h"


def test_minutes_come_in_spans_that_yahoo_allows(sellers):
    now_ms = round(dt.datetime.now(dt.UTC).timestamp() * 1000)
    sellers.bars["AAPL", "1m"].append((now_ms - 40 * 86_400_000, 1.0, 1.0, 1.0, 1.0, 1, 1.0))
    found = ask(sellers, "AAPL", Timeframe.parse("1m"), 0, 100)
    assert (len(found), found.newest_only) == (0, True)
    spans = [
        (int(query["period1"]), int(query["period2"])) for _, query in sellers.requests("chart") if "period1" in query
    ]
    assert len(spans) == 5
    assert all(end - start <= 7 * 86_400 for start, end in spans)
    assert all(late[0] <= early[1] for early, late in itertools.pairwise(spans))


def answer(status=200, text="", **headers):
    return lambda request: web.Response(status=status, text=text, headers=headers, content_type="text/html")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (answer(200, "<html>Will be right back...</html>"), "no answer that can be read"),
        (answer(200, ""), "no answer that can be read"),
        (answer(200, '{"chart": {"resu'), "no answer that can be read"),
        (answer(502, "<html>Bad Gateway</html>"), "no answer that can be read"),
        (answer(429, "Too Many Requests"), "too many requests"),
    ],
)
def test_what_cannot_be_read_may_be_asked_again(apple, fault, said):
    """Whatever it was, the same question gets the right answer afterwards: nothing broken is kept."""
    ask(apple, "AAPL", DAY, 0, 100)
    apple.faults += [fault] * 6  # yfinance itself asks twice, with other cookies
    with pytest.raises(Retryable, match=said) as caught:
        ask(apple, "AAPL", DAY, 0, 100)
    assert caught.value.wait_s == (60.0 if "too many" in said else None)
    apple.faults.clear()
    assert len(ask(apple, "AAPL", DAY, 0, 100)) == 4


def test_silence_ends(apple):
    apple.silent = True
    with pytest.raises(Retryable, match="not reached"):
        ask(apple, "AAPL", DAY, 0, 100, timeout_s=0.3)


def test_an_unknown_ticker_is_told(sellers):
    with pytest.raises(ConfigError, match=r"^yfinance has no APPL; look the ticker up on finance\.yahoo\.com$"):
        ask(sellers, "APPL", DAY, 0, 100)
    with pytest.raises(ConfigError, match=r"'AAPL/USD' is no ticker; write it as Yahoo does, such as AAPL, BRK-B"):
        ask(sellers, "AAPL/USD", DAY, 0, 100)
    with pytest.raises(ConfigError, match="timeframe 4h is not offered; there are 1m, 2m, 5m, 15m, 30m, 1h, 1d"):
        ask(sellers, "AAPL", Timeframe.parse("4h"), 0, 100)


def test_the_market_is_no_further_than_the_latest_of_yahoos_places(sellers):
    async def main():
        client = open_stocks("yfinance", urls={"rest": sellers.url})
        return await client.time_ms(), await client.market_time_ms("AAPL")

    now, market = asyncio.run(main())
    assert now - market == pytest.approx(16 * 60_000, abs=5_000)
