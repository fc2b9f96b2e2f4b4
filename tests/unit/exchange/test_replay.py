"""The events of an exchange, applied to an empty one, give the same exchange; also in the middle of things."""

from __future__ import annotations

import random
from dataclasses import replace

from btbot.exchange.commands import Cancel, CancelAll, CancelList
from btbot.exchange.matching import Exchange
from btbot.exchange.refused import Refused
from btbot.exchange.units import units

KINDS = (
    "LIMIT",
    "LIMIT",
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
MODES = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")


class Crowd:
    """Three accounts that do anything at all around a price of 100."""

    def __init__(self, desk, seed):
        self.desk = desk
        self.rng = random.Random(seed)
        for account in ("alice", "bob", "carol"):
            desk.fund(account, BTC="20", USDT="2000", BNB="1")
        desk.exchange.set_fees("bob", 50_000, 70_000, 75_000_000)

    def price(self, spread=5.0):
        return f"{100 + self.rng.uniform(-spread, spread):.2f}"

    def order(self, account, side=None, kinds=KINDS, quantity=None):
        rng, kind = self.rng, self.rng.choice(kinds)
        figures = {"quantity": quantity or f"{rng.uniform(0.01, 3):.3f}", "prevention": rng.choice(MODES)}
        if kind in ("LIMIT", "LIMIT_MAKER") or kind.endswith("_LIMIT"):
            figures["price"] = self.price()
        if kind == "LIMIT":
            figures["time_in_force"] = rng.choice(("GTC", "GTC", "GTC", "IOC", "FOK"))
            if figures["time_in_force"] == "GTC" and rng.random() < 0.2:
                figures["iceberg_quantity"] = f"{float(figures['quantity']) / 3 + 0.001:.3f}"
        if kind.startswith(("STOP", "TAKE")):
            form = rng.random()
            if form < 0.7:
                figures["stop_price"] = self.price()
            if form > 0.5:
                figures["trailing_delta"] = rng.randrange(10, 500)
        if kind == "MARKET" and quantity is None and rng.random() < 0.3:
            figures["quote_quantity"] = f"{rng.uniform(1, 300):.2f}"
            del figures["quantity"]
        return self.desk.make(account, side or rng.choice(("BUY", "SELL")), kind, **figures)

    def act(self):
        rng, desk = self.rng, self.desk
        account = rng.choice(("alice", "bob", "carol"))
        deed = rng.random()
        open_orders = desk.exchange.open_orders(account)
        if deed < 0.45:
            desk.do(self.order(account))
        elif deed < 0.55:
            self.group(account)
        elif deed < 0.65 and open_orders:
            desk.cancel(rng.choice(open_orders))
        elif deed < 0.7 and open_orders:
            order = rng.choice(open_orders)
            desk.amend(order, f"{order.quantity / 1e8 * rng.uniform(0.3, 1):.3f}")
        elif deed < 0.72:
            desk.do(CancelAll(account, "BTCUSDT"))
        elif deed < 0.74 and desk.exchange.open_lists(account):
            desk.do(CancelList(account, "BTCUSDT", rng.choice(desk.exchange.open_lists(account)).id))
        elif deed < 0.8:
            desk.prints(self.price(2))
        elif deed < 0.9:
            desk.sweep(rng.choice(("BUY", "SELL")), self.price(), f"{rng.uniform(0.1, 5):.3f}")
        else:
            self.supply()

    def group(self, account):
        side, quantity = self.rng.choice(("BUY", "SELL")), f"{self.rng.uniform(0.1, 2):.3f}"
        high, low = f"{self.rng.uniform(100, 106):.2f}", f"{self.rng.uniform(94, 100):.2f}"
        make = self.desk.make
        if side == "SELL":
            above = make(account, side, "LIMIT_MAKER", quantity=quantity, price=high)
            below = make(account, side, "STOP_LOSS_LIMIT", quantity=quantity, price=low, stop_price=low)
        else:
            above = make(account, side, "STOP_LOSS", quantity=quantity, stop_price=high)
            below = make(account, side, "LIMIT_MAKER", quantity=quantity, price=low)
        working = self.order(account, kinds=("LIMIT", "LIMIT_MAKER"))
        form = self.rng.choice(("OCO", "OTO", "OTOCO"))
        legs = {
            "OCO": (above, below),
            "OTO": (working, self.order(account, quantity=quantity)),
            "OTOCO": (working, above, below),
        }
        self.desk.group(account, form, *legs[form])

    def supply(self):
        side, price = self.rng.choice(("BUY", "SELL")), units(self.price())
        other = self.desk.exchange.books["BTCUSDT"].best("SELL" if side == "BUY" else "BUY")
        if not other or (price < other if side == "BUY" else price > other):
            self.desk.exchange.supply("BTCUSDT", side, price, units(f"{self.rng.uniform(0.1, 2):.3f}"), 0)


def live(new_desk, seed, deeds):
    desk = new_desk(max_algo_orders=50, trailing_above_min=1, trailing_below_min=1)
    crowd = Crowd(desk, seed)
    refused = 0
    for number in range(deeds):
        try:
            crowd.act()
        except Refused:
            refused += 1
        book = desk.exchange.books["BTCUSDT"]
        assert not book.best("SELL") or book.best("BUY") < book.best("SELL")
        if number % 97 == 0:
            desk.check()
    desk.check()
    return desk, refused


def test_replay_of_anything(new_desk):
    changes = set()
    for seed in range(12):
        desk, refused = live(new_desk, seed, 400)
        assert refused < 300
        changes |= {getattr(event, "change", type(event).__name__) for event in desk.events}
        changes |= {event.reason for event in desk.events if getattr(event, "reason", "")}
    assert changes >= {
        "NEW", "TRADE", "CANCELED", "EXPIRED", "TRIGGERED", "REPLACED", "TRADE_PREVENTION", "ListEvent", "OCO", "LIST", "FOK",
        "INSUFFICIENT_LIQUIDITY",
    }  # fmt: skip


def test_replay_goes_on_like_the_original(new_desk):
    """A rebuilt exchange has no liquidity of the market, but users meet each other in it just as before."""
    desk, _ = live(new_desk, 5, 300)
    desk.exchange.clear("BTCUSDT")
    copy = desk.replayed()
    copy.set_fees("bob", 50_000, 70_000, 75_000_000)
    for number, command in enumerate(orders_of(desk)):
        answers = []
        for exchange in (desk.exchange, copy):
            try:
                events = exchange.execute(command, desk.now + number).events
                answers.append([(getattr(event, "change", ""), getattr(event, "trade_id", 0)) for event in events])
            except Refused as refused:
                answers.append(refused.code)
        assert answers[0] == answers[1]
    assert copy.state() == desk.exchange.state()


def orders_of(desk):
    crowd = Crowd.__new__(Crowd)
    crowd.desk, crowd.rng = desk, random.Random(99)
    commands = [crowd.order(account) for account in ("alice", "bob", "carol") * 30]
    return [*commands, *(Cancel(order.account, "BTCUSDT", order.id) for order in desk.exchange.open_orders("bob"))]


def test_state_tells_exchanges_apart(desk):
    before = desk.exchange.state()
    desk.limit("alice", "BUY", "1", "100")
    assert desk.exchange.state() != before
    other = Exchange([replace(desk.symbol, status="HALT")])
    assert other.state() != Exchange([desk.symbol]).state()
