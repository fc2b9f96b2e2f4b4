"""kill -9 at any moment loses nothing that was acknowledged."""

import asyncio
import random
import sqlite3
from collections import Counter
from decimal import Decimal

import aiohttp
import pytest

ACCOUNTS = ("alice", "bob")
GONE = (aiohttp.ClientError, asyncio.TimeoutError)


class Trader:
    """Sends orders until the exchange is gone, and remembers what it acknowledged."""

    def __init__(self, account, seed):
        self.account = account
        self.rng = random.Random(seed)
        self.orders = {}
        self.cancelled = set()
        self.trades = set()
        self.count = 0

    async def trade(self, client, refusal):
        try:
            while True:
                await self.step(client, refusal)
        except GONE:
            pass

    async def step(self, client, refusal):
        self.count += 1
        open_orders = [one for one in self.orders if one not in self.cancelled]
        try:
            if open_orders and self.rng.random() < 0.3:
                name = self.rng.choice(open_orders)
                answer = await client.call("DELETE", "order", symbol="BTCUSDT", origClientOrderId=name)
                assert answer["status"] == "CANCELED"
                self.cancelled.add(name)
                return
            name = f"{self.account}-{self.rng.randrange(10**12)}"
            params = {
                "symbol": "BTCUSDT",
                "side": self.rng.choice(("BUY", "SELL")),
                "quantity": self.rng.randrange(1, 9),
            }
            if self.rng.random() < 0.8:
                params |= {"type": "LIMIT", "timeInForce": "GTC", "price": self.rng.randrange(90, 111)}
            else:
                params |= {"type": "MARKET"}
            answer = await client.call("POST", "order", **params, newClientOrderId=name, newOrderRespType="FULL")
        except refusal as error:
            if error.code not in (-2010, -2011, -1013):  # no such order any more, or nobody to trade with
                raise
            return
        self.orders[name] = answer
        self.trades |= {fill["tradeId"] for fill in answer["fills"]}


async def _live(life, settings, traders, client, refusal, seconds):
    """Let all trade, then kill the exchange in the midst of it."""
    async with aiohttp.ClientSession(life.rest) as session:
        tasks = [
            asyncio.ensure_future(trader.trade(client(session, settings.state / "keys.json", trader.account), refusal))
            for trader in traders
        ]
        await asyncio.sleep(seconds)
        await asyncio.to_thread(life.kill)
        await asyncio.gather(*tasks)


async def _check(life, settings, traders, client):
    """Compare what is there with what was acknowledged, and count the money."""
    async with aiohttp.ClientSession(life.rest) as session:
        found = []
        for account in ACCOUNTS:
            asking = client(session, settings.state / "keys.json", account)
            while True:
                before = (await asking.call("GET", "account"))["balances"]
                orders, trades = await _all(asking, "allOrders", "orderId"), await _all(asking, "myTrades", "id")
                if (await asking.call("GET", "account"))[
                    "balances"
                ] == before:  # the market did nothing to us meanwhile
                    break
            known = {one["clientOrderId"]: one for one in orders}
            assert len({one["orderId"] for one in orders}) == len(orders)
            for trader in traders:
                if trader.account == account:
                    _compare(trader, known, {one["id"] for one in trades})
            _count(before, orders, trades)
            found += [one["id"] for one in trades]
        sides = set(Counter(found).values())  # of a trade: two, or one where the market was the other
        assert sides <= ({2} if settings.markets[0].form == "empty" else {1, 2})


def _count(balances, orders, trades):
    """Recompute the balances from the deposits and the trades, and what orders executed from the trades."""
    expected = Counter({"BTC": Decimal(1_000_000), "USDT": Decimal(1_000_000)})
    executed = Counter()
    for trade in trades:
        sign = 1 if trade["isBuyer"] else -1
        expected["BTC"] += sign * Decimal(trade["qty"])
        expected["USDT"] -= sign * Decimal(trade["quoteQty"])
        expected[trade["commissionAsset"]] -= Decimal(trade["commission"])
        executed[trade["orderId"]] += Decimal(trade["qty"])
    assert {one["asset"]: Decimal(one["free"]) + Decimal(one["locked"]) for one in balances} == expected
    assert {one["orderId"]: Decimal(one["executedQty"]) for one in orders if one["orderId"] in executed} == executed
    assert not any(Decimal(one["executedQty"]) for one in orders if one["orderId"] not in executed)


