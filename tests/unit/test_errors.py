"""The tree of errors and its exit codes."""

import pytest

from btbot import errors


@pytest.mark.parametrize(
    ("name", "parent", "code"),
    [
        ("BtbotError", "Exception", 1), ("ConfigError", "BtbotError", 2), ("DataError", "BtbotError", 3),
        ("ExchangeError", "BtbotError", 4), ("Retryable", "ExchangeError", 4), ("Rejected", "ExchangeError", 4),
        ("UnknownOutcome", "ExchangeError", 4), ("StrategyError", "BtbotError", 5), ("RiskHalt", "BtbotError", 6),
    ],
)  # fmt: skip
def test_family_and_exit_code(name, parent, code):
    error = getattr(errors, name)
    assert error.__bases__[0].__name__ == parent
    assert error.exit_code == code


def test_nothing_else_is_in_the_tree():
    found = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert len(found) == 9


@pytest.mark.parametrize(
    ("word", "allowed", "text"),
    [
        ("symbls", ["symbols", "capital"], "; did you mean 'symbols'?"),
        ("capitol", ["symbols", "capital"], "; did you mean 'capital'?"),
        ("xyz", ["symbols"], ""),
        ("anything", [], ""),
        ("a", iter(["a"]), "; did you mean 'a'?"),
    ],
)
def test_did_you_mean(word, allowed, text):
    assert errors.did_you_mean(word, allowed) == text
