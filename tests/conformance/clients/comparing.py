"""Hold an answer against a pydantic model that describes it."""

from __future__ import annotations

import inspect
import json
import types
import typing
from typing import Any

import pydantic


class Differences:
    """What an answer and its description do not have in common."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self.extra: set[str] = set()
        self.wrong: set[str] = set()

    def __len__(self) -> int:
        return len(self.missing) + 10 * len(self.extra) + 100 * len(self.wrong)

    def add(self, other: Differences) -> None:
        self.missing |= other.missing
        self.extra |= other.extra
        self.wrong |= other.wrong


def compare(value: Any, kind: Any, at: str = "") -> Differences:
    """Walk through an answer along its description."""
    found = Differences()
    options = alternatives(kind)
    if len(options) > 1:
        return min((compare(value, one, at) for one in options), key=len)
    (kind,) = options
    if kind is Any or kind is None:
        return found
    if typing.get_origin(kind) in (list, typing.List):  # noqa: UP006
        if not isinstance(value, list):
            found.wrong.add(f"{at or '.'} is no list")
            return found
        for entry in value:
            found.add(compare(entry, typing.get_args(kind)[0], f"{at}[]"))
        return found
    if inspect.isclass(kind) and issubclass(kind, pydantic.BaseModel):
        found.add(compare_model(value, kind, at))
        return found
    if inspect.isclass(kind) and kind in (str, int, bool, float) and not is_a(value, kind):
        found.wrong.add(f"{at} is {type(value).__name__}, not {kind.__name__}")
    return found


def is_a(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))


def alternatives(kind: Any) -> list[Any]:
    """Take Optional, Annotated, Union and models that stand for one of several apart."""
    origin = typing.get_origin(kind)
    if origin is typing.Annotated:
        return alternatives(typing.get_args(kind)[0])
    if origin in (typing.Union, types.UnionType):
        return [one for arg in typing.get_args(kind) if arg is not type(None) for one in alternatives(arg)]
    if inspect.isclass(kind) and issubclass(kind, pydantic.BaseModel) and "one_of_schemas" in kind.model_fields:
        return [
            one
            for name, entry in kind.model_fields.items()
            if name.startswith("oneof_schema")
            for one in alternatives(entry.annotation)
        ]
    return [kind]


def compare_model(value: Any, kind: type[pydantic.BaseModel], at: str) -> Differences:
    found = Differences()
    if "root" in kind.model_fields:
        return compare(value, kind.model_fields["root"].annotation, at)
    if not isinstance(value, dict):
        found.wrong.add(f"{at or '.'} is no object of {kind.__name__}")
        return found
    known = {entry.alias or name: entry.annotation for name, entry in kind.model_fields.items()}
    known.pop("additional_properties", None)
    for name in known.keys() - value.keys():
        found.missing.add(f"{at}.{name}")
    for name, entry in value.items():
        if name in known:
            found.add(compare(entry, known[name], f"{at}.{name}"))
        else:
            found.extra.add(f"{at}.{name}")
    return found


def tell(name: str, value: Any, kind: Any) -> None:
    """Write what an answer and its model do not have in common, as a line of JSON."""
    error = refusal(value)
    listed = getattr(kind, "is_array", lambda: False)()
    found = Differences()
    if not error and listed and isinstance(value, list) and "root" not in kind.model_fields:
        for entry in value:
            found.add(compare(entry, kind, "[]"))
    elif not error:
        found = compare(value, kind)
    line = {"missing": sorted(found.missing), "extra": sorted(found.extra), "wrong": sorted(found.wrong)}
    print(json.dumps({"answer": name, "error": error, **line}), flush=True)


def refusal(value: Any) -> Any:
    """Give the code and text of an answer that is a refusal, else None."""
    if not isinstance(value, dict):
        return None
    if set(value) == {"code", "msg"}:
        return value
    return value.get("error")
