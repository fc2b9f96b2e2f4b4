"""A second exchange, written to be read: Decimal, one list of what rests, nothing remembered that can be computed.

It shares with `btbot.exchange` the commands and the symbols, and no rule: `test_exchange_parity` compares the two.
Priority is found by looking at everything that rests.
"""

from __future__ import annotations

from decimal import Decimal

from exchange_plain_filters import ALGO
from exchange_plain_money import PlainMoney
from exchange_plain_orders import PlainOrder, Resting, down


class PlainExchange(PlainMoney):
    """Matching, and what follows from it; `exchange_plain_calls` says what may be asked."""

    def first(self, symbol: str, side: str, limit: Decimal) -> Resting | None:
        """Find what a taker of a side meets first: the best price, there the oldest."""
        found = [one for one in self.resting if one.symbol == symbol and one.side != side]
        if limit:
            found = [one for one in found if (one.price <= limit if side == "BUY" else one.price >= limit)]
        sign = 1 if side == "BUY" else -1
        return min(found, key=lambda one: (one.price * sign, one.number), default=None)

    def take(self, order: PlainOrder) -> None:
        while order.open and (met := self.first(order.symbol, order.side, order.price)):
            maker = met.order
            if maker is not None and maker.account == order.account and order.prevention != "NONE":
                self.prevent(order, maker)
            else:
                self.trade(met, min(order.left, met.quantity), order)

    def trade(self, met: Resting, quantity: Decimal, taker: PlainOrder | None) -> None:
        maker, price = met.order, met.price
        quote = down(price * quantity)
        number = self.trade_ids[met.symbol]
        self.trade_ids[met.symbol] += 1
        if maker is not None:
            self.leave_partner(maker)
        for order, is_maker in ((taker, False), (maker, True)):
            if order is not None:
                self.fill(order, quantity, quote, number, is_maker)
        self.shrink(met, quantity)
        ids = [-1 if order is None else order.id for order in (taker, maker)]
        buyer, seller = ids if met.side == "SELL" else reversed(ids)
        self.announce((met.symbol, number, price, quantity, quote, met.side == "BUY", buyer, seller))
        for order in (taker, maker):
            if order is not None and not order.open:
                self.follow_list(order)

    def fill(self, order: PlainOrder, quantity: Decimal, quote: Decimal, number: int, is_maker: bool) -> None:
        symbol = self.symbols[order.symbol]
        fee, asset = self.commission(order, quantity, quote, is_maker)
        sign = 1 if order.side == "BUY" else -1
        order.executed += quantity
        order.spent += quote
        order.status = "PARTIALLY_FILLED" if order.left else "FILLED"
        self.money[order.account, symbol.base] += sign * quantity
        self.money[order.account, symbol.quote] -= sign * quote
        self.money[order.account, asset] -= fee
        self.collected[asset] += fee
        self.fills.append((order.id, number, quantity, quote, fee, asset, is_maker))

    def shrink(self, met: Resting, quantity: Decimal) -> None:
        """Take from what is shown; an iceberg shows its next part behind all others."""
        met.quantity -= quantity
        if met.quantity > 0:
            return
        self.resting.remove(met)
        if met.order is not None and met.order.open and met.order.iceberg:
            self.rest(met.order)

    def rest(self, order: PlainOrder) -> None:
        shown = min(order.left, order.iceberg) if order.iceberg else order.left
        self.resting.append(Resting(next(self.numbers), order.symbol, order.side, order.price, shown, order))

    def announce(self, trade: tuple) -> None:
        """Print a trade; stops that it meets are due, those first met by a moving price first."""
        symbol, price = trade[0], trade[2]
        self.trades.append((*trade, self.now_ms))
        self.last[symbol] = price
        mine = [order for order in self.waiting if order.symbol == symbol]
        plain = sorted((order for order in mine if not order.delta and order.met(price)), key=lambda one: one.id)
        rising = [order for order in plain if (order.side == "BUY") == (order.kind[:4] == "STOP")]
        due = sorted(rising, key=lambda order: order.stop)
        due += sorted((order for order in plain if order not in rising), key=lambda order: -order.stop)
        due += [order for order in mine if order.delta and self.trails(order, price)]
        self.due += [order for order in due if order not in self.due]

    def trails(self, order: PlainOrder, price: Decimal) -> bool:
        """Move the best price of a trailing order and say whether the price has turned from it by the delta."""
        if not order.peak:
            if order.stop and not order.met(price):
                return False
            order.peak = price
        turn = Decimal(order.delta) / 10_000
        if order.side == "SELL":
            order.peak = max(order.peak, price)
            return price <= order.peak * (1 - turn)
        order.peak = min(order.peak, price)
        return price >= order.peak * (1 + turn)

    def prevent(self, taker: PlainOrder, maker: PlainOrder) -> None:
        """Let one or both lose what they would have traded, as the taker's mode says."""
        mode, smaller = taker.prevention, min(taker.left, maker.left)
        losses = {
            "EXPIRE_TAKER": ((taker, taker.left),),
            "EXPIRE_MAKER": ((maker, maker.left),),
            "EXPIRE_BOTH": ((maker, maker.left), (taker, taker.left)),
            "DECREMENT": ((maker, smaller), (taker, smaller)),
        }[mode]
        for order, lost in losses:
            self.leave_partner(order)
            order.prevented += lost
            if not order.left:
                order.status = "EXPIRED_IN_MATCH"
            for met in [one for one in self.resting if one.order is order]:
                self.shrink(met, lost if order.open else met.quantity)
        for order, _ in losses:
            if not order.open:
                self.follow_list(order)

    # Lists

    def leave_partner(self, order: PlainOrder) -> None:
        other = self.partner(order)
        if other is not None:
            self.end(other, "EXPIRED")

    def follow_list(self, order: PlainOrder) -> None:
        """Let the end of a working order start or end those that wait for it."""
        if order.list_id < 0:
            return
        group = self.lists[order.list_id]
        if group.form == "OCO":
            if not order.executed:
                self.leave_partner(order)
        elif order is group.orders[0]:
            for one in group.pair:
                if one.status == "PENDING_NEW" and order.status == "FILLED":
                    self.due.append(one)
                elif one.status == "PENDING_NEW":
                    self.end(one, "EXPIRED")
        elif not order.executed:
            self.leave_partner(order)

    def end(self, order: PlainOrder, status: str) -> None:
        order.status = status
        self.resting = [one for one in self.resting if one.order is not order]
        self.waiting = [one for one in self.waiting if one is not order]

    # What is due

    def settle(self) -> None:
        while self.due:
            order = self.due.pop(0)
            if order.status == "PENDING_NEW":
                self.activate(order)
            elif order.open:
                self.trigger(order)

    def trigger(self, order: PlainOrder) -> None:
        self.leave_partner(order)
        self.waiting.remove(order)
        order.working = True
        self.work(order)

    def activate(self, order: PlainOrder) -> None:
        last = self.last.get(order.symbol, Decimal(0))
        if order.kind in ALGO:
            if last and not order.delta and order.met(last):
                self.expire(order)
                return
            order.status = "NEW"
            self.wait(order)
            return
        if order.kind == "LIMIT_MAKER" and self.first(order.symbol, order.side, order.price):
            self.expire(order)
            return
        order.status = "NEW"
        order.working = True
        self.work(order)

    def wait(self, order: PlainOrder) -> None:
        last = self.last.get(order.symbol, Decimal(0))
        if order.delta and last and (not order.stop or order.met(last)):
            order.peak = last
        self.waiting.append(order)

    def work(self, order: PlainOrder) -> None:
        """Match an order whose turn has come, if its account can pay a price that nobody named."""
        cost = self.plan(order, order.left)[1]
        if not order.price and order.side == "BUY" and cost > self.free(order.account, self.given(order)):
            self.expire(order)
        else:
            self.proceed(order)

    def proceed(self, order: PlainOrder) -> None:
        if order.time_in_force != "FOK" or not order.price or self.plan(order, order.left)[0] == order.left:
            self.take(order)
        if not order.open:
            return
        if order.price and order.time_in_force == "GTC":
            self.rest(order)
        else:
            self.expire(order)

    def expire(self, order: PlainOrder) -> None:
        self.end(order, "EXPIRED")
        self.follow_list(order)

    def plan(self, order: PlainOrder, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Give quantity and cost of what an order would trade, orders met with all that they have left."""
        found = cost = Decimal(0)
        for met in self.path(order):
            rests = met.quantity if met.order is None else met.order.left
            if met.order is not None and met.order.account == order.account and order.prevention != "NONE":
                if order.prevention == "DECREMENT":
                    quantity -= min(rests, quantity - found)
                elif order.prevention != "EXPIRE_MAKER":
                    break
                continue
            part = min(rests, quantity - found)
            found += part
            cost += down(met.price * part)
        return found, cost

    def path(self, order: PlainOrder) -> list[Resting]:
        sign = 1 if order.side == "BUY" else -1
        found = [one for one in self.resting if one.symbol == order.symbol and one.side != order.side]
        if order.price:
            found = [one for one in found if one.price * sign <= order.price * sign]
        return sorted(found, key=lambda one: (one.price * sign, one.number))
