"""Nothing is forgotten: every kind of fault and every row of the matrix has a test on the client's side."""

import re
from pathlib import Path

import pytest

from btbot.paper.faults.rule import EVERY_KIND

HERE = Path(__file__).parent
SOURCES = {path.name: path.read_text() for path in HERE.glob("test_*.py") if path.name != Path(__file__).name}
ON_PURPOSE = {name: re.sub(r"(?s)def random_rule.*?\n\n\n", "", text) for name, text in SOURCES.items()}
TESTS = [name for text in SOURCES.values() for name in re.findall(r"def (test_\w+)", text)]

# Rows whose cause lies at the exchange or on the wire; what they are called in the tests.
ROWS = {
    "a1": "reset before accept", "a2": "reset after accept", "a3": "reply beyond the time-out", "a4": "late accept",
    "a5": "truncated, HTML, empty or wrong reply", "a6": "5xx with and without effect", "a7": "403 and 451",
    "a8": "429, then 418", "a9": "ban while a stop is missing", "a10": "slow, lossy or dead network",
    "b1": "skewed and drifting clock", "b3": "clock that jumps back", "c1": "no money", "c2": "money taken out",
    "c3": "changed filters", "c4": "stop that would trigger", "c5": "halt, maintenance, delisting", "c6": "revoked key",
    "d1": "doubled events", "d2": "reordered events", "d3": "lost events", "d4": "unknown order",
    "d5": "deposit and withdrawal", "d6": "malformed frames", "d7": "silent stream", "d8": "half-open socket",
    "d9": "disconnects and refused handshakes", "d10": "expired subscription", "d11": "gap in the book",
    "e1": "partial fill", "e2": "race of cancel and fill", "e3": "stop triggers during the exit",
    "e4": "late end of the other leg", "e5": "replaced stop refused", "e6": "thin book", "f3": "restart",
    "f5": "stop executed while away", "h4": "absurd price",
}  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_is_met_by_a_client(kind):
    assert any(f'"{kind}"' in text for text in ON_PURPOSE.values())


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_met_by_a_client(row):
    assert any(name.startswith(f"test_{row}_") for name in TESTS)


def test_no_test_claims_another_row():
    claimed = {match[1] for name in TESTS if (match := re.match(r"test_([a-h]\d+)_", name))}
    assert claimed == ROWS.keys()
