import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from btbot.config.reader import parse
from btbot.report.settings import to_yaml

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z_]{1,6}", fullmatch=True), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,6}", fullmatch=True), VALUES, max_size=4))
def test_both_dialects_read_the_settings_as_they_were(settings):
    text = to_yaml(settings)
    assert yaml.safe_load(text) == settings
    assert parse(text, "config.yaml")[0] == settings


@pytest.mark.parametrize(
    "word", ["on", "no", "1e5", "0700", "12:30", "2024-01-01", "null", "~", "", "a: b", "# x", "é"]
)
def test_a_text_stays_a_text(word):
    assert yaml.safe_load(to_yaml({"value": word, "values": [word], word: 1})) == {
        "value": word,
        "values": [word],
        word: 1,
    }


def test_nothing_set_is_an_empty_mapping():
    assert to_yaml({}) == "{}\n"
