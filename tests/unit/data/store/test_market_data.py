"""Funding rates, trades and order books come out as they went in, once; on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from btbot.data.store import Channel, Written
from btbot.data.store.held import Held
from btbot.data.store.tape import Tape
from btbot.errors import ConfigError, DataError

NAN = float("nan")
FUNDING = {"exchange": "binance"}


def tape(times, names=None, prices=None):
    count = len(times)
    names = [str(1_000 + number) for number in range(count)] if names is None else names
    prices = np.arange(count) + 1.5 if prices is None else np.asarray(prices, float)
    side = np.where(np.arange(count) % 2, 1, -1).astype(np.int8)
    return Tape(np.array(times, np.int64), np.array(names, np.str_), prices, prices / 3, side)


def lists(found):
    return [getattr(found, name).tolist() for name in ("time", "trade", "price", "amount", "side")]


def test_funding_comes_out_in_the_order_of_time(store):
    rates = [0.0001, -0.1 / 3, 1e-17]
    assert store.funding.write("BTC/USDT", [30, 10, 20], rates, [NAN, 1 / 3, NAN], **FUNDING) == Written(inserted=3)
    found = store.funding.get("BTC/USDT")
    assert (found.time.tolist(), found.rate.tolist()) == ([10, 20, 30], [-0.1 / 3, 1e-17, 0.0001])
    np.testing.assert_array_equal(found.mark_price, [1 / 3, NAN, NAN])
    assert (found.time.dtype, found.rate.dtype, len(found)) == (np.int64, np.float64, 3)
    assert store.funding.get("BTC/USDT", 10, 30).time.tolist() == [10, 20]
    assert len(store.funding.get("BTC/USDT", 31)) == 0


def test_funding_twice_changes_nothing_and_other_values_replace(store):
    store.funding.write("BTC/USDT", [1, 2], [0.1, 0.2], **FUNDING)
    assert store.funding.write("BTC/USDT", [1, 2], [0.1, 0.2], **FUNDING) == Written(unchanged=2)
    assert store.funding.write("BTC/USDT", [1, 2, 3], [0.1, 0.3, 0.4], **FUNDING) == Written(1, 1, 1)
    assert store.funding.write("BTC/USDT", [1], [0.1], [5.0], **FUNDING) == Written(changed=1)
    assert store.funding.write("BTC/USDT", [], [], **FUNDING) == Written()
    found = store.funding.get("BTC/USDT")
    assert found.rate.tolist() == [0.1, 0.3, 0.4]
    np.testing.assert_array_equal(found.mark_price, [5.0, NAN, NAN])


@pytest.mark.parametrize("late", [7, -7])
def test_funding_that_another_source_stamps_otherwise_is_not_paid_twice(store, late):
    due = 8 * 3_600_000 * np.arange(1, 4)
    store.funding.write("BTC/USDT", due, [0.1, 0.2, 0.3], [5.0, 6.0, NAN], **FUNDING)
    done = store.funding.write("BTC/USDT", due[1:] + late, [0.4, 0.3], [NAN, 7.0], **FUNDING)
    assert done == Written(changed=2)
    found = store.funding.get("BTC/USDT")
    assert found.time.tolist() == due.tolist()
    assert found.rate.tolist() == [0.1, 0.4, 0.3]
    assert found.mark_price.tolist() == [5.0, 6.0, 7.0]


def test_rates_within_one_minute_of_each_other_stay_apart(store):
    store.funding.write("BTC/USDT", [1_000], [0.1], **FUNDING)
    assert store.funding.write("BTC/USDT", [900, 1_100], [0.2, 0.3], **FUNDING) == Written(inserted=2)


@pytest.mark.parametrize(
    ("time", "rate", "mark", "message"),
    [
        ([0], [1.0], None, "BTC/USDT: the funding rate at 1970-01-01T00:00:00Z is 1; a fraction between -0.75 and 0.75 is expected, 0.0001 meaning 0.01 %"),
        ([0], [NAN], None, "BTC/USDT: the funding rate at 1970-01-01T00:00:00Z is nan; a fraction between -0.75 and 0.75 is expected, 0.0001 meaning 0.01 %"),
        ([0], [0.1], [-1.0], "BTC/USDT: the mark price at 1970-01-01T00:00:00Z is -1; a price > 0, or NaN, is expected"),
        ([5, 0, 5], [0.1, 0.1, 0.1], None, "BTC/USDT: the funding time 1970-01-01T00:00:00.005Z comes twice; keep one rate a time"),
        ([5], [0.1, 0.1], None, "BTC/USDT: (1,) times, (2,) funding rates and (1,) mark prices"),
    ],
)  # fmt: skip
def test_rates_that_cannot_be_right(store, time, rate, mark, message):
    with pytest.raises(DataError) as caught:
        store.funding.write("BTC/USDT", time, rate, mark, **FUNDING)
    assert str(caught.value) == message
    assert store.funding.markets() == []


def test_trades_come_out_by_time_and_then_by_number(store):
    given_ = tape([5, 5, 5, 3], ["10", "9", 'a,"b"\n', "100"])
    assert store.tape.write("BTC/USDT", given_, exchange="x") == Written(inserted=4)
    time, trade, price, amount, side = lists(store.tape.get("BTC/USDT"))
    assert (time, trade) == ([3, 5, 5, 5], ["100", "9", "10", 'a,"b"\n'])
    assert price == [4.5, 2.5, 1.5, 3.5]
    assert amount == [price / 3 for price in (4.5, 2.5, 1.5, 3.5)]
    assert side == [1, 1, -1, -1]
    assert store.tape.last("BTC/USDT", exchange="x") == (5, 'a,"b"\n')
    assert store.tape.last("BTC/USDT", exchange="y") is None
    assert store.tape.get("BTC/USDT", 4, 5).time.tolist() == []


def test_trades_twice_change_nothing(store):
    store.tape.write("BTC/USDT", tape(range(10)), exchange="x")
    assert store.tape.write("BTC/USDT", tape(range(12)), exchange="x") == Written(2, 0, 10)
    other = tape(range(12), prices=[1.5] * 12)
    assert store.tape.write("BTC/USDT", other, exchange="x") == Written(0, 11, 1)
    assert store.tape.write("BTC/USDT", tape([]), exchange="x") == Written()
    assert store.tape.get("BTC/USDT").price.tolist() == [1.5] * 12


def test_two_trades_of_one_moment_may_have_the_same_values(store):
    twins = tape([7, 7], ["1", "2"], [3.0, 3.0])
    assert store.tape.write("BTC/USDT", twins, exchange="x") == Written(inserted=2)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.dictionaries(
            st.tuples(st.integers(0, 4), st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=3)),
            st.floats(1e-300, 1e300),
            max_size=6,
        ),
        max_size=4,
    )
)  # fmt: skip
def test_any_trades_come_back_bit_by_bit(store, batches):
    symbol, truth = f"A{len(store.tape.markets())}/B", {}
    for batch in batches:
        fresh = [key for key in batch if key not in truth]
        same = [key for key in batch if truth.get(key) == batch[key]]
        given_ = tape([key[0] for key in batch], [key[1] for key in batch], list(batch.values()))
        given_.side[:] = 1
        done = store.tape.write(symbol, Tape(given_.time, given_.trade, given_.price, given_.price, given_.side), exchange="x")  # fmt: skip
        assert done == Written(len(fresh), len(batch) - len(fresh) - len(same), len(same))
        truth.update(batch)
    if truth:
        found = store.tape.get(symbol)
        times, names = found.time.tolist(), found.trade.tolist()
        assert dict(zip(zip(times, names, strict=True), found.price.tolist(), strict=True)) == truth
        assert found.amount.tolist() == found.price.tolist()
        assert list(zip(times, names, strict=True)) == sorted(truth, key=lambda key: (key[0], len(key[1]), key[1]))


def broken(**columns):
    whole = tape([0, 1])
    for name, value in columns.items():
        getattr(whole, name)[1] = value
    return whole


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (broken(price=0.0), "the price of the trade at 1970-01-01T00:00:00.001Z is 0.0; a number > 0 is expected"),
        (broken(amount=NAN), "the amount of the trade at 1970-01-01T00:00:00.001Z is nan; a number > 0 is expected"),
        (broken(side=0), "the side of the trade at 1970-01-01T00:00:00.001Z is 0; 1 where the taker bought, -1 where he sold is expected"),
        (broken(trade=""), "the trade of the trade at 1970-01-01T00:00:00.001Z is ; an id of 1 to 64 letters is expected"),
        (tape([0, 1, 1], ["a", "b", "b"]), "trade b of 1970-01-01T00:00:00.001Z comes twice; keep it once"),
        (Tape(np.arange(2), np.array(["a"]), np.ones(2), np.ones(2), np.ones(2, np.int8)), "columns of trades have different lengths: {'time': 2, 'trade': 1, 'price': 2, 'amount': 2, 'side': 2}"),
    ],
)  # fmt: skip
def test_trades_that_cannot_be_right(store, given_, message):
    with pytest.raises(DataError) as caught:
        store.tape.write("BTC/USDT", given_, exchange="x")
    assert str(caught.value) == f"BTC/USDT: {message}"
    assert store.tape.markets() == []


def test_books_come_out_level_by_level(store):
    store.books.write("BTC/USDT", 9, [(3, 1), (2, 1 / 3)], [(4, 7)], exchange="x")
    store.books.write("BTC/USDT", 8, [(3, 5)], [], exchange="x")
    found = store.books.get("BTC/USDT")
    assert (found.time.tolist(), len(found)) == ([8, 9], 2)
    np.testing.assert_array_equal(found.bids, [[(3, 5), (NAN, NAN)], [(3, 1), (2, 1 / 3)]])
    np.testing.assert_array_equal(found.asks, [[(NAN, NAN), (NAN, NAN)], [(4, 7), (NAN, NAN)]])
    assert store.books.get("BTC/USDT", levels=1).bids.tolist() == [[[3, 5]], [[3, 1]]]
    assert store.books.get("BTC/USDT", 9).time.tolist() == [9]
    assert store.books.get("BTC/USDT", 10).bids.shape == (0, 0, 2)


def test_a_book_of_the_same_time_is_replaced(store):
    store.books.write("BTC/USDT", 9, [(3, 1), (2, 1)], [(4, 1), (5, 1)], exchange="x")
    store.books.write("BTC/USDT", 9, [(3, 2)], [(4, 2)], exchange="x")
    found = store.books.get("BTC/USDT")
    assert (found.bids.tolist(), found.asks.tolist()) == ([[[3, 2]]], [[[4, 2]]])


@pytest.mark.parametrize(
    ("bids", "asks", "message"),
    [
        ([(2, 1), (3, 1)], [], "BTC/USDT: bids at 1970-01-01T00:00:00Z: level 1 at 3 is out of order; the best price comes first"),
        ([], [(3, 1), (2, 1)], "BTC/USDT: asks at 1970-01-01T00:00:00Z: level 1 at 2 is out of order; the best price comes first"),
        ([], [(3, 0)], "BTC/USDT: asks at 1970-01-01T00:00:00Z: level 0 is 0 for 3; numbers > 0 are expected"),
    ],
)  # fmt: skip
def test_books_that_cannot_be_right(store, bids, asks, message):
    with pytest.raises(DataError) as caught:
        store.books.write("BTC/USDT", 0, bids, asks, exchange="x")
    assert str(caught.value) == message


def test_what_is_held_is_listed(store):
    store.funding.write("BTC/USDT", [1, 5], [0.1, 0.2], **FUNDING)
    store.tape.write("ETH/USDT", tape([3, 4, 4]), exchange="x")
    store.books.write("ETH/USDT", 7, [(3, 1)], [(4, 1)], exchange="x")
    (funding,), (trades,), (books,) = store.funding.markets(), store.tape.markets(), store.books.markets()
    assert funding == Held(funding.id, "binance", "perpetual", "BTC/USDT", 2, 1, 5)
    assert trades == Held(trades.id, "x", "spot", "ETH/USDT", 3, 3, 4)
    assert books == Held(trades.id, "x", "spot", "ETH/USDT", 2, 7, 7)


def test_a_symbol_that_is_not_held_is_named(store):
    for read, what in (
        (store.funding.get, "funding rates"),
        (store.tape.get, "trades"),
        (store.books.get, "order books"),
    ):
        with pytest.raises(DataError) as caught:
            read("BTC/USDT", exchange="binance", market="spot")
        assert str(caught.value) == f"BTC/USDT: the store has no {what} of it from binance spot; bring them in with btbot data download or btbot data import"  # fmt: skip
    store.funding.write("BTC/USDT", [1], [0.1], **FUNDING)
    with pytest.raises(DataError) as caught:
        store.funding.get("BTC/USD")
    assert str(caught.value) == "BTC/USD: the store has no funding rates of it; did you mean 'BTC/USDT'? Bring them in with btbot data download or btbot data import"  # fmt: skip


def test_two_exchanges_must_be_told_apart(store):
    store.funding.write("BTC/USDT", [1], [0.1], exchange="binance")
    store.funding.write("BTC/USDT", [1], [0.2], exchange="bybit")
    with pytest.raises(ConfigError) as caught:
        store.funding.get("BTC/USDT")
    assert str(caught.value) == "BTC/USDT: the store has funding rates of it from binance perpetual and bybit perpetual; name the exchange and the market"  # fmt: skip
    assert store.funding.get("BTC/USDT", exchange="bybit").rate.tolist() == [0.2]


def test_all_kinds_can_be_one_transaction(store):
    with pytest.raises(KeyError), store.writing() as connection:  # noqa: PT012
        store.funding.write("BTC/USDT", [1], [0.1], connection=connection, **FUNDING)
        store.tape.write("BTC/USDT", tape([1]), exchange="x", connection=connection)
        assert store.tape.last("BTC/USDT", exchange="x", connection=connection) == (1, "1000")
        store.books.write("BTC/USDT", 1, [(1, 1)], [], exchange="x", connection=connection)
        raise KeyError
    assert store.funding.markets() == store.tape.markets() == store.books.markets() == []


def test_writers_at_the_same_time_count_every_row_once(store):
    channel = Channel("x", "spot", "BTC/USDT", "trades")

    def write(first):
        done = []
        for start in range(first, first + 200, 40):
            given_ = tape(range(start, start + 80), [str(at) for at in range(start, start + 80)], np.ones(80))
            given_.side[:] = 1
            with store.writing() as connection:
                done.append(store.tape.write("BTC/USDT", given_, exchange="x", connection=connection))
                store.downloads.record(connection, channel, start, start + 80, rows=80, source="rest")
        return done

    with ThreadPoolExecutor(3) as pool:
        done = [one for part in pool.map(write, (0, 60, 120)) for one in part]
    assert sum(one.inserted for one in done) == len(store.tape.get("BTC/USDT")) == 360
    assert sum(one.changed for one in done) == 0
    (span,) = store.downloads.spans(channel)
    assert (span.start, span.end, span.answers) == (0, 360, 0)
