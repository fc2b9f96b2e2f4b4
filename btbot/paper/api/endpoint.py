"""What an endpoint is: where it is called, who may call it, what it weighs, what it takes, who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from btbot.paper.api.context import Context

Security = Literal["NONE", "USER_DATA", "TRADE"]
Values = Mapping[str, Any]
Handler = Callable[[Context, Values], object]
Parser = Callable[[str, str], object]
Raw = Mapping[str, str]
Weight = int | Callable[[Raw], int]


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One call of the REST API, of the ws-api, or of both.

    Attributes
    ----------
    name
        Of the ws-api's method, or a name of ours where there is none.
    verb, path
        Of HTTP; empty for a method that the ws-api alone has.
    security
        ``NONE`` for the public, ``USER_DATA`` for a key that may read, ``TRADE`` for one that may trade.
    takes
        Parameters besides those of security, with what reads each.
    required
        Those of them that must be sent.
    weight
        Counted per address and minute, for some by what is asked for.
    orders
        How many orders it adds to the account's unfilled order count.
    strict
        Refuses parameters that it does not know; the wallet's calls do not.
    """

    name: str
    verb: str
    path: str
    handler: Handler
    takes: Mapping[str, Parser] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    security: Security = "NONE"
    weight: Weight = 1
    orders: int = 0
    strict: bool = True

    @property
    def counts_orders(self) -> bool:
        """Whether its answer says how many orders the account has placed."""
        return self.orders > 0 or self.name == "order.cancelReplace"

    def weigh(self, raw: Raw) -> int:
        """Give the weight of a call with these parameters."""
        return self.weight if isinstance(self.weight, int) else self.weight(raw)
