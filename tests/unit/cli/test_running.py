"""How a run is started and shown, with a runner that is told what to do."""

import logging
import re
from pathlib import Path

import pytest

import btbot.report.folder
import btbot.report.text
import btbot.runner
from btbot.cli import running
from btbot.errors import ConfigError
from btbot.records import RunResult

CONFIG = """\
symbols: [BTC/USDT]
timeframe: 1h
feed: {name: sample}
strategies: [{name: ma_cross}]
"""


@pytest.fixture
def opened(monkeypatch):
    pages = []
    monkeypatch.setattr(running.webbrowser, "open", pages.append)
    return pages


@pytest.fixture
def ran(here, monkeypatch, opened):
    """Put a stub in the place of the runner; it notes its arguments and writes a folder."""
    calls = []

    def run(config, out, *, force, progress, show):
        calls.append((config, Path(out), force, progress))
        Path(out).mkdir(parents=True)
        (Path(out) / "metrics.json").write_text('{\n  "sharpe": null\n}\n')
        (Path(out) / "tearsheet.html").touch()
        logging.getLogger("btbot.engine").info("a line of the log")
        result = RunResult("a", {}, {}, None, None, None, timings={"data": 0.25, "engine": 1.0, "total": 1.5})
        if show is not None:
            show(result)
        return result

    monkeypatch.setattr(btbot.runner, "run", run)
    monkeypatch.setattr(btbot.report.text, "render", lambda result: "THE REPORT")
    (here / "a.yml").write_text(CONFIG)
    return calls


def test_the_report_then_where_it_is_then_where_the_time_went(cli, ran):
    result = cli("run", "a.yml", "--out", "out", "--set", "capital=5")
    assert result.stdout == (
        "THE REPORT\nfolder     out\ntearsheet  out/tearsheet.html\ntook       1.50 s: data 0.25, engine 1.00\n"
    )
    assert "a line of the log" in result.stderr
    config, out, force, progress = ran[0]
    assert (config.capital, out, force, progress) == (5, Path("out"), False, None)


def test_json_is_the_content_of_metrics_json_and_nothing_else(cli, ran):
    assert cli("run", "a.yml", "--out", "out", "--json").stdout == Path("out/metrics.json").read_text()


def test_quiet_says_nothing(cli, ran):
    result = cli("run", "a.yml", "--quiet")
    assert (result.stdout, result.stderr) == ("", "")


def test_a_folder_of_its_own_by_default(cli, ran):
    cli("run", "a.yml")
    cli("run", "a.yml", "--set", "name=my run", "--force")
    assert re.fullmatch(r"results/a_\d{8}T\d{6}\.\d{3}Z", str(ran[0][1]))
    assert re.fullmatch(r"results/my_run_\d{8}T\d{6}\.\d{3}Z", str(ran[1][1]))
    assert [call[2] for call in ran] == [False, True]


def test_backtest_overrides_the_mode(cli, ran):
    (Path("a.yml")).write_text(CONFIG + "mode: live\n")
    cli("backtest", "a.yml", "--out", "x")
    cli("run", "a.yml", "--out", "y")
    assert [call[0].mode for call in ran] == ["backtest", "live"]


def test_open_shows_the_tearsheet(cli, ran, opened, here):
    cli("run", "a.yml", "--out", "out", "--open")
    assert opened == [(here / "out/tearsheet.html").as_uri()]


def test_json_lines_of_the_log(cli, ran):
    assert cli("run", "a.yml", "--log-json").stderr.startswith('{"time": ')


def test_a_warning_where_there_is_no_page_to_open(here, opened, caplog):
    (here / "out").mkdir()
    running.open_tearsheet(Path("out"))
    assert opened == []
    assert caplog.messages == ["out has no page to open; add tearsheet or plots to report:"]
    (here / "out/trades.html").touch()
    running.open_tearsheet(Path("out"))
    assert opened == [(here / "out/trades.html").as_uri()]


def test_verbose_and_quiet_exclude_each_other(cli, ran):
    with pytest.raises(ConfigError, match=r"^--verbose and --quiet exclude each other; choose one$"):
        cli("run", "a.yml", "--verbose", "--quiet")


def test_report_rebuilds_a_run_by_its_name_or_its_folder(cli, here, monkeypatch, opened):
    built = []
    monkeypatch.setattr(btbot.report.folder, "rebuild", built.append)
    (here / "results/x").mkdir(parents=True)
    (here / "results/x/tearsheet.html").touch()
    assert cli("report", "x", "--open").stdout == "folder     results/x\ntearsheet  results/x/tearsheet.html\n"
    cli("report", "results/x")
    assert built == [Path("results/x"), Path("results/x")]
    assert len(opened) == 1


def test_a_run_that_does_not_exist(here):
    (here / "results/trend_1").mkdir(parents=True)
    with pytest.raises(ConfigError) as caught:
        running.find_run("trend_2", Path("results"))
    assert str(caught.value) == (
        "there is no run 'trend_2', neither as a folder nor in results; 'btbot runs' lists them; did you mean 'trend_1'?"
    )
    with pytest.raises(ConfigError, match=r"^there is no run 'x', neither as a folder nor in none; "):
        running.find_run("x", Path("none"))
