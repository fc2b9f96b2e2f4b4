"""What the API remembers of events: when an account last changed, which orders trade, which were amended."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from btbot.exchange.events import BalanceEvent, Event, OrderEvent
from btbot.paper.api.limits import MAKER_CREDIT, TAKER_CREDIT, Meter
from btbot.paper.clock import Clock

_KEPT_ORDERS = 10_000


@dataclass(frozen=True, slots=True)
class Amendment:
    """An order that was made smaller; quantities in units of 1e-8, the time that of the market."""

    execution_id: int
    old_client_id: str
    new_client_id: str
    old_quantity: int
    new_quantity: int
    time_ms: int


class Tally:
    """A listener of the venue: an order that trades for the first time counts no longer as unfilled.

    Parameters
    ----------
    meter
        Whose counts fall: by 1 for a taker, by 5 for an order that waited in the book.
    clock
        Of the world, as limits are.

    Attributes
    ----------
    executions
        How many changes of orders there were.
    """

    def __init__(self, meter: Meter, clock: Clock) -> None:
        self._meter = meter
        self._clock = clock
        self._updated: dict[str, int] = {}
        self._amendments: OrderedDict[tuple[str, int], list[Amendment]] = OrderedDict()
        self.executions = 0

    def on_events(self, events: Sequence[Event]) -> None:
        """Take a batch from the venue."""
        for event in events:
            if isinstance(event, OrderEvent):
                self.executions += 1
                account = event.order.account
                self._updated[account] = event.time_ms
                if event.change == "TRADE" and event.executed == event.quantity:
                    credit = MAKER_CREDIT if event.is_maker else TAKER_CREDIT
                    self._meter.take_back(account, credit, self._clock.now_ms())
            elif isinstance(event, BalanceEvent):
                self._updated[event.account] = event.time_ms

    def note(self, account: str, order_id: int, amendment: Amendment) -> None:
        """Remember an amendment, those of the last ten thousand orders that had one."""
        self._amendments.setdefault((account, order_id), []).append(amendment)
        if len(self._amendments) > _KEPT_ORDERS:
            self._amendments.popitem(last=False)

    def amendments(self, account: str, order_id: int) -> list[Amendment]:
        """Give the amendments of an order since the start, oldest first."""
        return list(self._amendments.get((account, order_id), ()))

    def updated_ms(self, account: str, default: int) -> int:
        """Give the market time of the account's last change, `default` where nothing has changed since the start."""
        return self._updated.get(account, default)
