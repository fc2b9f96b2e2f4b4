"""Requests under faults that take seconds and minutes: in process, unmodified ccxt on simulated time."""

import itertools

import pytest
from fault_play import BTC, MINUTE, buy, find, play

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")


@pytest.mark.parametrize("park_ms", [100, 1500, 2900, 3100])
def test_a4_accepted_while_the_client_is_asking(park_ms):
    """A client that takes the first answer "no such order" for the truth sends a second order."""

    async def scenario(play):
        client = await play.client(timeout=1000, recv_window=3000)
        await play.fault({"kind": "park", "ms": park_ms}, {"endpoint": "order.place"})
        sent = play.clock.now_ms()
        try:
            found = (await buy(client))["status"]
        except ccxt.RequestTimeout:
            found = None
        seen = [(play.clock.now_ms() - sent, found)]
        while seen[-1][0] < 4000:
            await play.clock.sleep(250)
            seen.append((play.clock.now_ms() - sent, await find(client)))
        accepted_at = park_ms if park_ms <= 3000 else 10**9
        assert {status for at, status in seen if at < accepted_at} <= {None}
        assert {status for at, status in seen if at > accepted_at} <= {"open"}
        assert await play.accepted("mine") == (park_ms <= 3000)
        codes = [one.get("code") for one in await play.entries("reply")]
        assert (-1021 in codes) == (park_ms > 3000)
        assert (-2013 in codes) == (park_ms > 1000)

    play(scenario)


def test_a8_bans_grow():
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "rate_limit", "retry_after": 7, "ban": 20}, {"every": 2})
        bans = []
        while len(bans) < 4:
            try:
                await client.fetch_time()
            except ccxt.DDoSProtection:
                wait = int(client.last_response_headers["Retry-After"])
                if wait != 7:
                    bans.append(wait)
                    await play.clock.sleep(wait * 1000)
        assert bans == [20, 40, 80, 160]

    play(scenario)


def test_a8_who_waits_is_not_banned():
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "rate_limit", "retry_after": 7}, {"nth": 1})
        with pytest.raises(ccxt.DDoSProtection):
            await client.fetch_time()
        await play.clock.sleep(7000)
        await client.fetch_time()
        assert [one["status"] for one in await play.entries("reply")][-2:] == [429, 200]

    play(scenario)


def test_a10_ten_seconds_without_a_network():
    async def scenario(play):
        client = await play.client(timeout=3000)
        await play.fault("hang_before", {"before_ms": 10_000})
        failed = 0
        begun = play.clock.now_ms()
        while True:
            try:
                await client.fetch_time()
                break
            except ccxt.RequestTimeout:
                failed += 1
        assert failed == 4
        assert play.clock.now_ms() - begun == pytest.approx(12_000, abs=50)

    play(scenario)


def test_orders_that_stay_invisible_for_twenty_seconds():
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "error", "code": -2013}, {"endpoint": "order.status", "before_ms": 20_000})
        await buy(client)
        seen = []
        for _ in range(24):
            seen.append(await find(client))
            await play.clock.sleep(1000)
        assert seen.index("open") in (19, 20, 21)

    play(scenario)


def test_b1_a_clock_that_drifts_until_requests_are_refused():
    async def scenario(play):
        client = await play.client(recv_window=3000)
        await play.fault({"kind": "drift", "ms_per_minute": 500})
        for minute in range(7):
            await buy(client, f"m{minute}")
            await play.clock.sleep(MINUTE)
        with pytest.raises(ccxt.InvalidNonce):  # 3500 ms are more than the window
            await buy(client, "m7")
        await client.load_time_difference()
        await buy(client, "corrected")

    play(scenario)


def test_b3_a_clock_that_jumps_back_repeats_no_candle(candles):
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "skew", "ms": -3000}, {"after_ms": 30_000})
        await play.clock.sleep(29_000)
        before = await client.fetch_time()
        rows = await client.fetch_ohlcv(BTC, "1m")
        await play.clock.sleep(2000)
        assert await client.fetch_time() < before
        later = await client.fetch_ohlcv(BTC, "1m")
        assert [row[0] for row in later][: len(rows)] == [row[0] for row in rows]
        assert len({row[0] for row in later}) == len(later)

    play(scenario, market=candles, speed=60)


