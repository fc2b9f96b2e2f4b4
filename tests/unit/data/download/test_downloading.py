"""Several series at a time, given spans, progress, markets that rest, histories that are restated."""

from __future__ import annotations

import asyncio
import sqlite3

import numpy as np
import pytest
from scripted_exchange import HOUR, T0, ScriptedExchange, again, bars, changed, equal, kept, patient, run

from btbot.bars import Bars
from btbot.data.download import Job, download
from btbot.data.store import Channel
from btbot.errors import ConfigError, DataError, Rejected
from btbot.timeframe import Timeframe

JOB = Job("BTC/USDT", HOUR)
DAY = Timeframe.parse("1d")


def exchange(*sources, **more):
    return ScriptedExchange({one.symbol: one for one in sources}, now=int(sources[0].close_time[-1]), **more)


def test_one_job_that_fails_does_not_stop_the_others(store):
    good, bad = bars(60), bars(60, symbol="ETH/USDT", seed=2)
    client = exchange(good, bad)

    def fault(number, answer):
        if client.asked[-1][0] == "ETH/USDT" and number > 6:
            raise Rejected("paper: it is forbidden")
        return answer

    client.fault = fault
    ok, failed = run(store, client, [JOB, Job("ETH/USDT", HOUR)])
    assert (ok.finished, ok.error) == (True, None)
    assert (failed.finished, str(failed.error)) == (False, "paper: it is forbidden")
    assert equal(store, good)
    client.fault = None
    run(store, client, [JOB, Job("ETH/USDT", HOUR)])
    assert equal(store, bad)


def test_many_series_are_asked_for_at_a_time_but_no_more_than_workers(store):
    sources = [bars(250, symbol=f"{name}/USDT", seed=ord(name)) for name in "ABC"]
    client = exchange(*sources, pause=0.0005)
    found = run(store, client, [Job(one.symbol, HOUR) for one in sources], workers=3)
    assert client.busiest == 3
    assert [one.inserted for one in found] == [250, 250, 250]
    assert all(equal(store, one) for one in sources)


def test_a_long_span_of_one_series_is_asked_for_in_parallel(store):
    source = bars(900)
    client = exchange(source, pause=0.0005)
    run(store, client, [JOB], workers=4)
    assert client.busiest == 4
    assert equal(store, source)


def test_threads_write_the_same(store):
    source = bars(300)
    run(store, exchange(source), [JOB], workers=4, threads=True)
    assert equal(store, source)


def test_given_spans_are_asked_for_again_whatever_is_recorded(store):
    source = bars(90, holes=[30, 31])
    client = exchange(source)
    for _ in range(3):
        run(store, client, [JOB])
    client.has["BTC/USDT"] = bars(90)
    run(store, client, [JOB])
    assert not equal(store, bars(90))
    found = again(store, client, JOB, [(T0 + 30 * HOUR.ms, T0 + 32 * HOUR.ms)])
    assert (found.inserted, found.first, found.last) == (2, T0 + 30 * HOUR.ms, T0 + 31 * HOUR.ms)
    assert equal(store, bars(90))


def test_candles_that_were_deleted_come_back_by_their_span(store):
    source = bars(90)
    run(store, exchange(source), [JOB])
    connection = sqlite3.connect(store.database.url.removeprefix("sqlite:///"))
    with connection:
        connection.execute("DELETE FROM candles WHERE time BETWEEN ? AND ?", (T0 + 20 * HOUR.ms, T0 + 29 * HOUR.ms))
    connection.close()
    found = again(store, exchange(source), JOB, [(T0 + 20 * HOUR.ms, T0 + 30 * HOUR.ms)])
    assert found.inserted == 10


def test_progress_ends_at_the_whole(store):
    heard = []
    source = bars(90)
    run(store, exchange(source), [JOB, Job("BTC/USDT", DAY)], progress=heard.append)
    assert (heard[-1].rows, heard[-1].jobs_done, heard[-1].jobs) == (93, 2, 2)
    assert heard[-1].done == heard[-1].whole
    assert all(one.done <= one.whole for one in heard)


