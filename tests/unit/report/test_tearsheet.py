import logging
import re
import warnings

import numpy as np
import pytest

from btbot.report import tearsheet
from btbot.report.series import curves


def figures_of(html):
    """Rows of the quantstats table: name to (benchmark, strategy)."""
    rows = re.findall(r"<tr><td>([^<]*)</td>\s*<td>([^<]*)</td>\s*<td>([^<]*)</td></tr>", html)
    return {name.strip(): (held, own) for name, held, own in rows}


@pytest.fixture(scope="module")
def run(make_result):
    return make_result(bars=24 * 200, trades=40, synthetic=True, name="<b>{{metrics}}@@rows@@")


@pytest.fixture(scope="module")
def drawn(run):
    """The page, the warnings, and the log records of drawing it."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            page = tearsheet.render(run)
    finally:
        logging.getLogger().removeHandler(handler)
    return page, caught, records


def test_quantstats_shows_the_figures_of_the_metrics(run, drawn):
    shown = figures_of(drawn[0])
    assert float(shown["Sharpe"][1]) == pytest.approx(run.metrics["sharpe"], abs=0.0051)
    assert float(shown["Sortino"][1]) == pytest.approx(run.metrics["sortino"], abs=0.0051)
    for name, key in (("Volatility (ann.)", "volatility"), ("CAGR", "cagr"), ("Cumulative Return", "total_return")):
        assert float(shown[name][1].rstrip("%")) == pytest.approx(run.metrics[key] * 100, abs=0.0051)
    held = float(shown["Cumulative Return"][0].rstrip("%"))
    assert held == pytest.approx(run.metrics["benchmark_return"] * 100, abs=0.0051)


def test_drawing_is_free_of_noise(drawn):
    _, caught, records = drawn
    assert [str(one.message) for one in caught] == []
    assert [one.getMessage() for one in records if one.levelno >= logging.WARNING] == []


def test_nothing_is_fetched_and_the_policy_forbids_it(drawn):
    page = drawn[0]
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:)?//""", page)
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.findall(r"url\(\s*[\"']?https?:", page)


def test_the_first_line_says_synthetic_and_only_then(drawn, make_result):
    assert drawn[0].splitlines()[0] == "<!DOCTYPE html><!-- SYNTHETIC -->"
    assert "SYNTHETIC DATA" in drawn[0]
    assert "SYNTHETIC" not in tearsheet.render(make_result(bars=30, trades=2))


def test_a_name_is_text_and_no_token_of_it_is_filled_in(drawn):
    assert "<h1>&lt;b&gt;{{metrics}}@@rows@@</h1>" in drawn[0]
    assert "<b>{{" not in drawn[0]


def test_settings_of_matplotlib_do_not_outlive_the_drawing(run):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with tearsheet._quiet():
        mpl.rcParams["axes.titlesize"] = 99
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(
    ("choice", "change", "reason"),
    [
        ({"bars": 24 * 3, "trades": 2}, None, "The run has 3 days; the charts of daily returns need at least 10."),
        ({"bars": 1, "trades": 0}, None, "The run has 1 days"),
        ({"bars": 24 * 30, "trades": 0}, None, "Equity never changed, so there is nothing to draw"),
        ({"bars": 24 * 30, "trades": 0}, np.linspace(10_000, -5, 720), "The account fell to zero or below"),
        ({"bars": 24 * 30, "trades": 0}, np.geomspace(1e4, 1e18, 720), "would read such returns as prices"),
    ],
)
def test_where_charts_would_mislead_the_page_says_why(make_result, choice, change, reason):
    result = make_result(**choice)
    if change is not None:
        result.equity["equity"] = change
    page = tearsheet.render(result)
    assert "Why there are no charts" in page
    assert reason in page
    assert "Starting capital" in page
    assert "@@" not in page
    assert "{{" not in page


def test_a_failure_of_quantstats_gives_the_figures_and_a_warning(make_result, monkeypatch, caplog):
    def fail(curve):
        raise ValueError("cannot convert <NA>")

    monkeypatch.setattr(tearsheet, "_drawn", fail)
    page = tearsheet.render(make_result(bars=24 * 20, trades=5))
    assert "quantstats could not draw this run: ValueError: cannot convert &lt;NA&gt;" in page
    assert "quantstats could not draw the tearsheet" in caplog.text


def test_a_benchmark_that_never_moves_is_left_out(make_result):
    result = make_result(bars=24 * 15, trades=5)
    flat = result.bars["BTC/USDT"]
    still = np.full(len(flat), 5.0)
    result.bars["BTC/USDT"] = type(flat)(flat.symbol, flat.timeframe, flat.time, still, still, still, still, still)
    assert not curves(result).daily()[2].any()
    page = tearsheet.render(result)
    assert "Why there are no charts" not in page
    assert "Buy and hold" not in re.sub(r'<div class="tiles">.*?</div></div>', "", page, flags=re.DOTALL)
