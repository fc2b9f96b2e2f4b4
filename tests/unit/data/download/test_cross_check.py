"""A wrong candle in the middle of an answer is found by the day that it makes."""

from __future__ import annotations

import numpy as np
import pytest
from scripted_exchange import HOUR, T0, ScriptedExchange, bars, changed, equal, kept, run

from btbot.data.download import Job
from btbot.data.download.cross_check import differing, whole
from btbot.data.download.page import Page
from btbot.data.store.columns import Columns
from btbot.timeframe import Timeframe

JOB = Job("BTC/USDT", HOUR)
DAY_MS = 24 * HOUR.ms


def exchange(source, **more):
    return ScriptedExchange({"BTC/USDT": source}, now=int(source.close_time[-1]) + 5, **{"limit": 100, **more})


@pytest.mark.parametrize("back", [-20, -50, -77])
def test_a_wrong_candle_far_from_every_border_is_mended_by_the_same_call(store, back):
    source = bars(24 * 20)
    client = exchange(source)
    client.fault = lambda number, answer: changed(answer, back) if number == 2 else answer
    (found,) = run(store, client, [JOB])
    assert found.changed == 1
    assert equal(store, source)


def test_candles_left_out_within_an_answer_are_found_in_the_same_call(store):
    source = bars(24 * 20)
    client = exchange(source)

    def fault(number, answer):
        rows = np.r_[0:40, 43 : len(answer)]
        return type(answer)(answer.time[rows], answer.values[rows]) if number == 2 else answer

    client.fault = fault
    run(store, client, [JOB])
    assert equal(store, source)


def test_it_costs_one_request_and_none_where_nothing_is_new(store):
    client = exchange(bars(24 * 20))
    run(store, client, [JOB])
    assert [(start, limit) for _, name, start, limit in client.asked if name == "1d"][-1] == (T0, 20)
    assert [limit for _, name, _, limit in client.asked if name == "1d"].count(20) == 1
    client.asked.clear()
    run(store, client, [JOB])
    assert len(client.asked) <= 4


def test_an_exchange_whose_days_are_made_otherwise_is_left_alone(store):
    source = bars(24 * 20)
    client = exchange(source)
    honest = client._whole
    client._whole = lambda symbol, timeframe: (
        honest(symbol, timeframe) if timeframe == HOUR else other(honest(symbol, timeframe))
    )
    (found,) = run(store, client, [JOB])
    assert found.changed == 0
    assert equal(store, source)
    assert len(client.asked) <= 12


def other(days):
    return type(days)(
        days.symbol, days.timeframe, days.time, days.open, days.high, days.low, days.close, days.volume * 2
    )


def test_a_first_day_that_begins_in_the_middle_is_no_suspect(store):
    source = bars(24 * 20)
    client = exchange(source)
    run(store, client, [JOB], since=T0 + 7 * HOUR.ms)
    assert equal(store, source.slice(7))
    assert len(client.asked) <= 12


def test_a_missing_day_is_only_missing(store):
    client = exchange(bars(24 * 20))
    client.fault = lambda number, answer: kept(answer, 0) if client.asked[-1][1] == "1d" else answer
    (found,) = run(store, client, [JOB])
    assert found.finished
    assert equal(store, bars(24 * 20))


def test_which_days_end_in_spans():
    ten = Timeframe(10)
    assert whole([(5, 25), (31, 39), (40, 60)], ten) == [(0, 20), (40, 60)]
    assert whole([(5, 9)], ten) == []


def test_which_days_differ():
    time = np.array([0, 5, 10, 15, 25])
    values = np.array([[1, 3, 1, 2, 1], [2, 4, 2, 3, 2], [3, 3, 2, 2, 0.1], [2, 2, 1, 1, 0.2], [1, 1, 1, 1, 5]], float)
    days = np.array([0, 10, 20])
    long = np.array([[1, 4, 1, 3, 3], [3, 3, 1, 1, 0.3], [1, 1, 1, 1, 6]], float)
    slots, wrong = differing(Columns(time, values), Page(days, days, long), Timeframe(10))
    assert slots.tolist() == [0, 10, 20]
    assert wrong.tolist() == [False, False, True]
    long[0, 1] = 4.01
    assert differing(Columns(time, values), Page(days, days, long), Timeframe(10))[1].tolist() == [True, False, True]
    assert differing(Columns(time[:0], values[:0]), Page(days, days, long), Timeframe(10))[0].tolist() == []


def test_a_hole_that_is_looked_at_again_was_missing_once(store):
    source = bars(24 * 20)
    client = exchange(source)

    def fault(number, answer):
        rows = answer.time != source.time[100]
        return type(answer)(answer.time[rows], answer.values[rows]) if client.asked[-1][1] == "1h" else answer

    client.fault = fault
    run(store, client, [JOB])
    client.fault = None
    run(store, client, [JOB])
    assert equal(store, source)
