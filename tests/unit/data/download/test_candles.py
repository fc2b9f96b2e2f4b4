"""Candles: complete after one call where nothing fails, and after one more where something did."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_exchange import HOUR, T0, ScriptedExchange, bars, changed, equal, kept, run

from btbot.data.download import Job
from btbot.data.store import Channel
from btbot.errors import ExchangeError, Retryable
from btbot.exchange.client import Candles

JOB = Job("BTC/USDT", HOUR)


def exchange(source, **more):
    """An exchange whose clock is in the middle of the candle after the last one."""
    now = int(source.close_time[-1]) + HOUR.ms // 2
    return ScriptedExchange({source.symbol: source}, now, **more)


def test_all_closed_candles_come_and_the_running_one_does_not(store):
    source = bars(35)
    client = ScriptedExchange({"BTC/USDT": source}, now=int(source.time[-1]) + HOUR.ms - 1)
    (found,) = run(store, client, [JOB])
    assert found.finished
    assert found.error is None
    assert (found.inserted, found.changed, found.first, found.last) == (34, 0, T0, int(source.time[33]))
    assert equal(store, source.slice(0, 34))
    assert found.empty == []


def test_a_candle_that_closes_at_this_very_moment_is_closed(store):
    source = bars(12)
    client = ScriptedExchange({"BTC/USDT": bars(13)}, now=int(source.close_time[-1]))
    run(store, client, [JOB])
    assert equal(store, bars(13).slice(0, 12))


def test_the_second_call_asks_for_the_end_once_and_changes_nothing(store):
    client = exchange(bars(35))
    run(store, client, [JOB])
    client.asked.clear()
    (found,) = run(store, client, [JOB])
    assert len(client.asked) <= 3
    assert (found.inserted, found.changed) == (0, 0)
    assert equal(store, bars(35))


def test_a_later_call_goes_on_where_the_first_one_ended(store):
    whole = bars(60)
    client = exchange(whole.slice(0, 30))
    run(store, client, [JOB])
    client.has["BTC/USDT"], client.now = whole, int(whole.close_time[-1])
    client.asked.clear()
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.first) == (30, int(whole.time[30]))
    assert min(start for _, timeframe, start, _ in client.asked) > int(whole.time[10])
    assert equal(store, whole)


def test_since_and_until_are_half_open_and_rounded_up_to_the_next_candle(store):
    source = bars(50)
    run(store, exchange(source), [JOB], since=int(source.time[10]) - 5, until=int(source.time[20]) + 1)
    assert equal(store, source.slice(10, 21))


def test_history_before_what_is_stored_is_added(store):
    source = bars(90)
    client = exchange(source)
    run(store, client, [JOB], since=int(source.time[60]))
    (found,) = run(store, client, [JOB])
    assert found.inserted == 60
    assert equal(store, source)


def test_what_was_imported_is_not_asked_for(store):
    source = bars(300)
    store.write(source.slice(0, 200), exchange="paper")
    client = exchange(source)
    run(store, client, [JOB])
    assert equal(store, source)
    assert min(start for _, _, start, _ in client.asked) >= int(source.time[180])


def test_a_hole_in_what_was_imported_is_asked_for(store):
    source = bars(300)
    for part in (source.slice(0, 100), source.slice(150, 300)):
        store.write(part, exchange="paper")
    run(store, exchange(source), [JOB])
    assert equal(store, source)


@pytest.mark.parametrize("window", [False, True])
def test_a_real_hole_is_asked_for_by_two_calls_and_then_rests(store, window):
    source = bars(120, holes=range(30, 70))
    client = exchange(source, window=window)
    (first,) = run(store, client, [JOB])
    hole = (int(source.time[29]) + HOUR.ms, int(source.time[30]))
    assert (min(low for low, _ in first.empty), max(high for _, high in first.empty)) == hole
    (second,) = run(store, client, [JOB])
    assert second.empty
    client.asked.clear()
    (third,) = run(store, client, [JOB])
    assert third.empty == []
    assert min(start for _, _, start, _ in client.asked) > hole[1]
    assert equal(store, source)


def test_a_hole_that_the_exchange_fills_later_is_filled(store):
    source = bars(120)
    client = exchange(bars(120, holes=[40, 41]))
    run(store, client, [JOB])
    client.has["BTC/USDT"] = source
    run(store, client, [JOB])
    assert equal(store, source)


@pytest.mark.parametrize("window", [False, True])
def test_a_market_that_was_listed_late_is_found_by_few_requests(store, window):
    source = bars(200, start=T0 + 900 * 86_400_000)
    client = exchange(source, window=window, limit=100)
    run(store, client, [JOB])
    assert equal(store, source)
    assert len(client.asked) < 30
    client.asked.clear()
    run(store, client, [JOB])
    client.asked.clear()
    run(store, client, [JOB])
    assert len(client.asked) <= 3


def test_a_market_that_ended_is_complete_with_its_last_candle(store):
    source = bars(55)
    client = ScriptedExchange({"BTC/USDT": source}, now=int(source.time[-1]) + 900 * 86_400_000, limit=1000)
    run(store, client, [JOB])
    assert equal(store, source)
    run(store, client, [JOB])
    client.asked.clear()
    run(store, client, [JOB])
    assert len(client.asked) <= 6


def test_where_the_market_is_behind_the_clock_its_running_candle_is_not_written(store):
    whole = bars(80)
    client = ScriptedExchange({"BTC/USDT": changed_last(whole.slice(0, 31))}, now=T0 + 10**11)
    client.market_now = int(whole.time[30]) + 5
    run(store, client, [JOB])
    assert equal(store, whole.slice(0, 30))
    client.has["BTC/USDT"], client.market_now = changed_last(whole.slice(0, 61)), int(whole.time[60]) + 5
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.changed, found.empty) == (30, 0, [])
    assert equal(store, whole.slice(0, 60))


def test_a_market_that_stands_still_within_a_stored_candle_does_not_change_it(store):
    whole = bars(80)
    store.write(whole, exchange="paper")  # from an archive, say
    client = ScriptedExchange({"BTC/USDT": changed_last(whole.slice(0, 31))}, now=T0 + 10**11)
    client.market_now = int(whole.time[30]) + 5
    (found,) = run(store, client, [JOB])
    assert (found.inserted, found.changed, found.revisions) == (0, 0, [])
    assert equal(store, whole)


@pytest.mark.parametrize("burst", [2, 4, 8, 16])
def test_silence_in_the_middle_is_not_taken_for_the_end(store, burst):
    source = bars(9_600)
    client = exchange(source, limit=100)
    client.fault = lambda number, answer: kept(answer, 0) if 20 <= number < 20 + burst else answer
    (found,) = run(store, client, [JOB])
    assert equal(store, source) or found.empty or found.notices  # what is missing is said
    assert equal(store, source) or burst > 8
    run(store, client, [JOB])
    assert equal(store, source)


def changed_last(source):
    """Bars of which the last one is unfinished."""
    from btbot.bars import Bars

    volume = np.r_[source.volume[:-1], source.volume[-1] / 3]
    return Bars(
        source.symbol, source.timeframe, source.time, source.open, source.high, source.low, source.close, volume
    )


def test_a_revised_candle_at_the_seam_is_reported_kept_and_written(store):
    source = bars(40)
    client = exchange(source)
    run(store, client, [JOB])
    revised = bars(40)
    close = revised.close.copy()
    close[-3] = round((revised.high[-3] + revised.low[-3]) / 2, 2)
    from btbot.bars import Bars

    other = Bars("BTC/USDT", HOUR, revised.time, revised.open, revised.high, revised.low, close, revised.volume)
    client.has["BTC/USDT"] = other
    (found,) = run(store, client, [JOB])
    assert found.changed == 1
    (revision,) = found.revisions
    assert revision.time_ms == int(source.time[-3])
    assert revision.before[3] == source.close[-3]
    assert revision.after[3] == close[-3]
    assert equal(store, other)


def test_an_answer_that_contradicts_the_store_once_is_not_believed(store):
    source = bars(40)
    client = exchange(source)
    run(store, client, [JOB])
    client.asked.clear()
    client.fault = lambda number, answer: changed(answer, -2) if number == 1 else answer
    (found,) = run(store, client, [JOB])
    assert (found.changed, found.revisions) == (0, [])
    assert equal(store, source)


FAULTS = {
    "empty": lambda answer: kept(answer, 0),
    "one": lambda answer: kept(answer, 1),
    "three": lambda answer: kept(answer, 3),
    "revised": lambda answer: changed(answer, -2),
    "revised running": lambda answer: changed(answer, -1),
    "revised further back": lambda answer: changed(answer, -5),
    "not a number": lambda answer: Candles(answer.time, np.where(np.arange(5) == 3, np.nan, answer.values)),
    "high too low": lambda answer: Candles(answer.time, answer.values * [1, 0.5, 1, 1, 1]),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("when", [2, range(3, 7), range(1, 10_000)], ids=str)
def test_after_one_more_call_without_faults_the_store_is_the_source(store, name, when):
    source = bars(120, holes=[50, 51])
    struck = {when} if isinstance(when, int) else when
    client = exchange(source, limit=40)
    client.fault = lambda number, answer: FAULTS[name](answer) if number in struck else answer
    run(store, client, [JOB])
    client.fault = None
    run(store, client, [JOB])
    assert equal(store, source)


def test_one_that_fails_for_good_says_why_and_what_came_is_stored(store):
    source = bars(95)
    client = exchange(source)

    def fault(number, answer):
        if number > 4:
            raise Retryable("paper: no answer within 10 s")
        return answer

    client.fault = fault
    (found,) = run(store, client, [JOB])
    assert isinstance(found.error, ExchangeError)
    assert not found.finished
    assert 0 < found.inserted < 95
    client.fault = None
    run(store, client, [JOB])
    assert equal(store, source)


def test_impossible_candles_are_left_out_and_asked_for_again(store):
    source = bars(95)
    client = exchange(source)
    client.fault = lambda number, answer: Candles(
        answer.time, np.where((answer.time == source.time[7])[:, None], np.nan, answer.values)
    )
    (found,) = run(store, client, [JOB])
    assert found.notices == ["1 impossible candles were left out, such as a high below the close"]
    assert found.empty == [(int(source.time[7]), int(source.time[8]))]
    client.fault = None
    run(store, client, [JOB])
    assert equal(store, source)


def test_a_page_and_its_record_say_the_same(store):
    source = bars(35, holes=[20])
    run(store, exchange(source), [JOB])
    spans = store.downloads.spans(Channel("paper", "spot", "BTC/USDT", "candles", HOUR))
    hole = (int(source.time[19]) + HOUR.ms, int(source.time[20]))
    assert [(one.start, one.end, one.answers) for one in spans] == [
        (T0, hole[0], 0),
        (*hole, 1),
        (hole[1], int(source.close_time[-1]), 0),
    ]
    assert {one.source for one in spans} == {"paper rest"}


def test_an_exchange_with_its_newest_candles_only_says_so(store):
    source = bars(95)
    client = exchange(source, newest=30, limit=50)
    (found,) = run(store, client, [JOB])
    assert found.notices == ["paper gives its newest candles only, and nothing older"]
    assert equal(store, source.slice(65, 95))


def test_candles_that_open_beside_the_grid_are_closed_when_they_close(store):
    day = HOUR.parse("1d")
    whole = bars(40, start=T0 + 16 * HOUR.ms, timeframe=day)
    job = Job("BTC/USDT", day)
    for count, hours in ((20, 23), (20, 10), (31, 1)):
        now = int(whole.time[count]) + hours * HOUR.ms
        client = ScriptedExchange({"BTC/USDT": changed_last(whole.slice(0, count + 1))}, now=now)
        run(store, client, [job])
        assert equal(store, whole.slice(0, count))


@pytest.mark.parametrize("limit", [1, 2, 3])
@pytest.mark.parametrize("window", [False, True])
def test_the_smallest_pages_make_the_same_history(store, limit, window):
    source = bars(17, holes=[6, 7])
    client = exchange(source, limit=limit, window=window)
    for _ in range(2):
        run(store, client, [JOB])
    assert equal(store, source)


def test_everything_since_1970_is_asked_for_from_1970_on(store):
    source = bars(30)
    client = exchange(source, limit=1_000)
    run(store, client, [JOB], since=0)
    assert equal(store, source)
    assert min(start for _, _, start, _ in client.asked) >= 0
