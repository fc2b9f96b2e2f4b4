"""A configuration before it is checked: plain data, and where each key was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Keys = tuple[str | int, ...]
Origin = Literal["file", "environment", "command", "mapping"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key was written, in the words of a message: ``trend.yml:12``, ``--set costs.taker_fee``."""

    text: str
    origin: Origin
    line: int | None = None

    def __str__(self) -> str:
        return self.text if self.line is None else f"{self.text}:{self.line}"


@dataclass(frozen=True, slots=True)
class Document:
    """Nested mappings, lists and scalars, with the place of every key and list entry.

    Parameters
    ----------
    data
        The content; never changed in place.
    places
        Path of keys and indexes to where it was written. ``()`` is the document itself. The same content written
        elsewhere is equal.
    """

    data: dict[str, Any]
    places: dict[Keys, Place] = field(default_factory=dict, compare=False)

    def place(self, keys: Keys) -> Place:
        """Return where `keys` was written, or the nearest key above it that was."""
        for length in range(len(keys), -1, -1):
            if keys[:length] in self.places:
                return self.places[keys[:length]]
        return Place("<mapping>", "mapping")

    def where(self, keys: Keys) -> str:
        """Return the beginning of a message about `keys`: ``trend.yml:12: costs.taker_fee``."""
        place, key = str(self.place(keys)), dotted(keys)
        return place if place.endswith(f" {key}") else f"{place}: {key}"

    def get(self, keys: Keys) -> Any:
        """Return the value at `keys`, or None where there is none."""
        value: Any = self.data
        for key in keys:
            if isinstance(value, Mapping):
                value = value.get(key)
            elif isinstance(value, list | tuple) and isinstance(key, int) and -1 < key < len(value):
                value = value[key]
            else:
                return None
        return value


class Word(str):
    """A bare ``yes``, ``no``, ``on``, ``off`` or date: text where text is meant, else the value of YAML 1.1.

    Only the key it stands under tells which; a ticker may well be called ``ON``.
    """

    value: Any

    def __new__(cls, text: str, value: object) -> Word:
        """Keep the text as it was written, and beside it the value."""
        word = super().__new__(cls, text)
        word.value = value
        return word


def resolve_words(value: Any) -> Any:
    """Return `value` with every `Word` replaced by what YAML 1.1 takes it for.

    Examples
    --------
    >>> resolve_words({"filter": Word("off", False)})
    {'filter': False}
    """
    if isinstance(value, Word):
        return value.value
    if isinstance(value, dict):
        return {key: resolve_words(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [resolve_words(entry) for entry in value]
    return value


def dotted(keys: Keys) -> str:
    """Return the path as a message and ``--set`` write it.

    Examples
    --------
    >>> dotted(("strategies", 0, "name"))
    'strategies.0.name'
    """
    return ".".join(str(key) for key in keys)
