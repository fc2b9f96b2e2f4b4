"""Who knows nothing but the user data stream knows the truth about his orders and his money."""

import asyncio
import random
from contextlib import suppress

import pytest

from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, Place, PlaceList, Replace
from btbot.exchange.refused import Refused
from btbot.exchange.units import text, units

OPEN = ("NEW", "PARTIALLY_FILLED", "PENDING_NEW")


class Client:
    """What a bot would keep."""

    def __init__(self):
        self.orders, self.filled, self.money, self.trades, self.lists = {}, {}, {}, set(), {}
        self.prevented = {}

    def hear(self, event):
        kind = event["e"]
        if kind == "executionReport":
            self.report(event)
        elif kind == "outboundAccountPosition":
            self.money.update({row["a"]: (row["f"], row["l"]) for row in event["B"]})
        elif kind == "listStatus":
            self.lists[event["g"]] = event["L"]

    def report(self, event):
        number = event["i"]
        before = self.orders.get(number)
        assert before is None or before["X"] in OPEN, "a report after the end"
        assert before is not None or event["x"] in ("NEW", "REJECTED"), "a report before the beginning"
        if event["x"] == "TRADE":
            assert event["t"] not in self.trades
            self.trades.add(event["t"])
            self.filled[number] = self.filled.get(number, 0) + units(event["l"])
        assert units(event["z"]) == self.filled.get(number, 0)
        used = units(event["z"]) + units(event.get("A", "0"))
        assert (event["X"] == "FILLED") == (event["x"] == "TRADE" and used == units(event["q"]))
        if event["x"] == "TRADE_PREVENTION":
            self.prevented[number] = self.prevented.get(number, 0) + units(event["B"])
        assert units(event.get("A", "0")) == self.prevented.get(number, 0)
        assert event["w"] is False or event["X"] in OPEN
        self.orders[number] = event


def money(dice):
    return units(f"{dice.choice((0.1, 0.5, 1, 2))}")


def price(dice, low=90, high=110):
    return units(str(dice.randint(low, high)))


def order(dice, account, side=None):
    side = side or dice.choice(("BUY", "SELL"))
    kind = dice.choice(("LIMIT", "LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT"))
    more = {}
    if kind in ("LIMIT", "STOP_LOSS_LIMIT"):
        more["time_in_force"] = dice.choice(("GTC", "GTC", "IOC", "FOK"))
    if kind != "MARKET" and kind != "TAKE_PROFIT":
        more["price"] = price(dice)
    if kind in ("STOP_LOSS_LIMIT", "TAKE_PROFIT"):
        more["stop_price"] = price(dice)
    return Place(
        account,
        "BTCUSDT",
        side,
        kind,
        money(dice),
        prevention=dice.choice(("NONE", "EXPIRE_MAKER", "EXPIRE_TAKER", "EXPIRE_BOTH", "DECREMENT")),
        **more,
    )


def command(dice, world, account):
    held = [one.id for one in world.exchange.open_orders(account)]
    what = dice.random()
    if held and what < 0.15:
        return Cancel(account, "BTCUSDT", order_id=dice.choice(held))
    if held and what < 0.22:
        return Replace(Cancel(account, "BTCUSDT", order_id=dice.choice(held)), order(dice, account), "ALLOW_FAILURE")
    if held and what < 0.28:
        return Amend(account, "BTCUSDT", units("0.05"), order_id=dice.choice(held))
    if what < 0.30:
        return CancelAll(account, "BTCUSDT")
    if what < 0.36:
        quantity, low = money(dice), price(dice, 90, 97)
        above = Place(account, "BTCUSDT", "SELL", "LIMIT_MAKER", quantity, price=price(dice, 103, 110))
        below = Place(account, "BTCUSDT", "SELL", "STOP_LOSS", quantity, stop_price=low)
        return PlaceList(account, "BTCUSDT", "OCO", (above, below))
    if what < 0.42:
        working = Place(account, "BTCUSDT", "BUY", "LIMIT", money(dice), price=price(dice), time_in_force="GTC")
        pending = Place(account, "BTCUSDT", "SELL", "LIMIT", money(dice), price=price(dice), time_in_force="GTC")
        return PlaceList(account, "BTCUSDT", "OTO", (working, pending))
    if what < 0.45:
        return Adjust(account, "USDT", units("3") * dice.choice((1, -1)))
    return order(dice, account)


@pytest.mark.parametrize("seed", range(8))
def test_any_flow_of_orders(world, seed):
    async def main():
        dice = random.Random(seed)
        wires = {name: world.user(name) for name in ("alice", "bob")}
        clients = {name: Client() for name in wires}
        await world.pass_ms(1)
        for wire in wires.values():
            wire.take()
        world.book()
        for _ in range(350):
            account = dice.choice(("alice", "bob"))
            with suppress(Refused):
                world.venue.execute(command(dice, world, account))
            if dice.random() < 0.3:
                side, at = dice.choice(("BUY", "SELL")), price(dice)
                world.scripts["BTCUSDT"].at(
                    world.venue.market_ms(),
                    lambda x, s=side, p=at: x.sweep("BTCUSDT", s, p, units("1"), world.venue.market_ms()),
                )
            await world.pass_ms(dice.randrange(3))
            for name, wire in wires.items():
                for frame in wire.take():
                    clients[name].hear(frame["event"])
        for name, client in clients.items():
            truth = {one.id: one for one in world.exchange.open_orders(name)}
            assert {number for number, event in client.orders.items() if event["X"] in OPEN} == set(truth)
            for number, event in client.orders.items():
                real = world.exchange.order(name, "BTCUSDT", order_id=number)
                assert (event["X"], event["z"], event["Z"], event["q"]) == (
                    real.status, text(real.executed), text(real.spent), text(real.quantity),
                )  # fmt: skip
                assert event["C"] or event["c"] == real.client_id
            balances = world.exchange.balances(name)
            assert client.money == {
                asset: (text(held.free), text(held.locked)) for asset, held in balances.items() if asset in client.money
            }
            assert set(client.money) == {"BTC", "USDT"}
            for number, status in client.lists.items():
                assert world.exchange.order_list(name, list_id=number).order_status == status
        assert any(event["x"] == "TRADE_PREVENTION" for event in clients["alice"].orders.values()) or seed
        assert len(clients["alice"].trades) > 20

    asyncio.run(main())
