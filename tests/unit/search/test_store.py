"""Finished trials on disk: whole files only, damage is noticed, one process at a time."""

from __future__ import annotations

import os

import numpy as np
import pytest

from btbot.errors import ConfigError
from btbot.search.store import Store


def rows(first, count, width=3):
    return np.arange(first * width, (first + count) * width, dtype=float).reshape(count, width)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "search"


@pytest.fixture
def half(folder):
    """A store that was left in the middle: trials 0, 1, 2 and 5, 6 are there."""
    with Store(folder, 3) as store:
        store.save(5, rows(5, 2))
        store.save(0, rows(0, 3), [(1, "ValueError: no")])
    return folder


def test_what_was_saved_is_there_again(half):
    with Store(half, 3) as store:
        assert len(store) == 5
        assert list(store.missing(0, 9)) == [(3, 5), (7, 9)]
        assert list(store.missing(1, 3)) == []
        np.testing.assert_array_equal(store.rows(1, 3), rows(1, 2))
        assert [(first, len(part), failed) for first, part, failed in store.pieces()] == [
            (0, 3, [(1, "ValueError: no")]),
            (5, 2, []),
        ]


def test_nan_and_infinity_survive(folder):
    strange = np.array([[np.nan, np.inf, -0.0]])
    with Store(folder, 3) as store:
        store.save(0, strange)
    with Store(folder, 3) as store:
        assert store.rows(0, 1).tobytes() == strange.tobytes()


@pytest.mark.parametrize("damage", ["truncated", "empty", "flipped", "header"])
def test_a_damaged_file_counts_as_missing_and_the_log_says_so(half, damage, caplog):
    path = sorted(half.glob("*.part"))[0]
    content = path.read_bytes()
    path.write_bytes({
        "truncated": content[:-8], "empty": b"", "flipped": content[:-1] + bytes([content[-1] ^ 1]),
        "header": b"{" + content,
    }[damage])  # fmt: skip
    with Store(half, 3) as store:
        assert list(store.missing(0, 7)) == [(0, 5)]
    assert "000000000000-000003.part is damaged" in caplog.text
    assert caplog.text.rstrip().endswith("its trials are done again")


def test_a_file_that_was_being_written_is_not_there(half):
    (half / "000000000007-000002.part.tmp").write_bytes(b"half of it")
    with Store(half, 3) as store:
        assert list(store.missing(0, 9)) == [(3, 5), (7, 9)]
    assert not list(half.glob("*.tmp"))


def test_rows_of_another_width_are_another_search(half):
    with Store(half, 4) as store:
        assert len(store) == 0


def test_the_finished_table_takes_the_place_of_the_parts(half):
    with Store(half, 3) as store:
        store.save(3, rows(3, 2), [(4, "again")])
        outcome = store.finish(6, {"trials": 6})
        assert outcome == {"trials": 6, "failures": [(1, "ValueError: no"), (4, "again")]}
    assert {path.name for path in half.iterdir()} == {"lock", "trials.npy", "outcome.json"}
    with Store(half, 3) as store:
        assert store.finished() == {"trials": 6, "failures": [[1, "ValueError: no"], [4, "again"]]}
        np.testing.assert_array_equal(store.table(), rows(0, 6).T)
        assert isinstance(store.table(), np.memmap)


def test_a_failure_beyond_the_end_is_forgotten(folder):
    with Store(folder, 3) as store:
        store.save(0, rows(0, 4), [(1, "a"), (3, "b")])
        assert store.finish(2, {})["failures"] == [(1, "a")]


def test_at_most_a_hundred_texts_are_kept(folder):
    with Store(folder, 3) as store:
        for first in range(0, 400, 200):
            store.save(first, rows(first, 200), [(first + at, "no") for at in range(200)])
        assert [trial for trial, _ in store.finish(400, {})["failures"]] == list(range(100))


@pytest.mark.parametrize("damage", ["table", "outcome"])
def test_a_damaged_end_is_no_end(half, damage):
    with Store(half, 3) as store:
        store.finish(3, {})
    path = half / {"table": "trials.npy", "outcome": "outcome.json"}[damage]
    path.write_bytes(path.read_bytes()[:-8])
    with Store(half, 3) as store:
        assert store.finished() is None


def test_nothing_is_finished_before_the_end(half):
    with Store(half, 3) as store:
        assert store.finished() is None


def test_clear_leaves_nothing_but_the_lock(half):
    with Store(half, 3) as store:
        store.clear()
        assert len(store) == 0
    assert {path.name for path in half.iterdir()} == {"lock"}


def test_one_process_at_a_time(half):
    with Store(half, 3):
        with pytest.raises(ConfigError) as refused, Store(half, 3):
            pass
        assert str(refused.value) == (
            f"{half} is in use: the same search runs already, in process {os.getpid()}; "
            "wait until it has ended, or stop it and begin again: what it has done is kept"
        )
    with Store(half, 3) as store:
        assert len(store) == 5
