"""Tickers and the average price: once a second where something has changed."""

import asyncio


def test_mini_tickers_of_all_symbols_that_changed(world):
    async def main():
        wire = world.connect("/ws/!miniTicker@arr")
        await world.pass_ms(3_000)
        assert wire.take() == []
        world.trade(3_100, "100")
        world.trade(3_200, "50", symbol="ETHUSDT")
        world.trade(4_100, "51", symbol="ETHUSDT")
        await world.pass_ms(1_000)
        (both,) = wire.take()
        assert [one["s"] for one in both] == ["BTCUSDT", "ETHUSDT"]
        await world.pass_ms(1_000)
        ((eth,),) = wire.take()
        assert (eth["e"], eth["s"], eth["o"], eth["c"]) == ("24hrMiniTicker", "ETHUSDT", "50.00000000", "51.00000000")
        await world.pass_ms(5_000)
        assert wire.take() == []

    asyncio.run(main())


def test_ticker_has_the_figures_of_rest(world):
    async def main():
        world.book()
        wire = world.connect("/ws/btcusdt@ticker")
        for at, price in enumerate(("100", "104", "98", "101")):
            world.trade(100 + at * 100, price, str(at + 1))
        await world.pass_ms(1_000)
        (event,) = wire.take()
        rest = world.api.call("ticker.24hr", {"symbol": "BTCUSDT"})
        same = {
            "p": "priceChange", "P": "priceChangePercent", "w": "weightedAvgPrice", "c": "lastPrice", "Q": "lastQty",
            "b": "bidPrice", "B": "bidQty", "a": "askPrice", "A": "askQty", "o": "openPrice", "h": "highPrice",
            "l": "lowPrice", "v": "volume", "q": "quoteVolume", "F": "firstId", "L": "lastId", "n": "count",
        }  # fmt: skip
        assert {name: event[name] for name in same} == {name: rest[full] for name, full in same.items()}
        assert event["o"] == "100.00000000"
        assert event["h"] == "104.00000000"

    asyncio.run(main())


def test_a_window_forgets_what_is_older(world):
    async def main():
        wire, every = world.connect("/ws/btcusdt@ticker_1h"), world.connect("/ws/!ticker_1h@arr")
        world.trade(100, "100")
        world.trade(4_000_000, "110", "2")
        await world.pass_ms(4_000_500)
        last, whole = wire.take()[-1], every.take()[-1]
        assert (last["e"], last["v"], last["n"], last["F"], last["L"]) == ("1hTicker", "2.00000000", 1, 1, 1)
        assert last["O"] % 60_000 == 0
        assert 3_600_000 <= last["C"] - last["O"] < 3_660_000
        assert [one["v"] for one in whole] == ["2.00000000"]

    asyncio.run(main())


def test_average_price(world):
    async def main():
        wire = world.connect("/ws/btcusdt@avgPrice")
        world.trade(100, "100", "3")
        world.trade(200, "104", "1")
        await world.pass_ms(1_000)
        event = wire.take()[-1]
        assert (event["e"], event["i"], event["w"]) == ("avgPrice", "5m", "101.00000000")
        assert event["T"] == 1_700_000_040_200
        assert event["w"] == world.api.call("avgPrice", {"symbol": "BTCUSDT"})["price"]
        await world.pass_ms(10_000)
        assert wire.take() == []

    asyncio.run(main())
