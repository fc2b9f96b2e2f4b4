import pytest

from btbot.config.document import Document, Place
from btbot.config.layers import Setting, apply, from_command, merge
from btbot.errors import ConfigError

LOW, HIGH = Place("low.yml", "file", 1), Place("high.yml", "file", 2)


def documents(low, high):
    def places(value, place, keys=()):
        found = {keys: place}
        for key, entry in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            found |= places(entry, place, (*keys, key))
        return found

    return Document(low, places(low, LOW)), Document(high, places(high, HIGH))


def set_(data, *texts):
    return apply(Document(data), from_command(texts)).data


def test_mappings_are_merged_and_lists_replaced():
    low, high = documents({"a": {"x": 1, "y": 2}, "l": [1, 2, 3]}, {"a": {"y": 3, "z": 4}, "l": [9]})
    merged = merge(low, high)
    assert merged.data == {"a": {"x": 1, "y": 3, "z": 4}, "l": [9]}
    assert merged.place(("a", "x")) == LOW
    assert merged.place(("a", "y")) == HIGH
    assert merged.place(("l", 0)) == HIGH
    assert ("l", 2) not in merged.places
    assert low.data == {"a": {"x": 1, "y": 2}, "l": [1, 2, 3]}


def test_a_section_of_another_name_is_replaced_whole():
    low, high = documents({"sizing": {"name": "percent", "percent": 0.5}}, {"sizing": {"name": "kelly"}})
    assert merge(low, high).data == {"sizing": {"name": "kelly"}}
    low, high = documents({"sizing": {"name": "percent", "percent": 0.5}}, {"sizing": {"percent": 0.1}})
    assert merge(low, high).data == {"sizing": {"name": "percent", "percent": 0.1}}


def test_nothing_given_above_empties_what_is_below():
    low, high = documents({"risk": {"max_drawdown": 0.2}}, {"risk": {"max_drawdown": None}})
    assert merge(low, high).data == {"risk": {"max_drawdown": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("costs.taker_fee=0.002", {"costs": {"taker_fee": 0.002}}),
        ("symbols=[A, B]", {"symbols": ["A", "B"]}),
        ("sizing={name: kelly}", {"sizing": {"name": "kelly"}}),
        ("strategies.0.name=x", {"strategies": [{"name": "x"}]}),
        ("name=a=b", {"name": "a=b"}),
        ("risk.max_drawdown=", {"risk": {"max_drawdown": None}}),
    ],
)
def test_values_are_yaml_and_missing_sections_are_made(text, expected):
    assert set_({}, text) == expected


def test_later_settings_win_and_the_document_is_not_changed():
    data = {"costs": {"taker_fee": 1}, "symbols": ["A"]}
    assert set_(data, "costs.taker_fee=2", "costs.taker_fee=3", "symbols.0=B", "symbols.1=C") == {
        "costs": {"taker_fee": 3},
        "symbols": ["B", "C"],
    }
    assert data == {"costs": {"taker_fee": 1}, "symbols": ["A"]}


def test_a_new_name_drops_the_keys_of_the_old_one_whatever_the_order():
    data = {"sizing": {"name": "percent", "percent": 0.5}}
    for texts in (("sizing.name=kelly", "sizing.fraction=0.3"), ("sizing.fraction=0.3", "sizing.name=kelly")):
        assert set_(data, *texts) == {"sizing": {"name": "kelly", "fraction": 0.3}}
    assert set_(data, "sizing.name=percent") == data


def test_another_strategy_keeps_its_symbols_and_loses_the_parameters():
    data = {"strategies": [{"name": "a", "params": {"x": 1}, "symbols": ["A"], "timeframe": "4h"}]}
    assert set_(data, "strategies.0.name=b") == {"strategies": [{"name": "b", "symbols": ["A"], "timeframe": "4h"}]}


def test_the_name_of_the_run_is_only_a_name():
    assert set_({"name": "a", "capital": 5}, "name=b") == {"name": "b", "capital": 5}


def test_case_does_not_matter_where_the_key_exists():
    setting = Setting(("strategies", "0", "params", "mafast"), 5, HIGH)
    data = {"strategies": [{"params": {"maFast": 3}}]}
    assert apply(Document(data), [setting]).data == {"strategies": [{"params": {"maFast": 5}}]}


def test_the_place_of_a_set_value_is_its_setting():
    document = apply(Document({"a": {"b": 1}}, {("a", "b"): LOW}), from_command(["a.b=2"]))
    assert str(document.place(("a", "b"))) == "--set a.b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("costs.taker_fee", "--set costs.taker_fee: must be KEY=VALUE such as costs.taker_fee=0.002, was 'costs.taker_fee'"),
        ("=3", "--set : must be KEY=VALUE such as costs.taker_fee=0.002, was ''"),
        ("a..b=3", "--set a..b: must be KEY=VALUE such as costs.taker_fee=0.002, was 'a..b'"),
        ("capital.x=3", "--set capital.x: capital is 5, which has no key 'x' below it"),
        ("database.x=3", "--set database.x: database is 'pg://u:**********@h', which has no key 'x' below it"),
        ("strategies.2.name=x", "--set strategies.2.name: strategies has 1 entry; after it must come a number from 0 to 1 (1 adds one), was '2'"),
        ("strategies.name=x", "--set strategies.name: strategies has 1 entry; after it must come a number from 0 to 1 (1 adds one), was 'name'"),
        ("symbols.3=x", "--set symbols.3: symbols has 2 entries; after it must come a number from 0 to 2 (2 adds one), was '3'"),
        ("symbols=[a", "--set symbols:1: is not YAML: expected ',' or ']', but got '<stream end>'; look at this line and the one above"),
    ],
)  # fmt: skip
def test_wrong_paths(text, message):
    data = {"capital": 5, "strategies": [{"name": "a"}], "symbols": ["A", "B"], "database": "pg://u:hush@h"}
    with pytest.raises(ConfigError) as caught:
        set_(data, text)
    assert str(caught.value) == message
