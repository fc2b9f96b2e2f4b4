"""The plain exchange as a whole: the same calls as of the one under test."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

from exchange_plain_commands import PlainOrders
from exchange_plain_filters import ALGO, No, check_counts, check_figures, check_one, check_pair, dec
from exchange_plain_orders import PlainList, PlainOrder, Resting, down

from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, CancelList, Place, PlaceList, Replace


class Plain(PlainOrders):
    """The plain exchange with all its calls."""

    def execute(self, command, now_ms: int) -> tuple | None:
        """Do what a user asks for; a cancel-replace gives why either half of it failed."""
        self.now_ms = now_ms
        deeds = {
            Place: self.place, Cancel: self.cancel, CancelAll: self.cancel_all, Replace: self.replace,
            Amend: self.amend, PlaceList: self.place_list, CancelList: self.cancel_list, Adjust: self.adjust,
        }  # fmt: skip
        try:
            return deeds[type(command)](command)
        finally:
            self.settle()

    # Lists

    def place_list(self, command: PlaceList) -> None:
        symbol = self.open_symbol(command.symbol)
        for place in command.orders:
            check_figures(symbol, place)
        oco = command.form == "OCO"
        if command.form != "OTO":
            above, below = command.orders if oco else command.orders[1:]
            check_pair(above, below, self.last.get(symbol.name) if oco else None)
        for place in command.orders:
            check_one(symbol, place, self.average(symbol))
        check_counts(symbol, command.orders, self.mine(command.account, symbol.name))
        if not oco and command.orders[0].kind not in ("LIMIT", "LIMIT_MAKER"):
            raise No(-1014, "Unsupported order combination.")
        orders = self.made_list(command)
        pair = orders if oco else orders[1:]
        if len({(order.side, order.quantity) for order in pair}) > 1:
            raise No(-1014, "Unsupported order combination.")
        self.check_list(command, orders, pair)
        group = PlainList(
            len(self.lists), command.account, symbol.name, command.client_id or f"list {len(self.lists)}",
            command.form, orders,
        )  # fmt: skip
        self.lists[group.id] = group
        self.orders |= {order.id: order for order in orders}
        self.enter_list(orders, oco=oco)

    def made_list(self, command: PlaceList) -> list[PlainOrder]:
        orders: list[PlainOrder] = []
        waits = 0 if command.form == "OCO" else 1
        stops = [place for place in command.orders[waits:] if place.kind.startswith("STOP")]
        others = [place for place in command.orders[waits:] if not place.kind.startswith("STOP")]
        for place in (*command.orders[:waits], *stops, *others):
            orders.append(self.made(place, len(self.orders) + 1 + len(orders), len(self.lists)))
            if command.form != "OCO" and len(orders) > 1:
                orders[-1].status = "PENDING_NEW"
        return orders

    def check_list(self, command: PlaceList, orders: list[PlainOrder], pair: list[PlainOrder]) -> None:
        for order in orders:
            self.check_names([order])
            if order.status == "NEW":
                self.check_prices(order)
        named = {order.client_id for order in orders}
        lists = [one for one in self.lists.values() if one.open and one.account == command.account]
        if len(named) < len(orders) or any(one.client_id == command.client_id for one in lists):
            raise No(-2010, "Duplicate order sent.")
        needed: defaultdict[str, Decimal] = defaultdict(Decimal)
        needs = [self.need(order) for order in orders]
        if command.form != "OCO":
            needed[self.given(orders[0])] += needs[0]
        needed[self.given(pair[0])] += max(needs[-len(pair) :])
        for asset, amount in needed.items():
            if amount > self.free(command.account, asset):
                raise No(-2010, "Account has insufficient balance for requested action.")

    def enter_list(self, orders: list[PlainOrder], *, oco: bool) -> None:
        for order in orders if oco else orders[:1]:
            if order.kind in ALGO:
                self.wait(order)
            else:
                order.working = True
                self.proceed(order)

    # Money, the market, operators

    def adjust(self, command: Adjust) -> None:
        amount = dec(command.amount)
        if -amount > self.free(command.account, command.asset):
            raise No(-2010, "Account has insufficient balance for requested action.")
        self.money[command.account, command.asset] += amount

    def supply(self, symbol: str, side: str, price: int, quantity: int, now_ms: int) -> None:
        at = [one for one in self.resting if (one.symbol, one.side, one.price) == (symbol, side, dec(price))]
        last = max(at, key=lambda one: one.number, default=None)
        if last is not None and last.order is None:
            last.quantity += dec(quantity)
        else:
            self.resting.append(Resting(next(self.numbers), symbol, side, dec(price), dec(quantity)))

    def withdraw(self, symbol: str, side: str, price: int, quantity: int, now_ms: int) -> None:
        left = dec(quantity)
        for one in sorted(self.resting, key=lambda one: -one.number):
            if one.order is None and (one.symbol, one.side, one.price) == (symbol, side, dec(price)):
                part = min(left, one.quantity)
                left -= part
                self.shrink(one, part)

    def clear(self, symbol: str) -> None:
        self.resting = [one for one in self.resting if one.order is not None or one.symbol != symbol]

    def sweep(self, symbol: str, side: str, price: int, quantity: int, now_ms: int) -> None:
        self.now_ms = now_ms
        left = dec(quantity)
        while left and self.symbols[symbol].status == "TRADING" and (met := self.first(symbol, side, dec(price))):
            part = min(left, met.quantity)
            left -= part
            self.trade(met, part, None)
        self.settle()

    def print_trade(self, symbol: str, price: int, quantity: int, buyer_is_maker: bool, now_ms: int) -> None:
        self.now_ms = now_ms
        if self.symbols[symbol].status == "TRADING":
            number = self.trade_ids[symbol]
            self.trade_ids[symbol] += 1
            quote = down(dec(price) * dec(quantity))
            self.announce((symbol, number, dec(price), dec(quantity), quote, buyer_is_maker, -1, -1))
            self.settle()

    def set_symbol(self, symbol, now_ms: int) -> None:
        self.symbols[symbol.name] = replace(symbol)

    def remove_symbol(self, name: str, now_ms: int) -> None:
        """Cancel what is open on a symbol and forget its prices."""
        for order in self.orders.values():
            if order.symbol == name and order.open:
                self.cancel_with_list(order)
        self.resting = [one for one in self.resting if one.symbol != name]
        self.last.pop(name, None)
        self.forgotten[name] = len(self.trades)

    def set_fees(self, account: str, maker: int, taker: int, discount: int = 0, *, symbol: str | None = None) -> None:
        self.rates[account, symbol or ""] = (dec(maker), dec(taker), dec(discount))

    def open_account(self, account: str) -> None:
        """Accounts need no opening here."""
