"""The command line: parse, call one function, show its result, turn errors into exit codes.

Whatever a command does can be done from Python with the function it calls. Nothing heavier than typer and
rich is imported before a command needs it.
"""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command that the process was started with, and leave with its exit code."""
    try:  # the process may be interrupted from its first moment on
        from btbot.cli import failure

        failure.main()
    except KeyboardInterrupt:
        sys.exit(130)
