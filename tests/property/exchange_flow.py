"""Random order flow: users, the market and operators, drawn from a seed.

Prices lie on few levels so that queues are long, and money is short so that much is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

from exchange_plain_filters import dec
from exchange_symbols import ACCOUNTS, GRIDS, MODES, SYMBOLS

from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, CancelList, Place, PlaceList, Replace
from btbot.exchange.units import units

KINDS = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")


def other(side: str) -> str:
    return "SELL" if side == "BUY" else "BUY"


class Flow:
    """Draws steps: a step is the name of a call and its arguments.

    Parameters
    ----------
    random
        Where the choices come from.
    plain
        Asked for what is open, so that there is something to cancel.
    """

    def __init__(self, random: Random, plain) -> None:
        self.random = random
        self.plain = plain
        self.now_ms = 1_700_000_000_000
        self.count = 0
        self.listed = {symbol.name: symbol for symbol in SYMBOLS}

    def steps(self, count: int) -> Iterator[tuple]:
        """Give money, first prices and first books, then draw so many steps; each must be done before the next."""
        for account in ACCOUNTS:
            coins = self.random.choice(("0.03", "30"))
            for asset, most in (("USD", "6000"), ("ABC", "60"), ("ODD", "40"), ("BNB", coins)):
                if amount := self.random.randint(0, units(most)):
                    yield "execute", Adjust(account, asset, amount), self.now_ms
        if self.random.random() < 0.7:
            yield "set_fees", self.random.choice(ACCOUNTS), 100_000, 150_000, 75_000_000
        for name in GRIDS:
            yield "print_trade", name, self.level(name, 10), units(1), True, self.now_ms
            for _ in range(4):
                yield self.supply(name)
        for _ in range(count):
            yield self.step()

    def level(self, symbol: str, number: int) -> int:
        lowest, _, distance, _, _ = GRIDS[symbol]
        return self.on_tick(symbol, lowest + number * distance)

    def on_tick(self, symbol: str, price: int) -> int:
        return price - price % self.listed[symbol].tick

    def price(self, symbol: str) -> int:
        return self.level(symbol, self.random.randrange(GRIDS[symbol][1]))

    def quantity(self, symbol: str, most: float = 1.0) -> int:
        _, _, _, lots, size = GRIDS[symbol]
        quantity = self.random.randint(1, max(1, int(lots * most))) * size
        return quantity - quantity % self.listed[symbol].step

    def near(self, symbol: str, side: str) -> int:
        """Draw a price mostly on the own side of the market, sometimes across it."""
        _, levels, _, _, _ = GRIDS[symbol]
        middle = levels // 2
        number = middle + (-1 if side == "BUY" else 1) * self.random.randint(-2, middle)
        return self.level(symbol, min(levels - 1, max(0, number)))

    def step(self) -> tuple:
        self.now_ms += self.random.choice((0, 1, 700, 2500, 40_000))
        draw = self.random.choices(
            ("user", "supply", "withdraw", "sweep", "print", "clear", "symbol", "fees", "relist"),
            (70, 12, 3, 7, 5, 0.5, 1.5, 1, 0.3),
        )[0]
        symbol = self.random.choice(("ABCUSD", "ABCUSD", "ODDUSD", "BNBUSD"))
        if self.listed[symbol].status == "HALT" and self.random.random() < 0.3:
            draw = "symbol"
        return getattr(self, draw)(symbol)

    # The market

    def supply(self, symbol: str) -> tuple:
        side = self.random.choice(("BUY", "SELL"))
        sign = -1 if side == "BUY" else 1
        middle = GRIDS[symbol][1] // 2
        price = self.level(symbol, middle + sign * self.random.randint(0, middle))
        if self.plain.first(symbol, side, dec(price)) is not None:
            return "sweep", symbol, side, price, self.quantity(symbol), self.now_ms
        return "supply", symbol, side, price, self.quantity(symbol), self.now_ms

    def withdraw(self, symbol: str) -> tuple:
        return "withdraw", symbol, self.random.choice(("BUY", "SELL")), self.price(symbol), self.quantity(symbol), 0

    def sweep(self, symbol: str) -> tuple:
        side = self.random.choice(("BUY", "SELL"))
        price = 0 if self.random.random() < 0.1 else self.near(symbol, side)
        return "sweep", symbol, side, price, self.quantity(symbol), self.now_ms

    def print(self, symbol: str) -> tuple:
        return "print_trade", symbol, self.price(symbol), self.quantity(symbol), self.random.random() < 0.5, self.now_ms

    def clear(self, symbol: str) -> tuple:
        return "clear", symbol

    # Operators

    def symbol(self, name: str) -> tuple:
        symbol = self.listed[name]
        changes: list[dict[str, Any]] = [
            {"status": "HALT"},
            {"min_notional": self.random.choice((0, units(1), units(30)))},
            {"default_prevention": self.random.choice(MODES)},
        ]
        change = {"status": "TRADING"} if symbol.status == "HALT" else self.random.choice(changes)
        self.listed[name] = replace(symbol, **change)
        return "set_symbol", self.listed[name], self.now_ms

    def relist(self, name: str) -> tuple:
        return "relist", self.listed[name], self.now_ms

    def fees(self, symbol: str) -> tuple:
        maker, taker = self.random.choice(((0, 0), (100_000, 100_000), (75_001, 133_337)))
        return "set_fees", self.random.choice(ACCOUNTS), maker, taker, self.random.choice((0, 0, 75_000_000))

    # Users

    def user(self, symbol: str) -> tuple:
        account = self.random.choice(ACCOUNTS)
        draw = self.random.choices(
            ("limit", "market", "stop", "cancel", "cancel_all", "replace", "amend", "list", "cancel_list", "adjust"),
            (38, 9, 12, 11, 0.5, 5, 6, 12, 2, 4),
        )[0]
        command = getattr(self, f"draw_{draw}")(account, symbol)
        return "execute", command, self.now_ms

    def draw_limit(self, account: str, symbol: str) -> Place:
        side = self.random.choice(("BUY", "SELL"))
        kind, force = self.random.choice(
            (("LIMIT", "GTC"),) * 6 + (("LIMIT_MAKER", None), ("LIMIT", "IOC"), ("LIMIT", "FOK"))
        )
        quantity = self.quantity(symbol, 0.4)
        iceberg = 0
        if self.random.random() < 0.1:
            iceberg = max(GRIDS[symbol][4], quantity // 3)
            iceberg -= iceberg % self.listed[symbol].step
        place = Place(
            account, symbol, side, kind, quantity, price=self.near(symbol, side), iceberg_quantity=iceberg,
            time_in_force=force, client_id=self.client_id(), prevention=self.mode(),
        )  # fmt: skip
        return self.spoiled(place) if self.random.random() < 0.08 else place

    def draw_market(self, account: str, symbol: str) -> Place:
        side = self.random.choice(("BUY", "SELL"))
        if self.random.random() < 0.4:
            quote = self.random.randint(1, units(1000))
            return Place(account, symbol, side, "MARKET", quote_quantity=quote, prevention=self.mode())
        return Place(account, symbol, side, "MARKET", self.quantity(symbol, 0.5), prevention=self.mode())

    def draw_stop(self, account: str, symbol: str, side: str = "", kind: str = "", quantity: int = 0) -> Place:
        side = side or self.random.choice(("BUY", "SELL"))
        kind = kind or self.random.choice(KINDS)
        rising = (side == "BUY") == kind.startswith("STOP")
        middle = GRIDS[symbol][1] // 2
        stop = self.level(symbol, middle + (1 if rising else -1) * self.random.randint(0, middle - 1))
        delta = self.random.choice((0, 0, 0, 50, 100, 300))
        if delta and self.random.random() < 0.5:
            stop = 0
        return Place(
            account, symbol, side, kind, quantity or self.quantity(symbol, 0.3),
            price=self.near(symbol, side) if kind.endswith("LIMIT") else 0, stop_price=stop, trailing_delta=delta,
            time_in_force=self.random.choice(("GTC", "GTC", "IOC", "FOK")) if kind.endswith("LIMIT") else None,
            client_id=self.client_id(), prevention=self.mode(),
        )  # fmt: skip

    def draw_cancel(self, account: str, symbol: str) -> Cancel:
        account, symbol, order_id, client_id = self.target(account, symbol)
        only_if = self.random.choice(("", "", "", "ONLY_NEW", "ONLY_PARTIALLY_FILLED"))
        return Cancel(account, symbol, order_id, client_id, only_if=only_if)

    def draw_cancel_all(self, account: str, symbol: str) -> CancelAll:
        return CancelAll(account, symbol)

    def draw_replace(self, account: str, symbol: str) -> Replace:
        cancel = self.draw_cancel(account, symbol)
        place = self.draw_limit(cancel.account, cancel.symbol)
        return Replace(cancel, place, self.random.choice(("STOP_ON_FAILURE", "ALLOW_FAILURE")))

    def draw_amend(self, account: str, symbol: str) -> Amend:
        account, symbol, order_id, client_id = self.target(account, symbol)
        known = self.plain.orders.get(order_id)
        quantity = self.quantity(symbol, 0.3)
        if known is not None:
            step = self.listed[symbol].step
            quantity = int(known.quantity * 10**8) * self.random.randint(1, 10) // 10
            quantity -= quantity % step
        return Amend(account, symbol, quantity, order_id, client_id, self.client_id())

    def draw_list(self, account: str, symbol: str) -> PlaceList:
        form = self.random.choice(("OCO", "OTO", "OTOCO"))
        quantity = self.quantity(symbol, 0.25)
        side = self.random.choice(("BUY", "SELL"))
        if form == "OCO":
            orders = self.pair(account, symbol, side, quantity)
        else:
            working = replace(self.draw_limit(account, symbol), symbol=symbol)
            if self.random.random() < 0.25:
                working = replace(working, kind="LIMIT", time_in_force="IOC", iceberg_quantity=0)
            side = other(working.side) if self.random.random() < 0.7 else working.side
            rest = self.pair(account, symbol, side, quantity)
            if form == "OTO":
                single = self.random.choice(
                    (rest[0], rest[1], replace(self.draw_limit(account, symbol), symbol=symbol))
                )
                if self.random.random() < 0.2:
                    single = replace(self.draw_market(account, symbol), quantity=quantity, quote_quantity=0)
                rest = (single,)
            orders = (working, *rest)
        return PlaceList(account, symbol, form, orders, self.client_id())

    def pair(self, account: str, symbol: str, side: str, quantity: int) -> tuple[Place, Place]:
        limit = Place(
            account, symbol, side, "LIMIT_MAKER", quantity, price=self.near(symbol, side), client_id=self.client_id()
        )
        profit = self.draw_stop(account, symbol, side, self.random.choice(KINDS[2:]), quantity)
        stop = self.draw_stop(account, symbol, side, self.random.choice(KINDS[:2]), quantity)
        first = limit if self.random.random() < 0.7 else profit
        pair = (first, stop) if side == "SELL" else (stop, first)
        return pair[::-1] if self.random.random() < 0.05 else pair

    def draw_cancel_list(self, account: str, symbol: str) -> CancelList:
        known = [one for one in self.plain.lists.values() if one.open]
        if known and self.random.random() < 0.9:
            one = self.random.choice(known)
            return CancelList(one.account, one.symbol, one.id)
        return CancelList(account, symbol, client_id="c1")

    def draw_adjust(self, account: str, symbol: str) -> Adjust:
        """Move money in or out, often as much as the account has, free or not."""
        asset = self.random.choice(("USD", "USD", "ABC", "ODD", "BNB"))
        owned = int(self.plain.money[account, asset] * 10**8)
        if owned and self.random.random() < 0.6:
            return Adjust(account, asset, -self.random.randint(owned // 2, owned) or 1)
        return Adjust(account, asset, self.random.randint(1, units(100)))

    def target(self, account: str, symbol: str) -> tuple[str, str, int, str]:
        """Choose an open order mostly, by one id or both."""
        known = [order for order in self.plain.orders.values() if order.open]
        if not known or self.random.random() < 0.08:
            return account, symbol, self.random.choice((0, 1, 3)), "c2"
        order = self.random.choice(known)
        named = not order.client_id.startswith(("made", "amended"))
        if named and self.random.random() < 0.3:
            return order.account, order.symbol, self.random.choice((0, order.id)), order.client_id
        return order.account, order.symbol, order.id, ""

    def client_id(self) -> str:
        """Draw a name, rarely one that may be in use."""
        draw = self.random.random()
        if draw < 0.4:
            return ""
        if draw < 0.5:
            return self.random.choice(("c1", "c2"))
        self.count += 1
        return f"own{self.count}"

    def mode(self) -> Any:
        return self.random.choice((None, *MODES))

    def spoiled(self, place: Place) -> Place:
        """Break one rule."""
        changes: list[dict[str, Any]] = [
            {"price": place.price + 1},
            {"price": place.price * 2},
            {"price": self.on_tick(place.symbol, place.price * 5 // 4)},
            {"price": self.on_tick(place.symbol, place.price * 3 // 4)},
            {"price": 0},
            {"quantity": place.quantity + 1},
            {"quantity": 0},
            {"quantity": place.quantity * 1000},
            {"quantity": self.listed[place.symbol].step},
            {"symbol": "NONE"},
            {"iceberg_quantity": place.quantity * 2},
            {"iceberg_quantity": max(1, place.quantity // 50)},
            {"client_id": "c1"},
        ]
        return replace(place, **self.random.choice(changes))
