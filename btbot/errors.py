"""Every error that an operator can meet, grouped by what he does about it.

::

    BtbotError               1
    ├── ConfigError          2   correct the file or the command
    ├── DataError            3   correct, download or repair the data
    ├── ExchangeError        4   look at the exchange
    │   ├── Retryable            the same call may succeed later
    │   ├── Rejected             the exchange said no, nothing happened there
    │   └── UnknownOutcome       ask the exchange before anything else
    ├── StrategyError        5   correct the strategy's code
    └── RiskHalt             6   trading was stopped on purpose

The number is the process's exit code. A message says where, what was found, what is allowed and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BtbotError(Exception):
    """Base of all errors raised on purpose by btbot."""

    exit_code = 1


class ConfigError(BtbotError):
    """The configuration or the command line is wrong."""

    exit_code = 2


class DataError(BtbotError):
    """Bars are missing, unreadable or contradict themselves."""

    exit_code = 3


class ExchangeError(BtbotError):
    """The exchange, or the way to it, failed."""

    exit_code = 4


class Retryable(ExchangeError):
    """Nothing happened at the exchange; the same call may succeed later.

    Parameters
    ----------
    wait_s
        Seconds that the exchange asks to wait; None where it did not say.
    """

    def __init__(self, *arguments: object, wait_s: float | None = None) -> None:
        super().__init__(*arguments)
        self.wait_s = wait_s


class Rejected(ExchangeError):
    """The exchange refused the request; nothing happened there."""


class UnknownOutcome(ExchangeError):
    """The request may or may not have had an effect: ask the exchange first."""


class StrategyError(BtbotError):
    """A strategy or another plug-in broke its contract."""

    exit_code = 5


class RiskHalt(BtbotError):
    """Trading stopped because a risk limit was reached."""

    exit_code = 6


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest allowed word, or an empty string.

    Examples
    --------
    >>> did_you_mean("symbls", ["symbols", "capital"])
    "; did you mean 'symbols'?"
    >>> did_you_mean("xyz", ["symbols"])
    ''
    """
    close = get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
