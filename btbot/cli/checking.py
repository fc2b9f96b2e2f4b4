"""Check a configuration together with the plug-ins that it names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from btbot.config import RunConfig, load_config
from btbot.engine.attach import load_analyzers
from btbot.engine.build import host_strategies
from btbot.engine.gather import feed_class
from btbot.errors import ConfigError


def validate(path: Path, overrides: Sequence[str]) -> str:
    """Return one line that says what a valid configuration runs.

    Raises
    ------
    ConfigError
        For mistakes in the file, unknown plug-ins and unknown parameters.
    """
    config = load_config(path, overrides=overrides)
    mistakes: dict[str, None] = {}
    for load in (feed_class, host_strategies, load_analyzers, _search):
        try:
            load(config)
        except ConfigError as error:
            mistakes[str(error)] = None  # a search needs the strategies too, and says the same of them
    if mistakes:
        raise ConfigError("\n".join(mistakes))
    names = ", ".join(entry.name for entry in config.strategies)
    symbols = ", ".join(config.symbols)
    return f"{config.source} is valid: {config.mode} of {names} on {symbols}, {config.timeframe}"


def _search(config: RunConfig) -> None:
    if config.optimize is not None:
        from btbot.search.searching import check_keys

        check_keys(config)