def test_c5_maintenance():
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "maintenance", "ms": 2 * MINUTE, "notice_ms": 15_000}, {"after_ms": MINUTE})
        failed = []
        await play.clock.sleep(1000)
        for second in range(15, 255, 15):
            await play.clock.sleep(15_000)
            try:
                await client.fetch_time()
            except ccxt.OperationFailed:
                failed.append(second)
        assert failed == [75, 90, 105, 120, 135, 150, 165, 180]

    play(scenario)


def test_c5_a_halt_at_a_date_of_the_market(candles):
    async def scenario(play):
        client = await play.client()
        await play.fault({"kind": "halt", "symbol": BTC}, {"since": "2021-01-01T01:10:00"})
        await play.fault({"kind": "resume", "symbol": BTC}, {"since": "2021-01-01T01:25:00"})
        seen = []
        for minute in range(60):
            try:
                await buy(client, f"m{minute}")
                seen.append("open")
            except ccxt.BaseError as error:
                seen.append("closed" if "Market is closed" in str(error) else str(error))
            await play.clock.sleep(1000)
        assert [name for name, _ in itertools.groupby(seen)] == ["open", "closed", "open"]
        assert seen.count("closed") in (14, 15, 16)

    play(scenario, market=candles, speed=60)


def test_c5_a_symbol_that_is_delisted():
    async def scenario(play):
        client = await play.client()
        await buy(client)
        await play.fault({"kind": "delist", "symbol": BTC})
        await play.clock.sleep(500)
        assert await client.fetch_markets() == []
        with pytest.raises(ccxt.BadSymbol):
            await buy(client, "late")
        assert (await client.fetch_balance())["USDT"]["used"] == 0
        assert [one["reason"] for one in await play.entries("order", change="CANCELED")] == ["DELISTED"]

    play(scenario)


def test_e6_a_book_that_is_thin_for_a_moment(candles):
    async def scenario(play):
        client = await play.client()
        full = await client.fetch_order_book(BTC)
        assert len(full["asks"]) > 5
        await play.fault({"kind": "thin_book", "symbol": BTC, "quantity": 0.003}, {"type": "MARKET", "nth": 1})
        order = await client.create_order(BTC, "market", "buy", 0.01)
        assert (order["status"], order["filled"]) == ("expired", 0.003)

    play(scenario, market=candles, speed=0.001)


def test_candles_that_are_revised_missing_or_few(candles):
    async def scenario(play):
        client = await play.client()
        first = await client.fetch_ohlcv(BTC, "1m", limit=20)
        klines = {"endpoint": "klines"}
        await play.fault({"kind": "revised_candle", "percent": 1}, {**klines, "nth": 1})
        await play.fault("empty_page", {**klines, "nth": 2})
        await play.fault({"kind": "short_page", "keep": 18}, {**klines, "nth": 3})
        revised = await client.fetch_ohlcv(BTC, "1m", limit=20)
        assert revised[-2][4] == pytest.approx(first[-2][4] * 1.01)
        assert revised[-2][5] == pytest.approx(first[-2][5] * 2)
        assert revised[:-2] == first[:-2]
        assert await client.fetch_ohlcv(BTC, "1m", limit=20) == []
        assert await client.fetch_ohlcv(BTC, "1m", limit=20) == first[:18]

    play(scenario, market=candles, speed=0.001)


def test_f5_a_stop_is_executed_while_the_client_is_away(candles):
    async def scenario(play):
        client = await play.client()
        stop = await client.create_order(BTC, "STOP_LOSS", "buy", 0.01, None, {"stopPrice": 20_100})
        await play.clock.sleep(100_000)
        assert (await client.fetch_order(stop["id"], BTC))["status"] == "closed"
        assert len(await client.fetch_my_trades(BTC)) >= 1

    play(scenario, market=candles, speed=60)
