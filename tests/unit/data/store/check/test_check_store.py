"""What a check says about a store: every finding by its text, on SQLite and on PostgreSQL."""

import datetime as dt

import numpy as np
import pytest
from sqlalchemy import text

from btbot.bars import Bars
from btbot.data.check import check
from btbot.data.check.stream import stream
from btbot.data.store import Store, upgrade
from btbot.errors import ConfigError, DataError
from btbot.sessions import sessions
from btbot.timeframe import Timeframe

HOUR, DAY = 3_600_000, 86_400_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z, a Friday


def bars(symbol="BTC/USDT", times=None, timeframe="1h", **changes):
    """A market that goes up by one in a thousand an hour; changes={"low": {3: 0}} puts values in."""
    time = BEGIN + np.arange(48) * HOUR if times is None else np.asarray(times, np.int64)
    close = 100 * 1.001 ** np.arange(1, len(time) + 1)
    columns = {"open": close / 1.001, "high": close * 1, "low": close / 1.001, "close": close, "volume": close * 0 + 5}
    for name, values in changes.items():
        for at, value in values.items():
            columns[name][at] = value
    return Bars(symbol, Timeframe.parse(timeframe), time, *columns.values())


def texts(found):
    return [(finding.severity, finding.kind, finding.text) for finding in found.findings]


def execute(store, statement):
    with store.database.writing() as connection:
        connection.execute(text(statement))


def test_a_sound_series_has_nothing_to_say(store):
    store.write(bars(), exchange="binance")
    (found,) = check(store)
    assert texts(found) == []
    assert (found.first, found.last, found.calendar) == (BEGIN, BEGIN + 47 * HOUR, "crypto")
    assert found.fingerprint == bars().fingerprint
    assert len(found.holes) == len(found.flawed) == 0
    assert [(year.year, year.bars, year.expected, year.share) for year in found.years] == [(2021, 48, 48, 1.0)]


AGAIN = "ask for them again with btbot data repair, or import a clean file over them"


@pytest.mark.parametrize(
    ("changes", "kind", "said"),
    [
        ({"low": {3: 0.0, 4: -1.0}}, "price", f"2 candles with a price of 0 or less, first at 2021-01-01T03:00:00Z; {AGAIN}"),
        ({"high": {7: 1.0}}, "range", f"1 candle with high or low contradicting open or close, first at 2021-01-01T07:00:00Z; {AGAIN}"),
        ({"volume": {9: -1.0}}, "negative_volume", f"1 candle with a negative volume, first at 2021-01-01T09:00:00Z; {AGAIN}"),
    ],
)  # fmt: skip
def test_candles_that_contradict_themselves_are_errors(lite, changes, kind, said):
    lite.write(bars(**changes), exchange="binance")
    (found,) = check(lite)
    assert texts(found) == [("error", kind, said)]
    assert ((found.flawed - BEGIN) // HOUR).tolist() == list(next(iter(changes.values())))
    assert [error.kind for error in found.errors] == [kind]


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        ({"times": BEGIN + np.r_[np.arange(20), np.arange(30, 40)] * HOUR}, "missing", "10 candles missing in 1 hole that nothing explains, the longest of 10 from 2021-01-01T20:00:00Z until 2021-01-02T06:00:00Z; ask for them again with btbot data repair"),
        ({"times": BEGIN + np.arange(20) * HOUR + np.where(np.arange(20) == 5, 60_000, 0)}, "off_grid", "1 candle not at a multiple of 1h, first 2021-01-01T05:01:00Z; the series may hold two timeframes"),
        ({"times": BEGIN + np.arange(20) * HOUR + 1_800_000}, "timezone", "20 candles that open 00:30:00 after a multiple of 1h, first 2021-01-01T00:30:00Z, which are all; the time zone of the file that they came from may be wrong"),
        ({"high": {20: 300.0}}, "outlier", "1 candle with a move of more than 25 times the usual of their surroundings, the largest 194 % at 2021-01-01T20:00:00Z; compare them with another source: btbot data check --against EXCHANGE"),
        ({"volume": {20: 5_000.0}}, "volume_spike", "1 candle with more than 100 times the usual volume of their surroundings, the largest 1000 times at 2021-01-01T20:00:00Z; compare them with another source: btbot data check --against EXCHANGE"),
        ({"volume": {20: 0.0, 30: 0.0}}, "zero_volume", "2 candles (4.17 %) without volume, first 2021-01-01T20:00:00Z; orders would not have filled there"),
        ({name: dict.fromkeys(range(5, 30), 101.0) for name in ("open", "high", "low", "close")}, "flat", "24 candles standing still in runs of 20 or more, the longest of 24 from 2021-01-01T06:00:00Z; the source may have filled holes"),
        ({"times": np.arange(20) * HOUR}, "early", "20 candles older than 2009, first 1970-01-01T00:00:00Z, when no crypto currency was traded; check the file that they came from, or say --calendar stocks"),
    ],
)  # fmt: skip
def test_what_is_odd_is_a_warning(lite, made, kind, said):
    lite.write(bars(**made), exchange="binance")
    (found,) = check(lite)
    assert ("warning", kind, said) in texts(found)
    assert found.errors == []


