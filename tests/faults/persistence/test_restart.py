"""An exchange that is started again is the same exchange."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import aiohttp
import pytest

from btbot.paper.settings import MarketSettings, ServerSettings, deposits


def run(life, settings, client, main, account="alice"):
    async def go():
        async with aiohttp.ClientSession(life.rest) as session:
            return await main(client(session, settings.state / "keys.json", account))

    return asyncio.run(go())


async def trade(client):
    """Leave one order of each fate: filled, partly filled, open, cancelled, amended, and a list."""
    place = {"symbol": "BTCUSDT", "type": "LIMIT", "timeInForce": "GTC"}
    await client.call("POST", "order", **place, side="SELL", quantity=3, price=101, newClientOrderId="rests")
    await client.call("POST", "order", **place, side="SELL", quantity=1, price=100, newClientOrderId="filled")
    await client.call("POST", "order", **place, side="BUY", quantity=2, price=90, newClientOrderId="cancelled")
    await client.call("DELETE", "order", symbol="BTCUSDT", origClientOrderId="cancelled")
    await client.call("POST", "order", **place, side="BUY", quantity=4, price=80, newClientOrderId="amended")
    await client.call("PUT", "order/amend/keepPriority", symbol="BTCUSDT", origClientOrderId="amended", newQty=2)
    await client.call(
        "POST", "orderList/oco", symbol="BTCUSDT", side="SELL", quantity=1, aboveType="LIMIT_MAKER", abovePrice=150,
        belowType="STOP_LOSS", belowStopPrice=50,
    )  # fmt: skip


async def buy(client):
    await client.call("POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity=2)


async def everything(client):
    found = {}
    for path in ("account", "openOrders", "allOrders", "myTrades", "allOrderList", "openOrderList"):
        params = {} if path in ("account", "allOrderList", "openOrderList") else {"symbol": "BTCUSDT"}
        found[path] = await client.call("GET", path, **params)
    found["account"].pop("updateTime")
    found["depth"] = (await client.call("GET", "account/commission", symbol="BTCUSDT"))["standardCommission"]
    return found


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_balances_orders_fills_and_lists_persist(begin, settings, client, end):
    life = begin()
    run(life, settings, client, trade)
    run(life, settings, client, buy, "bob")
    before = [run(life, settings, client, everything, account) for account in ("alice", "bob")]
    getattr(life, end)()
    life = begin()
    after = [run(life, settings, client, everything, account) for account in ("alice", "bob")]
    assert after == before
    assert [(order["type"], Decimal(order["origQty"])) for order in after[0]["openOrders"]] == [
        ("LIMIT", 3), ("LIMIT", 2), ("STOP_LOSS", 1), ("LIMIT_MAKER", 1),
    ]  # fmt: skip
    assert len(after[1]["myTrades"]) == 2


def test_orders_go_on_trading_after_a_restart_and_ids_go_on(begin, settings, client):
    life = begin()
    run(life, settings, client, trade)
    run(life, settings, client, buy, "bob")
    before = run(life, settings, client, everything)
    life.kill()
    life = begin()
    run(life, settings, client, buy, "bob")
    after = run(life, settings, client, everything)
    (rests,) = [one for one in after["allOrders"] if one["clientOrderId"] == "rests"]
    assert (rests["status"], Decimal(rests["executedQty"])) == ("FILLED", 3)
    assert after["myTrades"][:2] == before["myTrades"]
    assert after["myTrades"][2]["id"] > before["myTrades"][-1]["id"]
    orders = run(life, settings, client, everything, "bob")["allOrders"]
    assert orders[-1]["orderId"] > max(one["orderId"] for one in before["allOrders"])


def test_clients_are_told_before_the_exchange_goes(begin, settings):
    life = begin()

    async def listen():
        async with (
            aiohttp.ClientSession(life.rest) as session,
            session.ws_connect("/ws-api/v3") as api,
            session.ws_connect("/ws/btcusdt@trade") as stream,
        ):
            stopping = asyncio.ensure_future(asyncio.to_thread(life.stop))
            told = [(await ws.receive(timeout=5)).json() for ws in (api, stream)]
            for ws in (api, stream):
                assert (await ws.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
                assert ws.close_code == 1001
            assert await stopping == 0
            return told

    api, stream = asyncio.run(listen())
    assert api["event"]["e"] == "serverShutdown"
    assert stream["e"] == "serverShutdown"


def test_deposits_of_the_command_are_made_once(begin, settings, client):
    for _ in range(3):
        life = begin()
        balances = run(life, settings, client, everything)["account"]["balances"]
        assert {one["asset"]: Decimal(one["free"]) for one in balances} == {"BTC": 1_000_000, "USDT": 1_000_000}
        assert life.stop() == 0


@pytest.fixture
def replay(tmp_path):
    path = tmp_path / "candles.csv"
    rows = [
        f"{1_700_000_000_000 // 3_600_000 * 3_600_000 + k * 3_600_000},{100 + k % 7},{110 + k % 7},{90},{101 + k % 7},50"
        for k in range(300)
    ]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    return path


def test_a_replay_goes_on_where_it_stopped(tmp_path, replay):
    from btbot.paper.assembly import assemble
    from btbot.paper.clock import VirtualClock

    settings = ServerSettings(
        (MarketSettings("BTC/USDT", "replay", replay),),
        state=tmp_path / "replayed",
        deposits=deposits(["USDT=5"]),
        paused=True,
    )
    first = assemble(settings, VirtualClock(0))
    began = first.venue.market_ms()
    asyncio.run(first.pace.move(30 * 3_600_000 + 1_234_567))
    first.note()
    stopped, ids = first.venue.market_ms(), first.venue.exchange.counters()
    first.close()
    assert stopped == began + 30 * 3_600_000 + 1_234_567

    second = assemble(settings, VirtualClock(0))
    assert second.resumed
    assert second.venue.market_ms() == stopped
    assert second.venue.exchange.counters() == ids
    assert second.venue.next_market_ms() >= stopped
    undisturbed = assemble(replace(settings, state=None), VirtualClock(0))
    asyncio.run(undisturbed.pace.move(30 * 3_600_000 + 1_234_567))
    for _ in range(5):
        for whole in (second, undisturbed):
            asyncio.run(whole.pace.move(3_000_000))
        assert second.venue.exchange.last_price == undisturbed.venue.exchange.last_price
    assert second.venue.exchange.counters()["trade:BTCUSDT"] > ids["trade:BTCUSDT"]
    for interval in ("1m", "1h", "1d"):
        mine, other = (whole.venue.records["BTCUSDT"].candles(interval, limit=40) for whole in (second, undisturbed))
        assert [(one.open_ms, one.open, one.high, one.low, one.close, one.volume) for one in mine[-20:]] == [
            (one.open_ms, one.open, one.high, one.low, one.close, one.volume) for one in other[-20:]
        ], interval
    second.close()

    third = assemble(replace(settings, reset=True), VirtualClock(0))
    assert not third.resumed
    assert third.venue.market_ms() == began
    third.close()
