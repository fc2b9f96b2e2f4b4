"""The tables of bots say what a journal says, however often and in whatever portions it is told."""

import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from btbot.data.store import Database, schema
from btbot.data.store import journal_records as told
from btbot.data.store.projection import project, rebuild
from btbot.errors import DataError

TINY = Decimal("0.000000000000000001")
LARGE = Decimal("12345678901234567890.123456789012345678")
SAME = {"symbol": "BTC/USDT", "side": "buy", "kind": "limit"}
TRADE = {"symbol": "BTC/USDT", "strategy": "trend", "side": "long"}


def journal(run="r"):
    """A run that was stopped and taken up again, with an order, two fills and a trade."""
    return [
        told.RunStarted(run, 1, "trend", "paper", "a: 1", "f" * 64, "results/1"),
        told.Audited(run, 1, 2, "operator", "start", "{}"),
        told.OrderChanged(run, 2, "o1", state="new", amount=LARGE, filled=Decimal(0), price=TINY, **SAME),
        told.OrderChanged(run, 3, "o1", state="open", amount=LARGE, filled=Decimal(0), price=TINY, exchange_id="77", **SAME),
        told.Filled(run, 4, "9", "o1", LARGE - TINY, TINY, Decimal("-0.10"), "BNB", "maker"),
        told.TradeOpened(run, 4, 1, amount=LARGE - TINY, entry_price=TINY, fees=Decimal("-0.10"), **TRADE),
        told.RunStarted(run, 5, "trend", "paper", "a: 2", "e" * 64, "results/1"),
        told.Filled(run, 6, "10", "o1", TINY, TINY, Decimal(0), "BNB", "taker"),
        told.OrderChanged(run, 6, "o1", state="filled", amount=LARGE, filled=LARGE, price=TINY, exchange_id="77", **SAME),
        told.TradeOpened(run, 6, 1, amount=LARGE, entry_price=TINY, fees=Decimal("-0.10"), **TRADE),
        told.Configured(run, 7, "a: 3"),
        told.TradeClosed(run, 8, 1, Decimal("1.10"), Decimal("0.2"), LARGE, "stop_loss"),
        told.Audited(run, 8, 11, "risk", "halt", '{"why": "drawdown"}'),
        told.RunFinished(run, 9, '{"profit": 1}'),
    ]  # fmt: skip


TABLES = (schema.bot_configurations, schema.runs, schema.orders, schema.fills, schema.trades, schema.audit_log)


def content(database):
    with database.reading() as connection:
        return {
            table.name: [
                {name: value for name, value in row._mapping.items() if (table.name, name) != ("audit_log", "id")}
                for row in connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in TABLES
        }


@pytest.fixture
def database(prepared):
    return Database(prepared)


def test_every_table_says_what_the_journal_says(database):
    assert rebuild(database, "r", journal()) == 14
    found = content(database)
    assert [row["content"] for row in sorted(found["bot_configurations"], key=lambda row: row["recorded"])] == ["a: 1", "a: 2", "a: 3"]  # fmt: skip
    keys = {row["content"]: row["id"] for row in found["bot_configurations"]}
    assert found["runs"] == [{
        "id": "r", "configuration_id": keys["a: 3"], "name": "trend", "mode": "paper", "started": 1, "finished": 9,
        "data": "e" * 64, "folder": "results/1", "metrics": '{"profit": 1}',
    }]  # fmt: skip
    assert found["orders"] == [{
        "run_id": "r", "client_id": "o1", "exchange_id": "77", **SAME, "state": "filled", "created": 2, "changed": 6,
        "amount": LARGE, "filled": LARGE, "price": TINY, "stop_price": None,
    }]  # fmt: skip
    assert [(row["fill"], row["amount"], row["price"], str(row["fee"])) for row in found["fills"]] == [
        ("10", TINY, TINY, "0"), ("9", LARGE - TINY, TINY, "-0.10"),
    ]  # fmt: skip
    assert found["trades"] == [{
        "run_id": "r", "number": 1, **TRADE, "opened": 4, "closed": 8, "amount": LARGE, "entry_price": TINY,
        "exit_price": Decimal("1.10"), "fees": Decimal("0.2"), "profit": LARGE, "exit_reason": "stop_loss",
    }]  # fmt: skip
    assert [(row["run_id"], row["record"], row["actor"]) for row in found["audit_log"]] == [
        ("r", 2, "operator"), ("r", 11, "risk"),
    ]  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 13), max_size=4), again=st.integers(0, 13))
