"""Bars from memory, from mapped files and from the database are the same bars, of the newest write."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from btbot.bars import Bars
from btbot.data.store import Store, Written, listing, open_store, postgres_rows, rows, serving, upgrade
from btbot.data.store.serving import Serving, Span
from btbot.timeframe import Timeframe

MINUTE = 60_000
EVER = 2**52


def bars(minutes, closes=None, symbol="BTC/USDT"):
    minutes = np.asarray(minutes)
    close = np.asarray(minutes + 0.5 if closes is None else closes, float)
    return Bars(symbol, Timeframe.parse("1m"), minutes * MINUTE, minutes + 1.0, close + 2, close - 1, close, close * 0 + 10)  # fmt: skip


def same(left, right):
    return left.fingerprint == right.fingerprint


def falsify(store):
    """Change what is stored behind the store's back, so that whoever reads the database again is noticed."""
    with store.database.writing() as connection:
        connection.execute(text("UPDATE candles SET close = close + 1000000"))


@pytest.fixture
def mapping(store, tmp_path, monkeypatch):
    """Give a function that makes a store of the same database, without memory, with files for long series."""
    monkeypatch.setattr(serving, "_WORTH_A_FILE", 10)
    return lambda: Store(store.database.url, cache_bytes=0, columns=tmp_path / "columns")


def kept(tmp_path):
    return sorted(path.name.partition("-")[2] for path in (tmp_path / "columns").glob("*"))


def test_a_long_series_is_read_once_by_all_stores(store, mapping, tmp_path):
    store.write(bars(range(100)), exchange="x")
    assert same(mapping().get_bars("BTC/USDT", "1m"), bars(range(100)))
    assert kept(tmp_path) == ["all.columns"]
    falsify(store)
    assert same(mapping().get_bars("BTC/USDT", "1m"), bars(range(100)))
    assert same(mapping().get_bars("BTC/USDT", "5m"), bars(range(100)).resample("5m"))
    part = mapping().get_bars("BTC/USDT", "1m", 20 * MINUTE, 50 * MINUTE)
    assert same(part, bars(range(20, 50)))
    assert kept(tmp_path) == ["all.columns"]


def test_a_part_is_kept_as_a_part(store, mapping, tmp_path):
    store.write(bars(range(100)), exchange="x")
    span = (20 * MINUTE, 50 * MINUTE)
    assert same(mapping().get_bars("BTC/USDT", "1m", *span), bars(range(20, 50)))
    assert kept(tmp_path) == ["1200000-3000000.columns"]
    falsify(store)
    assert same(mapping().get_bars("BTC/USDT", "1m", *span), bars(range(20, 50)))
    assert mapping().get_bars("BTC/USDT", "1m", *span).close[0] == 20.5
    assert mapping().get_bars("BTC/USDT", "1m").close[20] == 1_000_020.5


def test_a_short_series_and_a_short_span_have_no_file(store, mapping, tmp_path):
    store.write(bars(range(9)), exchange="x")
    store.write(bars(range(100), symbol="L/X"), exchange="x")
    mapping().get_bars("BTC/USDT", "1m")
    mapping().get_bars("L/X", "1m", 0, 5 * MINUTE)
    assert kept(tmp_path) == []


def test_a_store_without_a_folder_keeps_none(store, tmp_path):
    store.write(bars(range(30)), exchange="x")
    store.get_bars("BTC/USDT", "1m")
    assert not list(tmp_path.rglob("*.columns"))


def test_a_write_by_another_process_is_seen(store, mapping):
    store.write(bars(range(50)), exchange="x")
    reader = mapping()
    assert len(reader.get_bars("BTC/USDT", "1m")) == 50
    store.write(bars([50, 51]), exchange="x")
    assert same(reader.get_bars("BTC/USDT", "1m"), bars(range(52)))
    store.write(bars([7], [99.0]), exchange="x")
    assert reader.get_bars("BTC/USDT", "1m").close[7] == 99.0
    assert mapping().get_bars("BTC/USDT", "1m").close[7] == 99.0


def test_a_damaged_file_is_made_anew(store, mapping, tmp_path):
    store.write(bars(range(50)), exchange="x")
    mapping().get_bars("BTC/USDT", "1m")
    (path,) = (tmp_path / "columns").iterdir()
    whole = path.read_bytes()
    for content in (whole[:1_000], whole[:-1] + b"?", b""):
        path.write_bytes(content)
        assert same(mapping().get_bars("BTC/USDT", "1m"), bars(range(50)))
        assert path.read_bytes() == whole


def test_columns_of_a_series_that_somebody_changed_meanwhile_are_not_kept(store, mapping, tmp_path):
    store.write(bars(range(50)), exchange="x")
    (one,) = store.series()
    of = Serving(serving.Cache(0), serving.ColumnFiles(tmp_path / "columns"))
    span = Span(Timeframe.parse("1m"), -EVER, EVER)
    with store.reading() as connection:
        given_, fresh = of.bars(connection, {"BTC/USDT": one}, span)
    assert list(fresh) == [one]
    store.write(bars([50]), exchange="x")
    with store.reading() as connection:
        of.keep(connection, fresh, span)
    assert kept(tmp_path) == []
    assert same(given_["BTC/USDT"], bars(range(50)))


