"""Keep secrets out of everything that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from btbot.config.document import Keys

MASK = "**********"
_SECRET_KEY = re.compile(r"(.*_)?(api_?key|secret|password|passphrase|(auth|access|bot)_token)", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"(?<=://)([^:/@\s]*):([^/\s]*)@")


def mask_url(url: str) -> str:
    """Return `url` with its password masked.

    Examples
    --------
    >>> mask_url("postgresql://bot:hush@db/btbot")
    'postgresql://bot:**********@db/btbot'
    """
    return _PASSWORD_IN_URL.sub(rf"\1:{MASK}@", url)


def _holds_password(url: object) -> bool:
    """Return whether `url` is an address with a password that is not masked."""
    found = _PASSWORD_IN_URL.search(url) if isinstance(url, str) else None
    return found is not None and found[2] not in ("", MASK)


def is_masked(value: object) -> bool:
    """Return whether a value is what a secret is shown as."""
    return isinstance(value, str) and value == MASK


def is_secret_key(key: object) -> bool:
    """Return whether the value of a key of this name is a secret, in whatever section.

    Examples
    --------
    >>> [is_secret_key(key) for key in ("api_key", "apiKey", "db_password", "token")]
    [True, True, True, False]
    """
    return isinstance(key, str) and _SECRET_KEY.fullmatch(key) is not None


def secrets(value: object, keys: Keys = ()) -> Iterator[Keys]:
    """Yield the path of every secret inside a nested value: by its key, or an address with a password."""
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from secrets(entry, (*keys, key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from secrets(entry, (*keys, index))
    elif value is not None and not is_masked(value) and ((keys and is_secret_key(keys[-1])) or _holds_password(value)):
        yield keys


def shown(value: object, keys: Keys) -> str:
    """Return `value` as a message may show it: masked where it is secret, short in any case."""
    if keys and is_secret_key(keys[-1]):
        return MASK
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    # A value in the place of the whole section may be a key that slipped one line up.
    text = MASK if keys == ("exchange",) else mask_url(value) if isinstance(value, str) else value
    return f"{text!r}" if len(f"{text!r}") <= 80 else f"{text!r}"[:77] + "..."
