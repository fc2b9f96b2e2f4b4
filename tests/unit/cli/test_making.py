from pathlib import Path

import pytest

from btbot.cli import making
from btbot.cli.checking import validate
from btbot.errors import ConfigError


def refused(function, *arguments, **options):
    with pytest.raises(ConfigError) as caught:
        function(*arguments, **options)
    return str(caught.value)


def test_a_new_strategy_and_a_configuration_that_runs_it(here):
    said = making.new_strategy("my_idea", Path("strategies"))
    assert said == (
        "wrote strategies/my_idea.py; 'btbot new-config my_idea --strategy my_idea' writes a configuration that runs it"
    )
    text = Path("strategies/my_idea.py").read_text()
    assert "class MyIdea(Strategy):" in text
    assert len([line for line in text.splitlines() if line.strip()]) <= 10
    said = making.new_config("my_idea", Path("configs"), strategy="my_idea")
    assert said == "wrote configs/my_idea.yml; run it with 'btbot run configs/my_idea.yml'"
    assert validate(Path("configs/my_idea.yml"), []) == (
        "configs/my_idea.yml is valid: backtest of my_idea on BTC/USDT, 1h"
    )


def test_a_file_is_never_overwritten(here):
    making.new_strategy("my_idea", Path("strategies"))
    Path("strategies/my_idea.py").write_text("precious")
    assert refused(making.new_strategy, "my_idea", Path("strategies")) == (
        "strategies/my_idea.py: exists already and is left as it is; choose another name"
    )
    assert Path("strategies/my_idea.py").read_text() == "precious"
    making.new_config("a.yml", Path("configs"), strategy="ma_cross")
    assert refused(making.new_config, "a", Path("configs"), strategy="ma_cross") == (
        "configs/a.yml: exists already and is left as it is; choose another name"
    )


@pytest.mark.parametrize(
    ("name", "advice"),
    [("MyIdea", ", such as 'my_idea'"), ("my-idea", ", such as 'my_idea'"), ("2fast", ""), ("class", ""), ("../x", ", such as 'x'"), ("", "")],
)  # fmt: skip
def test_names_that_are_no_strategy(here, name, advice):
    assert refused(making.new_strategy, name, Path("strategies")) == (
        f"new-strategy {name}: a name has small letters, digits and '_', begins with a letter and is no word of Python{advice}"
    )
    assert not Path("strategies").exists()


def test_a_name_that_python_has_taken(here):
    assert refused(making.new_strategy, "csv", Path("strategies")) == (
        "new-strategy csv: Python has a module of this name; choose another"
    )


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden"])
def test_names_that_are_no_configuration(here, name):
    assert refused(making.new_config, name, Path("configs"), strategy="ma_cross") == (
        f"new-config {name}: a name has letters, digits, '_', '-' and '.', and no folder (--dir)"
    )


def test_a_configuration_of_an_unknown_strategy(here):
    text = refused(making.new_config, "x", Path("configs"), strategy="ma_crss")
    assert text.startswith("--strategy ma_crss: there is no such strategy; there are ")
    assert text.endswith("; did you mean 'ma_cross'?")
