"""The calendar of New York's stock exchanges, against the exchange's own lists and against recorded trading."""

import datetime as dt
import doctest
import gzip

import pytest

from btbot import sessions
from btbot.errors import ConfigError
from btbot.sessions import hours, is_session

# Holidays as the NYSE has published them.
PUBLISHED = {
    2011: "01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26",
    2020: "01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25",
    2021: "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24",
    2022: "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26",
    2023: "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25",
    2024: "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25",
    2025: "01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25",
    2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
}
EARLY = {
    2019: "07-03 11-29 12-24",
    2020: "11-27 12-24",
    2021: "11-26",
    2022: "11-25",
    2023: "07-03 11-24",
    2024: "07-03 11-29 12-24",
    2025: "07-03 11-28 12-24",
    2026: "11-27 12-24",
}


def days(year):
    return [dt.date(year, 1, 1) + dt.timedelta(days=number) for number in range(365 + (year % 4 == 0))]


def test_examples():
    assert doctest.testmod(sessions).failed == 0


@pytest.mark.parametrize("year", PUBLISHED)
def test_holidays_are_those_that_the_exchange_published(year):
    closed = [f"{day:%m-%d}" for day in days(year) if day.weekday() < 5 and not is_session(day)]
    assert closed == PUBLISHED[year].split()


@pytest.mark.parametrize("year", EARLY)
def test_early_closes_are_those_that_the_exchange_published(year):
    length = {day: hours(day) for day in days(year)}
    early = [f"{day:%m-%d}" for day, span in length.items() if span and span[1] - span[0] == 3.5 * 3_600_000]
    assert early == EARLY[year].split()
    assert {span[1] - span[0] for span in length.values() if span} == {int(3.5 * 3_600_000), int(6.5 * 3_600_000)}


def test_hours_follow_the_clocks_of_new_york():
    def utc(day):
        return [f"{dt.datetime.fromtimestamp(ms / 1000, dt.UTC):%H:%M}" for ms in hours(day)]

    assert utc(dt.date(2024, 3, 8)) == ["14:30", "21:00"]
    assert utc(dt.date(2024, 3, 11)) == ["13:30", "20:00"]
    assert hours(dt.date(2024, 3, 9)) is None


def test_the_days_are_those_on_which_american_stocks_traded(data_dir):
    traded = set()
    with gzip.open(data_dir / "USSTOCKS-1d.csv.gz", "rt") as file:
        for line in file:
            symbol, day, _ = line.split(",", 2)
            if symbol == "A":
                traded.add(dt.date.fromisoformat(day))
            elif traded:
                break
    first, last = min(traded), max(traded)
    assert len(traded) > 1_300
    assert set(sessions.sessions(first, last + dt.timedelta(days=1))) == traded


def test_nothing_is_known_before_1985_and_the_future_is():
    assert sessions.sessions(dt.date(1984, 12, 1), dt.date(1985, 1, 4)) == [dt.date(1985, 1, 2), dt.date(1985, 1, 3)]
    assert not is_session(dt.date(2035, 7, 4))
    assert is_session(dt.date(2035, 7, 5))


def test_a_missing_package_is_told(monkeypatch):
    sessions._spans.cache_clear()
    sessions._schedule.cache_clear()
    monkeypatch.setattr(sessions.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"exchange_calendars is not installed.*pip install 'btbot\[stocks\]'"):
        is_session(dt.date(2024, 7, 3))
    assert not sessions.known()