def test_a_database_that_was_made_anew_does_not_get_the_files_of_the_former_one(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_WORTH_A_FILE", 10)
    path = tmp_path / "a.db"
    for closes in (1.0, 2.0):
        store = Store(f"sqlite:///{path}", columns=tmp_path / "columns")
        store.write(bars(range(50), np.full(50, closes)), exchange="x")
        assert store.get_bars("BTC/USDT", "1m").close[0] == closes
        assert store.series()[0].writes == 1
        store.close()
        for one in tmp_path.glob("a.db*"):
            one.unlink()
    assert len(kept(tmp_path)) == 2


def test_a_database_that_was_copied_back_by_hand_does_not_get_the_files_of_its_lost_future(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_WORTH_A_FILE", 10)
    path, copy = tmp_path / "a.db", tmp_path / "copy"

    def opened():
        return Store(f"sqlite:///{path}", columns=tmp_path / "columns")

    store = opened()
    store.write(bars(range(50)), exchange="x")
    store.close()
    shutil.copy(path, copy)
    for close in (77.0, 88.0):
        store = opened()
        store.write(bars([50], [close]), exchange="x")
        assert store.series()[0].writes == 2
        assert store.get_bars("BTC/USDT", "1m").close[50] == close
        store.close()
        shutil.copy(copy, path)
    assert same(opened().get_bars("BTC/USDT", "1m"), bars(range(50)))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_writes_and_any_spans_give_what_is_stored(store, mapping, data):
    with store.reading() as connection:
        symbol = f"A{connection.execute(text('SELECT count(*) FROM markets')).scalar()}/B"
    readers, truth = [mapping(), Store(store.database.url), mapping()], {}
    for _ in range(data.draw(st.integers(1, 4))):
        batch = data.draw(st.dictionaries(st.integers(0, 60), st.integers(1, 3), min_size=20))
        minutes = sorted(batch)
        store.write(bars(minutes, [batch[minute] for minute in minutes], symbol), exchange="x")
        truth.update(batch)
        minutes = sorted(truth)
        whole = bars(minutes, [truth[minute] for minute in minutes], symbol)
        for reader in readers:
            low = data.draw(st.none() | st.integers(-5, 65))
            high = data.draw(st.none() | st.integers(-5, 65))
            span = [None if one is None else one * MINUTE for one in (low, high)]
            for timeframe in ("1m", "5m"):
                found = reader.get_bars(symbol, timeframe, *span)
                assert same(found, whole.resample(timeframe).between(*span)), (timeframe, span)


def test_the_last_bars_up_to_a_moment_are_those_of_the_history(store):
    minutes = [0, 1, 2, 3, 10, 11, 12, 13, 17, 18, 31, 36, 37, 38, 39, 40]  # the bar of five minutes at 10 has no end
    store.write(bars(minutes), exchange="x")
    whole = bars(minutes).resample("5m")
    for minute in (0, 1, 4, 5, 6, 9, 10, 14, 15, 17, 20, 25, 31, 34, 35, 40, 45):
        for count in (1, 2, 50):
            found = store.last("BTC/USDT", "5m", count, now=minute * MINUTE)
            known = int(np.searchsorted(whole.close_time, minute * MINUTE, side="right"))
            # At the end of what is stored a bar without its last minute may still grow.
            assert same(found, whole.slice(max(known - count, 0), known)), (minute, count)


def test_open_store_keeps_its_files_beside_the_database(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_WORTH_A_FILE", 10)
    url = f"sqlite:///{tmp_path}/bot/btbot.db"
    store = open_store(url, mapped=True)
    assert open_store(url, mapped=True) is store
    assert open_store(url) is not store
    store.write(bars(range(50)), exchange="x")
    store.get_bars("BTC/USDT", "1m")
    assert len(list((tmp_path / "bot" / "cache" / "columns").glob("*-all.columns"))) == 1
    open_store.cache_clear()


def test_many_rows_of_postgres_come_in_pieces(postgres, monkeypatch):
    monkeypatch.setattr(postgres_rows, "_PIECE", 7)
    store = Store(postgres, cache_bytes=0)
    upgrade(store.database)
    counts = {"A/X": 20, "B/X": 3, "C/X": 4, "D/X": 5, "E/X": 7, "F/X": 1}
    for symbol, count in counts.items():
        store.write(bars(range(0, 3 * count, 3), symbol=symbol), exchange="x")
    for span in ((None, None), (9 * MINUTE, 40 * MINUTE), (5, 6), (7, 7), (90 * MINUTE, None)):
        found = store.get_many(list(counts), "1m", *span)
        for symbol, count in counts.items():
            assert same(found[symbol], bars(range(0, 3 * count, 3), symbol=symbol).between(*span)), (symbol, span)


def test_many_series_are_not_many_scans_of_the_table_when_postgres_knows_them_not_yet(postgres):
    store = Store(postgres, cache_bytes=0)
    upgrade(store.database)
    symbols = [f"S{number}/X" for number in range(30)]
    store.write(bars(range(20_000), symbol=symbols[0]), exchange="x")
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE candles SET (autovacuum_enabled = off)"))
        connection.execute(text("ANALYZE candles"))
    for symbol in symbols[1:]:
        store.write(bars(range(20), symbol=symbol), exchange="x")
    assert all(len(found) == 20 for found in store.get_many(symbols[1:], "1m").values())
    with store.reading() as connection:
        ids = [one.id for one in listing.every(connection) if one.rows == 20]
        raw = connection.connection.driver_connection
        explained = f"EXPLAIN {postgres_rows._SPAN}"
        plan = [row[0] for row in raw.execute(explained, (ids, -EVER, EVER))]
        assert any("Seq Scan" in line for line in plan)  # what the server does by itself
        rows.read(connection, ids, -EVER, EVER)
        plan = [row[0] for row in raw.execute(explained, (ids, -EVER, EVER))]
    assert any("Index Scan using candles_pkey" in line for line in plan)
    assert not any("Seq Scan" in line or "Bitmap" in line for line in plan)


def test_rows_that_lie_in_disorder_come_in_order(store):
    for minutes in ([40, 41], range(0, 40, 2), range(1, 40, 2)):
        store.write(bars(list(minutes)), exchange="x")
    store.write(bars(list(range(5, 30, 5)), [7.0] * 5), exchange="x")
    closes = [7.0 if minute in range(5, 30, 5) else minute + 0.5 for minute in range(42)]
    assert same(store.get_bars("BTC/USDT", "1m"), bars(range(42), closes))
    assert same(store.last("BTC/USDT", "1m", 30), bars(range(12, 42), closes[12:]))


def test_a_transaction_sees_what_it_wrote_however_much_that_is(store):
    pytest.importorskip("numba")  # with it long series are read by another connection, which sees none of this
    with store.writing() as connection:
        store.write(bars(range(5_000)), exchange="x", connection=connection)
        changed = bars(range(6_000), np.r_[np.full(10, 7.0), np.arange(10, 6_000) + 0.5])
        assert store.write(changed, exchange="x", connection=connection) == Written(1_000, 10, 4_990)
        assert store.write(changed, exchange="x", connection=connection) == Written(unchanged=6_000)
        (one,) = listing.every(connection)
        assert len(rows.read(connection, [one.id], 0, EVER, at_most=[one.rows])[one.id].time) == 6_000
        assert len(rows.tail(connection, one.id, 5_500, EVER).time) == 5_500
    assert same(store.get_bars("BTC/USDT", "1m"), changed)


@pytest.mark.parametrize("step", [1, 3, 4, 5, 50])
def test_dense_and_sparse_writes_into_what_is_there_give_the_same(store, step):
    store.write(bars(range(0, 500, 2)), exchange="x")
    minutes = list(range(10, 490, step))
    closes = [minute + (0.5 if minute % 3 else 9.5) for minute in minutes]
    there = [minute for minute in minutes if minute % 2 == 0]
    differ = [minute for minute in there if minute % 3 == 0]
    done = store.write(bars(minutes, closes), exchange="x")
    assert done == Written(len(minutes) - len(there), len(differ), len(there) - len(differ))
    assert store.write(bars(minutes, closes), exchange="x") == Written(unchanged=len(minutes))
    truth = {minute: minute + 0.5 for minute in range(0, 500, 2)} | dict(zip(minutes, closes, strict=True))
    assert same(store.get_bars("BTC/USDT", "1m"), bars(sorted(truth), [truth[minute] for minute in sorted(truth)]))
    with store.reading() as connection:
        revised = connection.execute(text("SELECT time FROM candle_revisions ORDER BY time")).scalars().all()
    assert revised == [minute * MINUTE for minute in differ]


def test_a_new_candle_with_the_values_of_its_neighbours_is_new(store):
    flat = Bars("F/X", Timeframe.parse("1m"), np.arange(40) * MINUTE, *(np.full(40, 5.0) for _ in range(5)))
    for part in (flat.slice(0, 10), flat.slice(20, 30)):
        store.write(part, exchange="x")
    assert store.write(flat, exchange="x") == Written(20, 0, 20)
    assert same(store.get_bars("F/X", "1m"), flat)


def test_readers_beside_a_writer_see_one_write_whole(store, mapping):
    minutes = range(2_500)
    store.write(bars(minutes, np.zeros(2_500)), exchange="x")
    done = threading.Event()

    def read(reader):
        seen = set()
        while True:
            last = done.is_set()
            for found in (reader.get_bars("BTC/USDT", "1m"), reader.last("BTC/USDT", "1m", 2_400)):
                assert len(found) in (2_500, 2_400)
                assert found.close[0] == found.close[-1] == found.close.max() == found.close.min()
                seen.add(found.close[0])
            if last:
                return seen

    with ThreadPoolExecutor(3) as pool:
        running = [pool.submit(read, reader) for reader in (mapping(), mapping(), Store(store.database.url))]
        for number in range(1, 9):
            store.write(bars(minutes, np.full(2_500, float(number))), exchange="x")
        done.set()
        assert all(8.0 in one.result(30) and one.result() <= set(range(9)) for one in running)
