"""What faults do to the venue, through what an operator or an account's owner could do as well."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from btbot.errors import ConfigError
from btbot.exchange.commands import Adjust, CancelAll, Place, UserCommand
from btbot.exchange.matching import Exchange, Outcome
from btbot.exchange.order import Side
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import units
from btbot.paper.accounts import Accounts
from btbot.paper.faults import deed_kinds as deeds
from btbot.paper.faults.kinds import Kind

_SIDES: tuple[Side, Side] = ("BUY", "SELL")


class Stage(Protocol):
    """What a deed needs of `btbot.paper.venue.Venue`."""

    exchange: Exchange
    accounts: Accounts

    def execute(self, command: UserCommand, *, request: object = None) -> Outcome: ...

    def set_symbol(self, symbol: Symbol) -> None: ...

    def remove_symbol(self, name: str) -> None: ...

    def market_ms(self) -> int: ...


def perform(do: Kind, stage: Stage) -> str:
    """Do it; return an empty text, or why it could not be done."""
    try:
        _perform(do, stage)
    except Refused as refused:
        return f"{refused.code} {refused.message}"
    except ConfigError as error:
        return str(error)
    return ""


def _perform(do: Kind, stage: Stage) -> None:
    match do:
        case deeds.Halt():
            stage.set_symbol(replace(_symbol(stage, do.symbol), status=do.status))
        case deeds.Resume():
            stage.set_symbol(replace(_symbol(stage, do.symbol), status="TRADING"))
        case deeds.Delist():
            stage.remove_symbol(_symbol(stage, do.symbol).name)
        case deeds.Filters():
            stage.set_symbol(replace(_symbol(stage, do.symbol), **do.changes()))  # type: ignore[arg-type]  # checked by the model
        case deeds.ThinBook():
            _thin(do, stage)
        case deeds.KeyFault():
            _change_keys(do, stage.accounts)
        case deeds.Restart(lose_orders=True):
            for account, symbol in _with_orders(stage):
                stage.execute(CancelAll(account, symbol), request="fault")
        case _:
            command = _command(do)
            if command is not None:
                stage.execute(command, request="fault")


def _command(do: Kind) -> UserCommand | None:
    match do:
        case deeds.Transfer():
            size = units(abs(do.amount))
            return Adjust(do.account, do.asset.upper(), size if do.amount > 0 else -size)
        case deeds.CancelOrders():
            return CancelAll(do.account, do.symbol)
        case deeds.ManualOrder():
            return Place(
                do.account, do.symbol, do.side, do.type, quantity=units(do.quantity), price=units(do.price),
                stop_price=units(do.stop_price), client_id=do.client_id,
                time_in_force="GTC" if do.type in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT") else None,
            )  # fmt: skip
    return None


def _symbol(stage: Stage, name: str) -> Symbol:
    if name not in stage.exchange.symbols:
        raise ConfigError(f"there is no symbol {name}")
    return stage.exchange.symbols[name]


def _thin(do: deeds.ThinBook, stage: Stage) -> None:
    exchange, name = stage.exchange, _symbol(stage, do.symbol).name
    best = {side: exchange.books[name].best(side) for side in _SIDES}
    exchange.clear(name)
    for side, price in best.items():
        if price and do.quantity:
            exchange.supply(name, side, price, units(do.quantity), stage.market_ms())


def _change_keys(do: deeds.KeyFault, accounts: Accounts) -> None:
    for key in accounts.keys(do.account):
        if do.revoke:
            accounts.remove_key(key.api_key)
            continue
        if do.trading is not None:
            accounts.change_key(key.api_key, trading=do.trading)
        if do.ips is not None:
            accounts.change_key(key.api_key, ips=do.ips)


def _with_orders(stage: Stage) -> list[tuple[str, str]]:
    """Return each account and symbol that has open orders."""
    pairs = {
        (account, order.symbol): None
        for account in stage.accounts.names()
        for order in stage.exchange.open_orders(account)
    }
    return list(pairs)
