"""One configuration with some of its values changed, as a parameter search changes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from btbot.config import layers
from btbot.config.document import Place
from btbot.config.load import checked, document_of
from btbot.config.mask import shown
from btbot.config.model import RunConfig
from btbot.errors import ConfigError


def with_setting(config: RunConfig, setting: Mapping[str, Any]) -> RunConfig:
    """Return the configuration with other values for some of its keys, checked as if it had been written so.

    Parameters
    ----------
    config
        From `load_config`; it stays as it is.
    setting
        Dotted key, as after ``--set``, to its value.

    Raises
    ------
    ConfigError
        With the setting and one line for each mistake.

    Examples
    --------
    >>> from btbot.config import load_config
    >>> config = load_config("configs/ma_cross.yml", environ={})
    >>> with_setting(config, {"strategies.0.params.ma_fast": 7, "exits.trailing.atr": 3.0}).exits.trailing
    Trailing(percent=None, atr=3.0, level=None, after_percent=None, after_atr=None)
    """
    place = Place(config.source, "environment")
    changes = [layers.Setting(tuple(key.split(".")), value, place) for key, value in setting.items()]
    try:
        return checked(layers.apply(document_of(config), changes), config.folder, config.source)
    except ConfigError as error:
        raise ConfigError(f"{error} (with {described(setting)})") from None


def described(setting: Mapping[str, Any]) -> str:
    """Return a setting as a message shows it: ``costs.taker_fee=0.002, allow_short=true``."""
    return ", ".join(f"{key}={shown(value, tuple(key.split('.')))}" for key, value in setting.items())
