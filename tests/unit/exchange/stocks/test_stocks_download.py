"""``data download`` of stocks: the same store, the same command."""

import datetime as dt
import json
import logging
import sys

import pytest

from btbot.cli import main
from btbot.data.store import Store
from btbot.sessions import hours, sessions

DAYS = sessions(dt.date(2023, 11, 1), dt.date(2024, 3, 1))


@pytest.fixture(autouse=True)
def _keys(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APCA_API_KEY_ID", "PKTEST")
    monkeypatch.setenv("APCA_API_SECRET_KEY", "s3cr3t")


def run(arguments):
    """Run the program as the shell does; give its exit code."""
    log = logging.getLogger("btbot")
    before = log.handlers[:], log.level, log.propagate
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["btbot", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    log.handlers, log.level, log.propagate = before
    return ended.value.code


def fill(sellers, at, days=DAYS, *, factor=1.0):
    """Let Yahoo and Alpaca sell the same days of two stocks."""
    for ticker in ("AAPL", "MSFT"):
        rows = [
            (100.0 + number, 110.5 + number, 90.25 + number, 105.0 + number, 1000 + number)
            for number in (DAYS.index(day) if day in DAYS else 0 for day in days)
        ]
        rows = [(*(value / factor for value in row[:4]), row[4] * factor) for row in rows]
        sellers.bars[ticker, "1d"] = [
            (at(str(day)), *row, row[3]) for day, row in zip(days, rows, strict=True)
        ]  # fmt: skip
        sellers.bars[ticker, "1Day"] = [(at(str(day), 0, 0), *row) for day, row in zip(days, rows, strict=True)]


def download(capsys, sellers, exchange, *more):
    """Run the command; give its exit code and what it printed as JSON."""
    arguments = ["data", "download", "--exchange", exchange, "--symbols", "AAPL", "MSFT", "--timeframes", "1d"]
    arguments += ["--since", "2023-11-01", "--database", "sqlite:///btbot.db", "--url", sellers.url, "--json", *more]
    code = run(arguments)
    out = capsys.readouterr().out
    return code, json.loads(out) if out else None


def stored(exchange):
    store = Store("sqlite:///btbot.db")
    try:
        return store.get_many(["AAPL", "MSFT"], "1d", exchange=exchange)
    finally:
        store.close()


@pytest.mark.parametrize("exchange", ["yfinance", "alpaca"])
def test_sessions_come_into_the_store_and_stay_the_same(exchange, sellers, at, capsys):
    fill(sellers, at)
    code, _ = download(capsys, sellers, exchange)
    assert code == 0
    bars = stored(exchange)
    for one in bars.values():
        assert [one.stamp(number)[:10] for number in range(len(one))] == [str(day) for day in DAYS]
        assert (one.open[0], one.high[3], one.volume[-1]) == (100.0, 113.5, 1000 + len(DAYS) - 1)
    asked = len(sellers.asked)
    assert download(capsys, sellers, exchange)[0] == 0
    assert stored(exchange)["AAPL"].fingerprint == bars["AAPL"].fingerprint
    assert len(sellers.asked) - asked < 25  # weekends are no holes that one looks for


def test_a_session_that_runs_is_left_out(sellers, at, capsys):
    today = dt.datetime.now(dt.UTC).date()
    days = [today - dt.timedelta(days=number) for number in (9, 8, 7, 3, 2, 1, 0)]
    fill(sellers, at, days)
    assert download(capsys, sellers, "yfinance")[0] == 0
    assert str(today) not in [stored("yfinance")["AAPL"].stamp(-1)[:10]]
    assert stored("yfinance")["AAPL"].stamp(-1)[:10] == str(today - dt.timedelta(days=1))


@pytest.mark.parametrize("exchange", ["yfinance", "alpaca"])
def test_after_a_split_no_old_price_stays(exchange, sellers, at, capsys):
    """A seller restates all that was before; a store that only went on would hold prices of two kinds."""
    fill(sellers, at, DAYS[:-5])
    assert download(capsys, sellers, exchange)[0] == 0
    assert stored(exchange)["AAPL"].open[0] == 100.0
    fill(sellers, at, factor=4.0)
    assert download(capsys, sellers, exchange)[0] == 0
    one = stored(exchange)["AAPL"]
    assert len(one) == len(DAYS)
    assert (one.open[0], one.volume[0], one.open[-1]) == (25.0, 4000.0, (100.0 + len(DAYS) - 1) / 4)


@pytest.mark.parametrize(
    ("exchange", "more", "said"),
    [
        ("yfinance", ["--symbols", "NOPE"], "yfinance has no NOPE; look the ticker up on finance.yahoo.com"),
        ("alpaca", ["--symbols", "APPL"], "did you mean 'AAPL'"),
        ("alpaca", ["--funding"], "funding"),
        ("yfinances", [], "did you mean 'yfinance'"),
    ],
)
def test_what_is_wrong_is_told(exchange, more, said, sellers, at, capsys):
    fill(sellers, at, DAYS[:3])
    code = run(
        ["data", "download", "--exchange", exchange, *(["--symbols", "AAPL"] if "--symbols" not in more else []),
         "--timeframes", "1d", "--since", "2023-11-01", "--database", "sqlite:///btbot.db", "--url", sellers.url, *more]
    )  # fmt: skip
    text = " ".join("".join(capsys.readouterr()).split())
    assert said in text
    assert code == 2


def test_hours_of_sessions_with_nights_between(sellers, at, capsys):
    """Half hours of 20 sessions; Yahoo goes back no further than 59 days, and says so."""
    today = dt.datetime.now(dt.UTC).date()
    days = sessions(today - dt.timedelta(days=40), today - dt.timedelta(days=2))[-20:]
    times = [time for day in days for time in range(hours(day)[0], hours(day)[1], 1_800_000)]
    sellers.bars["AAPL", "15m"] = [
        (time + quarter * 900_000, 10.0, 12.0, 9.0, 11.0, 50, 11.0) for time in times for quarter in range(2)
    ]
    arguments = ["--timeframes", "30m", "--since", str(today - dt.timedelta(days=100)), "--json", "--quiet"]
    arguments += ["--database", "sqlite:///btbot.db", "--url", sellers.url]
    for inserted in (len(times), 0):
        asked = len(sellers.asked)
        assert run(["data", "download", "--exchange", "yfinance", "--symbols", "AAPL", *arguments]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert row["inserted"] == inserted
        assert len(sellers.asked) - asked < 12
    store = Store("sqlite:///btbot.db")
    bars = store.get_bars("AAPL", "30m")
    store.close()
    assert bars.time.tolist() == times
    assert set(bars.volume.tolist()) == {100.0}


@pytest.mark.parametrize("exchange", ["yfinance", "alpaca"])
def test_sessions_that_a_seller_left_out_come_with_the_next_call(exchange, sellers, at, capsys):
    fill(sellers, at, [day for day in DAYS[:-2] if day.day % 9])
    assert download(capsys, sellers, exchange)[0] == 0
    fill(sellers, at)
    code, rows = download(capsys, sellers, exchange)
    assert code == 0
    assert [row["changed"] for row in rows] == [0, 0]
    assert [one.stamp(number)[:10] for one in stored(exchange).values() for number in range(len(one))] == [
        str(day) for _ in range(2) for day in DAYS
    ]
