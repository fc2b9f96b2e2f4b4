"""Conditions between searched values: what they mean, and what they refuse."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from btbot.errors import ConfigError
from btbot.search.constraint import Name, parse

NAMES = {
    "ma_fast": Name("fast", "number"), "strategies.0.params.ma_fast": Name("fast", "number"),
    "ma_slow": Name("slow", "number"), "lambda": Name("lambda", "number"), "short": Name("short", "truth"),
    "kind": Name("kind", "word"), "instruments.BTC/USDT.step": Name("step", "number"),
}  # fmt: skip
VALUES = {
    "fast": np.array([5.0, 50.0, 20.0]),
    "slow": np.array([10.0, 10.0, 20.0]),
    "lambda": np.array([0.5, 0.9, 0.94]),
    "short": np.array([True, False, True]),
    "step": np.array([1.0, 2.0, 3.0]),
}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("ma_fast < ma_slow", [True, False, False]),
        ("strategies.0.params.ma_fast <= ma_slow", [True, False, True]),
        ("2 * ma_fast == ma_slow or ma_fast / ma_slow >= 5", [True, True, False]),
        ("5 < ma_fast <= ma_slow * 5", [False, True, True]),
        ("not (ma_fast != ma_slow) and short", [False, False, True]),
        ("not short", [False, True, False]),
        ("lambda > .9e0", [False, False, True]),
        ("instruments.BTC/USDT.step > 1", [False, True, True]),
        ("ma_slow - -ma_fast > 1_5", [False, True, True]),
        ("ma_fast / (ma_slow - 10) > 1", [True, True, True]),
        ("(ma_fast - 5) / (ma_slow - 10) < 1", [False, False, False]),
        ("True or ma_fast < 1", [True, True, True]),
        (" 1 < 2 ", [True, True, True]),
    ],
)
def test_meaning(text, met):
    with np.errstate(all="raise"):
        assert parse(text, NAMES).holds(VALUES).tolist() == met


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ma_fats < ma_slow", "'ma_fats < ma_slow' names ma_fats, which is not searched; there are ma_fast, ma_slow, lambda, short, kind; did you mean 'ma_fast'?"),
        ("exits.trailing.atr < 3", "'exits.trailing.atr < 3' names exits.trailing.atr, which is not searched; there are ma_fast, ma_slow, lambda, short, kind"),
        ("ma_fast.real < 3", "'ma_fast.real < 3' names ma_fast.real, which is not searched; there are ma_fast, ma_slow, lambda, short, kind; did you mean 'ma_fast'?"),
        ("__import__('os')", "\"__import__('os')\" names __import__, which is not searched; there are ma_fast, ma_slow, lambda, short, kind"),
        ("ma_fast + 1", "'ma_fast + 1' has a number where a comparison such as ma_fast < ma_slow is needed"),
        ("ma_fast and short", "'ma_fast and short' has a number where a comparison such as ma_fast < ma_slow is needed"),
        ("short + 1 < 2", "'short + 1 < 2' has a comparison where a number is needed"),
        ("short == True", "'short == True' has a comparison where a number is needed"),
        ("kind == 1", "'kind == 1' compares words; only numbers, and true or false, can be compared"),
    ],
)  # fmt: skip
def test_messages(text, message):
    with pytest.raises(ConfigError) as caught:
        parse(text, NAMES)
    assert str(caught.value) == f"optimize.constraints: {message}"


@pytest.mark.parametrize(
    "text",
    [
        "", "ma_fast <", "ma_fast < ma_slow; 1", "ma_fast ** 2 < 3", "ma_fast % 2 == 0", "ma_fast // 2 == 0",
        "(lambda: 0)() < 1", "[1] < [2]", "ma_fast < '3'", "ma_fast if short else ma_slow", "1 in (1, 2)", "1 is 1",
        "ma_fast(1) < 2", "(ma_fast := 3) < 2", "ma_fast < 1j", "~1 < 2", "None < 1", "ma_fast < 1 if True else 2",
        "-" * 900 + "1 < 2", "(" * 400 + "1" + ")" * 400 + " < 2", "1" * 500 + " < 2", "ma_fast\n<\nma_slow", "\0",
    ],
)  # fmt: skip
def test_what_is_not_of_the_language_is_refused(text):
    with pytest.raises(
        ConfigError,
        match=r"is not understood; allowed are names, numbers, \+ - \* /, comparisons, and, or, not and parenth",
    ):
        parse(text, NAMES)


def test_a_book_is_no_condition():
    with pytest.raises(ConfigError, match="has more than 1,000 characters; make several of it"):
        parse("ma_fast < 1 or " * 100 + "short", NAMES)


numbers = st.sampled_from(["a", "b", "c"]) | st.integers(0, 30).map(str) | st.floats(0, 9, width=16).map(repr)
arithmetic = st.recursive(
    numbers,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda one: "({} {} {})".format(*one))
        | inner.map("-{}".format)
    ),
    max_leaves=6,
)
comparisons = st.lists(arithmetic, min_size=2, max_size=3).flatmap(
    lambda sides: st.lists(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), min_size=2, max_size=2).map(
        lambda signs: " ".join([sides[0], *(f"{sign} {side}" for sign, side in zip(signs, sides[1:], strict=False))])
    )
)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda one: "({} {} {})".format(*one))
        | inner.map("not ({})".format)
    ),
    max_leaves=5,
)


@given(text=conditions, values=st.lists(st.tuples(*[st.integers(-20, 20)] * 3), min_size=1, max_size=4))
def test_it_means_what_python_means(text, values):
    rule = parse(text, {name: Name(name, "number") for name in "abc"})
    columns = {
        name: np.array(column, dtype=np.float64) for name, column in zip("abc", zip(*values, strict=True), strict=True)
    }
    met = rule.holds(columns)
    for row, numbers in enumerate(values):
        try:
            expected = eval(text, {"__builtins__": {}}, dict(zip("abc", map(float, numbers), strict=True)))
        except ZeroDivisionError:
            continue
        assert met[row] == expected


def test_a_million_settings_take_less_than_a_second():
    values = {"fast": np.arange(1e6), "slow": np.full(1_000_000, 5e5)}
    rule = parse("ma_fast < ma_slow / 2 and ma_fast > 10", NAMES)
    begin = time.process_time()
    met = rule.holds(values)
    assert time.process_time() - begin < 1
    assert met.sum() == 249_989
