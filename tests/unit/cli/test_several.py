"""Several values after one option."""

import pytest

from btbot.cli.several import spelled_out
from btbot.errors import ConfigError


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["--symbols", "A", "B", "--since", "C"], ["--symbols", "A", "--symbols", "B", "--since", "C"]),
        (["--symbols", "A", "--symbols", "B", "C"], ["--symbols", "A", "--symbols", "B", "--symbols", "C"]),
        (["--symbols=A", "B"], ["--symbols=A", "--symbols", "B"]),
        (["config.yml", "--symbols", "A"], ["config.yml", "--symbols", "A"]),
        (["--symbols", "A", "--json", "B"], ["--symbols", "A", "--json", "B"]),
        (["--symbols", "A", "--", "B"], ["--symbols", "A", "--", "B"]),
        (["--symbols"], ["--symbols"]),
        ([], []),
    ],
)
def test_the_name_is_repeated_before_each_value(typed, read):
    assert list(spelled_out(typed, {"--symbols"})) == read


def test_an_option_is_no_value():
    with pytest.raises(ConfigError, match=r"^--symbols: needs a value before --url$"):
        list(spelled_out(["--symbols", "--url", "X"], {"--symbols"}))
