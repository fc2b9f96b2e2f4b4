"""What something else than btbot did to the rows of a series is written down, and nothing else is touched."""

import json

import numpy as np
import pytest
from sqlalchemy import text

from btbot.bars import Bars
from btbot.data.check import check, recount, recount_hidden
from btbot.data.store.integrity import problems
from btbot.timeframe import Timeframe

HOUR = 3_600_000
H1 = Timeframe.parse("1h")


def bars(symbol="A/X", count=48, begin=0):
    close = np.round(100 * 1.001 ** np.arange(1, count + 1), 2)
    open_ = np.r_[100.0, close[:-1]]
    time = 1_609_459_200_000 + (begin + np.arange(count)) * HOUR
    return Bars(symbol, H1, time, open_, close, open_, close, np.full(count, 5.0))


def execute(store, statement):
    with store.database.writing() as connection:
        connection.execute(text(statement))


def noted(store, symbol="A/X"):
    return next(one for one in store.series() if one.symbol == symbol)


@pytest.fixture
def two(store):
    for symbol in ("A/X", "B/X"):
        store.write(bars(symbol), exchange="x")
    return store


def test_a_sound_store_is_left_as_it_is(two):
    before = two.series()
    assert recount(two, check(two)) == recount_hidden(two) == []
    assert two.series() == before


def test_rows_that_are_gone_are_counted_in_a_new_version(two):
    execute(two, f"DELETE FROM candles WHERE series_id = {noted(two).id} AND time > {bars().time[39]}")
    before, other = noted(two), noted(two, "B/X")
    assert [one.advice for one in problems(two.database)] == [
        "count them anew and fill the holes with btbot data repair"
    ]
    checked = check(two)
    (dry,) = recount(two, checked, dry_run=True)
    assert noted(two) == before
    (done,) = recount(two, checked)
    assert done == dry
    assert (done.of, done.noted, done.rows, done.text) == (before, 48, 40, "40 candles there, 48 were written down")
    after = noted(two)
    assert (after.rows, after.writes, after.fingerprint) == (40, before.writes + 1, None)
    assert after.version not in (None, before.version)
    assert noted(two, "B/X") == other
    assert problems(two.database) == []
    assert [one.errors for one in check(two)] == [[], []]
    with two.reading() as connection:
        (detail,) = connection.execute(text("SELECT detail FROM audit_log WHERE action = 'recount'")).scalars()
    assert json.loads(detail) == {"series": "A/X 1h of x spot", "rows": 40, "noted": 48}


def test_later_writes_count_on_from_there(two):
    execute(two, f"DELETE FROM candles WHERE series_id = {noted(two).id} AND time = {bars().time[7]}")
    recount(two, check(two))
    assert two.write(bars(), exchange="x").inserted == 1
    assert noted(two).rows == 48
    assert two.fingerprint(noted(two)) == bars().fingerprint


def test_values_that_somebody_else_changed_stay(two):
    two.fingerprint(noted(two))
    execute(two, f"UPDATE candles SET volume = 6 WHERE series_id = {noted(two).id} AND time = {bars().time[7]}")
    (done,) = recount(two, check(two))
    assert done.text == "its fingerprint was not that of its candles; they stay as they are"
    assert noted(two).fingerprint is None
    assert two.get_bars("A/X", "1h").volume[7] == 6
    assert [one.errors for one in check(two)] == [[], []]


def test_who_wrote_after_the_check_is_not_overruled(two):
    two.fingerprint(noted(two))
    execute(two, f"UPDATE candles SET volume = 6 WHERE series_id = {noted(two).id} AND time = {bars().time[7]}")
    checked = check(two)
    two.write(bars(), exchange="x")
    before = noted(two)
    assert two.fingerprint(before) == bars().fingerprint
    assert recount(two, checked) == []
    assert noted(two).version == before.version


def test_a_series_that_claims_to_be_empty_is_found(two):
    execute(two, f"UPDATE series SET rows = 0 WHERE id = {noted(two).id}")
    assert [one.symbol for one in two.series()] == ["B/X"]
    (dry,) = recount_hidden(two, dry_run=True)
    (done,) = recount_hidden(two)
    assert dry == done
    assert (done.of.name, done.noted, done.rows) == ("A/X 1h of x spot", 0, 48)
    assert noted(two).rows == 48
    assert problems(two.database) == []
