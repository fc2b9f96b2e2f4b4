"""The days and hours on which New York's stock exchanges trade, by the package exchange_calendars (extra `stocks`)."""

from __future__ import annotations

import datetime as dt
import importlib.util
import warnings
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from btbot.errors import ConfigError

NEW_YORK = ZoneInfo("America/New_York")
FIRST_YEAR = 1985
_CODE = "XNYS"


def is_session(day: dt.date) -> bool:
    """Return whether the exchanges trade on a day, in New York's dates.

    Raises
    ------
    ConfigError
        If exchange_calendars is not installed.

    Examples
    --------
    >>> is_session(dt.date(2024, 7, 3)), is_session(dt.date(2024, 7, 4)), is_session(dt.date(2024, 7, 6))
    (True, False, False)
    """
    return day in _spans(day.year)


def hours(day: dt.date) -> tuple[int, int] | None:
    """Return when a day's regular session opens and closes, epoch milliseconds UTC; None where there is none.

    Examples
    --------
    >>> [dt.datetime.fromtimestamp(ms / 1000, dt.UTC).strftime("%H:%M") for ms in hours(dt.date(2024, 7, 3))]
    ['13:30', '17:00']
    """
    return _spans(day.year).get(day)


def sessions(start: dt.date, end: dt.date) -> list[dt.date]:
    """Return the days from `start` until before `end` on which the exchanges trade.

    Examples
    --------
    >>> [str(day) for day in sessions(dt.date(2018, 12, 4), dt.date(2018, 12, 8))]
    ['2018-12-04', '2018-12-06', '2018-12-07']
    """
    years = range(start.year, end.year + 1)
    return [day for year in years for day in _spans(year) if start <= day < end]


def known() -> bool:
    """Return whether exchange_calendars is installed."""
    return importlib.util.find_spec("exchange_calendars") is not None


@lru_cache(maxsize=256)
def _spans(year: int) -> dict[dt.date, tuple[int, int]]:
    """Return open and close of each session of a year, in the order of time; none before 1985."""
    if year < FIRST_YEAR:
        return {}
    this_year = dt.datetime.now(NEW_YORK).year
    schedule = _schedule(max(year, this_year + 1)).loc[str(year)]
    opens, closes = (schedule[name].dt.as_unit("ms").astype("int64").tolist() for name in ("open", "close"))
    return {day.date(): span for day, span in zip(schedule.index, zip(opens, closes, strict=True), strict=True)}


@lru_cache(maxsize=2)
def _schedule(last_year: int) -> Any:
    if not known():
        raise ConfigError(
            "sessions of stocks: exchange_calendars is not installed, which knows them; pip install 'btbot[stocks]'"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of pandas, about the package's code
        import exchange_calendars

        calendar = exchange_calendars.get_calendar(_CODE, start=f"{FIRST_YEAR}-01-01", end=f"{last_year}-12-31")
    return calendar.schedule
