"""What was answered is known, what was not is asked for, and a long download is one row."""

import hashlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from btbot.data.store import Channel, schema
from btbot.data.store.downloads import digest
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

HOURLY = Channel("binance", "spot", "BTC/USDT", "candles", Timeframe.parse("1h"))


def record(store, start, end, rows=1, channel=HOURLY, source="rest", **more):
    with store.writing() as connection:
        store.downloads.record(connection, channel, start, end, rows=rows, source=source, **more)


def rows(store):
    with store.reading() as connection:
        return connection.execute(select(func.count()).select_from(schema.downloads)).scalar_one()


def spans(store, channel=HOURLY):
    return [(span.start, span.end, span.answers) for span in store.downloads.spans(channel)]


def test_pages_that_follow_one_another_are_one_row(store):
    hashes = [digest(np.arange(page)) for page in range(1, 4)]
    for page in range(3):
        start = page * 10
        record(store, start, start + 10, 9, first=start + 1, last=start + 9, sha256=hashes[page], finished=page)
    (found,) = store.downloads.history(HOURLY)
    assert (found.channel, found.start, found.end, found.rows, found.changed) == (HOURLY, 0, 30, 27, 0)
    assert (found.first, found.last, found.finished, found.source) == (1, 29, 2, "rest")
    chained = hashlib.sha256((hashes[0] + hashes[1]).encode()).hexdigest()
    assert found.sha256 == hashlib.sha256((chained + hashes[2]).encode()).hexdigest()


def test_pages_that_overlap_at_the_seam_are_one_row(store):
    for start in (0, 9, 18):
        record(store, start, start + 10)
    assert rows(store) == 1
    assert spans(store) == [(0, 28, 0)]


@pytest.mark.parametrize(
    "other",
    [{"source": "file a.zip"}, {"channel": Channel("binance", "spot", "BTC/USDT", "trades")}, {"rows": 0}, {"changed": 1}],
)  # fmt: skip
def test_what_differs_is_a_row_of_its_own(store, other):
    record(store, 0, 10)
    record(store, 10, 20, **other)
    assert rows(store) == 2


def test_a_page_into_the_past_is_a_row_of_its_own_until_it_grows(store):
    record(store, 100, 200)
    for start in (0, 50):
        record(store, start, start + 50)
    assert rows(store) == 2
    assert spans(store) == [(0, 200, 0)]


def test_what_was_never_answered_is_missing(store):
    record(store, 10, 20)
    record(store, 30, 40)
    assert store.downloads.missing(HOURLY, 0, 50) == [(0, 10), (20, 30), (40, 50)]
    assert store.downloads.missing(HOURLY, 12, 18) == []
    assert store.downloads.missing(HOURLY, 15, 35) == [(20, 30)]
    other = Channel("binance", "spot", "ETH/USDT", "candles", Timeframe.parse("1h"))
    assert store.downloads.missing(other, 0, 50) == [(0, 50)]


def test_an_empty_span_is_asked_for_once_more_and_then_rests(store):
    record(store, 0, 10)
    record(store, 10, 20, 0)
    record(store, 20, 30)
    assert spans(store) == [(0, 10, 0), (10, 20, 1), (20, 30, 0)]
    assert [span.empty for span in store.downloads.spans(HOURLY)] == [False, True, False]
    assert store.downloads.missing(HOURLY, 0, 30) == [(10, 20)]
    record(store, 10, 14, 0)
    assert store.downloads.missing(HOURLY, 0, 30) == [(14, 20)]
    record(store, 14, 20, 0)
    assert store.downloads.missing(HOURLY, 0, 30) == []
    assert store.downloads.missing(HOURLY, 0, 30, answers=3) == [(10, 20)]


def test_empty_pages_of_one_call_are_one_row(store):
    for start in (0, 10, 20):
        record(store, start, start + 10, 0)
    assert rows(store) == 1
    assert spans(store) == [(0, 30, 1)]


def test_the_newest_answer_counts(store):
    record(store, 0, 30)
    record(store, 10, 20, 0)
    assert spans(store) == [(0, 10, 0), (10, 20, 1), (20, 30, 0)]
    record(store, 15, 20, 3, source="repair: kraken spot")
    assert spans(store) == [(0, 10, 0), (10, 15, 1), (15, 20, 0), (20, 30, 0)]
    assert [span.source for span in store.downloads.spans(HOURLY)] == ["rest", "rest", "repair: kraken spot", "rest"]


def test_an_empty_answer_is_overruled_by_a_row_that_goes_on(store):
    record(store, 0, 10)
    record(store, 10, 20, 0)
    record(store, 10, 20, 5)
    assert store.downloads.missing(HOURLY, 0, 20) == []


