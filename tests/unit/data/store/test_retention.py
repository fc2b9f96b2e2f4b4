"""What is old goes, of the kinds that were named, and can be downloaded again."""

import numpy as np
import pytest
from filled import bars
from sqlalchemy import func, select

from btbot.data.store import Channel, Database, audit, schema
from btbot.data.store.retention import compact, prune
from btbot.data.store.tape import Tape
from btbot.errors import ConfigError

DAY = 86_400_000
NOW = 100 * DAY


@pytest.fixture
def full(store):
    for symbol in ("A/X", "B/X"):
        days = np.arange(0, 100, 3)
        side = np.ones(len(days), np.int8)
        store.tape.write(symbol, Tape(days * DAY, days.astype(np.str_), side * 2.0, side * 3.0, side), exchange="x")
        for day in (10, 95, 99):
            store.books.write(symbol, day * DAY, [(2, 1), (1, 1)], [(3, 1)], exchange="x")
    with store.writing() as connection:
        for start, end in ((0, 50), (60, 100)):
            trades = Channel("x", "spot", "A/X", "trades")
            store.downloads.record(connection, trades, start * DAY, end * DAY, rows=9, first=start * DAY, last=1, source="rest")  # fmt: skip
    store.funding.write("A/X", [0], [0.1], exchange="x")
    store.write(bars(5), exchange="x")
    store.write(bars(2, seed=2), exchange="x")  # two revisions, of today
    return store


def times(store, symbol):
    return (store.tape.get(symbol).time // DAY).tolist()


def test_old_trades_go_and_are_missing_then(full):
    assert prune(full.database, "tape", 30, now=NOW, dry_run=True) == 48
    assert times(full, "A/X")[0] == 0
    assert prune(full.database, "tape", 30, now=NOW) == 48
    assert prune(full.database, "tape", 30, now=NOW) == 0
    assert times(full, "A/X") == times(full, "B/X") == list(range(72, 100, 3))
    trades = Channel("x", "spot", "A/X", "trades")
    assert full.downloads.missing(trades, 0, 100 * DAY) == [(0, 70 * DAY)]
    with full.reading() as connection:
        assert audit.last(connection, "prune")[1] == {"kind": "tape", "until": 70 * DAY, "removed": 48}
    (left,) = full.downloads.history(trades)
    assert (left.start, left.first) == (70 * DAY, 70 * DAY)
    assert full.books.get("A/X").time.tolist() == [10 * DAY, 95 * DAY, 99 * DAY]
    assert len(full.funding.get("A/X")) == 1


def test_a_trade_at_the_edge_stays(full):
    prune(full.database, "tape", 100 - 72, now=NOW)
    assert times(full, "A/X")[0] == 72


def test_old_books_go(full):
    assert prune(full.database, "books", 3, now=NOW) == 12
    assert full.books.get("B/X").time.tolist() == [99 * DAY]


def test_old_revisions_go(full):
    with full.reading() as connection:
        kept = select(func.count(), func.max(schema.candle_revisions.c.replaced))
        count, replaced = connection.execute(kept).one()
    assert count == 2
    assert prune(full.database, "revisions", 1, now=replaced) == 0
    assert prune(full.database, "revisions", 1, now=replaced + DAY + 1) == 2


@pytest.mark.parametrize(
    ("kind", "days", "message"),
    [
        ("candles", 1, "retention of 'candles': one of tape, books, revisions is expected"),
        ("tape", -1, "retention of tape: must be >= 0 days, was -1"),
        ("tape", float("nan"), "retention of tape: must be >= 0 days, was nan"),
    ],
)
def test_what_cannot_be_meant(tmp_path, kind, days, message):
    with pytest.raises(ConfigError) as caught:
        prune(Database(f"sqlite:///{tmp_path / 'a.db'}"), kind, days, now=NOW)
    assert str(caught.value) == message


def test_the_space_is_given_back(full):
    if full.database.file is None:
        with pytest.raises(ConfigError) as caught:
            compact(full.database)
        assert str(caught.value).endswith(": PostgreSQL uses the space of removed rows again; leave it to it")
        return
    count = 20_000
    side = np.ones(count, np.int8)
    tape = Tape(np.arange(count), np.arange(count).astype(np.str_), side * 2.0, side * 3.0, side)
    full.tape.write("C/X", tape, exchange="x")
    full.close()
    prune(full.database, "tape", 0, now=NOW)
    assert compact(full.database) > 500_000
    assert full.get_bars("BTC/USDT", "1h").open.tolist()[2:] == bars(5).open.tolist()[2:]
