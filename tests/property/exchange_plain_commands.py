"""Single orders at the plain exchange: checked, placed, cancelled, replaced, made smaller."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from exchange_plain import PlainExchange
from exchange_plain_filters import ALGO, PRICED, No, check_counts, check_figures, check_one, dec
from exchange_plain_orders import PlainOrder, down, up

from btbot.exchange.commands import Amend, Cancel, CancelAll, CancelList, Place, Replace

SECOND = 1000


class PlainOrders(PlainExchange):
    """The plain exchange with all that users ask of single orders."""

    def place(self, command: Place) -> None:
        order = self.checked(command)
        self.orders[order.id] = order
        if order.kind in ALGO:
            self.wait(order)
        else:
            order.working = True
            self.proceed(order)

    def checked(self, command: Place) -> PlainOrder:
        symbol = self.open_symbol(command.symbol)
        check_figures(symbol, command)
        self.check_filters(symbol, command)
        order = self.made(command, len(self.orders) + 1)
        if command.kind == "MARKET" and not command.quantity:
            order.quantity = self.for_budget(symbol, order)
        self.check_names([order])
        self.check_prices(order)
        if order.price and order.price * order.quantity < Decimal("0.00000001"):
            raise No(-1013, "Price * QTY is zero or less.")
        if self.need(order) > self.free(order.account, self.given(order)):
            raise No(-2010, "Account has insufficient balance for requested action.")
        return order

    def open_symbol(self, name: str):
        if name not in self.symbols:
            raise No(-1121, "Invalid symbol.")
        if self.symbols[name].status != "TRADING":
            raise No(-1013, "Market is closed.")
        return self.symbols[name]

    def check_filters(self, symbol, command: Place) -> None:
        check_one(symbol, command, self.average(symbol))
        check_counts(symbol, [command], self.mine(command.account, command.symbol))

    def mine(self, account: str, symbol: str) -> list[PlainOrder]:
        found = self.orders.values()
        return [order for order in found if order.open and (order.account, order.symbol) == (account, symbol)]

    def average(self, symbol) -> Decimal:
        """Give the mean price of the last minutes by whole seconds, else the last price."""
        begin = self.now_ms // SECOND - symbol.price_minutes * 60
        known = self.trades[self.forgotten[symbol.name] :]
        late = [trade for trade in known if trade[0] == symbol.name and trade[-1] // SECOND > begin]
        if not late:
            return self.last.get(symbol.name, Decimal(0))
        return down(sum(trade[4] for trade in late) / sum(trade[3] for trade in late))

    def made(self, command: Place, number: int, list_id: int = -1) -> PlainOrder:
        symbol = self.symbols[command.symbol]
        maker = command.kind == "LIMIT_MAKER"
        return PlainOrder(
            number, command.account, command.symbol, command.client_id or f"made {number}", command.side, command.kind,
            "GTC" if maker else command.time_in_force or "GTC", dec(command.quantity),
            dec(command.price) if command.kind in PRICED else Decimal(0), dec(command.stop_price),
            dec(command.iceberg_quantity), command.trailing_delta,
            command.prevention or symbol.default_prevention, dec(command.quote_quantity), list_id,
            reference=self.last.get(command.symbol, Decimal(0)),
        )  # fmt: skip

    def for_budget(self, symbol, order: PlainOrder) -> Decimal:
        """Give the quantity worth a quote amount, rounded down to the step; what nobody offers at the last price met."""
        found, budget = Decimal(0), order.quote
        for met in self.path(order):
            own = met.order is not None and met.order.account == order.account and order.prevention != "NONE"
            rests = met.quantity if met.order is None else met.order.left
            affordable = down(budget / met.price)
            if own and order.prevention == "EXPIRE_MAKER":
                continue
            if affordable < rests or (own and order.prevention != "DECREMENT"):
                found += affordable
                break
            found += rests
            budget -= up(met.price * rests)
        else:
            if path := self.path(order):
                found += down(budget / path[-1].price)
        if not found:
            raise No(-2010, "Order book liquidity is less than symbol minimum quantity.")
        step = max(dec(symbol.step), dec(symbol.market_step), Decimal("0.00000001"))
        found = (found / step).to_integral_value(ROUND_FLOOR) * step
        if found < max(dec(symbol.min_quantity), Decimal("0.00000001")):
            raise No(-2010, "Order book liquidity is less than LOT_SIZE filter minimum quantity.")
        if found < dec(symbol.market_min_quantity):
            raise No(-2010, "Order book liquidity is less than MARKET_LOT_SIZE filter minimum quantity.")
        return found

    def check_names(self, orders: list[PlainOrder]) -> None:
        for order in orders:
            if any(one.client_id == order.client_id for one in self.mine(order.account, order.symbol)):
                raise No(-2010, "Duplicate order sent.")

    def check_prices(self, order: PlainOrder) -> None:
        if order.kind == "LIMIT_MAKER" and self.first(order.symbol, order.side, order.price):
            raise No(-2010, "Order would immediately match and take.")
        last = self.last.get(order.symbol)
        if order.kind in ALGO and not order.delta and last and order.met(last):
            raise No(-2010, "Order would trigger immediately.")

    def need(self, order: PlainOrder) -> Decimal:
        """Give what an order costs at most."""
        if order.kind == "MARKET" and order.side == "BUY":
            if order.quote:
                return order.quote
            if order.status == "PENDING_NEW":
                return down(order.reference * order.quantity)
            return self.plan(order, order.quantity)[1]
        return self.claim(order)

    # Cancel, replace, amend

    def find(self, command, code: int = -2011) -> PlainOrder:
        if command.symbol not in self.symbols:
            raise No(-1121, "Invalid symbol.")
        mine = self.mine(command.account, command.symbol)
        if command.order_id:
            found = [order for order in mine if order.id == command.order_id]
        else:
            found = [order for order in mine if order.client_id == command.client_id]
        if not found:
            raise No(code, "Unknown order sent.")
        if command.client_id and found[0].client_id != command.client_id:
            raise No(-2039, "Client order ID is not correct for this order ID.")
        return found[0]

    def cancel(self, command: Cancel) -> None:
        order = self.find(command)
        allowed = {"": True, "ONLY_NEW": order.status in ("NEW", "PENDING_NEW")}
        if not allowed.get(command.only_if, order.status == "PARTIALLY_FILLED"):
            raise No(-2011, "Order was not canceled due to cancel restrictions.")
        self.cancel_with_list(order)

    def cancel_with_list(self, order: PlainOrder) -> None:
        for one in self.lists[order.list_id].orders if order.list_id >= 0 else [order]:
            if one.open:
                self.end(one, "CANCELED")

    def cancel_all(self, command: CancelAll) -> None:
        if command.symbol not in self.symbols:
            raise No(-1121, "Invalid symbol.")
        mine = self.mine(command.account, command.symbol)
        if not mine:
            raise No(-2011, "Unknown order sent.")
        for order in mine:
            if order.open:
                self.cancel_with_list(order)

    def cancel_list(self, command: CancelList) -> None:
        found = [
            one
            for one in self.lists.values()
            if one.open and (one.account, one.symbol) == (command.account, command.symbol)
            and (one.id == command.list_id if command.list_id >= 0 else one.client_id == command.client_id)
        ]  # fmt: skip
        if not found:
            raise No(-2011, "Unknown order list sent.")
        self.cancel_with_list(found[-1].orders[0])

    def replace(self, command: Replace) -> tuple:
        """Give why either half failed."""
        symbol = self.open_symbol(command.place.symbol)
        check_figures(symbol, command.place)
        self.check_filters(symbol, command.place)
        cancelled = self.tried(self.cancel, command.cancel)
        if cancelled is not None and command.mode == "STOP_ON_FAILURE":
            return cancelled, None
        return cancelled, self.tried(self.place, command.place)

    def tried(self, deed, command) -> tuple[int, str] | None:
        """Do one half of a cancel-replace; give why it failed."""
        try:
            deed(command)
        except No as no:
            return no.code, no.text
        return None

    def amend(self, command: Amend) -> None:
        if command.symbol not in self.symbols:
            raise No(-1121, "Invalid symbol.")
        symbol = self.open_symbol(command.symbol)
        order = self.find(command, -2038)
        quantity = dec(command.quantity)
        if command.new_client_id:
            others = [one for one in self.mine(command.account, command.symbol) if one is not order]
            if any(one.client_id == command.new_client_id for one in others):
                raise No(-2010, "Duplicate order sent.")
        if quantity > order.quantity:
            raise No(-2038, "Order amend (quantity increase) is not supported.")
        if quantity == order.quantity or quantity <= order.executed + order.prevented:
            raise No(-2038, "The requested action would change no state; rejecting.")
        if order.amends >= symbol.max_amends:
            raise No(-2038, "Filter failure: MAX_NUM_ORDER_AMENDS")
        if quantity < dec(symbol.min_quantity) or quantity % dec(symbol.step):
            raise No(-1013, "Filter failure: LOT_SIZE")
        price = order.price or order.stop
        if price and price * quantity < dec(symbol.min_notional):
            raise No(-1013, f"Filter failure: {symbol.notional_filter}")
        other = self.partner(order)
        order.client_id = command.new_client_id or f"amended {order.id} {quantity}"
        for one in (order, other):
            if one is not None:
                self.make_smaller(one, quantity)

    def make_smaller(self, order: PlainOrder, quantity: Decimal) -> None:
        """Take from the hidden part first, and keep the place."""
        order.quantity = quantity
        order.amends += 1
        for met in self.resting:
            if met.order is order:
                met.quantity = min(met.quantity, order.left)
