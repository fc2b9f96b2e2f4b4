import pytest

from btbot.report.layout import WIDTH, facts, minutes, pairs, printable, show, table, wrapped


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.12345, "percent", "12.35 %"),
        (-0.5, "percent", "-50.00 %"),
        (1234.5, "money", "1,234.50"),
        (0.000012345, "money", "1.234e-05"),
        (0.0, "money", "0.00"),
        (7, "count", "7"),
        (12.34, "days", "12.3 days"),
        ("2024-01-31T08:00:00Z", "time", "2024-01-31 08:00"),
        ("2024-01-31T08:00:07Z", "time", "2024-01-31 08:00:07"),
        (None, "ratio", "-"),
        (float("nan"), "ratio", "-"),
        (float("inf"), None, "-"),
        (True, None, "yes"),
        (3e15, "money", "3e+15"),
    ],
)
def test_values_are_shown_as_a_reader_wants_them(value, kind, text):
    assert show(value, kind) == text


def test_control_characters_cannot_reach_a_terminal():
    assert printable("a\x1b[31mb\n") == "a?[31mb?"


def test_minutes_drops_empty_seconds():
    assert minutes("2024-01-01 00:00:00") == "2024-01-01 00:00"


def test_pairs_stand_in_two_columns_read_downwards():
    assert pairs([("a", "1"), ("bb", "22"), ("c", "3"), ("d", "444")]) == [
        "  a    1    c    3",
        "  bb  22    d  444",
    ]


def test_few_or_long_pairs_stand_in_one_column():
    assert pairs([("a", "1"), ("bb", "22")]) == ["  a    1", "  bb  22"]
    assert len(pairs([(letter * 60, "1") for letter in "abcd"])) == 4
    assert pairs([]) == []


def test_a_table_aligns_numbers_right_and_texts_left():
    assert table(["name", "n"], [["x", "1"], ["long", "-20"]]) == ["  name    n", "  x       1", "  long  -20"]


def test_columns_that_do_not_fit_are_counted():
    lines = table([f"column {n}" for n in range(20)], [["1234567890"] * 20])
    assert lines[-1] == "  (12 more columns do not fit)"
    assert max(map(len, lines)) <= WIDTH


def test_long_texts_are_wrapped_under_themselves():
    lines = [*wrapped("word " * 60), *facts([("label", "word " * 60)])]
    assert max(map(len, lines)) <= WIDTH
    assert all(line.startswith("  ") for line in lines)
    assert facts([("label", "")]) == ["  label  -"]
