"""When two trials are the same one: a setting as a number of 64 bits."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
VERSION = 1
"""Of the recipe below; rows of another version cannot be compared."""
TRADING = (
    "symbols", "timeframe", "allow_short", "strategies", "sizing", "exits", "costs", "leverage", "risk", "fills",
)  # fmt: skip
"""Sections that decide how a setting trades. Span, feed and capital are not among them: the same setting on one more
day, on the same candles from another source, or with more money is no new trial."""
_WRAP = 2**64


def setting_hashes(
    config: Mapping[str, Any], searched: Mapping[str, Sequence[Any]], places: Mapping[str, npt.NDArray[np.int64]]
) -> Hashes:
    """Return one number for each setting, equal for equal settings whatever was searched.

    A setting is a set of dotted keys with values. Each pair has a number, and a setting has their sum, so a
    million settings cost one addition a dimension each.

    Parameters
    ----------
    config
        Nested values of the configuration that the settings change, from `btbot.config.settled`.
    searched
        Dotted key to the distinct values that were tried.
    places
        Dotted key to int64 of shape (n,), the place of each setting's value among them.

    Returns
    -------
    uint64 of shape (n,); of shape (1,) for the configuration itself where nothing is searched.

    Examples
    --------
    >>> run = {"strategies": [{"name": "ma_cross", "params": {"fast": 5, "slow": 50}}]}
    >>> key = "strategies.0.params.fast"
    >>> swept = setting_hashes(run, {key: [5.0, 9]}, {key: np.array([0, 1])})
    >>> (swept == setting_hashes(run, {}, {})).tolist()
    [True, False]
    """
    pairs = {key: value for section in TRADING if section in config for key, value in _flat(section, config[section])}
    fixed = sum(_number(key, value) for key, value in pairs.items() if key not in searched) % _WRAP
    count = len(next(iter(places.values()))) if places else 1
    hashes = np.full(count, fixed, np.uint64)
    for key, values in searched.items():
        hashes += np.array([_number(key, value) for value in values], np.uint64)[places[key]]
    return hashes


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list | tuple):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        yield key, value
        return
    for name, part in value.items():
        yield from _flat(f"{key}.{name}", part)


def _number(key: str, value: Any) -> int:
    plain = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    text = json.dumps([key, plain], default=str)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
