import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from btbot.records import Finding
from btbot.report.text import render


def lines_of(result):
    return render(result).splitlines()


def test_the_first_line_says_synthetic_and_only_then(make_result):
    assert lines_of(make_result(synthetic=True))[0].startswith("SYNTHETIC")
    assert "SYNTHETIC" not in render(make_result())
    assert lines_of(make_result())[0] == "btbot report: trend"


def test_the_report_is_the_same_for_the_same_run(make_result):
    first, second = make_result(), make_result()
    second.timings["engine"] = 99.0
    assert render(first) == render(second)


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"bars": 1, "trades": 0},
        {"bars": 3, "trades": 1},
        {"bars": 30, "trades": 0},
        {"bars": 9000, "trades": 60, "symbols": ("BTC/USDT", "ETH/USDT", "VERY/LONGQUOTE")},
        {"name": "n" * 300, "strategy": "s" * 200},
    ],
)
def test_no_line_is_longer_than_a_hundred_columns(make_result, choice):
    text = render(make_result(**choice))
    assert max(map(len, text.splitlines())) <= 100
    assert " nan" not in text
    assert text.endswith("\n")


def test_figures_stand_beside_their_labels(make_result):
    result = make_result()
    result.metrics.update(sharpe=1.23456, max_drawdown=0.256, fees_paid=1234.5, my_figure=7)
    text = render(result)
    for label, value in (("Sharpe ratio", "1.23"), ("Max drawdown", "25.60 %"), ("Fees paid", "1,234.50")):
        assert any(value in line for line in text.splitlines() if label in line)
    assert "my figure" in text


def test_trades_are_grouped_by_exit_without_the_open_one(make_result):
    result = make_result(bars=400, trades=5)
    closed = result.trades[result.trades["exit_reason"] != "open"]
    text = render(result)
    row = next(line for line in text.splitlines() if line.strip().startswith("signal"))
    signal = closed[closed["exit_reason"] == "signal"]
    assert row.split()[1] == str(len(signal))
    assert f"{signal['pnl'].sum():,.2f}" in row
    assert "Open at the end: " in text


def test_a_run_without_trades_says_so(make_result):
    assert "The run made no trade." in render(make_result(trades=0))


def test_months_are_in_percent_and_missing_ones_empty(make_result):
    result = make_result(bars=24 * 59, trades=0)
    value = result.equity["equity"].to_numpy(copy=True)
    value[24 * 31 - 1 :] = 10_500.0
    result.equity["equity"] = value
    row = next(line for line in lines_of(result) if line.startswith("  2023 "))
    assert row.split() == ["2023", "5.0", "0.0", *["-"] * 10, "5.0"]


def test_data_quality_lists_findings_worst_first(make_result):
    result = make_result()
    result.findings.append(Finding("ETH/USDT", "nan", "error", 2, ("line 7",), "2 closes are not numbers"))
    lines = lines_of(result)
    at = lines.index("Data quality")
    assert lines[at + 2] == "  error: ETH/USDT: nan (2): 2 closes are not numbers"
    assert lines[at + 3] == "    first at line 7"
    assert lines[at + 4].startswith("  warning: BTC/USDT: missing (3): ")
    result.findings.clear()
    assert "The data gate found nothing to report." in render(result)


def test_analyzers_notes_and_fingerprint_are_there(make_result):
    result = make_result()
    text = render(result)
    assert "Longest wait (days)" in text
    assert "12.35" in text
    assert "2 entries were cut to the buying power" in text
    assert result.metrics["data_fingerprint"] in text
    assert "python -m btbot run config.yaml" in text


def test_figures_of_every_kind_are_shown(make_result):
    result = make_result()
    result.figures = {
        "nothing": None,
        "list": [1, 2],
        "series": pd.Series([1.5], index=["a"], name="value"),
        "nested": {"a": {"b": 1}},
        "number": np.float64("nan"),
    }
    assert "series" in render(result)


def test_names_cannot_steer_the_terminal(make_result):
    assert "\x1b" not in render(make_result(name="a\x1b[2J", strategy="b\x1b[31m"))


def test_importing_the_text_report_loads_no_drawing_library():
    code = "import sys, btbot.report.text, btbot.report.folder; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"matplotlib", "plotly", "quantstats", "seaborn", "scipy", "backtrader"} & set(loaded)