def test_rows_that_something_else_removed_are_an_error(store):
    store.write(bars(), exchange="binance")
    execute(store, f"DELETE FROM candles WHERE time = {BEGIN + 10 * HOUR}")
    (found,) = check(store)
    assert texts(found)[0] == (
        "error", "content", "47 candles read, 48 written down for BTC/USDT 1h of binance spot; rows were removed or added "
        "by something else than btbot: count them anew and fill the holes with btbot data repair",
    )  # fmt: skip


@pytest.mark.xdist_group("postgres")
def test_what_is_no_number_is_an_error(postgres):
    store = Store(postgres)
    upgrade(store.database)
    store.write(bars(), exchange="x")
    execute(store, f"UPDATE candles SET close = 'NaN' WHERE time = {BEGIN + 10 * HOUR}")
    execute(store, f"UPDATE candles SET volume = 'Infinity' WHERE time = {BEGIN + 12 * HOUR}")
    (found,) = check(store)
    assert texts(found)[:2] == [
        ("error", "nan", f"1 candle with NaN, first at 2021-01-01T10:00:00Z; {AGAIN}"),
        ("error", "infinity", f"1 candle with infinity, first at 2021-01-01T12:00:00Z; {AGAIN}"),
    ]
    assert ((found.flawed - BEGIN) // HOUR).tolist() == [10, 12]


def test_values_that_something_else_changed_are_an_error_once_the_fingerprint_was_written_down(lite):
    lite.write(bars(), exchange="binance")
    lite.fingerprint(lite.series()[0])
    execute(lite, f"UPDATE candles SET volume = 6 WHERE time = {BEGIN + 10 * HOUR}")
    (found,) = check(lite)
    assert texts(found) == [(
        "error", "content", "the candles of BTC/USDT 1h of binance spot are not those whose fingerprint was written down "
        "after the last write; something else than btbot changed them: compare them with btbot data check --against binance, and "
        "write down anew what is there with btbot data repair",
    )]  # fmt: skip


def test_a_series_without_any_candle_left_is_an_error(store):
    for symbol in ("A/X", "B/X"):
        store.write(bars(symbol), exchange="x")
    store.write(bars("A/X", BEGIN + np.arange(30) * 900_000, "15m"), exchange="x")
    execute(store, "DELETE FROM candles WHERE series_id IN (SELECT id FROM series WHERE timeframe = '15m')")
    emptied, hourly, _ = check(store)
    assert texts(emptied)[0][2].startswith("0 candles read, 30 written down for A/X 15m of x spot; rows were removed")
    assert emptied.fingerprint == ""
    assert texts(hourly) == []


def test_a_candle_that_is_not_over_is_a_warning(lite):
    lite.write(bars(), exchange="x")
    assert texts(check(lite, now_ms=BEGIN + 48 * HOUR)[0]) == []
    assert texts(check(lite, now_ms=BEGIN + 48 * HOUR - 1)[0]) == [(
        "warning", "future", "the last candle opens at 2021-01-02T23:00:00Z and closes at 2021-01-03T00:00:00Z, which is not over; "
        "it was stored before it was finished, or the time zone of the file that it came from is wrong",
    )]  # fmt: skip


def test_candles_that_were_changed_are_told(store):
    store.write(bars(), exchange="x")
    store.write(bars(volume={3: 7.0, 5: 7.0}), exchange="x")
    assert texts(check(store)[0]) == [(
        "notice", "revised", "2 candles replaced by other values after the first download, from 2021-01-01T03:00:00Z to "
        "2021-01-01T05:00:00Z; the former ones are in the table candle_revisions",
    )]  # fmt: skip


def test_what_never_trades_on_a_saturday_is_a_stock(store):
    weekdays = [BEGIN + day * DAY for day in range(60) if (day + 4) % 7 < 5]
    store.write(bars("AAPL", weekdays, "1d"), exchange="us")
    (found,) = check(store)
    assert (found.calendar, len(found.holes)) == ("stocks", 0)
    assert [(year.bars, year.expected) for year in found.years] == [(42, 42)]
    (strict,) = check(store, calendar="crypto")
    assert strict.holes.count() == {"unexplained": 9}
    with pytest.raises(ConfigError, match=r"^calendar: 'forex' is not known; allowed are auto, crypto, stocks$"):
        check(store, calendar="forex")


def days_of(first, last):
    """Opens of New York's sessions as its sellers stamp them."""
    days = sessions(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    return np.array([(day - dt.date(1970, 1, 1)).days * DAY for day in days])


@pytest.fixture
def calendar():
    """The package that knows New York's sessions."""
    return pytest.importorskip("exchange_calendars", reason="exchange_calendars is not installed")


def test_every_session_of_new_york_is_known(lite, calendar):
    days = days_of("2018-11-20", "2019-01-04")  # Thanksgiving, a day of mourning, Christmas, New Year
    lite.write(bars("AAPL", days, "1d"), exchange="yfinance")
    lite.write(bars("MSFT", np.delete(days, [5, 15]), "1d"), exchange="alpaca")
    lite.write(bars("SAP.DE", np.delete(days, [5]), "1d"), exchange="yfinance")
    alpaca, whole, abroad = check(lite)
    assert (len(whole.holes), [(year.year, year.bars, year.expected) for year in whole.years]) == (0, [(2018, 27, 27), (2019, 2, 2)])  # fmt: skip
    assert [hole.bars for hole in alpaca.holes] == [1, 1]
    assert [(year.bars, year.expected) for year in alpaca.years] == [(25, 27), (2, 2)]
    assert len(abroad.holes) == 0  # whose sessions nobody here knows: breaks of four days are none
    assert abroad.years[0].expected == 30  # weekdays


def test_without_the_sessions_weekdays_are_counted(lite, monkeypatch):
    monkeypatch.setattr("btbot.sessions.known", lambda: False)
    weekdays = np.array([BEGIN + day * DAY for day in range(60) if (day + 4) % 7 < 5])
    lite.write(bars("AAPL", np.delete(weekdays, 7), "1d"), exchange="alpaca")
    (found,) = check(lite)
    assert (found.calendar, len(found.holes)) == ("stocks", 0)
    assert [(year.bars, year.expected) for year in found.years] == [(41, 42)]


def test_hours_of_new_york_are_counted_by_session(lite, calendar):
    # 2024-07-02 and -05 have 13 half hours, -03 closes after 7.
    opens = [dt.datetime(2024, 7, day, 13, 30, tzinfo=dt.UTC).timestamp() * 1_000 for day in (2, 3, 5)]
    times = np.concatenate(
        [open_ + np.arange(count) * 1_800_000 for open_, count in zip(opens, (13, 7, 13), strict=True)]
    )
    lite.write(bars("AAPL", times.astype(np.int64), "30m"), exchange="alpaca")
    (found,) = check(lite)
    assert (found.calendar, len(found.holes)) == ("stocks", 0)
    assert [(year.bars, year.expected) for year in found.years] == [(33, 33)]
    lite.write(bars("MSFT", times[[0, 1, 20, 21]].astype(np.int64), "30m"), exchange="alpaca")
    (other,) = check(lite, symbols=["MSFT"])
    assert [hole.bars for hole in other.holes] == [1]  # the session between


def test_currencies_rest_from_friday_to_sunday(lite):
    hours = [BEGIN + hour * HOUR for hour in range(60 * 24) if not 22 <= (hour + 4 * 24) % 168 - 4 * 24 < 70]
    lite.write(bars("EUR/USD", hours), exchange="fx")
    (found,) = check(lite)
    assert (found.calendar, len(found.holes)) == ("stocks", 0)
    saturdays = [BEGIN + day * DAY for day in range(60) if (day + 4) % 7 < 6]
    lite.write(bars("A/X", saturdays, "1d"), exchange="x")
    assert [one.calendar for one in check(lite, exchange="x")] == ["crypto"]


def test_a_few_weekdays_are_not_enough_to_know(lite):
    lite.write(bars("A/B", [BEGIN + day * DAY for day in (3, 4, 5, 6)], "1d"), exchange="x")
    assert [one.calendar for one in check(lite)] == ["crypto"]
    lite.write(bars("A/B", [BEGIN + 3 * DAY + week * 7 * DAY for week in range(20)], "1w"), exchange="x")
    assert {one.calendar for one in check(lite)} == {"crypto"}


def test_weeks_begin_on_monday(lite):
    lite.write(bars("A/B", [BEGIN + 3 * DAY + week * 7 * DAY for week in range(20)], "1w"), exchange="x")
    assert [finding.kind for one in check(lite) for finding in one.findings] == []


def test_a_series_that_ends_before_most_others_is_noticed(lite):
    lite.write(bars("A/X"), exchange="x")
    lite.write(bars("B/X", BEGIN + np.arange(200) * HOUR), exchange="x")
    assert [texts(one) for one in check(lite)] == [
        [("notice", "behind", "ends at 2021-01-02T23:00:00Z, while most of x spot go on until 2021-01-09T07:00:00Z or longer; download the rest, unless it is no longer traded")],
        [],
    ]  # fmt: skip


def test_series_are_chosen_by_their_names(lite):
    for exchange, symbol in (("x", "A/X"), ("x", "B/X"), ("y", "A/X")):
        lite.write(bars(symbol), exchange=exchange)
    assert [one.of.name for one in check(lite, symbols=["ax"])] == ["A/X 1h of x spot", "A/X 1h of y spot"]
    assert [one.of.name for one in check(lite, exchange="x", symbols=["B/X"])] == ["B/X 1h of x spot"]
    assert len(check(lite, timeframe=Timeframe.parse("1h"), market="spot")) == 3


@pytest.mark.parametrize(
    ("chosen", "kind", "said"),
    [
        ({"symbols": ["BTC/USD"]}, DataError, "BTC/USD: the store has no candles of it; did you mean 'BTC/USDT'? Look at btbot data list"),
        ({"symbols": ["X/Y"]}, DataError, "X/Y: the store has no candles of it; look at btbot data list"),
        ({"exchange": "binanse"}, ConfigError, "exchange: nothing of 'binanse' is stored, only of binance, kraken; did you mean 'binance'?"),
        ({"market": "perpetual"}, ConfigError, "market: nothing of 'perpetual' is stored, only of spot"),
        ({"timeframe": Timeframe.parse("5m")}, ConfigError, "timeframe: nothing of '5m' is stored, only of 1h"),
        ({"symbols": ["ETH/USDT"], "exchange": "binance"}, DataError, "no stored series is all of this: ETH/USDT, binance; look at btbot data list"),
    ],
)  # fmt: skip
def test_what_is_not_stored_is_said(lite, chosen, kind, said):
    with pytest.raises(
        DataError, match=r"^the store has no candles; fill it with btbot data download or btbot data import$"
    ):
        check(lite)
    lite.write(bars(), exchange="binance")
    lite.write(bars("ETH/USDT"), exchange="kraken")
    with pytest.raises(kind) as caught:
        check(lite, **chosen)
    assert str(caught.value) == said


def test_progress_is_told(lite):
    for symbol in ("A/X", "B/X"):
        lite.write(bars(symbol), exchange="x")
    told = []
    check(lite, progress=lambda done, whole, name: told.append((done, whole, name)))
    assert told == [(0, 96, "A/X 1h of x spot"), (48, 96, "B/X 1h of x spot")]


def test_a_writer_meanwhile_is_no_error(store, monkeypatch):
    store.write(bars(), exchange="binance")
    store.fingerprint(store.series()[0])
    other = Store(store.database.url)

    def interrupted(connection, of):  # compiled code reads SQLite by a connection of its own
        other.write(bars(times=BEGIN + np.arange(72) * HOUR), exchange="binance")
        with other.reading() as later:
            yield from stream(later, of)

    monkeypatch.setattr("btbot.data.check.checking.stream", interrupted)
    (found,) = check(store)
    assert found.errors == []
    assert found.fingerprint == bars(times=BEGIN + np.arange(72) * HOUR).fingerprint
    other.close()
