"""What the process says and returns when a command does not end well."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType

from btbot.errors import BtbotError, StrategyError

_BUG = 1
_PLUGINS = "btbot_plugins."


def main() -> None:
    """Run the command that the process was started with, and leave with its exit code."""
    try:
        from btbot.cli.app import app

        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        sys.exit(report(error))


def report(error: BaseException) -> int:
    """Say on standard error what went wrong and return the exit code.

    An error of btbot is one message; with ``--verbose`` its traceback comes first. An exception that passed
    through a plug-in is shown whole: its author needs the line.
    """
    verbose = logging.getLogger("btbot").isEnabledFor(logging.DEBUG)
    if isinstance(error, BtbotError):
        if verbose:
            traceback.print_exception(error)
        _say(f"Error: {error}", *getattr(error, "__notes__", ()))
        return error.exit_code
    if is_users(error):
        traceback.print_exception(error if verbose else error.with_traceback(_own_frames(error)))
        return StrategyError.exit_code
    if isinstance(error, OSError) and not verbose:
        _say(f"Error: {error.filename or 'the system'}: {error.strerror or error}")
        return _BUG
    traceback.print_exception(error)
    _say("Error: this is a fault of btbot, not of your files; please report it with the lines above")
    return _BUG


def is_users(error: BaseException) -> bool:
    """Return whether an exception came out of a plug-in: by its traceback, or by the note the engine left."""
    return bool(getattr(error, "__notes__", ())) or _plugin_frame(error) is not None


def _plugin_frame(error: BaseException) -> TracebackType | None:
    at = error.__traceback__
    while at is not None:
        if str(at.tb_frame.f_globals.get("__name__", "")).startswith(_PLUGINS):
            return at
        at = at.tb_next
    return None


def _own_frames(error: BaseException) -> TracebackType | None:
    """Return the traceback from the author's first line on; a file that does not compile has no line of ours."""
    return None if isinstance(error, SyntaxError) else _plugin_frame(error) or error.__traceback__


def _say(*lines: str) -> None:
    import typer  # the process may be interrupted from its first moment on: nothing heavy comes before `main`

    for line in lines:
        typer.echo(line, err=True)
