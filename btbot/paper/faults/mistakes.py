"""Turn what is wrong with a rule into one line for each mistake: where, what was found, what is allowed."""

from __future__ import annotations

import re

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from btbot.config import explain
from btbot.config.document import Document, Keys
from btbot.config.mask import shown
from btbot.errors import did_you_mean
from btbot.paper.faults.rule import EVERY_KIND, Rule
from btbot.paper.faults.when import When

_MUST = {
    "int_parsing": "a whole number", "int_type": "a whole number", "int_from_float": "a whole number",
    "float_parsing": "a number", "float_type": "a number", "decimal_parsing": "a number", "decimal_type": "a number",
    "bool_parsing": "true or false", "bool_type": "true or false", "string_type": "text; put a number in quotes",
    "tuple_type": "a list such as [a, b]", "dict_type": "a mapping such as {key: value}",
    "model_type": "a mapping such as {key: value}", "model_attributes_type": "a mapping such as {key: value}",
    "string_too_short": "text of at least one character",
}  # fmt: skip
_SIGNS = {"greater_than": ">", "greater_than_equal": ">=", "less_than": "<", "less_than_equal": "<="}


def lines(error: ValidationError, document: Document, root: type[BaseModel]) -> list[str]:
    """Return one line for each mistake in a file (`root` is `FaultFile`) or a rule (`Rule`)."""
    details = error.errors(include_url=False)
    return explain.located((_one(detail, document, root) for detail in details), document)


def _one(detail: ErrorDetails, document: Document, root: type[BaseModel]) -> tuple[Keys, str]:
    kind, context, loc = detail["type"], detail.get("ctx") or {}, detail["loc"]
    keys = tuple(part for part in loc if not str(part).startswith("<"))
    value = document.get(keys)
    was = f"was {shown(detail['input'] if value is None else value, keys)}"
    match kind:
        case "extra_forbidden":
            return keys, _unknown_key(loc, root)
        case "missing":
            field = _model(loc[:-1], root).model_fields.get(str(loc[-1]))
            return keys, f"is missing; {field.description if field else 'see the documentation'}"
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_kind(keys, value)
        case "literal_error":
            allowed = re.findall(r"'([^']+)'", context["expected"])
            return keys, f"must be one of {', '.join(allowed)}, {was}{did_you_mean(str(value), allowed)}"
        case _ if kind in _SIGNS:
            return keys, f"must be {_SIGNS[kind]} {float(*context.values()):g}, {was}"
        case _ if kind in _MUST:
            return keys, f"must be {_MUST[kind]}, {was}"
    return keys, f"{detail['msg']}, {was}" if detail["msg"].startswith("must be") else detail["msg"]


def _unknown_kind(keys: Keys, value: object) -> tuple[Keys, str]:
    named = value.get("kind") if isinstance(value, dict) else value
    if named is None:
        return (*keys, "kind"), f"is missing; one of {', '.join(EVERY_KIND)}"
    hint = did_you_mean(str(named), EVERY_KIND)
    return keys, f"{shown(named, keys)} is no kind of fault{hint}; there are {', '.join(EVERY_KIND)}"


def _unknown_key(loc: Keys, root: type[BaseModel]) -> str:
    allowed = list(_model(loc[:-1], root).model_fields)
    return f"is not a key; allowed are {', '.join(allowed)}{did_you_mean(str(loc[-1]), allowed)}"


def _model(loc: Keys, root: type[BaseModel]) -> type[BaseModel]:
    """Return the section that `loc` leads to."""
    sections: dict[str, type[BaseModel]] = {"faults": Rule, "when": When}
    model = root
    for part in map(str, loc):
        if part.startswith("<"):
            return EVERY_KIND[part.strip("<>")]
        model = sections.get(part, model)
    return model
