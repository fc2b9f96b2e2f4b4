"""Reading what an operator sends: every field once, of the right kind, nothing left over."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from btbot.errors import ConfigError, did_you_mean
from btbot.exchange.units import units
from btbot.paper.wire import Request

_MISSING: Any = object()
_ASSET = re.compile(r"[A-Z0-9]{1,20}")


class Body:
    """The fields of one request; each method takes one, `end` complains of what nobody took."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = dict(fields)
        self._known: list[str] = []

    @classmethod
    def of(cls, request: Request) -> Body:
        """Read query and JSON body together."""
        fields: dict[str, Any] = dict(parse_qsl(request.query, keep_blank_values=True))
        if request.body.strip():
            try:
                found = json.loads(request.body)
            except ValueError as error:
                raise ConfigError(f"the body must be a JSON object: {error}") from error
            if not isinstance(found, dict):
                raise ConfigError(f'the body must be a JSON object such as {{"asset": "USDT"}}, was {found!r}')
            fields |= found
        return cls(fields)

    def has(self, name: str) -> bool:
        return name in self._fields

    def value(self, name: str) -> object:
        """Take a field of any kind."""
        return self._take(name, _MISSING)

    def text(self, name: str, default: str = _MISSING) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise ConfigError(f"{name}: must be text, was {value!r}")
        return value

    def flag(self, name: str, default: bool = _MISSING) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{name}: must be true or false, was {value!r}")
        return value

    def count(self, name: str, default: int = _MISSING, *, least: int = 0) -> int:
        value = self._take(name, default)
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ConfigError(f"{name}: must be a whole number >= {least}, was {value!r}")
        return value

    def amount(self, name: str) -> int:
        """Take a positive decimal, as text or number, in units of 1e-8."""
        value = self._take(name, _MISSING)
        try:
            found = 0 if isinstance(value, bool) else units(str(value))
        except ValueError:
            found = 0
        if found <= 0:
            raise ConfigError(f'{name}: must be a decimal number > 0 such as "0.5", was {value!r}')
        return found

    def fraction(self, name: str) -> int:
        """Take a decimal from 0 to 1 in units of 1e-8."""
        value = self._take(name, _MISSING)
        try:
            found = -1 if isinstance(value, bool) else units(str(value))
        except ValueError:
            found = -1
        if not 0 <= found <= 10**8:
            raise ConfigError(f'{name}: must be a fraction from 0 to 1 such as "0.001", was {value!r}')
        return found

    def asset(self, name: str) -> str:
        value = self.text(name).upper()
        if not _ASSET.fullmatch(value):
            raise ConfigError(f"{name}: must be an asset such as USDT, was {value!r}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._take(name, _MISSING)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ConfigError(f'{name}: must be a list of texts such as ["127.0.0.1"], was {value!r}')
        return tuple(value)

    def mappings(self, name: str) -> list[dict[str, Any]]:
        value = self._take(name, _MISSING)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise ConfigError(f"{name}: must be a list of mappings, was {value!r}")
        return value

    def rest(self) -> dict[str, Any]:
        """Take all that is left."""
        left, self._fields = self._fields, {}
        return left

    def end(self) -> None:
        """Refuse fields that nobody asked for."""
        for name in self._fields:
            allowed = ", ".join(self._known) or "none"
            raise ConfigError(f"{name}: is no field here; allowed are {allowed}{did_you_mean(name, self._known)}")

    def _take(self, name: str, default: Any) -> Any:
        self._known.append(name)
        value = self._fields.pop(name, default)
        if value is _MISSING:
            raise ConfigError(f"{name}: is missing")
        return value