def test_portions_and_repetitions_change_nothing(database, cuts, again):
    rebuild(database, "r", journal())
    whole = content(database)
    rebuild(database, "r", journal()[: again + 1])
    edges = [0, *sorted(cuts), 14]
    for low, high in pairwise(edges):
        project(database, journal()[low:high])
    project(database, journal()[again:])
    if not any(isinstance(record, told.RunStarted) for record in journal()[again:]):
        assert content(database) == whole
    project(database, journal())
    assert content(database) == whole


def test_a_rebuilt_run_forgets_rows_that_its_journal_does_not_tell_of(database):
    rebuild(database, "r", journal())
    rebuild(database, "other", journal("other"))
    with database.writing() as connection:
        connection.execute(insert(schema.trades).values(
            run_id="r", number=7, opened=1, amount=TINY, entry_price=TINY, fees=TINY, **TRADE))  # fmt: skip
    before = content(database)
    assert len(before["trades"]) == 3
    rebuild(database, "r", journal())
    after = content(database)
    assert [(row["run_id"], row["number"]) for row in after["trades"]] == [("other", 1), ("r", 1)]
    assert {name: rows for name, rows in after.items() if name != "trades"} == {
        name: rows for name, rows in before.items() if name != "trades"
    }


@pytest.mark.parametrize(
    ("records", "message"),
    [
        (journal()[2:3], "journal: tells of run r, which never began; give its records from the first one on"),
        (journal()[13:], "journal: tells of run r, which never began; give its records from the first one on"),
        (
            [journal()[0], journal()[11]],
            "journal: tells of trade 1 of run r, which never began; give its records from the first one on",
        ),
        (
            [journal()[0], told.Filled("r", 4, "9", "o", Decimal("NaN"), TINY, TINY, "BNB", "maker")],
            "journal of run r: amount of Filled at 4 is NaN; a number is expected",
        ),
    ],
)
def test_what_cannot_be_true_is_refused_and_nothing_written(database, records, message):
    before = content(database)
    with pytest.raises(DataError) as caught:
        project(database, records)
    assert str(caught.value) == message
    assert content(database) == before


def test_a_record_of_another_run_is_refused_and_the_rows_stay(database):
    rebuild(database, "r", journal())
    before = content(database)
    with pytest.raises(DataError) as caught:
        rebuild(database, "r", [*journal()[:3], *journal("other")])
    assert str(caught.value) == "journal of run r: has a record of run other; give one run's records"
    assert content(database) == before


def test_a_journal_that_was_changed_contradicts_the_audit_log(database):
    rebuild(database, "r", journal())
    before = content(database)
    changed = [*journal()[:1], told.Audited("r", 1, 2, "somebody", "start", "{}")]
    with pytest.raises(DataError) as caught:
        rebuild(database, "r", changed)
    assert str(caught.value) == (
        "journal of run r: record 2 is (1, 'somebody', 'start', '{}'), the audit log has "
        "(1, 'operator', 'start', '{}'); the journal was changed: look who did it"
    )
    assert content(database) == before


def test_nothing_else_in_the_program_uses_the_tables_of_bots(checkout):
    used = re.compile(
        r"from btbot\.data\.store\.schema import [^)\n]*?\b(orders|fills|trades|runs|bot_configurations)\b"
    )
    found = [path.name for path in (checkout / "btbot").rglob("*.py") if used.search(path.read_text(encoding="utf-8"))]
    assert found == ["projection.py"]
