"""Commands that the pages of docs/ show exist, with the options that they show."""

import re
import shlex
from pathlib import Path

import pytest
import typer

DOCS = Path(__file__).resolve().parent.parent / "docs"
BLOCK = re.compile(r"^```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = [
    pytest.param(line, id=f"{page.stem}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, line in enumerate(
        line
        for block in BLOCK.findall(page.read_text("utf-8"))
        for line in block.splitlines()
        if line.startswith("python -m btbot ")
    )
]


def test_there_are_commands():
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("line", COMMANDS)
def test_the_command_is_understood(line):
    from typer.main import get_command

    from btbot.cli.app import app

    command, words = get_command(app), shlex.split(line, comments=True)[3:]
    context = typer.Context(command)
    while hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command, words = command.commands[words[0]], words[1:]
        context = typer.Context(command, parent=context)
    command.parse_args(context, list(words))
