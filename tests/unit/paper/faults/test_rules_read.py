"""Rules from files and mappings: what is taken, and what is said where something is wrong."""

import pytest

from btbot.errors import ConfigError
from btbot.paper.faults import Faults, load_faults
from btbot.paper.faults.rule import EVERY_KIND


def refused(rule):
    with pytest.raises(ConfigError) as caught:
        Faults().add(rule)
    return str(caught.value)


def refused_file(path, text):
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_faults(path)
    return str(caught.value)


def test_a_file_gives_rules_in_its_order(tmp_path):
    path = tmp_path / "faults.yml"
    path.write_text(
        "seed: 3\n"
        "faults:\n"
        "  - when: {endpoint: order.place, nth: 3}\n"
        "    do: drop_after\n"
        "  - name: late\n"
        "    when: {symbol: BTC/USDT, since: 2024-01-01}\n"
        "    do: {kind: park, ms: 2_900}\n"
        "  - do: {kind: transfer, account: default, asset: USDT, amount: -100.5}\n"
    )
    assert load_faults(path).list() == [
        {"id": 1, "name": "drop_after", "when": {"endpoint": "order.place", "nth": 3}, "do": {"kind": "drop_after"},
         "seen": 0, "struck": 0},
        {"id": 2, "name": "late", "when": {"symbol": "BTC/USDT", "since": "2024-01-01T00:00:00+00:00"},
         "do": {"kind": "park", "ms": 2900}, "seen": 0, "struck": 0},
        {"id": 3, "name": "transfer",
         "do": {"kind": "transfer", "account": "default", "amount": "-100.5", "asset": "USDT"}, "seen": 0, "struck": 0},
    ]  # fmt: skip


def test_a_file_may_be_the_list_alone(tmp_path):
    path = tmp_path / "faults.yml"
    path.write_text("- do: drop_before\n- do: lose\n")
    assert [rule["name"] for rule in load_faults(path).list()] == ["drop_before", "lose"]


def test_another_seed_gives_other_dice_to_the_same_file(tmp_path, order):
    path = tmp_path / "faults.yml"
    path.write_text("seed: 3\nfaults: [{when: {probability: 0.5}, do: drop_before}]\n")

    def drawn(**more):
        faults = load_faults(path, **more)
        return [faults.arrive(order()) is not None for _ in range(64)]

    assert drawn() == drawn(seed=0) != drawn(seed=1)


def test_what_is_listed_can_be_added_again():
    first = Faults()
    for kind, rule in {
        "alter": {"when": {"event": "kline", "fields": {"k.x": True}}, "do": {"kind": "alter", "set": {"k.c": 1}}},
        "filters": {"do": {"kind": "filters", "symbol": "BTC/USDT", "tick": "0.1"}},
        "reorder": {"when": {"symbol": ["BTC/USDT", "ETH*"]}, "do": {"kind": "reorder", "order": [1, 0]}},
    }.items():
        first.add({"name": f"my {kind}", **rule})
    second = Faults()
    for rule in first.list():
        second.add({name: rule[name] for name in ("name", "when", "do") if name in rule})
    assert second.list() == first.list()