@pytest.mark.parametrize("threads", [False, True])
def test_an_interrupted_download_says_what_is_stored_and_goes_on(store, threads):
    sources = [bars(400, symbol=f"{name}/USDT", seed=ord(name)) for name in "AB"]
    client = exchange(*sources, pause=0.002)
    jobs, into = [Job(one.symbol, HOUR) for one in sources], []

    async def interrupted():
        task = asyncio.ensure_future(
            download(store, client, jobs, since_ms=T0, into=into, retry=patient, workers=2, threads=threads)
        )
        while not (into and into[0].pages > 4):
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(interrupted())
    for found in into:
        assert not found.finished
        assert found.inserted == len(store.get_bars(found.job.symbol, HOUR)) < 400
    run(store, client, jobs)
    assert all(equal(store, one) for one in sources)


def test_unknown_symbols_and_timeframes_are_refused_before_anything_is_asked(store):
    client = exchange(bars(5))
    with pytest.raises(ConfigError) as caught:
        run(store, client, [JOB, Job("BTC/USDC", HOUR)])
    assert str(caught.value) == "symbols: paper spot has no BTC/USDC; did you mean 'BTC/USDT'?; 1 symbol is known there"
    with pytest.raises(ConfigError) as caught:
        run(store, client, [Job("BTC/USDT", Timeframe.parse("45m"))])
    assert str(caught.value).startswith("timeframes: paper has no candles of 45m; allowed are 1m, 15m, 1h, 4h, 1d, 1w")
    assert client.asked == []


def test_jobs_say_what_they_are():
    assert [str(one) for one in (JOB, Job("BTC/USDT", kind="trades"))] == ["BTC/USDT 1h", "BTC/USDT trades"]
    with pytest.raises(
        ConfigError, match="kind of a download: 'ticks'; one of candles, funding, trades, books is expected"
    ):
        Job("BTC/USDT", kind="ticks")
    with pytest.raises(ConfigError, match="download of candles with timeframe None: candles have one, others none"):
        Job("BTC/USDT")


def test_without_a_beginning_the_first_stored_candle_is_it(store):
    source = bars(90)
    client = exchange(source)
    (found,) = run(store, client, [JOB], since=None)
    assert (
        str(found.error)
        == "BTC/USDT 1h of paper spot: nothing is stored yet; say from when on, such as --since 2022-01-01"
    )
    run(store, client, [JOB], since=int(source.time[40]), until=int(source.time[50]))
    run(store, client, [JOB], since=None)
    assert equal(store, source.slice(40, 90))


def test_a_book_is_stored_as_it_is_now(store):
    client = exchange(bars(5))
    (found,) = run(store, client, [Job("BTC/USDT", kind="books")])
    assert found.inserted == 1
    books = store.books.get("BTC/USDT")
    assert books.time.tolist() == [client.now]
    assert books.bids[0].tolist() == [[100.0, 1.0], [99.0, 2.0]]
    assert store.downloads.history(Channel("paper", "spot", "BTC/USDT", "books"))[0].rows == 1


def test_nights_of_a_market_that_rests_are_not_asked_for_again(store):
    nights = [hour for day in range(10) for hour in range(day * 24 + 8, day * 24 + 24)]
    source = bars(240, holes=nights)
    client = exchange(source, rests=True, limit=40)
    (found,) = run(store, client, [JOB])
    assert found.empty == []
    client.asked.clear()
    run(store, client, [JOB])
    assert equal(store, source)
    assert len(client.asked) <= 3


def split(source, factor=0.25):
    prices = (getattr(source, name) * factor for name in ("open", "high", "low", "close"))
    return Bars(source.symbol, source.timeframe, source.time, *prices, source.volume / factor)


