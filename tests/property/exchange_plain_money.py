"""Who owns what at the plain exchange: locked money is not booked but follows from the open orders."""

from __future__ import annotations

import itertools
from collections import defaultdict
from decimal import Decimal

from exchange_plain_orders import PlainList, PlainOrder, Resting, down


class PlainMoney:
    """State of a plain exchange and what belongs to whom."""

    def __init__(self, symbols) -> None:
        self.symbols = {symbol.name: symbol for symbol in symbols}
        self.money: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.rates: dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]] = {}
        self.orders: dict[int, PlainOrder] = {}
        self.lists: dict[int, PlainList] = {}
        self.resting: list[Resting] = []
        self.waiting: list[PlainOrder] = []
        self.due: list[PlainOrder] = []
        self.last: dict[str, Decimal] = {}
        self.trade_ids: defaultdict[str, int] = defaultdict(int)
        self.trades: list[tuple] = []
        self.forgotten: defaultdict[str, int] = defaultdict(int)
        self.fills: list[tuple] = []
        self.collected: defaultdict[str, Decimal] = defaultdict(Decimal)
        self.numbers = itertools.count()
        self.now_ms = 0

    def claim(self, order: PlainOrder) -> Decimal:
        """Give what an order alone needs locked."""
        if not order.open or (order.working and not order.price):
            return Decimal(0)
        if order.side == "SELL":
            return order.left
        return down((order.price or order.stop or order.reference) * order.left)

    def locked(self, account: str, asset: str) -> Decimal:
        """Sum what the open orders need, of a pair the larger amount."""
        total = Decimal(0)
        for order in self.orders.values():
            if order.account != account or not order.open or self.given(order) != asset:
                continue
            other = self.partner(order)
            if other is None:
                total += self.claim(order)
            elif order.id < other.id:
                total += max(self.claim(order), self.claim(other))
        return total

    def free(self, account: str, asset: str) -> Decimal:
        return self.money[account, asset] - self.locked(account, asset)

    def given(self, order: PlainOrder) -> str:
        symbol = self.symbols[order.symbol]
        return symbol.quote if order.side == "BUY" else symbol.base

    def partner(self, order: PlainOrder) -> PlainOrder | None:
        if order.list_id < 0:
            return None
        pair = self.lists[order.list_id].pair
        if len(pair) != 2 or order not in pair:
            return None
        other = pair[1] if pair[0] is order else pair[0]
        return other if other.open else None

    def commission(self, order: PlainOrder, quantity: Decimal, quote: Decimal, maker: bool) -> tuple[Decimal, str]:
        """Charge in what is received, or in BNB where the account wants that and has it."""
        symbol = self.symbols[order.symbol]
        usual = (Decimal("0.001"), Decimal("0.001"), Decimal(0))
        rates = self.rates.get((order.account, order.symbol)) or self.rates.get((order.account, ""), usual)
        rate = rates[0] if maker else rates[1]
        if rates[2] and rate:
            value = self.in_bnb(symbol, quantity, quote)
            fee = down(value * rate * rates[2])
            at_hand = order.price or self.given(order) != "BNB"
            if value and fee <= (self.free(order.account, "BNB") if at_hand else 0):
                return fee, "BNB"
        if order.side == "BUY":
            return down(quantity * rate), symbol.base
        return down(quote * rate), symbol.quote

    def in_bnb(self, symbol, quantity: Decimal, quote: Decimal) -> Decimal:
        if symbol.quote == "BNB":
            return quote
        if symbol.base == "BNB":
            return quantity
        price = self.last.get(f"BNB{symbol.quote}")
        return down(quote / price) if price else Decimal(0)
