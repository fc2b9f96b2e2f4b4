import json

from btbot.cli.show import cell, table

ROWS = [{"name": "a", "params": {"x": 1}, "error": None}, {"name": "b" * 200, "params": {}, "error": None}]


def test_a_row_is_one_line_away_from_a_terminal_and_empty_columns_are_left_out(capsys):
    table(ROWS, as_json=False, empty="none")
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0] == ["name", "params"]
    assert lines[2:] == [["a", "x=1"], ["b" * 200]]


def test_json_has_everything(capsys):
    table(ROWS, as_json=True, empty="none")
    assert json.loads(capsys.readouterr().out) == ROWS
    table([], as_json=True, empty="none")
    assert json.loads(capsys.readouterr().out) == []


def test_nothing_is_said(capsys):
    table([], as_json=False, empty="no runs in results")
    assert capsys.readouterr().out == "no runs in results\n"


def test_square_brackets_are_text_and_no_markup(capsys):
    table([{"name": "[bold]x"}], as_json=False, empty="")
    assert "[bold]x" in capsys.readouterr().out


def test_cell():
    assert [cell(value) for value in (0.123456, 12, "x", None, {"a": 1, "b": "c"})] == [
        "0.1235",
        "12",
        "x",
        "",
        "a=1 b=c",
    ]
