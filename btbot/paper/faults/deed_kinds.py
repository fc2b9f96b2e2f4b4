"""What a rule does to the venue itself, as an operator or the account's owner could."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from btbot.config.fields import Count, NotBool, PositiveCount, Word
from btbot.exchange.order import Kind as OrderKind
from btbot.exchange.order import Side
from btbot.exchange.units import units
from btbot.paper.faults.kinds import Kind

Symbol = Annotated[str, Field(min_length=1), AfterValidator(lambda value: value.replace("/", "").upper())]


def _fits(value: Decimal) -> Decimal:
    try:
        units(abs(value))
    except ValueError:
        raise PydanticCustomError("custom", "must be a number of at most eight decimals") from None
    return value


Amount = Annotated[Decimal, NotBool, AfterValidator(_fits)]
Quantity = Annotated[Decimal, Field(ge=0), NotBool, AfterValidator(_fits)]


class Halt(Kind):
    """Stop trading of a symbol: new orders are refused, resting ones stay."""

    kind: Literal["halt"]
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")
    status: Literal["HALT", "BREAK", "END_OF_DAY"] = Field(default="HALT", description="What exchangeInfo says")


class Resume(Kind):
    """Let a halted symbol trade again."""

    kind: Literal["resume"]
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")


class Delist(Kind):
    """Take a symbol out of exchangeInfo; its open orders are cancelled."""

    kind: Literal["delist"]
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")


class Filters(Kind):
    """Change the rules of a symbol."""

    kind: Literal["filters"]
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")
    tick: Quantity | None = Field(default=None, description="Distance of prices")
    step: Quantity | None = Field(default=None, description="Distance of quantities")
    min_quantity: Quantity | None = Field(default=None, description="Smallest quantity")
    max_quantity: Quantity | None = Field(default=None, description="Largest quantity")
    min_notional: Quantity | None = Field(default=None, description="Smallest amount of an order")
    max_orders: Count | None = Field(default=None, description="Open orders of an account")
    max_algo_orders: Count | None = Field(default=None, description="Open stop and take-profit orders of an account")

    @model_validator(mode="after")
    def _changes_something(self) -> Filters:
        if len(self.changes()) == 0:
            raise PydanticCustomError("custom", "must have at least one rule to change, such as tick or step")
        return self

    def changes(self) -> dict[str, int]:
        """Give the fields of `btbot.exchange.symbols.Symbol` that change."""
        given = self.model_dump(exclude={"kind", "symbol"}, exclude_none=True)
        return {name: units(value) if isinstance(value, Decimal) else value for name, value in given.items()}


class Maintenance(Kind):
    """Announce it with serverShutdown, close all streams, then answer everything with 503 for a while."""

    kind: Literal["maintenance"]
    ms: PositiveCount = Field(default=60_000, description="How long")
    notice_ms: Count = Field(default=0, description="How long before it serverShutdown is sent")


class Restart(Kind):
    """Cut every connection and refuse new ones for a while, as a restart does."""

    kind: Literal["restart"]
    down_ms: Count = Field(default=1_000, description="How long it is away")
    lose_orders: bool = Field(default=False, description="Whether open orders are gone afterwards, without a word")


class ExpireListen(Kind):
    """End the subscriptions to user data with eventStreamTerminated."""

    kind: Literal["expire_listen"]
    account: str = Field(default="", description="Of one account; of all by default")


class Shutdown(Kind):
    """Send serverShutdown to every stream and do nothing else."""

    kind: Literal["server_shutdown"]


class Transfer(Kind):
    """Deposit to an account, or withdraw from it (negative), as its owner may do in the app."""

    kind: Literal["transfer"]
    account: Word = Field(description="Name of the account")
    asset: Word = Field(description="Asset such as USDT")
    amount: Amount = Field(description="Amount; negative withdraws")


class ManualOrder(Kind):
    """Place an order for an account, as its owner may do in the app, or another bot of his."""

    kind: Literal["manual_order"]
    account: Word = Field(description="Name of the account")
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")
    side: Side = Field(description="BUY or SELL")
    type: OrderKind = Field(default="MARKET", description="Type of the order")
    quantity: Quantity = Field(description="In the base asset")
    price: Quantity = Field(default=Decimal(0), description="Of a limit order")
    stop_price: Quantity = Field(default=Decimal(0), description="Of a stop order")
    client_id: str = Field(default="", description="Client order id; the exchange makes one by default")


class CancelOrders(Kind):
    """Cancel every open order of an account, as its owner may do in the app."""

    kind: Literal["cancel_orders"]
    account: Word = Field(description="Name of the account")
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")


class KeyFault(Kind):
    """Change what a key may do: revoke it, take its permission to trade, tie it to an address."""

    kind: Literal["key"]
    account: Word = Field(description="Name of the account")
    revoke: bool = Field(default=False, description="Delete the keys of the account")
    trading: bool | None = Field(default=None, description="Whether they may trade")
    ips: tuple[str, ...] | None = Field(default=None, description="Addresses from which they work")


class ThinBook(Kind):
    """Leave no more than this in the book of the market, on each side."""

    kind: Literal["thin_book"]
    symbol: Symbol = Field(description="Symbol such as BTC/USDT")
    quantity: Quantity = Field(default=Decimal(0), description="What stays at the best price")


DEEDS = (
    Halt, Resume, Delist, Filters, Maintenance, Restart, ExpireListen, Shutdown, Transfer, ManualOrder, CancelOrders,
    KeyFault, ThinBook,
)  # fmt: skip
