"""Write a configuration out again, complete and with its secrets masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from decimal import Decimal
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, SecretStr
from yaml.emitter import Emitter
from yaml.representer import SafeRepresenter
from yaml.serializer import Serializer

from btbot.config.mask import MASK, is_secret_key, mask_url
from btbot.config.model import RunConfig
from btbot.config.reader import Rules
from btbot.config.sections import STORED_FUNDING
from btbot.timeframe import Timeframe

# The keys that name files or folders, by section.
_PATHS = {"feed": {"path", "paths"}, "costs": {"funding"}, "plugins": {"strategies", "feeds", "analyzers"}}

_WORDS = {"costs": {STORED_FUNDING}}  # which stand in the place of one


def unmasked(config: RunConfig) -> dict[str, Any]:
    """Return the nested values of a configuration, secrets in clear, for checking them again."""
    return {name: _open(value) for name, value in config if value is not None}


def to_dict(config: RunConfig) -> dict[str, Any]:
    """Return every key that has a value, as mappings, lists and plain scalars, secrets masked."""
    return {name: _shown(value, name) for name, value in config if value is not None}


def settled(config: RunConfig) -> dict[str, Any]:
    """Return `to_dict` with the run's name and absolute paths, so that it means the same from any folder."""
    shown = to_dict(config)
    shown["name"] = config.name or Path(config.source).stem.strip("<>")
    for section, keys in _PATHS.items():
        part = shown.get(section) or {}
        for key in keys & part.keys():
            part[key] = _absolute(part[key], config.folder, _WORDS.get(section, set()))
    return shown


def _absolute(value: Any, folder: Path, words: Set[str]) -> Any:
    if isinstance(value, str):
        if value in words:
            return value
        return str(folder.absolute() / Path(value).expanduser())
    if isinstance(value, Mapping):
        return {name: _absolute(entry, folder, words) for name, entry in value.items()}
    return [_absolute(entry, folder, words) for entry in value] if isinstance(value, list) else value


def to_yaml(config: RunConfig) -> str:
    """Return YAML that loads to an equal configuration, if it holds no secret and no object of Python."""
    return as_yaml(to_dict(config))


def as_yaml(shown: Mapping[str, Any]) -> str:
    """Return YAML of what `to_dict` or `settled` gave."""
    return yaml.dump(dict(shown), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def schema() -> dict[str, Any]:
    """Return the JSON schema by which editors complete and check a configuration file."""
    found = RunConfig.model_json_schema()
    found["title"] = "btbot configuration"
    keys = found["properties"]
    keys["extends"] = {"type": "string", "description": "File that this one is laid over"}
    search = found["$defs"]["Optimize"]["properties"]
    keys["analyzers"]["items"] = _or_word(keys["analyzers"]["items"])
    for key in ("sampler", "constraints"):
        search[key] = _or_word(search[key])
    one, several = search["objective"].pop("oneOf")
    search["objective"]["anyOf"] = [_or_word(one), {**several, "items": _or_word(several["items"])}]
    # What a file leaves out may stand in the one that it extends.
    found["anyOf"] = [{"required": found.pop("required")}, {"required": ["extends"]}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _or_word(section: dict[str, Any]) -> dict[str, Any]:
    """Allow the short form of a section or list: its name, or its only entry."""
    described = {"description": section["description"]} if "description" in section else {}
    return {**described, "anyOf": [{"type": "string"}, section]}


def _open(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, BaseModel):
        return {name: _open(entry) for name, entry in value if _is_given(value, name, entry)}
    if isinstance(value, Mapping):
        return {key: _open(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_open(entry) for entry in value]
    return value


def _shown(value: Any, key: str) -> Any:
    """Return what YAML and JSON can express; an object of Python becomes its kind in angle brackets."""
    if isinstance(value, BaseModel):
        return {name: _shown(entry, name) for name, entry in value if _is_given(value, name, entry)}
    if isinstance(value, Mapping):
        return {str(name): _shown(entry, str(name)) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(entry, key) for entry in value]
    return MASK if is_secret_key(key) and value is not None else _scalar(value)


def _is_given(section: BaseModel, name: str, value: Any) -> bool:
    """Return whether a key must be written: empty it means its default, but a parameter may be None."""
    return value is not None or name not in type(section).model_fields


def _scalar(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else value.isoformat()
    if value is None or isinstance(value, bool | dt.date):
        return value
    if isinstance(value, Decimal):
        return float(value) if Decimal(str(float(value))) == value else str(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, str | Path | Timeframe):
        return mask_url(str(value))
    return f"<{type(value).__name__}>"


class _Dumper(Emitter, Serializer, SafeRepresenter, Rules):
    """Quotes exactly what our reader would otherwise not take for text."""

    def __init__(self, stream: Any, **options: Any) -> None:
        emit = {name: options[name] for name in ("canonical", "indent", "width", "allow_unicode", "line_break")}
        mark = {name: options[name] for name in ("encoding", "explicit_start", "explicit_end", "version", "tags")}
        Emitter.__init__(self, stream, **emit)
        Serializer.__init__(self, **mark)
        SafeRepresenter.__init__(
            self,
            default_style=options["default_style"],
            default_flow_style=options["default_flow_style"],
            sort_keys=options["sort_keys"],
        )
        Rules.__init__(self)

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out."""
        return True