def test_a_list_of_numbers_is_kept():
    faults = Faults()
    faults.add({"do": {"kind": "reorder", "count": 3, "order": [2, 0, 1]}})
    assert faults.list()[0]["do"] == {"kind": "reorder", "count": 3, "order": [2, 0, 1]}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ({"do": {"kind": "park"}}, "<rule>: do.ms: is missing; How long it waits"),
        ({"do": {"kind": "park", "ms": 0}}, "<rule>: do.ms: must be >= 1, was 0"),
        ({"do": {"kind": "park", "ms": "soon"}}, "<rule>: do.ms: must be a whole number, was 'soon'"),
        ({"do": {"kind": "park", "ms": True}}, "<rule>: do.ms: must be a number, was true"),
        ({"do": {"kind": "double", "tims": 3}},
         "<rule>: do.tims: is not a key; allowed are kind, times; did you mean 'times'?"),
        ({"do": {"kind": "status", "status": 200}}, "<rule>: do.status: must be >= 400, was 200"),
        ({"do": {"kind": "status", "status": 500, "effect": "coins"}},
         "<rule>: do.effect: must be one of none, done, coin, was 'coins'; did you mean 'coin'?"),
        ({"do": {"kind": "reorder", "count": 3, "order": [1, 0]}},
         "<rule>: do: must have in order each number from 0 to count - 1 once"),
        ({"do": {"kind": "alter"}}, "<rule>: do: must have at least one of set, raw, scale and remove"),
        ({"do": {"kind": "alter", "raw": {"k.c": 1.5}}},
         "<rule>: do.raw.k.c: must be text; put a number in quotes, was 1.5"),
        ({"do": {"kind": "filters", "symbol": "BTC/USDT"}},
         "<rule>: do: must have at least one rule to change, such as tick or step"),
        ({"do": {"kind": "filters", "symbol": "BTC/USDT", "tick": "1e-9"}},
         "<rule>: do.tick: must be a number of at most eight decimals, was '1e-9'"),
        ({"do": {"kind": "transfer", "account": "a", "asset": "USDT", "amount": "x"}},
         "<rule>: do.amount: must be a number, was 'x'"),
        ({"when": {"probability": 2}, "do": "lose"}, "<rule>: when.probability: must be <= 1, was 2"),
        ({"when": {"since": "noon"}, "do": "lose"},
         "<rule>: when.since: must be a date or a time in UTC such as 2024-01-31 or 2024-01-31T12:00, was 'noon'"),
        ({"when": {"after_ms": 5, "before_ms": 5}, "do": "lose"},
         "<rule>: when: must have before_ms > after_ms"),
        ({"when": {"since": "2024-01-02", "until": "2024-01-01"}, "do": "lose"},
         "<rule>: when: must have until later than since"),
        ({"when": {"symbol": {}}, "do": "lose"},
         "<rule>: when.symbol: must be a word, a pattern such as 'btc*', or a list of them, was a mapping"),
        ({"when": {"fields": ["k.x"]}, "do": "lose"},
         "<rule>: when.fields: must be a mapping of fields and values such as {k.x: true}, was a list"),
        ({}, "<rule>: do: is missing; What happens, such as {kind: drop_after}"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_line(rule, text):
    assert refused(rule) == text


def test_an_unknown_kind_or_condition_is_corrected():
    kinds = ", ".join(EVERY_KIND)
    assert refused({"do": "drop_befor"}) == (
        f"<rule>: do: 'drop_befor' is no kind of fault; did you mean 'drop_before'?; there are {kinds}"
    )
    assert refused({"do": {}}) == f"<rule>: do.kind: is missing; one of {kinds}"
    assert refused({"when": {"endpont": "x"}, "do": "lose"}).endswith("; did you mean 'endpoint'?")


def test_a_file_tells_the_line_of_every_mistake(tmp_path):
    path = tmp_path / "faults.yml"
    text = "faults:\n  - when:\n      symbl: BTC/USDT\n    do: lose\n  - do:\n      kind: park\n      mss: 3\nsed: 3\n"
    lines = refused_file(path, text).splitlines()
    assert lines[0].startswith(f"{path}:3: faults.0.when.symbl: is not a key; allowed are endpoint, ")
    assert lines[0].endswith("; did you mean 'symbol'?")
    assert lines[1:] == [
        f"{path}:5: faults.1.do.ms: is missing; How long it waits",
        f"{path}:7: faults.1.do.mss: is not a key; allowed are kind, ms; did you mean 'ms'?",
        f"{path}:8: sed: is not a key; allowed are seed, faults; did you mean 'seed'?",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping such as 'faults: [{do: drop_after}]', was empty"),
        ("drop_after", "must be a mapping such as 'faults: [{do: drop_after}]', was a single value"),
    ],
)
def test_a_file_that_is_no_list_of_rules(tmp_path, text, message):
    path = tmp_path / "faults.yml"
    assert refused_file(path, text) == f"{path}: {message}"


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file or directory"):
        load_faults(tmp_path / "none.yml")
    binary = tmp_path / "binary.yml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match=r"is not text in UTF-8 \(byte 0\); save it as UTF-8"):
        load_faults(binary)
    assert "is not YAML" in refused_file(tmp_path / "bad.yml", "faults: [")
