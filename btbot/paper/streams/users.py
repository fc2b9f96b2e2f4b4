"""User data: what happened to an account, told to the connections that have subscribed to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from btbot.exchange.events import BalanceEvent, Event, ListEvent, OrderEvent
from btbot.exchange.refused import Refused
from btbot.paper.streams.frames import encode, in_microseconds
from btbot.paper.streams.reports import Payload, account_position, balance_update, execution_report, list_status
from btbot.paper.venue import Venue

_Touched = dict[str, dict[str, int]]


class UserReader(Hashable, Protocol):
    """A connection that can have subscriptions; `micro` wants times in microseconds."""

    micro: bool

    def event(self, kind: str, account: str, stream: str, frame: str) -> None:
        """Send an event."""
        ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """One account's events on one connection; `by_logon` ends with the session's logon."""

    reader: UserReader
    number: int
    account: str
    by_logon: bool


class Users:
    """The subscriptions of all connections.

    Of one batch an account hears its reports and list changes in their order, then once its balances: those are as
    they are after the whole batch.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._of: dict[str, list[Subscription]] = {}
        self._executions = 0
        self._assets: dict[str, tuple[str, str]] = {}
        self._to_come: Counter[int] = Counter()

    def count(self) -> int:
        return sum(map(len, self._of.values()))

    def subscribe(self, subscription: Subscription) -> None:
        """Begin to tell a connection of an account."""
        account = subscription.account
        self._of[account] = [*self._of.get(account, ()), subscription]

    def unsubscribe(self, subscription: Subscription) -> None:
        account = subscription.account
        rest = [one for one in self._of.get(account, ()) if one != subscription]
        if rest:
            self._of[account] = rest
        else:
            self._of.pop(account, None)

    def forget(self, reader: UserReader) -> None:
        """Drop all subscriptions of a connection."""
        for subscriptions in tuple(self._of.values()):
            for subscription in subscriptions:
                if subscription.reader is reader:
                    self.unsubscribe(subscription)

    def on_events(self, events: Sequence[Event]) -> None:
        """Tell the accounts that listen what a batch has done to them."""
        if not self._of:
            return
        touched: _Touched = {}
        self._to_come = _prevented(events)
        for event in events:
            if isinstance(event, OrderEvent):
                self._executions += 1
                if event.order.account in self._of:
                    self._on_order(event, touched)
            elif isinstance(event, ListEvent) and event.list.account in self._of:
                self._tell(event.list.account, list_status(event, self._members(event)))
            elif isinstance(event, BalanceEvent) and event.account in self._of:
                self._tell(event.account, balance_update(event))
                touched.setdefault(event.account, {})[event.asset] = event.time_ms
        for account, assets in touched.items():
            self._tell_balances(account, assets)

    def _on_order(self, event: OrderEvent, touched: _Touched) -> None:
        order, account = event.order, event.order.account
        if event.change == "TRADE_PREVENTION":
            self._to_come[order.id] -= event.quantity
        prevented = order.prevented - self._to_come[order.id] if order.prevented else 0
        self._tell(account, execution_report(event, self._executions, prevented))
        if event.change != "REJECTED":
            assets = (*self._pair(event.order.symbol), event.commission_asset)
            touched.setdefault(account, {}).update(dict.fromkeys(filter(None, assets), event.time_ms))

    def _tell_balances(self, account: str, assets: Mapping[str, int]) -> None:
        """Tell the balances of the assets that were touched; each comes with the time of its last change."""
        balances = self._venue.exchange.balances(account)
        held = {
            asset: (balances[asset].free, balances[asset].locked) if asset in balances else (0, 0) for asset in assets
        }
        last_ms = max(assets.values())
        self._tell(account, account_position(held, now_ms=last_ms, updated_ms=last_ms))

    def _tell(self, account: str, payload: Payload) -> None:
        stream, frames = str(payload["e"]), dict[tuple[int, bool], str]()
        for subscription in self._of.get(account, ()):
            form = subscription.number, subscription.reader.micro
            if form not in frames:
                frames[form] = framed(payload, *form)
            subscription.reader.event("user", account, stream, frames[form])

    def _pair(self, symbol: str) -> tuple[str, str]:
        """Give base and quote asset; a symbol may be gone when its last orders are."""
        listed = self._venue.exchange.symbols.get(symbol)
        if listed is not None:
            self._assets[symbol] = listed.base, listed.quote
        return self._assets.get(symbol, ("", ""))

    def _members(self, event: ListEvent) -> list[tuple[int, str]]:
        group, found = event.list, list[tuple[int, str]]()
        for number in group.order_ids:
            try:
                order = self._venue.exchange.order(group.account, group.symbol, order_id=number)
            except Refused:  # no longer kept
                continue
            found.append((number, order.client_id))
        return found


def _prevented(events: Sequence[Event]) -> Counter[int]:
    """Add up what self-trade prevention takes from each order in a batch: the orders are what they are after it."""
    found: Counter[int] = Counter()
    for event in events:
        if isinstance(event, OrderEvent) and event.change == "TRADE_PREVENTION":
            found[event.order.id] += event.quantity
    return found


def framed(payload: Payload, number: int, micro: bool) -> str:
    """Write an event as the frame of a subscription."""
    return f'{{"subscriptionId":{number},"event":{encode(in_microseconds(payload) if micro else payload)}}}'
