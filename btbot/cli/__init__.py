"""The command line: parse, call one function, show its result, turn errors into exit codes.

Whatever a command does can be done from Python with the function it calls. Nothing heavier than typer and
rich is imported before a command needs it.
"""

from btbot.cli.failure import main

__all__ = ["main"]
