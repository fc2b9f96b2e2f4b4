"""Turn what pydantic found into one line for each mistake: where, what was found, what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from btbot.config.document import Document, Keys
from btbot.config.mask import shown
from btbot.config.model import RunConfig
from btbot.errors import did_you_mean

_MUST = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of reasonable size",
    "float_parsing": "a number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "decimal_parsing": "a number",
    "decimal_type": "a number",
    "string_type": "text; put a number in quotes to make it text",
    "string_too_short": "text of at least one character",
    "tuple_type": "a list such as [a, b]",
    "list_type": "a list such as [a, b]",
    "dict_type": "a mapping such as {key: value}",
    "model_type": "a mapping such as {key: value}",
    "model_attributes_type": "a mapping such as {key: value}",
}
_SIGNS = {"greater_than": ">", "greater_than_equal": ">=", "less_than": "<", "less_than_equal": "<="}


def lines(error: ValidationError, document: Document) -> list[str]:
    """Return one line for each mistake, in the order of the document."""
    details = error.errors(include_url=False)
    return located((_one(detail, document) for detail in details if not _echo(detail, document)), document)


def located(found: Iterable[tuple[Keys, str]], document: Document) -> list[str]:
    """Put the place and the key before each text, in the order of the document."""

    def order(one: tuple[Keys, str]) -> tuple[str, int]:
        place = document.place(one[0])
        return place.text, place.line or 0

    return list(dict.fromkeys(f"{document.where(keys)}: {text}" for keys, text in sorted(found, key=order)))


def _echo(detail: ErrorDetails, document: Document) -> bool:
    """Return whether a list counts as empty only because its entries are wrong, which is said elsewhere."""
    return detail["type"] == "too_short" and bool(document.get(_written(detail["loc"])))


def _written(loc: Keys) -> Keys:
    """Drop the parts in angle brackets: they name the chosen alternative, what was written has no such key."""
    return tuple(part for part in loc if not str(part).startswith("<"))


def _one(detail: ErrorDetails, document: Document) -> tuple[Keys, str]:
    kind, context, loc = detail["type"], detail.get("ctx") or {}, detail["loc"]
    keys = _written(loc)
    value = document.get(keys)
    if value is None:  # a bare word in the place of a mapping with a name
        value = detail["input"]
    was = f"was {shown(value, keys)}"
    match kind:
        case "extra_forbidden":
            return keys, _unknown_key(loc)
        case "missing":
            return keys, f"is missing; {_description(loc)}"
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_choice(keys, value, context.get("expected_tags", ""))
        case "literal_error":
            return keys, _not_among(re.findall(r"'([^']+)'", context["expected"]), context["expected"], value, was)
        case "too_short":
            return keys, f"must be a list of at least one entry, {was}"
        case _ if kind in _SIGNS:
            return keys, f"must be {_SIGNS[kind]} {float(*context.values()):g}, {was} ({_description(loc)})"
        case _ if kind in _MUST:
            return keys, f"must be {_MUST[kind]}, {was}"
    return keys, f"{detail['msg']}, {was}" if detail["msg"].startswith("must be") else detail["msg"]


def _not_among(allowed: list[str], expected: str, value: object, was: str) -> str:
    if not allowed:
        return f"must be {expected.lower()}, {was}"
    return f"must be one of {', '.join(allowed)}, {was}{did_you_mean(str(value), allowed)}"


def _unknown_choice(keys: Keys, value: object, expected: str) -> tuple[Keys, str]:
    """Say which names a section that is told apart by ``name`` may have."""
    if not isinstance(value, Mapping):
        return keys, f"must be a mapping such as {{name: percent, percent: 0.5}}, was {shown(value, keys)}"
    allowed = re.findall(r"<(\w+)>", expected) or list(_alternatives(RunConfig.model_fields[str(keys[0])].annotation))
    names = [name.strip("<>") for name in allowed]
    if "name" not in value:
        return (*keys, "name"), f"is missing; one of {', '.join(names)}"
    name = value["name"]
    return (*keys, "name"), _not_among(names, "", name, f"was {shown(name, keys)}")


def _unknown_key(loc: Keys) -> str:
    allowed = list(_model_of(loc).model_fields)
    key = str(loc[-1])
    return f"is not a key; allowed are {', '.join(allowed)}{did_you_mean(key, allowed)}"


def _description(loc: Keys) -> str:
    field = _model_of(loc).model_fields.get(str(loc[-1]))
    text = field.description if field and field.description else "see the documentation"
    return text[0].lower() + text[1:]


def _model_of(loc: Keys) -> type[BaseModel]:
    """Return the section in which the last part of `loc` is, or should be, a key."""
    model: type[BaseModel] = RunConfig
    choices: dict[str, type[BaseModel]] = {}
    for part in map(str, loc[:-1]):
        if part in choices:
            model = choices[part]
        elif part in model.model_fields:
            choices = _alternatives(model.model_fields[part].annotation)
            model = next(iter(choices.values()), model)
    return model


def _alternatives(annotation: Any, tag: str = "") -> dict[str, type[BaseModel]]:
    """Return the sections inside an annotation, by their tag."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {tag: annotation}
    parts = get_args(annotation)
    tag = next((part.tag for part in parts if isinstance(part, Tag)), tag)
    return {key: model for part in parts for key, model in _alternatives(part, tag).items()}