def test_a_page_that_changed_candles_is_asked_for_once_more(store):
    record(store, 0, 10)
    record(store, 10, 20, changed=2)
    assert store.downloads.missing(HOURLY, 0, 20) == [(10, 20)]
    assert [(span.start, span.changed) for span in store.downloads.spans(HOURLY)] == [(0, 0), (10, 2)]
    record(store, 10, 20)
    assert store.downloads.missing(HOURLY, 0, 20) == []


def test_a_page_with_holes_is_recorded_in_one_go(store):
    record(store, 0, 10)
    pieces = [(10, 20, 4, 11, 19), (20, 30, 3, 21, 29), (30, 40, 0, None, None), (40, 50, 1, 44, 44)]
    with store.writing() as connection:
        store.downloads.record_many(connection, HOURLY, pieces, source="rest", sha256="ab")
    assert [(one.start, one.end, one.rows, one.first, one.last) for one in store.downloads.history()] == [
        (0, 30, 8, 11, 29), (30, 40, 0, None, None), (40, 50, 1, 44, 44),
    ]  # fmt: skip


def test_a_page_with_holes_that_changed_candles_is_asked_for_wholly_once_more(store):
    pieces = [(0, 20, 4, 1, 19), (20, 30, 0, None, None), (30, 50, 2, 31, 44)]
    with store.writing() as connection:
        store.downloads.record_many(connection, HOURLY, pieces, source="rest", changed=1)
    assert store.downloads.missing(HOURLY, 0, 50) == [(0, 50)]
    assert spans(store) == [(0, 20, 0), (20, 30, 1), (30, 50, 0)]
    assert sum(one.rows for one in store.downloads.history()) == 6


def test_it_is_part_of_the_transaction_of_the_caller(store):
    with pytest.raises(KeyError), store.writing() as connection:  # noqa: PT012
        store.downloads.record(connection, HOURLY, 0, 10, rows=1, source="rest")
        assert store.downloads.missing(HOURLY, 0, 10, connection=connection) == []
        assert len(store.downloads.history(connection=connection)) == 1
        raise KeyError
    assert store.downloads.history() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(
        st.tuples(st.integers(0, 11), st.integers(1, 6), st.sampled_from([0, 0, 1, 5]), st.sampled_from(["a", "b"])),
        max_size=14,
    )
)
def test_spans_are_what_each_moment_was_answered_last(store, answers):
    with store.reading() as connection:
        number = connection.execute(select(func.count()).select_from(schema.markets)).scalar_one()
    channel = Channel("x", "spot", f"A{number}/B", "trades")
    truth = [None] * 20
    for start, length, came, source in answers:
        record(store, start, start + length, came, channel=channel, source=source)
        for at in range(start, start + length):
            before = truth[at][0] if truth[at] else 0
            truth[at] = (0 if came else before + 1, source)
    found = [None] * 20
    for span in store.downloads.spans(channel):
        for at in range(span.start, span.end):
            assert found[at] is None
            found[at] = (span.answers, span.source)
    assert found == truth
    settled = {at for at, said in enumerate(truth) if said and said[0] not in (1,)}
    asked = {at for low, high in store.downloads.missing(channel, 0, 20) for at in range(low, high)}
    assert asked == set(range(20)) - settled


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Channel("x", "spot", "A/B", "ticks"), "kind of a download: 'ticks'; one of candles, funding, trades, books is expected"),
        (lambda: Channel("x", "spot", "A/B"), "download of candles with timeframe None: candles have one, others none"),
        (
            lambda: Channel("x", "spot", "A/B", "trades", Timeframe.parse("1h")),
            "download of trades with timeframe 1h: candles have one, others none",
        ),
    ],
)  # fmt: skip
def test_channels_that_cannot_be_meant(call, message):
    with pytest.raises(ConfigError) as caught:
        call()
    assert str(caught.value) == message


def test_spans_that_cannot_be_meant(tmp_path):
    from btbot.data.store import Store

    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(ConfigError) as caught:
        record(store, 10, 10)
    assert str(caught.value) == "download of BTC/USDT 1h of binance spot: must ask for a span with start < end, was 10 to 10"  # fmt: skip
    pieces = [(0, 10, 1, 0, 0), (11, 20, 1, 11, 11)]
    with store.writing() as connection, pytest.raises(ConfigError) as caught:
        store.downloads.record_many(connection, HOURLY, pieces, source="rest")
    assert str(caught.value) == "download of BTC/USDT 1h of binance spot: pieces of a page must touch, were to 10 and from 11"  # fmt: skip
    assert str(Channel("x", "spot", "A/B", "trades")) == "A/B trades of x spot"


def test_a_digest_tells_kinds_and_shapes_apart():
    one = np.arange(4)
    assert digest(one) == digest(one.copy())
    assert len({digest(one), digest(one.astype(float)), digest(one.reshape(2, 2)), digest(one[::-1]), digest(one, one)}) == 5  # fmt: skip
