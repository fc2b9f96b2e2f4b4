"""What is written comes out as it went in, once, in any span and length; on SQLite and on PostgreSQL."""

import dataclasses
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from btbot.bars import COLUMNS, Bars
from btbot.data.store import Store, Written
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

MINUTE = 60_000
DAY_2021 = 1_609_459_200_000  # 2021-01-01T00:00Z


def bars(minutes, closes=None, symbol="BTC/USDT", timeframe="1m"):
    """Bars that open at these minutes of 2021, each with its minute as open unless told."""
    minutes = np.asarray(minutes, dtype=np.int64)
    close = minutes + 0.5 if closes is None else np.asarray(closes, dtype=float)
    return Bars(symbol, Timeframe.parse(timeframe), DAY_2021 + minutes * MINUTE, minutes + 1.0, close + 2, close - 1, close, close * 0 + 10)  # fmt: skip


def same(left, right):
    return left.fingerprint == right.fingerprint


def scalar(store, query):
    with store.database.reading() as connection:
        return connection.execute(text(query)).scalar_one()


def test_what_is_written_comes_out(store):
    given_ = bars(range(10))
    assert store.write(given_, exchange="binance") == Written(inserted=10)
    assert same(store.get_bars("BTC/USDT", "1m"), given_)


def test_the_span_is_half_open_and_utc(store):
    store.write(bars(range(10)), exchange="binance")
    found = store.get_bars("BTC/USDT", "1m", "2021-01-01T00:02", DAY_2021 + 5 * MINUTE)
    assert found.open.tolist() == [3.0, 4.0, 5.0]
    assert not len(store.get_bars("BTC/USDT", "1m", DAY_2021 + 5 * MINUTE, DAY_2021 + 5 * MINUTE))
    assert found.stamp(0) == "2021-01-01T00:02:00Z"
    assert same(store.get_bars("BTC/USDT", "1m", "2021-01-01T01:02+01:00", "2021-01-01 00:05"), found)


def test_a_second_write_changes_nothing(store):
    store.write(bars(range(10)), exchange="binance")
    assert store.write(bars(range(10)), exchange="binance") == Written(unchanged=10)
    assert [(one.rows, one.writes) for one in store.series()] == [(10, 1)]


def test_a_changed_candle_becomes_a_revision(store):
    store.write(bars(range(5)), exchange="binance")
    assert store.write(bars([3, 4, 5], [3.5, 99.0, 5.5]), exchange="binance") == Written(1, 1, 1)
    assert store.get_bars("BTC/USDT", "1m").close.tolist() == [0.5, 1.5, 2.5, 3.5, 99.0, 5.5]
    with store.database.reading() as connection:
        kept = connection.execute(text("SELECT time, open, high, low, close, volume FROM candle_revisions")).all()
    assert [tuple(row) for row in kept] == [(DAY_2021 + 4 * MINUTE, 5.0, 6.5, 3.5, 4.5, 10.0)]


def test_candles_may_come_in_any_order(store):
    for minutes in ([5, 6], [0, 1], [3], [2, 4]):
        assert store.write(bars(minutes), exchange="binance") == Written(inserted=len(minutes))
    assert same(store.get_bars("BTC/USDT", "1m"), bars(range(7)))


def test_a_hole_that_is_written_around_stays_a_hole(store):
    store.write(bars([0, 1, 4]), exchange="binance")
    assert store.get_bars("BTC/USDT", "1m").open.tolist() == [1.0, 2.0, 5.0]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.dictionaries(st.integers(0, 12), st.integers(1, 3), min_size=1), min_size=1, max_size=5))
def test_any_writes_give_the_last_values_and_repeating_them_gives_nothing(store, batches):
    symbol = f"A{scalar(store, 'SELECT count(*) FROM markets')}/B"
    truth, revisions = {}, 0
    for batch in batches:
        minutes = sorted(batch)
        done = store.write(bars(minutes, [batch[minute] for minute in minutes], symbol), exchange="x")
        there = [minute for minute in minutes if minute in truth]
        changed = [minute for minute in there if truth[minute] != batch[minute]]
        assert done == Written(len(minutes) - len(there), len(changed), len(there) - len(changed))
        truth.update(batch)
        revisions += len(changed)
        again = store.write(bars(minutes, [batch[minute] for minute in minutes], symbol), exchange="x")
        assert again == Written(unchanged=len(minutes))
    minutes = sorted(truth)
    assert same(store.get_bars(symbol, "1m"), bars(minutes, [truth[minute] for minute in minutes], symbol))
    counted = "SELECT count(*) FROM candle_revisions r JOIN series s ON s.id = r.series_id JOIN markets m ON m.id = s.market_id WHERE m.symbol = "
    assert scalar(store, f"{counted}'{symbol}'") == revisions
    assert scalar(store, f"SELECT rows FROM series s JOIN markets m ON m.id = s.market_id WHERE m.symbol = '{symbol}'") == len(truth)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    digits=st.lists(st.integers(1, 10**15 - 1), min_size=5, max_size=5),
    places=st.integers(0, 15),
)
def test_decimal_texts_of_15_digits_come_back(store, digits, places):
    symbol = f"A{scalar(store, 'SELECT count(*) FROM markets')}/B"
    texts = [f"{number}e-{places}" for number in digits]
    values = [np.array([float(value)]) for value in texts]
    store.write(Bars(symbol, Timeframe.parse("1m"), np.array([DAY_2021]), *values), exchange="x")
    found = store.get_bars(symbol, "1m")
    for name, number in zip(COLUMNS, digits, strict=True):
        mantissa, _, exponent = f"{getattr(found, name)[0]:.14e}".partition("e")
        shift = int(exponent) - 14 + places
        whole = int(mantissa.replace(".", ""))
        assert (whole * 10**shift if shift >= 0 else whole / 10**-shift) == number


