"""What a handler may know of the call besides its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from btbot.paper.api.limits import Meter
from btbot.paper.api.tally import Tally
from btbot.paper.keys import Key
from btbot.paper.venue import Venue


@dataclass(frozen=True, slots=True)
class Context:
    """The exchange, and who asks.

    Attributes
    ----------
    account
        Empty for public calls.
    key
        With which the call was signed; None for public calls and for those made without a key in process.
    ip
        Where the call came from.
    request
        What the journal keeps of the call.
    """

    venue: Venue
    meter: Meter
    tally: Tally
    account: str = ""
    key: Key | None = None
    ip: str = "127.0.0.1"
    request: Mapping[str, object] = field(default_factory=dict)
