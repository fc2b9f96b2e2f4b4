"""Reads and writes at addresses, compiled."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from btbot.kernel import layout, reading
from btbot.kernel.reading import address


@numba.njit
def read(numbers, wholes, words, flags, stride, row, column):
    return (
        reading.number(numbers, stride, row, column),
        reading.whole(wholes, stride, row, column),
        reading.word(words, stride, row, column),
        reading.flag(flags, stride, row, column),
    )


@numba.njit
def change(records, index, numbers):
    book = reading.book_at(records, index)
    before = book.held, book.entry_bar, book.working
    book.held, book.entry_bar, book.working = 2.5, -7, True
    reading.write(numbers, 1, before[0] + book.held)
    return before


@numba.njit
def total(numbers, start, stop):
    return reading.numbers(numbers, start, stop).sum()


def test_every_kind_of_array_is_read_by_row_and_column():
    numbers = np.array([[1.5, np.nan, np.inf], [-0.0, 1e300, 2.25]])
    wholes = np.array([[1, -(2**62), 3], [4, 5, 2**62]])
    words = np.array([[0, 1, 2], [3, 2**64 - 1, 5]], dtype=np.uint64)
    flags = np.array([[True, False, True], [False, True, False]])
    addresses = [address(array) for array in (numbers, wholes, words, flags)]
    for row, column in np.ndindex(2, 3):
        found = read(*addresses, 3, row, column)
        expected = numbers[row, column], wholes[row, column], words[row, column], flags[row, column]
        assert found[0] == expected[0] or np.isnan(found[0]) == np.isnan(expected[0])
        assert found[1:] == expected[1:]


def test_records_are_read_and_written_in_their_place():
    books, numbers = np.zeros(3, dtype=layout.BOOK), np.zeros(2)
    books["held"], books["entry_bar"] = [1.0, 4.0, 9.0], [10, 11, 12]
    assert change(address(books), 1, address(numbers)) == (4.0, 11, False)
    assert books["held"].tolist() == [1.0, 2.5, 9.0]
    assert books["entry_bar"].tolist() == [10, -7, 12]
    assert books["working"].tolist() == [False, True, False]
    assert numbers.tolist() == [0.0, 6.5]


@pytest.mark.parametrize(("start", "stop"), [(0, 5), (2, 4), (3, 3)])
def test_a_span_of_numbers(start, stop):
    numbers = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    assert total(address(numbers), start, stop) == numbers[start:stop].sum()


def test_an_array_without_elements_has_no_address():
    assert address(np.zeros(0)) == address(np.zeros((2, 0))) == 0


@pytest.mark.parametrize("name", ["TERMS", "RULE", "BOOK", "ACCOUNT", "RECORD", "TAPE", "PLAN", "OUTCOME"])
def test_records_lie_in_memory_as_the_compiler_expects(name):
    """Aligned as C aligns them: another place of a field would be another number."""
    record = getattr(layout, name)
    assert record.isalignedstruct
    assert [dtype.str[1:] for dtype, _ in record.fields.values() if dtype.str[1:] not in ("f8", "i8", "b1")] == []
