import io
import json

import pytest
from rich.console import Console

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


SERIES = [
    {"exchange": "binance", "market": "spot", "symbol": f"{base}/USDT", "kind": "candles", "timeframe": "15m",
     "files": 12, "inserted": 5_052_009, "changed": 1_234, "first": "2024-10-01T00:00:00Z", "there": "99.93%"}
    for base in ("BTC", "ETH")
]  # fmt: skip


def printed(rows, width, *, terminal=True):
    console = Console(file=io.StringIO(), force_terminal=terminal, color_system=None, width=width, legacy_windows=False)
    table(rows, as_json=False, empty="", console=console)
    return [line.rstrip() for line in console.file.getvalue().splitlines() if line.strip()]


def test_a_wide_table_has_short_times_and_says_once_what_all_rows_share():
    lines = printed([SERIES[0], {**SERIES[1], "files": 3, "inserted": 7, "first": "2024-10-02T00:00:00Z"}], 80)
    assert lines[0] == "exchange: binance, market: spot, kind: candles"
    assert lines[1].split() == ["symbol", "timeframe", "files", "inserted", "changed", "first", "there"]
    assert lines[3].split() == ["BTC/USDT", "15m", "12", "5052009", "1234", "2024-10-01", "00:00", "99.93%"]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("count", [1, 2])
def test_nothing_is_split_at_any_width(width, count):
    lines = printed(SERIES[:count], width)
    text = " ".join(" ".join(lines).split())
    assert max(map(len, lines)) <= width
    for key, value in SERIES[0].items():
        assert key in text
        assert str(value).replace("T", " ").removesuffix(":00Z") in text.replace("T", " ") or str(value) in text


def test_what_does_not_fit_at_all_is_a_line_for_each_value():
    assert printed(SERIES[:1], 60)[:3] == ["exchange:  binance", "market:    spot", "symbol:    BTC/USDT"]


@pytest.mark.parametrize("terminal", [True, False])
def test_long_reasons_are_below_the_table_each_once(terminal):
    reason = "the exchange has no candles there, and no other timeframe has them either; " * 4
    rows = [{"symbol": name, "reason": why} for name, why in (("A", reason), ("B", "short"), ("C", reason))]
    lines = printed(rows, 80, terminal=terminal)
    assert [line.split() for line in lines[2:5]] == [["A", "[1]"], ["B", "short"], ["C", "[1]"]]
    assert " ".join(line.strip() for line in lines[5:]) == f"[1] {reason.strip()}"
    assert (len(lines) == 6) is not terminal


def test_sentences_are_broken_between_words():
    lines = printed([{"name": "x", "summary": "many words of a summary " * 6, "count": 12_345_678}], 80)
    assert "12345678" in lines[2]
    assert all(word in ("x", "12345678", "many", "words", "of", "a", "summary") for line in lines[2:] for word in line.split())  # fmt: skip
