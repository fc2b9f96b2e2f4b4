"""Every command from the outside."""

import ast
import json
from pathlib import Path

import pytest
import yaml

import btbot
from btbot.cli import app as module
from btbot.config import load_config, schema
from btbot.errors import ConfigError

COMMANDS = [
    "run", "backtest", "report", "runs", "validate", "show-config", "schema", "list-strategies", "list-indicators",
    "doctor", "new-strategy", "new-config",
]  # fmt: skip


def test_every_command_has_a_help_of_its_own(cli):
    for command in COMMANDS:
        result = cli(command, "--help")
        assert result.exit_code == 0
        assert "Usage: " in result.stdout


def test_the_help_names_every_command(cli):
    text = cli("--help").stdout
    assert [command for command in COMMANDS if f"│ {command} " not in text] == []


def test_without_a_command_the_help_is_shown(cli):
    result = cli()
    assert result.exit_code == 2
    assert "list-strategies" in result.output


def test_version(cli):
    assert cli("--version").stdout == f"btbot {btbot.__version__}\n"


def test_an_unknown_command_is_told_the_nearest(cli):
    result = cli("backtset")
    assert result.exit_code == 2
    assert "Did you mean 'backtest'?" in result.stderr


def test_every_command_parses_calls_and_shows_in_ten_lines():
    tree = ast.parse(Path(module.__file__).read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) > len(COMMANDS)
    assert [node.name for node in functions if node.end_lineno - node.body[0].lineno >= 10] == []


def test_validate(cli):
    assert cli("validate", "configs/trend.yml").stdout == (
        "configs/trend.yml is valid: backtest of trend_following on BTC/USDT, 1h\n"
    )


def test_show_config_is_yaml_that_loads_or_json(cli):
    text = cli("show-config", "configs/trend.yml", "--set", "capital=7").stdout
    Path("again.yml").write_text(text)
    assert load_config("again.yml", environ={}).capital == 7
    assert json.loads(cli("show-config", "configs/trend.yml", "--json").stdout)["capital"] == 10_000
    assert yaml.safe_load(text)["costs"]["borrow_rate"] == 0


def test_show_config_masks_secrets(cli, monkeypatch):
    monkeypatch.setenv("BTBOT__EXCHANGE__SECRET", "hush")
    for option in ([], ["--json"]):
        text = cli("show-config", "configs/trend.yml", *option).stdout
        assert "hush" not in text
        assert "**********" in text


def test_an_error_comes_out_for_main_to_report(cli):
    with pytest.raises(ConfigError, match=r"^--set capitl: is not a key"):
        cli("show-config", "configs/trend.yml", "--set", "capitl=7")


def test_schema(cli):
    assert json.loads(cli("schema").stdout) == schema()


def test_lists_as_table_and_as_json(cli):
    assert "Buy when a fast moving average crosses" in cli("list-strategies").stdout
    assert "ma_cross" in [row["name"] for row in json.loads(cli("list-strategies", "--json").stdout)]
    assert "bars, period=14" in cli("list-indicators").stdout
    assert "adx" in [row["name"] for row in json.loads(cli("list-indicators", "--json").stdout)]
    assert cli("runs").stdout == "no runs in results\n"
    assert json.loads(cli("runs", "--json").stdout) == []


def test_doctor(cli):
    result = cli("doctor", "--json")
    assert result.exit_code == 0
    assert "python" in [row["check"] for row in json.loads(result.stdout)]


def test_new_files(cli):
    assert cli("new-strategy", "my_idea").stdout.startswith("wrote strategies/my_idea.py; ")
    assert cli("new-config").stdout == "wrote configs/my_run.yml; run it with 'btbot run configs/my_run.yml'\n"
    assert cli("new-config", "mine", "--strategy", "my_idea", "--dir", "elsewhere").stdout.startswith(
        "wrote elsewhere/mine.yml"
    )
