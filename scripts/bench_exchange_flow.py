"""A fixed stream of commands for the matching: 60 % limit orders, 30 % cancellations, 10 % market orders."""

from __future__ import annotations

import random
from dataclasses import replace

from btbot.exchange.commands import Adjust, Cancel, Place, UserCommand
from btbot.exchange.matching import Exchange
from btbot.exchange.order import Order
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import usual
from btbot.exchange.units import units

PRICE = 30_000
SYMBOL = replace(usual("BTC/USDT", PRICE), max_orders=0, default_prevention="NONE")
ACCOUNTS = tuple(f"trader {number}" for number in range(4))
RESTING = 1_000
_SPAN = 500  # ticks on either side of the price


class Draw:
    """Draws commands by looking at an exchange that executes them, so that the ids of cancellations are right.

    A share of the limit orders crosses the book; it grows with the number of resting orders, which so stays at 1,000.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.exchange = opened()
        self.resting: list[Order] = []

    def limit(self) -> Place:
        side = self.random.choice(("BUY", "SELL"))
        crossing = self.random.random() < 0.375 * len(self.resting) / RESTING
        away = -self.random.randint(0, 20) if crossing else self.random.randint(1, _SPAN)
        price = units(PRICE) + (-away if side == "BUY" else away) * SYMBOL.tick
        quantity = self.random.randint(20, 2_000) * SYMBOL.step
        return Place(self.random.choice(ACCOUNTS), SYMBOL.name, side, "LIMIT", quantity, price=price)  # type: ignore[arg-type]

    def market(self) -> Place:
        quantity = self.random.randint(20, 2_000) * SYMBOL.step
        side = self.random.choice(("BUY", "SELL"))
        return Place(self.random.choice(ACCOUNTS), SYMBOL.name, side, "MARKET", quantity)  # type: ignore[arg-type]

    def cancel(self) -> Cancel:
        while True:
            number = self.random.randrange(len(self.resting))
            self.resting[number], self.resting[-1] = self.resting[-1], self.resting[number]
            order = self.resting.pop()
            if not order.done:
                return Cancel(order.account, order.symbol, order.id)

    def execute(self, command: UserCommand, now_ms: int) -> None:
        try:
            orders = self.exchange.execute(command, now_ms).orders
        except Refused:
            return  # a market order against an empty book: it is part of the stream all the same
        if isinstance(command, Place) and not orders[0].done:
            self.resting.append(orders[0])

    def forget_done(self) -> None:
        self.resting = [order for order in self.resting if not order.done]


def opened() -> Exchange:
    """Return an exchange with rich accounts and a first price."""
    exchange = Exchange([SYMBOL])
    for account in ACCOUNTS:
        exchange.execute(Adjust(account, "BTC", units(10**6)), 0)
        exchange.execute(Adjust(account, "USDT", units(10**10)), 0)
    exchange.print_trade(SYMBOL.name, units(PRICE), units(1), True, 0)
    return exchange


def stream(count: int, seed: int = 0) -> tuple[list[UserCommand], list[UserCommand]]:
    """Return commands that fill the book with 1,000 orders, and the commands to be measured."""
    draw = Draw(seed)
    first: list[UserCommand] = []
    while len(draw.resting) < RESTING:
        first.append(draw.limit())
        draw.execute(first[-1], 1)
        if len(first) % 100 == 0:
            draw.forget_done()
    measured: list[UserCommand] = []
    for number in range(count):
        kind = draw.random.random()
        command = draw.limit() if kind < 0.6 else draw.cancel() if kind < 0.9 else draw.market()
        draw.execute(command, 2 + number)
        measured.append(command)
        if number % 200 == 0:
            draw.forget_done()
    return first, measured
