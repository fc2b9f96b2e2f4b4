"""What ccxt raises, as btbot's errors by what can be done about them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from btbot.errors import BtbotError, ConfigError, ExchangeError, Rejected, Retryable

_SHOWN = 300
_HIDDEN = re.compile(r"\?\S*|(?<=://)[^/\s@]*@")  # what was asked, perhaps signed; a name and password
_STRANGE = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError)


@contextmanager
def told(name: str, what: str) -> Iterator[None]:
    """Turn every error of a call into one of btbot's that says where it happened.

    Parameters
    ----------
    name
        Of the exchange.
    what
        Was asked, such as ``candles of BTC/USDT 1h``.

    Raises
    ------
    Retryable
        Where the way to the exchange failed or the answer is no answer.
    Rejected
        Where the exchange said no.
    ConfigError
        Where ccxt cannot ask this exchange for such a thing.
    """
    import ccxt

    try:
        yield
    except (Retryable, Rejected) as error:
        raise _with_place(error, name, what) from error
    except BtbotError:
        raise
    except ccxt.NotSupported as error:
        raise ConfigError(f"{name} offers no {what} through ccxt; ask another exchange") from error
    except ccxt.BaseError as error:
        raise _translated(error, name, what) from error
    except OSError as error:
        raise Retryable(f"{name}: {what}: {error}") from error
    except _STRANGE as error:  # ccxt stumbles where an answer has another shape than the exchange promises
        raise Retryable(f"{name}: {what}: the answer cannot be understood ({type(error).__name__}: {error})") from error


def refusals() -> tuple[type[Exception], ...]:
    """Give the classes of what a call raises where the exchange, or ccxt in its place, says no."""
    import ccxt

    return (ccxt.ExchangeError, Rejected)


def is_broken(error: BaseException) -> bool:
    """Return whether an error of `refusals` is none: ccxt calls it so, too, where the connection broke."""
    import aiohttp

    return isinstance(error.__cause__, aiohttp.ClientError)


def _translated(error: Exception, name: str, what: str) -> ExchangeError:
    import aiohttp
    import ccxt

    cause = error.__cause__
    text = f"{name}: {what}: {_reason(error)}"
    if isinstance(error, ccxt.OperationFailed):
        return Retryable(text)
    if isinstance(cause, aiohttp.ClientPayloadError):  # ccxt calls it a refusal
        broken = f"the connection broke in the middle of the answer ({_reason(error)}, {cause})"
        return Retryable(f"{name}: {what}: {broken}")
    if isinstance(cause, aiohttp.ClientError):
        return Retryable(f"{text} ({cause})")
    return Rejected(text)


def _with_place(error: Retryable | Rejected, name: str, what: str) -> Retryable | Rejected:
    text = str(error)
    text = f"{name}: {what}: {text.removeprefix(f'{name}: ')}"
    if isinstance(error, Retryable):
        return Retryable(text, wait_s=error.wait_s)
    return Rejected(text)


def _reason(error: Exception) -> str:
    """Give what ccxt says, without secrets."""
    import ccxt

    text = _HIDDEN.sub("", " ".join(str(error).split()))[:_SHOWN]
    if isinstance(error, ccxt.RequestTimeout):
        return f"no answer in time ({text})"
    if isinstance(error, ccxt.ExchangeNotAvailable):
        cause = f", {error.__cause__}" if error.__cause__ else ""
        return f"not reached ({text}{cause})"
    return text
