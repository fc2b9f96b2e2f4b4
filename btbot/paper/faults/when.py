"""When a rule strikes: which requests, frames and moments it means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from typing import Annotated

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from btbot.config.document import resolve_words
from btbot.config.fields import Count, Moment, PositiveCount, PositiveShare, Section

TOLD_BY_TEXT = (
    "endpoint", "method", "path", "stream", "event", "account", "symbol", "side", "type", "client_id", "ip",
)  # fmt: skip


def _patterns(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list | tuple) else [value]
    if not entries or not all(isinstance(entry, str | int) and not isinstance(entry, bool) for entry in entries):
        raise PydanticCustomError("custom", "must be a word, a pattern such as 'btc*', or a list of them")
    return tuple(str(entry) for entry in entries)


def _fields(value: object) -> dict[str, str]:
    value = resolve_words(value)
    if not isinstance(value, Mapping) or not value:
        raise PydanticCustomError("custom", "must be a mapping of fields and values such as {k.x: true}")
    return {str(key): written(entry) for key, entry in value.items()}


def written(value: object) -> str:
    """Give a value the way JSON writes it, text without its quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


Patterns = Annotated[tuple[str, ...], BeforeValidator(_patterns)]
Fields = Annotated[dict[str, str], BeforeValidator(_fields)]


class When(Section):
    """Everything given must hold; a rule without any condition strikes always."""

    endpoint: Patterns = Field(default=(), description="Name such as order.place, whichever transport")
    method: Patterns = Field(default=(), description="GET, POST, PUT, DELETE or WS")
    path: Patterns = Field(default=(), description="Path such as /api/v3/order")
    stream: Patterns = Field(default=(), description="Market stream such as btcusdt@kline_1m")
    event: Patterns = Field(default=(), description="Event type such as executionReport")
    account: Patterns = Field(default=(), description="Name of an account")
    symbol: Patterns = Field(default=(), description="Symbol such as BTC/USDT")
    side: Patterns = Field(default=(), description="BUY or SELL")
    type: Patterns = Field(default=(), description="Order type such as STOP_LOSS_LIMIT")
    client_id: Patterns = Field(default=(), description="Client order id")
    ip: Patterns = Field(default=(), description="Address of the client")
    fields: Fields = Field(default_factory=dict, description="Parameters of the request or fields of the event")
    nth: PositiveCount | None = Field(default=None, description="Only the nth of those that fit")
    every: PositiveCount | None = Field(default=None, description="Only every nth of those that fit")
    after_ms: Count = Field(default=0, description="From this long after the rule was made, by the world's clock")
    before_ms: Count | None = Field(default=None, description="Until this long after the rule was made")
    since: Moment | None = Field(default=None, description="From this time of the market on")
    until: Moment | None = Field(default=None, description="Before this time of the market")
    probability: PositiveShare = Field(default=1.0, description="Share of those that fit, drawn from the seed")
    times: PositiveCount | None = Field(default=None, description="How often in all")

    _compiled: list[tuple[str, re.Pattern[str]]] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _compile(self) -> When:
        for name in TOLD_BY_TEXT:
            patterns = getattr(self, name)
            if patterns:
                self._compiled.append((name, _either(_plain(name, one) for one in patterns)))
        self._compiled.extend((f"fields.{key}", _either([value])) for key, value in self.fields.items())
        if self.before_ms is not None and self.before_ms <= self.after_ms:
            raise PydanticCustomError("custom", "must have before_ms > after_ms")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise PydanticCustomError("custom", "must have until later than since")
        return self

    @property
    def patterns(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """What is asked of a request or frame, and what each answer must look like."""
        return tuple(self._compiled)

    def is_time(self, passed_ms: int, market_ms: int) -> bool:
        """Return whether the rule is awake, `passed_ms` after it was made."""
        if passed_ms < self.after_ms or (self.before_ms is not None and passed_ms >= self.before_ms):
            return False
        if self.since_ms is not None and market_ms < self.since_ms:
            return False
        return self.until_ms is None or market_ms < self.until_ms

    @property
    def since_ms(self) -> int | None:
        return None if self.since is None else round(self.since.timestamp() * 1000)

    @property
    def until_ms(self) -> int | None:
        return None if self.until is None else round(self.until.timestamp() * 1000)


def _either(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns), re.IGNORECASE)


def _plain(name: str, pattern: str) -> str:
    return pattern.replace("/", "") if name == "symbol" else pattern
