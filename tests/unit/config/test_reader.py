import contextlib
import datetime as dt
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.config.document import Word
from btbot.config.reader import MAX_BYTES, parse, read
from btbot.errors import ConfigError

NINE_LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def value(text):
    return parse(text, "f.yml")[0]


def refused(text):
    with pytest.raises(ConfigError) as caught:
        parse(text, "f.yml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15m", "15m"),
        ("12", 12),
        ("-1_000", -1000),
        ("0", 0),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("2.5E+2", 250.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("''", ""),
        ("0700", "0700"),
        ("09:30", "09:30"),
        (".inf", ".inf"),
        ("'1e-3'", "1e-3"),
        ("!!str 12", "12"),
        ("[a, {b: 1}]", ["a", {"b": 1}]),
    ],
)
def test_scalars(text, expected):
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("text", "expected"), [("yes", True), ("On", True), ("no", False), ("OFF", False)])
def test_words_of_yaml_1_1_keep_their_text(text, expected):
    found = value(text)
    assert isinstance(found, Word)
    assert (found, found.value) == (text, expected)


def test_a_bare_date_keeps_its_text_and_a_quoted_one_is_only_text():
    found = value("2024-01-31")
    assert (found, found.value) == ("2024-01-31", dt.date(2024, 1, 31))
    assert not isinstance(value("'2024-01-31'"), Word)
    assert value("2024-13-45") == "2024-13-45"
    assert value("2024-01-31 12:00") == "2024-01-31 12:00"


def test_keys_are_text_whatever_they_look_like():
    assert value("{on: 1, 2024: 2, 2024-01-01: 3, true: 4}") == {"on": 1, "2024": 2, "2024-01-01": 3, "true": 4}


def test_places_hold_the_line_of_every_key_and_entry():
    places = parse("a: 1\nb:\n  - x\n  - c: 2\n", "f.yml")[1]
    assert {keys: str(place) for keys, place in places.items()} == {
        ("a",): "f.yml:1",
        ("b",): "f.yml:2",
        ("b", 0): "f.yml:3",
        ("b", 1): "f.yml:4",
        ("b", 1, "c"): "f.yml:4",
    }


def test_aliases_and_merge_keys_within_reason():
    text = "base: &base {x: 1, y: 2}\nmore: &more {y: 3, z: 4}\nc: {<<: [*base, *more], x: 9}\nd: *base"
    assert value(text)["c"] == {"x": 9, "y": 2, "z": 4}
    assert value(text)["d"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "f.yml:3: holds the key 'a' twice, first in line 1; delete one of them"),
        (
            "a: 1\nb: !!python/object/apply:os.system ['touch /tmp/x']",
            "f.yml:2: holds the tag 'tag:yaml.org,2002:python/object/apply:os.system'; "
            "write plain words, numbers, lists and mappings",
        ),
        ("a: !secret x", "f.yml:1: holds the tag '!secret'; write plain words, numbers, lists and mappings"),
        ("a: !!set {x}", "f.yml:1: holds the tag 'tag:yaml.org,2002:set'; write plain words, numbers, lists and mappings"),
        ("a: !!int x", "f.yml:1: holds 'x', which is no int"),
        ("a: &x [*x]", "f.yml:1: holds an alias that contains itself"),
        (NINE_LAUGHS, "f.yml:1: holds more than 50000 values after its aliases are expanded"),
        ("a: " + "[" * 100, "f.yml:1: holds lists or mappings nested more than 40 levels deep"),
        ("? [a]\n: b", "f.yml:1: holds a key that is a list or a mapping; keys are words"),
        ("a: {<<: 3}", "f.yml:1: holds '<<' with something that is not a mapping"),
        ("a: [1", "f.yml:1: is not YAML: expected ',' or ']', but got '<stream end>'; look at this line and the one above"),
        ("a: {b: x/{symbol}.csv}", "f.yml:1: is not YAML: expected ',' or '}', but got '{'; a value with {braces} inside { } needs quotes, such as path: '{symbol}.csv'"),
        ("a:\tb: 1", "f.yml:1: is not YAML: found character '\\t' that cannot start any token; look at this line and the one above"),
        ("a: 1\n---\nb: 1", "f.yml:2: is not YAML: but found another document; look at this line and the one above"),
        ("a: *b", "f.yml:1: is not YAML: found undefined alias 'b'; look at this line and the one above"),
        ("a: \x01", "f.yml: is not YAML: special characters are not allowed"),
    ],
)  # fmt: skip
def test_refusals(text, message):
    assert refused(text) == message


def test_a_refusal_never_quotes_the_line_which_may_hold_a_secret():
    assert "hush" not in refused("exchange: {secret: hush: hush}")


@settings(deadline=None)
@given(st.text(st.sampled_from("ab1:-,[]{}&*!|>'\"#%@<~. \t\n\x00\u2028é"), max_size=40))
def test_any_text_is_read_or_refused_by_a_config_error(text):
    with contextlib.suppress(ConfigError):
        parse(text, "f.yml")


def test_digits_without_end_are_refused():
    assert refused("a: " + "9" * 5000) == f"f.yml:1: holds '{'9' * 40}', which is no int"


def test_read_a_file(tmp_path):
    path = tmp_path / "a.yml"
    path.write_bytes(b"\xef\xbb\xbfname: \xc3\xa9t\xc3\xa9\r\ncapital: 5\r\n")
    document = read(path)
    assert document.data == {"name": "été", "capital": 5}
    assert str(document.place(("capital",))) == f"{path}:2"
    assert str(document.place(())) == str(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"# nothing\n", "is empty; it needs at least symbols, timeframe, feed and strategies"),
        (b"- a\n", "must be a mapping of keys such as 'symbols: [BTC/USDT]', was a list"),
        (b"hello", "must be a mapping of keys such as 'symbols: [BTC/USDT]', was a single value"),
        (b"a: \xff", "is not text in UTF-8 (byte 3); save it as UTF-8"),
        (b"#" * (MAX_BYTES + 1), "has 1,048,577 bytes; a configuration may have 1,048,576; is it the right file?"),
    ],
)
def test_files_that_are_no_configuration(tmp_path, content, message):
    path = tmp_path / "a.yml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "a.yml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(ConfigError, match="cannot be read: Permission denied"):
        read(path)


def test_a_folder_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        read(tmp_path)
