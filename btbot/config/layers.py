"""Lay one document over another: the extended file, the file, the environment, the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from btbot.config.document import Document, Keys, Place, dotted
from btbot.config.mask import shown
from btbot.config.reader import parse
from btbot.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Setting:
    """One value for one key, from the environment or the command line."""

    keys: tuple[str, ...]
    value: Any
    place: Place


def merge(lower: Document, upper: Document) -> Document:
    """Return `lower` with everything that `upper` has laid over it.

    Mappings are merged key by key, everything else is replaced. So is a section whose ``name`` changes: the
    other keys of ``sizing: {name: kelly}`` mean nothing to ``sizing: {name: percent}``.
    """
    places = dict(lower.places)
    data = _laid(lower.data, upper.data, (), places)
    return Document(data, places | upper.places)


def _laid(lower: dict[str, Any], upper: dict[str, Any], keys: Keys, places: dict[Keys, Place]) -> dict[str, Any]:
    result = dict(lower)
    for key, value in upper.items():
        below, here = result.get(key), (*keys, key)
        if isinstance(below, dict) and isinstance(value, dict) and not _renamed(below, value):
            result[key] = _laid(below, value, here, places)
        else:
            result[key] = value
            _forget(here, places)
    return result


def _renamed(below: dict[str, Any], value: dict[str, Any]) -> bool:
    return "name" in value and "name" in below and value["name"] != below["name"]


def _forget(keys: Keys, places: dict[Keys, Place]) -> None:
    for inner in [other for other in places if other[: len(keys)] == keys]:
        del places[inner]


def apply(document: Document, settings: Iterable[Setting]) -> Document:
    """Return `document` with each setting made; names first, since a new name drops the old one's keys.

    Raises
    ------
    ConfigError
        Where a path leads through a plain value or beyond the end of a list.
    """
    data, places = _copied(document.data), dict(document.places)
    for setting in sorted(settings, key=lambda one: one.keys[-1] != "name"):
        _set(data, setting, places)
    return Document(data, places)


def _copied(value: Any) -> Any:
    """Return a copy of mappings and lists; what they hold stays itself."""
    if isinstance(value, dict):
        return {key: _copied(entry) for key, entry in value.items()}
    return [_copied(entry) for entry in value] if isinstance(value, list) else value


def _set(data: dict[str, Any], setting: Setting, places: dict[Keys, Place]) -> None:
    """Walk down the path, making what is missing, and put the value at its end."""
    container: Any = data
    keys: Keys = ()
    parts = _whole(setting.keys, container)
    while len(parts) > 1:
        key = _key(container, parts[0], keys, setting.place)
        keys = (*keys, key)
        if container[key] is None:
            container[key] = [] if parts[1].isdecimal() else {}
            places[keys] = setting.place
        container = container[key]
        parts = _whole(parts[1:], container)
    key = _key(container, parts[0], keys, setting.place)
    if key == "name" and keys and container[key] not in (None, setting.value):
        _drop_old_name(container, keys, places)
    container[key] = setting.value
    _forget((*keys, key), places)
    places[(*keys, key)] = setting.place


def _whole(parts: tuple[str, ...], container: Any) -> tuple[str, ...]:
    """Join the first parts where they are one key: a ticker such as BRK.B, or a searched key, has dots of its own."""
    if isinstance(container, dict):
        known = {key.lower() for key in container if "." in key}
        for count in range(len(parts), 1, -1) if known else ():
            if ".".join(parts[:count]).lower() in known:
                return (".".join(parts[:count]), *parts[count:])
    return parts


def _key(container: Any, part: str, keys: Keys, place: Place) -> str | int:
    """Return the key or index that a part of a path means, made to exist in `container`."""
    if isinstance(container, list):
        index = _index(part, container, keys, place)
        if index == len(container):
            container.append(None)
        return index
    if not isinstance(container, dict):
        found = shown(container, keys)
        raise ConfigError(f"{place}: {dotted(keys)} is {found}, which has no key {part!r} below it")
    key: str = next((known for known in container if known.lower() == part.lower()), part)
    container.setdefault(key, None)
    return key


def _drop_old_name(section: dict[str, Any], keys: Keys, places: dict[Keys, Place]) -> None:
    """Drop what belongs to the old name; of a strategy stays what it trades."""
    for key in section.keys() - {"name", "symbols", "timeframe"}:
        del section[key]
        _forget((*keys, key), places)


def _index(part: str, entries: list[Any], keys: Keys, place: Place) -> int:
    if part.isdecimal() and int(part) <= len(entries):
        return int(part)
    count = f"{len(entries)} {'entry' if len(entries) == 1 else 'entries'}"
    raise ConfigError(
        f"{place}: {dotted(keys)} has {count}; after it must come a number from 0 to {len(entries)} "
        f"({len(entries)} adds one), was {part!r}"
    )


def from_command(overrides: Iterable[str]) -> list[Setting]:
    """Read ``--set`` arguments such as ``costs.taker_fee=0.002``; the value is YAML."""
    settings = []
    for text in overrides:
        path, equals, value = text.partition("=")
        place = Place(f"--set {path.strip()}", "command")
        keys = tuple(path.strip().split("."))
        if not equals or not all(keys):
            raise ConfigError(f"--set {path}: must be KEY=VALUE such as costs.taker_fee=0.002, was {path!r}")
        settings.append(Setting(keys, parse(value, str(place))[0], place))
    return settings