async def _all(client, path, name):
    found, last = [], 1 if name == "orderId" else 0
    while True:
        page = await client.call(
            "GET", path, symbol="BTCUSDT", limit=1000, **{name if name == "orderId" else "fromId": last}
        )
        found += page
        if len(page) < 1000:
            return found
        last = page[-1][name] + 1


def _compare(trader, known, trades):
    for name, acknowledged in trader.orders.items():
        order = known[name]
        for field in ("orderId", "side", "type", "origQty", "price"):
            assert order[field] == acknowledged[field]
        assert Decimal(order["executedQty"]) >= Decimal(acknowledged["executedQty"])
        if name in trader.cancelled:
            assert order["status"] == "CANCELED"
    assert trader.trades <= trades


def write_late():
    """Spoil the journal: what is appended reaches the file only with every tenth batch."""
    from btbot.paper.journal import Journal

    append, waiting = Journal.append, []

    def late(self, events, *, request=None):
        waiting.append((events, request))
        if len(waiting) == 10:
            for batch, asked in waiting:
                append(self, batch, request=asked)
            waiting.clear()

    Journal.append = late


def write_what_was_asked_only():
    """Spoil the journal: what the market or another account's order does to an order is left out."""
    from btbot.exchange.events import OrderEvent
    from btbot.paper.journal import Journal

    append = Journal.append

    def partly(self, events, *, request=None):
        accounts = [event.order.account for event in events if isinstance(event, OrderEvent)]
        append(
            self, [event for event in events if not isinstance(event, OrderEvent) or event.order.account == accounts[0]]
        )

    Journal.append = partly


def _rehearse(begin, settings, client, refusal, *, kills, seed, plant=None):
    rng = random.Random(seed)
    traders = [Trader(account, rng.random()) for account in ACCOUNTS for _ in range(3)]

    async def go():
        for _ in range(kills):
            life = begin(plant)
            await _check(life, settings, traders, client)
            await _live(life, settings, traders, client, refusal, rng.uniform(0.02, 0.5))
        await _check(begin(), settings, traders, client)

    asyncio.run(go())
    assert sum(len(trader.orders) for trader in traders) > 20 * kills


@pytest.mark.parametrize("settings", ["empty", "synthetic"], indirect=True)
def test_no_acknowledged_order_is_lost(begin, settings, client, refusal):
    _rehearse(begin, settings, client, refusal, kills=5, seed=1)


@pytest.mark.parametrize("plant", [write_late, write_what_was_asked_only])
def test_a_journal_that_forgets_is_noticed(begin, settings, client, refusal, plant):
    with pytest.raises((AssertionError, KeyError)):
        _rehearse(begin, settings, client, refusal, kills=8, seed=1, plant=plant)


@pytest.mark.slow
@pytest.mark.parametrize("settings", ["empty", "synthetic"], indirect=True)
@pytest.mark.parametrize("seed", range(10))
def test_no_acknowledged_order_is_lost_in_many_kills(begin, settings, client, refusal, seed):
    _rehearse(begin, settings, client, refusal, kills=30, seed=seed)


def test_a_journal_cut_anywhere_is_a_shorter_journal(begin, settings, client, refusal, tmp_path):
    """Whatever part of the log reached the disk, what is read back is the beginning of what happened."""
    life = begin()
    traders = [Trader("alice", 5)]
    asyncio.run(_live(life, settings, traders, client, refusal, 0.3))
    database = (settings.state / "journal.sqlite").read_bytes()
    log = (settings.state / "journal.sqlite-wal").read_bytes()
    whole = _entries(tmp_path, database, log)
    rng = random.Random(7)
    lengths = set()
    for _ in range(60):
        part = _entries(tmp_path, database, log[: rng.randrange(len(log))])
        assert part == whole[: len(part)]
        lengths.add(len(part))
    assert len(lengths) > 10
    assert len(whole) >= len(traders[0].orders)


def _entries(folder, database, log):
    path = folder / "cut.sqlite"
    path.write_bytes(database)
    (folder / "cut.sqlite-wal").write_bytes(log)
    (folder / "cut.sqlite-shm").unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT n, events FROM entries ORDER BY n").fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return []
    finally:
        connection.close()
        path.unlink()