def test_floats_of_17_digits_come_back_bit_by_bit(store):
    rng = np.random.default_rng(1)
    values = [rng.random(1_000) * 10.0 ** rng.integers(-12, 12, 1_000) for _ in COLUMNS]
    given_ = Bars("X/Y", Timeframe.parse("1m"), DAY_2021 + np.arange(1_000) * MINUTE, *values)
    store.write(given_, exchange="x")
    assert same(store.get_bars("X/Y", "1m"), given_)


def test_five_minutes_are_made_of_one_minute_by_hand(store):
    store.write(bars(range(11)), exchange="binance")
    found = store.get_bars("BTC/USDT", "5m")
    assert found.time.tolist() == [DAY_2021, DAY_2021 + 5 * MINUTE]
    assert found.open.tolist() == [1.0, 6.0]
    assert found.high.tolist() == [6.5, 11.5]
    assert found.low.tolist() == [-0.5, 4.5]
    assert found.close.tolist() == [4.5, 9.5]
    assert found.volume.tolist() == [50.0, 50.0]


def test_a_stored_timeframe_is_served_as_it_is(store):
    store.write(bars(range(10)), exchange="binance")
    store.write(bars([0], [77.0], timeframe="5m"), exchange="binance")
    assert store.get_bars("BTC/USDT", "5m").close.tolist() == [77.0]
    assert store.get_bars("BTC/USDT", "10m").close.tolist() == [9.5]  # of the finest


@pytest.mark.parametrize("present", [range(40), [0, 1, 2, 3, 10, 11, 12, 17, 18, 31], [3, 4, 5, 8, 9, 10, 30]])
def test_any_span_of_made_bars_is_a_span_of_the_whole(store, present):
    store.write(bars(list(present)), exchange="binance")
    whole = bars(list(present)).resample("5m")
    for low in range(0, 41, 3):
        for high in range(low, 45, 4):
            span = (DAY_2021 + low * MINUTE, DAY_2021 + high * MINUTE)
            assert same(store.get_bars("BTC/USDT", "5m", *span), whole.between(*span)), (low, high)


def test_the_last_closed_bars(store):
    store.write(bars(range(23)), exchange="binance")
    assert store.last("BTC/USDT", "1m", 3).open.tolist() == [21.0, 22.0, 23.0]
    assert store.last("BTC/USDT", "1m", 2, now=DAY_2021 + 10 * MINUTE).open.tolist() == [9.0, 10.0]
    assert store.last("BTC/USDT", "1m", 2, now=DAY_2021 + 10 * MINUTE - 1).open.tolist() == [8.0, 9.0]
    assert store.last("BTC/USDT", "5m", 2).open.tolist() == [11.0, 16.0]
    assert store.last("BTC/USDT", "5m", 1, now="2021-01-01T00:19:59").open.tolist() == [11.0]
    assert len(store.last("BTC/USDT", "1m", 1_000)) == 23
    with pytest.raises(ConfigError, match=r"^count: must be >= 1, was 0$"):
        store.last("BTC/USDT", "1m", 0)


def test_several_symbols_come_in_one_query(store):
    for symbol in ("C/X", "A/X", "B/X"):
        store.write(bars(range(10), np.arange(10.0) + ord(symbol[0]), symbol), exchange="x")
    store.write(bars([0, 5], symbol="D/X", timeframe="5m"), exchange="x")
    found = store.get_many(["B/X", "A/X", "D/X"], "5m", DAY_2021 + 5 * MINUTE)
    assert list(found) == ["B/X", "A/X", "D/X"]
    assert {symbol: one.close.tolist() for symbol, one in found.items()} == {"B/X": [75.0], "A/X": [74.0], "D/X": [5.5]}


def test_a_write_by_another_process_is_seen_and_equal_questions_are_answered_from_memory(store):
    store.write(bars(range(5)), exchange="x")
    first = store.get_bars("BTC/USDT", "1m")
    assert store.get_bars("BTC/USDT", "1m") is first
    other = Store(store.database.url)
    other.write(bars([5]), exchange="x")
    other.close()
    assert len(store.get_bars("BTC/USDT", "1m")) == 6


