"""The exchange's own account of what happened, in order: the truth that a client's books are compared with."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

from btbot.errors import ConfigError
from btbot.exchange.events import BalanceEvent, Event, ListEvent, OrderEvent, SymbolEvent
from btbot.exchange.units import text
from btbot.paper.clock import Clock, MarketClock, WallClock

KEEP = 100_000
_LAST_BYTES = 1 << 16
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Balance(Protocol):
    """What an account has of one asset, in units of 1e-8."""

    @property
    def free(self) -> int: ...

    @property
    def locked(self) -> int: ...


Balances = Callable[[str], Mapping[str, Balance]]


class History:
    """Requests, answers, orders, fills, balances and faults as lines of JSON, in the order in which they happened.

    Every line has ``n`` (counts from 1), ``at`` and ``market`` (both clocks, ms) and ``what``, which is ``request``,
    ``reply``, ``order``, ``fill``, ``list``, ``transfer``, ``symbol``, ``balance`` or ``fault``. Amounts are text
    with eight decimals.

    Parameters
    ----------
    path
        A file to which the lines are appended, going on with the numbers in it; None keeps them in memory alone. An
        answer is in the file before it is sent, with everything that led to it.
    keep
        How many of the last lines stay in memory.
    """

    def __init__(self, path: Path | None = None, *, keep: int = KEEP) -> None:
        self.path = path
        self._lines: deque[str] = deque(maxlen=keep)
        self._count = 0
        self._clock: Clock = WallClock()
        self._market: MarketClock | None = None
        self._balances: Balances | None = None
        self._file: IO[str] | None = None
        self._known: dict[tuple[str, str], tuple[int, int]] = {}

    def attach(self, clock: Clock, market_clock: MarketClock | None, *, balances: Balances | None = None) -> None:
        """Say whose times the lines carry, and where an account's balances are read after a change."""
        self._clock, self._market, self._balances = clock, market_clock, balances

    def add(self, what: str, fields: Mapping[str, object]) -> int:
        """Write one line; give its number."""
        number = self._write(what, fields)
        if what != "request":  # it is followed by its answer, or by the fault that keeps it back
            self._flush()
        return number

    def events(self, events: Sequence[Event]) -> None:
        """Write what happened to orders and balances. The public's own trades are no line: fills tell of ours."""
        accounts: dict[str, None] = {}
        before = self._count
        for event in events:
            described = _described(event)
            if described is not None:
                self._write(*described)
            if isinstance(event, OrderEvent):
                accounts[event.order.account] = None
            elif isinstance(event, BalanceEvent):
                accounts[event.account] = None
        for account in accounts:
            self._write_balances(account)
        if self._count > before:
            self._flush()

    def lines(self) -> list[str]:
        """Give the lines in memory, the oldest first."""
        return list(self._lines)

    def entries(self, what: str = "") -> list[dict[str, Any]]:
        """Give the lines in memory as mappings, all or those of one kind."""
        every: list[dict[str, Any]] = [json.loads(line) for line in self._lines]
        return [entry for entry in every if not what or entry["what"] == what]

    def tail(self, count: int) -> list[str]:
        """Give the last `count` lines in memory."""
        return list(self._lines)[-count:] if count > 0 else []

    def close(self) -> None:
        """Close the file; another line opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, what: str, fields: Mapping[str, object]) -> int:
        if self.path is not None and self._file is None:
            self._file, known = _opened(self.path)
            self._count = max(self._count, known)
        self._count += 1
        line = _encode({"n": self._count, **self._times(), "what": what, **fields})
        self._lines.append(line)
        if self._file is not None:
            self._file.write(line + "\n")
        return self._count

    def _flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def _times(self) -> dict[str, int]:
        now = self._clock.now_ms()
        return {"at": now, "market": now if self._market is None else self._market.now_ms()}

    def _write_balances(self, account: str) -> None:
        """Write each balance that differs from what was last written of it."""
        for asset, balance in sorted(self._balances(account).items()) if self._balances is not None else ():
            now = (balance.free, balance.locked)
            if self._known.get((account, asset), (0, 0)) != now:
                self._known[account, asset] = now
                fields = {"account": account, "asset": asset, "free": text(now[0]), "locked": text(now[1])}
                self._write("balance", fields)


def _opened(path: Path) -> tuple[IO[str], int]:
    """Open a file to go on with it; give it and the number of its last line. A line that a crash cut is ended."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
        with path.open("rb") as written:
            size = written.seek(0, os.SEEK_END)
            written.seek(max(0, size - _LAST_BYTES))
            end = written.read()
    except OSError as error:
        raise ConfigError(f"{path}: the history cannot be written: {error.strerror}") from None
    if end and not end.endswith(b"\n"):
        file.write("\n")
    return file, _last_number(end)


def _last_number(end: bytes) -> int:
    for line in reversed(end.splitlines()):
        try:
            return int(json.loads(line)["n"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0


def _described(event: Event) -> tuple[str, dict[str, object]] | None:
    match event:
        case OrderEvent(change="TRADE"):
            return "fill", _fill(event)
        case OrderEvent():
            return "order", _order(event)
        case ListEvent():
            listed = event.list
            return "list", {
                "account": listed.account, "symbol": listed.symbol, "id": listed.id, "client_id": listed.client_id,
                "status": event.status, "order_status": event.order_status, "orders": list(listed.order_ids),
            }  # fmt: skip
        case BalanceEvent():
            return "transfer", {"account": event.account, "asset": event.asset, "amount": text(event.amount)}
        case SymbolEvent():
            status = None if event.symbol is None else event.symbol.status
            return "symbol", {"symbol": event.name, "status": status}
    return None


def _order(event: OrderEvent) -> dict[str, object]:
    order = event.order
    return {
        "account": order.account, "symbol": order.symbol, "id": order.id, "client_id": order.client_id,
        "change": event.change, "status": event.status, "side": order.side, "type": order.kind,
        "quantity": text(order.quantity), "price": text(order.price), "executed": text(event.executed),
        "spent": text(event.spent), "reason": event.reason,
    }  # fmt: skip


def _fill(event: OrderEvent) -> dict[str, object]:
    order = event.order
    return {
        "account": order.account, "symbol": order.symbol, "id": order.id, "client_id": order.client_id,
        "side": order.side, "status": event.status, "trade_id": event.trade_id, "price": text(event.price),
        "quantity": text(event.quantity), "quote": text(event.quote), "commission": text(event.commission),
        "commission_asset": event.commission_asset, "maker": event.is_maker, "executed": text(event.executed),
    }  # fmt: skip
