"""The commands `data check` and `data repair`: what is typed, printed and returned."""

import json
import shutil
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from typer.testing import CliRunner

from btbot.bars import Bars
from btbot.cli import repairing  # noqa: F401 - registers the commands
from btbot.cli.app import app
from btbot.data.store import Store
from btbot.errors import ConfigError, DataError
from btbot.timeframe import Timeframe

HOUR = 3_600_000
BEGIN = 1_609_459_200_000  # 2021-01-01T00:00Z


def bars(symbol="BTC/USDT", *, timeframe="1h", count=48, missing=(), flawed=(), factor=1.0):
    length = Timeframe.parse(timeframe)
    close = np.round(100 * 1.001 ** np.arange(1, count + 1), 2) * factor
    open_ = np.r_[100.0 * factor, close[:-1]]
    low = np.where(np.isin(np.arange(count), flawed), 0.0, open_)
    keep = ~np.isin(np.arange(count), missing)
    columns = (open_, close, low, close, np.full(count, 5.0))
    return Bars(symbol, length, (BEGIN + np.arange(count) * length.ms)[keep], *(column[keep] for column in columns))


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """File of a store with tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "btbot.db"
    made = Store(f"sqlite:///{path}")
    made.series()
    made.close()
    return path


@pytest.fixture
def store(empty, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BTBOT__DATABASE", raising=False)
    (tmp_path / "var").mkdir()
    shutil.copy(empty, tmp_path / "var" / "btbot.db")
    made = Store("sqlite:///var/btbot.db")
    yield made
    made.close()


def call(*words, code=0):
    done = CliRunner().invoke(app, ["data", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def lines(text):
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and "───" not in line]


def test_a_sound_store(store):
    store.write(bars(), exchange="binance")
    assert lines(call("check")) == [
        "exchange market symbol timeframe bars first last there",
        "binance spot BTC/USDT 1h 48 2021-01-01T00:00:00Z 2021-01-02T23:00:00Z 100.00%",
        "1 series, 48 candles: 0 errors, 0 warnings",
    ]


def test_what_is_wrong_is_listed_and_errors_give_3(store):
    store.write(bars(missing=(10, 11), flawed=(20,)), exchange="binance")
    store.write(bars("ETH/USDT"), exchange="binance")
    found = lines(call("check", code=3))
    assert found[1] == "binance spot BTC/USDT 1h 46 2021-01-01T00:00:00Z 2021-01-02T23:00:00Z 95.83% 2 2 1 1"
    assert found[3].startswith(
        "error BTC/USDT 1h of binance spot: 1 candle with a price of 0 or less, first at 2021-01-01T20"
    )
    assert found[4].startswith("warning BTC/USDT 1h of binance spot: 2 candles missing in 1 hole that nothing explains")
    assert found[5:] == [
        "symbol timeframe start end bars kind",
        "BTC/USDT 1h 2021-01-01T10:00:00Z 2021-01-01T12:00:00Z 2 unexplained",
        "2 series, 94 candles: 1 error, 1 warning",
    ]
    assert lines(call("check", "ETH/USDT"))[-1] == "1 series, 48 candles: 0 errors, 0 warnings"


def test_years_and_gaps(store):
    for symbol in ("BTC/USDT", "ETH/USDT"):
        store.write(bars(symbol, missing=(10, 11)), exchange="x")
    found = lines(call("check", "btcusdt", "--years", "--gaps"))
    assert "x spot BTC/USDT 1h 2021 46 48 95.83%" in found
    assert "BTC/USDT 1h 2021-01-01T10:00:00Z 2021-01-01T12:00:00Z 2 likely outage missing from all 2 symbols" in found
    assert not any("likely outage missing" in line for line in lines(call("check")))


def test_many_holes_are_cut_off(store):
    store.write(bars(missing=range(1, 47, 2)), exchange="binance")
    assert "3 holes more: --gaps lists all" in lines(call("check"))
    assert len([line for line in lines(call("check", "--gaps")) if line.endswith("unexplained")]) == 23


def test_json_holds_everything(store):
    store.write(bars(missing=(10,)), exchange="binance")
    (found,) = json.loads(call("check", "--json"))
    assert found == {
        "exchange": "binance", "market": "spot", "symbol": "BTC/USDT", "timeframe": "1h", "bars": 47,
        "first": "2021-01-01T00:00:00Z", "last": "2021-01-02T23:00:00Z", "calendar": "crypto",
        "fingerprint": bars(missing=(10,)).fingerprint, "errors": 0,
        "findings": [{
            "severity": "warning", "kind": "missing", "count": 1, "places": ["2021-01-01T10:00:00Z"],
            "text": "1 candle missing in 1 hole that nothing explains, the longest of 1 from 2021-01-01T10:00:00Z until "
            "2021-01-01T11:00:00Z; ask for them again with btbot data repair",
        }],
        "holes": [{"start": "2021-01-01T10:00:00Z", "end": "2021-01-01T11:00:00Z", "bars": 1, "kind": "unexplained", "note": ""}],
        "share": 47 / 48,
        "years": [{"year": 2021, "bars": 47, "expected": 48, "share": 47 / 48}],
        "repaired": [],
    }  # fmt: skip


def test_two_exchanges_are_compared(store):
    store.write(bars(), exchange="binance")
    store.write(bars(factor=1.01), exchange="kraken")
    found = call("check", "--exchange", "binance", "--against", "kraken", code=3)
    assert "error    BTC/USDT 1h of binance spot: 48 candles compared with BTC/USDT 1h of kraken spot: 48 of their closes are more than 0.002 apart" in found  # fmt: skip
    call("check", "--exchange", "binance", "--against", "kraken", "--tolerance", "0.02")
    both = json.loads(call("check", "--against", "kraken", "--tolerance", "0.02", "--json"))
    assert [[finding["kind"] for finding in one["findings"]] for one in both] == [["sources"], []]


@pytest.mark.parametrize("missing", [(), (10,)])
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["check", "--against", "krakn"], "; did you mean 'kraken'?"),
        (["repair", "--from", "finr"], "; did you mean 'finer'?"),
        (["repair", "--from", "finer", "--from", "dowload", "--dry-run"], "; did you mean 'download'?"),
        (["repair", "--from", "my-flie"], "; did you mean 'my-file'?"),
        (["repair", "--from", "zzzzzzzz"], ""),
    ],
)
def test_a_misspelled_source_is_refused_before_anything_is_judged(store, missing, words, hint):
    store.write(bars(missing=missing, flawed=(20,)), exchange="binance")
    store.write(bars("ETH/USDT"), exchange="my-file")
    with pytest.raises(ConfigError) as caught:
        call(*words)
    option, name = next(words[at - 1 : at + 1] for at in (4, 2) if len(words) > at)
    allowed = "binance, my-file" if option == "--against" else "finer, download, binance, my-file"
    assert str(caught.value).startswith(f"{option}: {name!r} is not known; allowed are {allowed} and the ")
    assert str(caught.value).endswith(f" exchanges that can be asked, such as kraken{hint}")
    assert caught.value.exit_code == 2


def test_what_another_source_may_have_is_said_below_the_table(store):
    store.write(bars(missing=(10,)), exchange="binance")
    assert lines(call("repair", "--from", "finer"))[-1] == (
        "0 candles written, 1 still missing: ask the exchange for them with btbot data repair --from download"
    )


def test_what_no_repair_settles_is_said(store):
    quarters = bars(timeframe="15m", count=192)
    store.write(quarters, exchange="binance")
    truth = quarters.resample("1h")
    columns = {name: getattr(truth, name).copy() for name in ("open", "high", "low", "close", "volume")}
    columns["high"][10] *= 5
    store.write(Bars("BTC/USDT", truth.timeframe, truth.time, *columns.values()), exchange="binance")
    assert lines(call("repair")) == [
        "nothing to repair: no hole without an explanation, no candle that contradicts itself",
        "BTC/USDT 1h of binance spot: some candles are not what a finer timeframe makes, and no repair replaces what may be "
        "right; see which is wrong with btbot data check BTC/USDT --against binance, and bring a clean file over it with "
        "btbot data import",
    ]


def execute(statement, *values):
    """Change the database behind the back of the store."""
    with closing(sqlite3.connect("var/btbot.db")) as connection, connection:
        connection.execute(statement, values)


def database_check(code):
    done = CliRunner().invoke(app, ["db", "check"])
    assert done.exit_code == code, done.output
    return done.stdout


def test_rows_that_were_removed_are_said_counted_anew_and_made_again(store):
    quarters = bars(timeframe="15m", count=192)
    truth = quarters.resample("1h")
    for made in (quarters, truth):
        store.write(made, exchange="binance")
    execute("DELETE FROM candles WHERE series_id = 2 AND time IN (?, ?)", BEGIN + 10 * HOUR, BEGIN + 20 * HOUR)
    assert "count them anew and fill the holes with btbot data repair" in database_check(3)
    said = call("check", code=3)
    assert "46 candles read, 48 written down for BTC/USDT 1h of binance spot; rows were removed or added by something else than btbot: count them anew and fill the holes with btbot data repair" in said  # fmt: skip
    assert " 46 " in lines(said)[2]
    assert "95.83%" in lines(said)[2]
    assert lines(call("repair", "--dry-run"))[-2:] == [
        "2 candles would be written, 0 still missing",
        "BTC/USDT 1h of binance spot: 46 candles there, 48 were written down; would be corrected",
    ]
    database_check(3)
    assert lines(call("repair"))[-2:] == [
        "2 candles written, 0 still missing",
        "BTC/USDT 1h of binance spot: 46 candles there, 48 were written down; corrected",
    ]
    assert lines(call("check"))[-1] == "2 series, 240 candles: 0 errors, 0 warnings"
    assert database_check(0).endswith("sound\n")
    assert [one.rows for one in store.series()] == [192, 48]
    assert store.get_bars("BTC/USDT", "1h").fingerprint == truth.fingerprint
    assert lines(call("repair"))[-1].startswith("nothing to repair")


def test_what_was_cached_of_a_series_is_not_served_after_its_count(store):
    store.write(bars(), exchange="binance")
    before = store.series()[0]
    assert store.fingerprint(before) == bars().fingerprint
    execute("DELETE FROM candles WHERE time >= ?", BEGIN + 40 * HOUR)
    (found,) = json.loads(call("repair", "--json"))
    assert found == {
        "exchange": "binance", "market": "spot", "symbol": "BTC/USDT", "timeframe": "1h", "start": None, "end": None,
        "bars": 40, "kind": "recounted", "note": "", "filled": 0, "source": "",
        "reason": "40 candles there, 48 were written down",
    }  # fmt: skip
    (after,) = store.series()
    assert (after.rows, after.writes, after.fingerprint) == (40, before.writes + 1, None)
    assert after.version != before.version
    assert len(store.get_bars("BTC/USDT", "1h")) == 40
    assert store.fingerprint(after) == bars(count=40).fingerprint
    call("check")
    database_check(0)


def test_values_that_were_changed_stay_and_get_a_fingerprint_of_their_own(store):
    store.write(bars(), exchange="binance")
    store.fingerprint(store.series()[0])
    execute("UPDATE candles SET volume = 6 WHERE time = ?", BEGIN + 10 * HOUR)
    assert "write down anew what is there with btbot data repair" in call("check", code=3)
    assert lines(call("repair")) == [
        "no hole to fill",
        "BTC/USDT 1h of binance spot: its fingerprint was not that of its candles; they stay as they are; corrected",
    ]
    call("check")
    assert store.get_bars("BTC/USDT", "1h").volume[10] == 6


@pytest.mark.parametrize("rows", [0, 5])
def test_a_series_of_which_everything_was_removed_or_all_was_added(store, rows):
    store.write(bars(), exchange="binance")
    store.write(bars("ETH/USDT"), exchange="binance")
    execute("DELETE FROM candles WHERE series_id = 2 AND time >= ?", BEGIN + rows * HOUR)
    execute("UPDATE series SET rows = ? WHERE id = 2", 0 if rows else 48)
    database_check(3)
    noted = "0 candles there, 48 were" if not rows else "5 candles there, 0 were"
    assert lines(call("repair"))[-1] == f"ETH/USDT 1h of binance spot: {noted} written down; corrected"
    call("check")
    database_check(0)
    assert [one.rows for one in store.series()] == ([48, 5] if rows else [48])


def test_a_hole_is_repaired_from_a_finer_timeframe(store):
    store.write(bars(timeframe="15m", count=192), exchange="binance")
    truth = bars(timeframe="15m", count=192).resample("1h")
    keep = np.arange(48) != 10
    store.write(Bars("BTC/USDT", truth.timeframe, truth.time[keep], *(getattr(truth, name)[keep] for name in ("open", "high", "low", "close", "volume"))), exchange="binance")  # fmt: skip
    row = "binance spot BTC/USDT 1h 2021-01-01T10:00:00Z 2021-01-01T11:00:00Z 1 unexplained 1 made of 15m"
    assert lines(call("repair", "--dry-run"))[1:] == [row, "1 candle would be written, 0 still missing"]
    assert lines(call("repair", "BTC/USDT", "--from", "finer"))[1:] == [row, "1 candle written, 0 still missing"]
    assert store.get_bars("BTC/USDT", "1h").fingerprint == truth.fingerprint
    assert lines(call("repair")) == [
        "nothing to repair: no hole without an explanation, no candle that contradicts itself"
    ]
    found = next(one for one in json.loads(call("check", "--json")) if one["timeframe"] == "1h")
    assert found["repaired"] == [{"source": "repair: made of 15m", "start": "2021-01-01T10:00:00Z", "end": "2021-01-01T11:00:00Z", "bars": 1}]  # fmt: skip


def test_a_hole_is_repaired_from_another_exchange_within_the_tolerance(store):
    store.write(bars(missing=(10,)), exchange="binance")
    store.write(bars(factor=1.004), exchange="kraken")
    (found,) = json.loads(call("repair", "--exchange", "binance", "--from", "kraken", "--json"))
    assert (found["filled"], found["reason"]) == (0, "closes of kraken differ by 0.40% at 2021-01-01T05:00:00Z, more than the tolerance of 0.20%")  # fmt: skip
    (found,) = json.loads(call("repair", "--exchange", "binance", "--from", "kraken", "--tolerance", "0.005", "--json"))
    assert (found["filled"], found["source"]) == (1, "kraken")


def test_an_exchange_that_is_not_known_is_the_reason_and_the_exit_code(store):
    store.write(bars(missing=(10,)), exchange="binanse")
    (found,) = json.loads(call("repair", "--json", code=2))
    assert found["reason"].startswith("no finer timeframe of this market is stored; exchange 'binanse'")
    assert found["reason"].endswith("?")


@pytest.mark.parametrize("command", [["check", "--against", "kraken"], ["repair"]])
def test_a_tolerance_is_a_share(store, command):
    store.write(bars(), exchange="binance")
    with pytest.raises(ConfigError, match=r"^--tolerance: must be between 0 and 1, was 2; 0.002 is 0.2 %$"):
        call(*command, "--tolerance", 2)


def test_an_empty_store_is_said(store):
    for command in ("check", "repair"):
        with pytest.raises(
            DataError, match=r"^the store has no candles; fill it with btbot data download or btbot data import$"
        ):
            call(command)