def test_the_fingerprint_is_that_of_the_bars_and_follows_the_content(store):
    store.write(bars(range(5)), exchange="x")
    assert store.fingerprint(store.series()[0]) == bars(range(5)).fingerprint
    assert store.series()[0].fingerprint == bars(range(5)).fingerprint
    store.write(bars(range(6)), exchange="x")
    assert store.series()[0].fingerprint is None
    assert store.fingerprint(store.series()[0]) == bars(range(6)).fingerprint


def test_coverage_counts_by_year(store):
    year_end = 365 * 1_440  # minutes of 2021
    store.write(bars([year_end - 4, year_end - 3, year_end - 1, year_end, year_end + 2]), exchange="x")
    one = store.series()[0]
    found = [(year.year, year.bars, year.expected, year.share) for year in store.coverage(one)]
    assert found == [(2021, 3, 4, 0.75), (2022, 2, 3, 2 / 3)]
    assert store.ends(one) == (DAY_2021 + (year_end - 4) * MINUTE, DAY_2021 + (year_end + 2) * MINUTE)


def test_two_exchanges_are_two_series(store):
    store.write(bars([0], [1.0]), exchange="binance")
    store.write(bars([0], [2.0]), exchange="kraken")
    store.write(bars([0], [3.0]), exchange="kraken", market="perpetual")
    assert store.get_bars("BTC/USDT", "1m", exchange="binance").close.tolist() == [1.0]
    assert store.get_bars("BTC/USDT", "1m", exchange="kraken", market="perpetual").close.tolist() == [3.0]
    with pytest.raises(ConfigError) as caught:
        store.get_bars("BTC/USDT", "1m", market="spot")
    assert str(caught.value) == "BTC/USDT: the store has it of binance spot and kraken spot; say which one by exchange: and market: of the feed"  # fmt: skip


@pytest.mark.parametrize(
    ("symbol", "timeframe", "message"),
    [
        ("BTCUSDT", "1m", "BTCUSDT: the store has no candles of it; did you mean 'BTC/USDT'? Look at btbot data list, or bring them in with btbot data download or btbot data import"),
        ("ETH/EUR", "1m", "ETH/EUR: the store has no candles of it; look at btbot data list, or bring them in with btbot data download or btbot data import"),
        ("BTC/USDT", "30s", "BTC/USDT: the store has bars of 1m, of which 30s cannot be made; choose a multiple of one of them, or download it"),
        ("BTC/USDT", "90s", "BTC/USDT: the store has bars of 1m, of which 90s cannot be made; choose a multiple of one of them, or download it"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(store, symbol, timeframe, message):
    store.write(bars([0]), exchange="x")
    with pytest.raises(DataError) as caught:
        store.get_bars(symbol, timeframe)
    assert str(caught.value) == message


def test_a_date_that_is_none_is_refused(store):
    with pytest.raises(ConfigError, match=r"^a date such as 2021-01-01 or 2021-01-01T12:00 is expected, was 'soon'$"):
        store.get_bars("BTC/USDT", "1m", "soon")


def test_an_empty_write_and_a_failed_one_leave_nothing(store, monkeypatch):
    assert store.write(bars([]), exchange="x") == Written()
    monkeypatch.setattr("btbot.data.store.merge._COUNT_UP", None)
    with pytest.raises(Exception, match="object"):
        store.write(bars(range(3)), exchange="x")
    assert store.series() == []
    assert scalar(store, "SELECT count(*) FROM candles") == 0


def test_writers_at_the_same_time_write_each_candle_once(store):
    failures, done = [], []

    def write(offset):
        own = Store(store.database.url)
        try:
            starts = range(offset, offset + 60, 10)
            done.extend(own.write(bars(range(begin, begin + 10)), exchange="x") for begin in starts)
        except Exception as error:  # noqa: BLE001 - shown by the test
            failures.append(error)
        own.close()

    threads = [threading.Thread(target=write, args=(offset,)) for offset in (0, 3, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert same(store.get_bars("BTC/USDT", "1m"), bars(range(65)))
    assert sum(one.inserted for one in done) == 65
    assert sum(one.changed for one in done) == 0
    assert store.series()[0].rows == 65


def test_a_reader_sees_the_state_before_a_write_that_is_under_way(store):
    store.write(bars(range(3)), exchange="x")
    reader = Store(store.database.url)
    with store.database.writing() as connection:
        connection.execute(text("DELETE FROM candles"))
        assert len(reader.get_bars("BTC/USDT", "1m")) == 3
    reader.close()


def test_bars_beyond_the_limit_of_the_cache_are_read_again(url, store):
    small = Store(url, cache_bytes=48 * 5)
    small.write(bars(range(5)), exchange="x")
    small.write(bars(range(6), symbol="B/C"), exchange="x")
    kept = small.get_bars("BTC/USDT", "1m")
    assert small.get_bars("B/C", "1m") is not small.get_bars("B/C", "1m")
    assert small.get_bars("BTC/USDT", "1m") is kept
    small.get_bars("BTC/USDT", "1m", end=DAY_2021 + MINUTE)
    assert small.get_bars("BTC/USDT", "1m") is not kept
    small.close()


def test_records_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Written().inserted = 1
