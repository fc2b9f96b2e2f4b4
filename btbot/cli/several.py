"""Options that take several values after one name: ``--symbols BTC/USDT ETH/USDT``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from typer.core import TyperCommand

from btbot.errors import ConfigError


class Several(TyperCommand):
    """A command whose repeatable options also take their values in a row, up to the next option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Repeat the name of an option before each of its values, and read them as ever."""
        names = {name for parameter in self.params if getattr(parameter, "multiple", False) for name in parameter.opts}
        return super().parse_args(ctx, list(spelled_out(args, names)))


def spelled_out(args: Iterable[str], names: set[str]) -> Iterator[str]:
    """Yield arguments with the option's name before each of its values.

    Examples
    --------
    >>> list(spelled_out(["--symbols", "A", "B", "--since=C", "D"], {"--symbols"}))
    ['--symbols', 'A', '--symbols', 'B', '--since=C', 'D']
    >>> list(spelled_out(["--symbols=A", "B", "--", "C"], {"--symbols"}))
    ['--symbols=A', '--symbols', 'B', '--', 'C']

    Raises
    ------
    ConfigError
        If another option stands where a value is expected.
    """
    current, fresh = "", False
    for word in args:
        if word.startswith("-") and word != "-":
            if fresh:  # which would be taken for its value
                raise ConfigError(f"{current}: needs a value before {word}")
            name = word.partition("=")[0]
            current, fresh = (name, word == name) if name in names else ("", False)
        elif current and not fresh:
            yield current
        else:
            fresh = False
        yield word
