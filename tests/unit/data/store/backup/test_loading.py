"""Texts of PostgreSQL's COPY are read as PostgreSQL means them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Double, LargeBinary, String

from btbot.data.store.backup.loading import _reader, _unescaped
from btbot.data.store.schema import Exact

# https://www.postgresql.org/docs/current/sql-copy.html, "Text Format"
ESCAPES = {"\\": r"\\", "\b": r"\b", "\f": r"\f", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}


@given(st.text(st.sampled_from("\\\b\f\n\r\t\vNbfnrtvx0 é")))
def test_what_was_escaped_comes_back(text):
    assert _unescaped("".join(ESCAPES.get(letter, letter) for letter in text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63 - 1), st.binary())
def test_values_come_back_bit_by_bit(number, whole, content):
    assert _reader(Double())(repr(number)) == number
    assert _reader(BigInteger())(str(whole)) == whole
    assert _reader(LargeBinary())(rf"\x{content.hex()}") == content


@pytest.mark.parametrize("kind", [String(8), Exact()])
def test_texts_and_exact_numbers_stay_texts(kind):
    assert _reader(kind)("0.10") == "0.10"
