"""Trades and aggregate trades, with the ids of REST."""

import asyncio


def test_a_taker_that_hits_several_orders_is_one_aggregate_for_each_price(world):
    async def main():
        world.book()
        wire = world.connect("/stream", "streams=btcusdt@trade/btcusdt@aggTrade")
        for account, quantity in (("bob", "1"), ("bob", "0.5")):
            world.place(account, "SELL", price="100.5", quantity=quantity)
        world.place("alice", kind="MARKET", quantity="2", price="0")
        frames = wire.take()
        trades = [f["data"] for f in frames if f["stream"] == "btcusdt@trade"]
        whole = [f["data"] for f in frames if f["stream"] == "btcusdt@aggTrade"]
        assert [(t["t"], t["p"], t["q"]) for t in trades] == [
            (0, "100.50000000", "1.00000000"), (1, "100.50000000", "0.50000000"), (2, "101.00000000", "0.50000000"),
        ]  # fmt: skip
        assert [(a["a"], a["p"], a["q"], a["f"], a["l"]) for a in whole] == [
            (0, "100.50000000", "1.50000000", 0, 1), (1, "101.00000000", "0.50000000", 2, 2),
        ]  # fmt: skip
        assert all(not t["m"] for t in trades + whole)

    asyncio.run(main())


def test_ids_of_aggregates_are_those_of_rest_even_for_who_comes_late(world):
    async def main():
        world.book()
        early = world.connect("/ws/btcusdt@aggTrade")
        seen = []
        for number in range(30):
            world.trade(10 + number * 7, str(95 + number % 9), buyer_is_maker=bool(number % 2))
        await world.pass_ms(100)
        late = world.connect("/ws/btcusdt@aggTrade")
        for number in range(5):
            world.place("alice", "BUY" if number % 2 else "SELL", "MARKET", quantity="3", price="0")
            await world.pass_ms(3)
        await world.pass_ms(200)
        seen, seen_late = early.take(), late.take()
        rows = world.api.call("trades.aggregate", {"symbol": "BTCUSDT", "limit": 1000})
        fields = ("a", "p", "q", "f", "l", "T", "m")
        assert [[row[name] for name in fields] for row in rows] == [[e[name] for name in fields] for e in seen]
        assert seen_late == seen[-len(seen_late) :]
        assert seen_late

    asyncio.run(main())


def test_a_trade_is_told_to_the_market_before_its_owner_or_after_but_in_the_same_moment(world):
    async def main():
        world.book()
        market, user = world.connect("/ws/btcusdt@trade"), world.user()
        await world.pass_ms(1)
        user.take()
        world.place("alice", kind="MARKET", quantity="1", price="0")
        (trade,) = market.take()
        (report,) = [e["event"] for e in user.take() if e["event"].get("x") == "TRADE"]
        assert (trade["t"], trade["p"], trade["q"], trade["T"]) == (report["t"], report["L"], report["l"], report["T"])

    asyncio.run(main())