def test_a_history_that_is_restated_is_restated_to_its_beginning(store):
    source = bars(400)
    client = exchange(source.slice(0, 390), limit=40)
    run(store, client, [JOB])
    client.has["BTC/USDT"], client.now = split(source), int(source.close_time[-1])
    (found,) = run(store, client, [JOB], since=int(source.time[300]))
    assert found.changed == 390
    assert len(found.revisions) == 100
    assert equal(store, split(source))


def test_answers_that_never_agree_are_refused(store):
    source = bars(60)
    client = exchange(source, limit=40)
    run(store, client, [JOB])
    client.fault = lambda number, answer: changed(answer, -3, factor=1 + number / 1_000)
    rng = np.random.default_rng(1)

    def fault(number, answer):
        values = answer.values * (1 + rng.random() / 100)
        return type(answer)(answer.time, values)

    client.fault = fault
    (found,) = run(store, client, [JOB])
    assert isinstance(found.error, DataError)
    assert str(found.error).startswith(
        "BTC/USDT 1h: paper gives another candle each time it is asked for that of 2021-01-"
    )
    assert str(found.error).endswith("; what came before is stored, try again later")
    assert equal(store, source)


def test_another_server_is_another_source(store):
    source = bars(60, holes=[20])
    client = exchange(source)
    for _ in range(3):
        run(store, client, [JOB], source="paper rest http://127.0.0.1:9001")
    client.has["BTC/USDT"] = bars(60)
    run(store, client, [JOB])
    assert equal(store, bars(60))


def test_a_market_without_a_ticker_ends_with_its_last_candle(store):
    source = bars(60)
    client = ScriptedExchange({"BTC/USDT": source}, now=int(source.close_time[-1]) + 10**9)

    async def gone(symbol):
        raise Rejected("paper: -1121 invalid symbol")

    client.market_time_ms = gone
    run(store, client, [JOB])
    assert equal(store, source)


def test_a_page_is_written_whole_or_not_at_all(store, monkeypatch):
    source = bars(60)
    client = exchange(source)
    record = store.downloads.record_many

    def fail(*arguments, **options):
        if client.asked[-1][2] > T0 + 20 * HOUR.ms:
            raise DataError("the disk is full")
        record(*arguments, **options)

    monkeypatch.setattr(store.downloads, "record_many", fail)
    (found,) = run(store, client, [JOB], workers=1)
    assert str(found.error) == "the disk is full"
    assert len(store.get_bars("BTC/USDT", HOUR)) == found.inserted
    monkeypatch.undo()
    run(store, client, [JOB])
    assert equal(store, source)


def test_an_answer_that_is_empty_once_costs_one_more_request(store):
    source = bars(60)
    client = exchange(source, limit=40)
    client.fault = lambda number, answer: kept(answer, 0) if number == 1 else answer
    (found,) = run(store, client, [JOB])
    assert found.empty == []
    assert equal(store, source)


def test_a_span_of_which_the_exchange_has_nothing_is_said(store):
    client = exchange(bars(60))
    late = int(bars(60).time[-1]) + 30 * 86_400_000
    client.now = late
    (found,) = run(store, client, [JOB], since=late - 10 * HOUR.ms)
    assert (found.finished, found.nothing, found.inserted, found.holes) == (True, True, 0, 0)
    assert len(found.notices) == 1
    assert "nothing" in found.notices[0]


def test_what_is_stored_already_is_not_nothing(store):
    client = exchange(bars(60))
    for inserted in (60, 0):
        (found,) = run(store, client, [JOB])
        assert (found.inserted, found.nothing, found.holes, found.notices) == (inserted, False, 0, [])


def test_holes_that_were_answered_once_are_counted_until_they_were_answered_twice(store):
    client = exchange(bars(90, holes=[30, 31, 50]))
    assert [run(store, client, [JOB])[0].holes for _ in range(3)] == [2, 0, 0]


def test_an_exchange_without_perpetuals_says_so(store):
    client = exchange(bars(5))
    client.market, client.has = "perpetual", {}
    with pytest.raises(ConfigError, match=r"^market: paper lists no perpetual markets; leave out --market perpetual$"):
        run(store, client, [JOB])
