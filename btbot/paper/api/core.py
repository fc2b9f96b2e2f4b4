"""The way of a call after its transport: counted, let in, looked at again, done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from btbot.exchange.refused import Refused
from btbot.paper.api.admission import Admission, admit
from btbot.paper.api.context import Context
from btbot.paper.api.endpoint import Endpoint
from btbot.paper.api.limits import Limits, Meter
from btbot.paper.api.params import parse
from btbot.paper.api.tally import Tally
from btbot.paper.venue import Venue

_NOT_KEPT = frozenset({"signature", "apiKey"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A call on its way.

    Attributes
    ----------
    raw
        Its parameters as text.
    payload
        Gives what it was signed over.
    logged_on
        It comes from a session whose key is known, and is not signed itself.
    """

    endpoint: Endpoint
    raw: Mapping[str, str]
    ip: str
    api_key: str
    payload: Callable[[], str]
    logged_on: bool = False


class Core:
    """What REST and the ws-api share: the venue, and one count of what is asked and placed."""

    def __init__(self, venue: Venue, limits: Limits) -> None:
        self.venue = venue
        self.meter = Meter(limits)
        self.tally = Tally(self.meter, venue.clock)
        venue.listen(self.tally.on_events)

    async def do(self, ask: Ask, park_ms: int) -> object:
        """Let a call in, let it wait where a fault says so, look at its time again, do it.

        Raises
        ------
        Refused
            At any step.
        """
        endpoint = ask.endpoint
        venue = self.venue
        self.meter.weigh(ask.ip, endpoint.weigh(ask.raw), venue.clock.now_ms())
        admission = None if endpoint.security == "NONE" else self._admit(ask)
        if park_ms:
            await venue.clock.sleep(park_ms)
        if admission is None:
            return self.run(endpoint, Context(venue, self.meter, self.tally, ip=ask.ip), ask.raw)
        admission.stamp.check_again(venue.server_ms())
        kept = {name: value for name, value in ask.raw.items() if name not in _NOT_KEPT}
        request = {"call": endpoint.name, "params": kept}
        key = admission.key
        return self.run(endpoint, Context(venue, self.meter, self.tally, key.account, key, ask.ip, request), ask.raw)

    def run(self, endpoint: Endpoint, context: Context, raw: Mapping[str, str]) -> object:
        """Read the parameters and let the handler answer; new orders count unless they are refused."""
        values = parse(endpoint, raw)
        if endpoint.security != "TRADE":  # those that trade let the market catch up themselves
            context.venue.pump()
        if not endpoint.orders:
            return endpoint.handler(context, values)
        now_ms = context.venue.clock.now_ms()
        self.meter.place(context.account, endpoint.orders, now_ms)
        try:
            return endpoint.handler(context, values)
        except Refused:
            self.meter.take_back(context.account, endpoint.orders, now_ms)
            raise

    def _admit(self, ask: Ask) -> Admission:
        return admit(
            self.venue.accounts,
            ask.endpoint.security,
            ask.raw,
            api_key=ask.api_key,
            ip=ask.ip,
            now_ms=self.venue.server_ms(),
            payload=ask.payload,
            signed=not ask.logged_on,
        )
