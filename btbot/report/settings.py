"""The merged configuration of a run as YAML that every reader understands alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from btbot.report.plain import plain

_WORDS = {"null", "true", "false", "yes", "off"}  # bare, these are no text


def to_yaml(settings: Mapping[str, Any]) -> str:
    """Return block YAML with every text in quotes.

    YAML 1.1 and 1.2 disagree on what a bare ``on``, ``1e5``, ``0700`` or ``12:30`` is; in quotes it is text to
    both. Secrets must be masked already.

    Parameters
    ----------
    settings
        Nested mappings, lists and scalars; what JSON does not know is made plain first.

    Examples
    --------
    >>> print(to_yaml({"capital": 1e-05, "symbols": ["BTC/USDT"], "exits": [{"name": "on", "params": {}}]}), end="")
    capital: 1.0e-05
    symbols:
      - "BTC/USDT"
    exits:
      - name: "on"
        params: {}
    """
    return "".join(f"{line}\n" for line in _lines(plain(settings))) or "{}\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if entry and isinstance(entry, dict | list):
                yield f"{_key(key)}:"
                yield from (f"  {line}" for line in _lines(entry))
            else:
                yield f"{_key(key)}: {_scalar(entry)}"
    else:
        for entry in value:
            inner = list(_lines(entry)) if entry and isinstance(entry, dict | list) else [_scalar(entry)]
            yield f"- {inner[0]}"
            yield from (f"  {line}" for line in inner[1:])


def _key(text: str) -> str:
    return text if re.fullmatch(r"[a-z_]{3,}", text) and text not in _WORDS else _scalar(text)


def _scalar(value: Any) -> str:
    """Return a scalar or an empty collection; a float always has a point, which YAML 1.1 asks for."""
    if isinstance(value, float):
        digits = repr(value)
        return digits if "." in digits else digits.replace("e", ".0e")
    text = json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else f"\\U{ord(one):08x}" for one in text)
