"""Change single fields of JSON, also into what is no JSON any more."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from btbot.paper.faults.facts import found, unwrapped
from btbot.paper.faults.kinds import Alter

_MARK = "\ue000raw:{}\ue000"


def altered(do: Alter, text: str) -> str:
    """Return JSON with the fields changed; text that is no JSON stays as it is.

    Examples
    --------
    >>> altered(Alter(kind="alter", set={"k.c": "NaN"}, remove=("E",)), '{"E":1,"k":{"c":"2.0"}}')
    '{"k":{"c":"NaN"}}'
    >>> altered(Alter(kind="alter", scale={"p": 10}), '{"data":{"p":"1.50"}}')
    '{"data":{"p":"15.00"}}'
    """
    try:
        whole = json.loads(text)
    except ValueError:
        return text
    event = unwrapped(whole)
    if isinstance(whole, dict) and "id" in whole and isinstance(whole.get("result"), dict | list):
        event = whole["result"]
    for path, value in do.set.items():
        _put(event, path, value)
    for path, factor in do.scale.items():
        _put(event, path, _scaled(found(event, path), factor), only_existing=True)
    for path in do.remove:
        _remove(event, path)
    for index, path in enumerate(do.raw):
        _put(event, path, _MARK.format(index))
    written = json.dumps(whole, separators=(",", ":"), ensure_ascii=False)
    for index, literal in enumerate(do.raw.values()):
        written = written.replace(f'"{_MARK.format(index)}"', str(literal))
    return written


def _holder(event: Any, path: str) -> tuple[Any, str | int | None]:
    """Return the mapping or list that holds the last part of a path, and its key there; None if there is none."""
    above, _, last = path.rpartition(".")
    holder = found(event, above) if above else event
    if isinstance(holder, list):
        index = int(last) if last.lstrip("-").isdecimal() else len(holder)
        return holder, index if -len(holder) <= index < len(holder) else None
    return holder, last if isinstance(holder, dict) else None


def _put(event: Any, path: str, value: Any, *, only_existing: bool = False) -> None:
    holder, key = _holder(event, path)
    if key is not None and (not only_existing or isinstance(holder, list) or key in holder):
        holder[key] = value


def _remove(event: Any, path: str) -> None:
    holder, key = _holder(event, path)
    if isinstance(holder, list) and isinstance(key, int):
        del holder[key]
    elif isinstance(holder, dict):
        holder.pop(key, None)


def _scaled(value: Any, factor: float) -> Any:
    """Return a number times the factor, in the form and with the decimals that it had."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    try:
        number = Decimal(str(value))
        product = (number * Decimal(str(factor))).quantize(number)
    except ArithmeticError:
        return value
    return str(product) if isinstance(value, str) else type(value)(product)
