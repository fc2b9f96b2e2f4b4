"""A rule: when it strikes, what it does, and how often it has done so."""

from __future__ import annotations

import datetime as dt
import operator
import random
from collections.abc import Mapping
from decimal import Decimal
from functools import reduce
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, GetCoreSchemaHandler, Tag, model_validator
from pydantic_core import CoreSchema

from btbot.config.fields import Section
from btbot.paper.faults import kinds
from btbot.paper.faults.deed_kinds import DEEDS
from btbot.paper.faults.kinds import Kind
from btbot.paper.faults.when import When

EVERY_KIND: dict[str, type[Kind]] = {
    str(kind.model_fields["kind"].annotation.__args__[0]): kind  # type: ignore[union-attr]
    for kind in (
        *kinds.ARRIVAL, *kinds.REPLY, kinds.Alter, *kinds.CLOCK, *kinds.FRAME, *kinds.HANDSHAKE, *kinds.SOCKET, *DEEDS,
    )
}  # fmt: skip


def _named(value: Any) -> Any:
    """Take a bare word for a kind without numbers."""
    return {"kind": value} if isinstance(value, str) else value


def _tag(value: Any) -> str | None:
    kind = value.get("kind") if isinstance(value, Mapping) else getattr(value, "kind", None)
    return f"<{kind}>" if isinstance(kind, str) else None


class _ByName:
    """Tell pydantic that a `Kind` is one of all kinds, told apart by ``kind``."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        tagged = [Annotated[kind, Tag(f"<{name}>")] for name, kind in EVERY_KIND.items()]
        return handler.generate_schema(Annotated[reduce(operator.or_, tagged), Discriminator(_tag)])


class Rule(Section):
    """One fault and its occasions."""

    name: str = Field(default="", description="Name in the history and in lists; the kind by default")
    when: When = Field(default_factory=When, description="When it strikes; always by default")
    do: Annotated[Kind, _ByName(), BeforeValidator(_named)] = Field(
        description="What happens, such as {kind: drop_after}"
    )

    @model_validator(mode="after")
    def _is_named(self) -> Rule:
        if not self.name:
            object.__setattr__(self, "name", self.do.kind)
        return self


class FaultFile(Section):
    """A file of rules."""

    seed: Annotated[int, Field(ge=0)] = Field(default=0, description="Of everything that is drawn")
    faults: tuple[Rule, ...] = Field(default=(), description="Rules, the first that fits strikes first")


class LiveRule:
    """A rule at work: its own dice, and what it has seen and done.

    Parameters
    ----------
    number
        By which it is listed and removed.
    begun_ms
        When it was made, by the world's clock.

    Attributes
    ----------
    is_decided
        Of a rule that waits for a time alone: its time has come, once.
    """

    def __init__(self, number: int, rule: Rule, *, seed: int, begun_ms: int) -> None:
        self.number = number
        self.rule = rule
        self.dice = random.Random(f"{seed}:{number}:{rule.name}")
        self.begun_ms = begun_ms
        self._patterns = rule.when.patterns  # pydantic is slow to give them, and they are asked for every frame
        self.seen = 0
        self.struck = 0
        self.is_decided = False
        self.state: dict[str, Any] = {}

    def strikes(self, facts: Mapping[str, str], now_ms: int, market_ms: int) -> bool:
        """Return whether the rule strikes now; every occasion that fits is counted."""
        if not self.fits(facts) or self.is_used_up or not self.is_awake(now_ms, market_ms):
            return False
        when = self.rule.when
        self.seen += 1
        if (when.nth is not None and self.seen != when.nth) or (when.every is not None and self.seen % when.every):
            return False
        if when.probability < 1 and self.dice.random() >= when.probability:
            return False
        self.struck += 1
        return True

    def fits(self, facts: Mapping[str, str]) -> bool:
        """Return whether a request or frame is one that is meant, whatever the time."""
        return all(pattern.fullmatch(facts.get(name, "")) is not None for name, pattern in self._patterns)

    def is_awake(self, now_ms: int, market_ms: int) -> bool:
        return self.rule.when.is_time(now_ms - self.begun_ms, market_ms)

    @property
    def is_used_up(self) -> bool:
        when = self.rule.when
        return (when.times is not None and self.struck >= when.times) or (
            when.nth is not None and self.seen >= when.nth
        )

    def described(self) -> dict[str, Any]:
        """Give the rule as it was written, its number and its counts."""
        rule = self.rule
        written: dict[str, Any] = {"id": self.number, "name": rule.name}
        when = {name: _plain(getattr(rule.when, name)) for name in rule.when.model_fields_set}
        if when:
            written["when"] = when
        written["do"] = {"kind": rule.do.kind} | {
            name: _plain(getattr(rule.do, name)) for name in sorted(rule.do.model_fields_set - {"kind"})
        }
        return written | {"seen": self.seen, "struck": self.struck}


def _plain(value: Any) -> Any:
    """Return a value as JSON and YAML have it."""
    if isinstance(value, tuple):
        return value[0] if len(value) == 1 and isinstance(value[0], str) else list(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
