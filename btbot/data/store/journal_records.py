"""What a journal of a bot says, as far as the tables of bots show it.

Times are epoch milliseconds UTC, money and quantities are Decimals as the exchange wrote them. A record tells the
whole state of its subject, so that the last one of an order or a trade is what is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run began, or was taken up again after a stop.

    Parameters
    ----------
    run_id, time
        Which one, and when.
    name
        Of the configuration.
    mode
        ``paper`` or ``live``.
    configuration
        The whole configuration as text, without secrets.
    data
        Fingerprint of the bars that it began with.
    folder
        Where its files are.
    """

    run_id: str
    time: int
    name: str
    mode: str
    configuration: str | None = None
    data: str | None = None
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Configured:
    """A run goes on with another configuration."""

    run_id: str
    time: int
    configuration: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run ended; its metrics are JSON."""

    run_id: str
    time: int
    metrics: str | None = None


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was made, or is in another state.

    Parameters
    ----------
    run_id, time
        Whose, and when.
    client_id, exchange_id
        Its names: ours, and the exchange's once it is known.
    symbol, side, kind, state
        Such as ``BTC/USDT``, ``buy``, ``stop_limit``, ``open``.
    amount, filled
        Base currency.
    price, stop_price
        Quote currency, where its kind has one.
    """

    run_id: str
    time: int
    client_id: str
    symbol: str
    side: str
    kind: str
    state: str
    amount: Decimal
    filled: Decimal
    price: Decimal | None = None
    stop_price: Decimal | None = None
    exchange_id: str | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A part of an order was traded.

    Parameters
    ----------
    run_id, time
        Whose, and when.
    fill
        The exchange's name of the trade.
    client_id
        Of the order.
    amount, price
        Base currency, and quote currency.
    fee, fee_currency
        What was paid; a rebate is negative.
    liquidity
        ``maker`` or ``taker``.
    """

    run_id: str
    time: int
    fill: str
    client_id: str
    amount: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    liquidity: str


@dataclass(frozen=True, slots=True)
class TradeOpened:
    """A position was opened or enlarged: entry price is the average, fees are the sum so far."""

    run_id: str
    time: int
    number: int
    symbol: str
    strategy: str
    side: str
    amount: Decimal
    entry_price: Decimal
    fees: Decimal


@dataclass(frozen=True, slots=True)
class TradeClosed:
    """A position was closed: what it paid, in quote currency, and why it ended."""

    run_id: str
    time: int
    number: int
    exit_price: Decimal
    fees: Decimal
    profit: Decimal
    exit_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """Somebody did something that must stay known; `record` is its number in the journal."""

    run_id: str
    time: int
    record: int
    actor: str
    action: str
    detail: str


Record = RunStarted | Configured | RunFinished | OrderChanged | Filled | TradeOpened | TradeClosed | Audited
