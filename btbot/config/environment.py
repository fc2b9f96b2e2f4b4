"""Settings from environment variables such as ``BTBOT__COSTS__TAKER_FEE``, and from a ``.env`` file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from btbot.config.document import Place
from btbot.config.layers import Setting
from btbot.config.mask import is_secret_key
from btbot.config.reader import parse
from btbot.errors import ConfigError

PREFIX = "BTBOT__"


def variable(keys: tuple[str | int, ...]) -> str:
    """Return the variable that sets a key.

    Examples
    --------
    >>> variable(("exchange", "api_key"))
    'BTBOT__EXCHANGE__API_KEY'
    """
    return PREFIX + "__".join(str(key).upper() for key in keys)


def from_environment(environ: Mapping[str, str], dotenv: Path | None) -> list[Setting]:
    """Return the settings of the environment and of a ``.env`` file, of which the environment wins.

    Parameters
    ----------
    environ
        Such as ``os.environ``; only names that begin with ``BTBOT__`` count, in any case.
    dotenv
        File beside the configuration; it need not exist.

    Raises
    ------
    ConfigError
        If a name or a value cannot be read, or others than the owner may read the file.
    """
    found = {**(_dotenv(dotenv) if dotenv else {}), **_ours(environ)}
    return [_setting(name, text, where) for name, (text, where) in sorted(found.items())]


def _ours(environ: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {
        name.upper(): (text, f"environment variable {name}")
        for name, text in environ.items()
        if name.upper().startswith(PREFIX)
    }


def _setting(name: str, text: str, where: str) -> Setting:
    keys = tuple(name.removeprefix(PREFIX).lower().split("__"))
    if not all(keys):
        raise ConfigError(f"{where}: must be a path such as {PREFIX}COSTS__TAKER_FEE")
    # A key of an exchange may look like a number or begin with a character that means something in YAML.
    value = text if is_secret_key(keys[-1]) else parse(text, where)[0]
    return Setting(keys, value, Place(where, "environment"))


def _dotenv(path: Path) -> dict[str, tuple[str, str]]:
    if not path.is_file():
        return {}
    found: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        name, equals, text = line.strip().removeprefix("export ").partition("=")
        if equals and name.strip().upper().startswith(PREFIX):
            found[name.strip().upper()] = (_unquoted(text.strip()), f"{path}:{number}: {name.strip()}")
    # Files of this name are common; one without a setting of ours is none of our business.
    if found and os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigError(
            f"{path}: others may read it (mode {path.stat().st_mode & 0o777:04o}); "
            f"it may hold secrets, so its mode must be 0600: chmod 600 {path}"
        )
    return found


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
