"""Connections that fall silent, die, end early or are refused, as ccxt.pro meets them over sockets."""

import asyncio

import pytest
from fault_watching import BTC, USER, begun, buy, orders_of, silence, soon, trade, trades_of

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")
pytestmark = pytest.mark.xdist_group("faults-streams")  # one server, one import of ccxt


def test_d7_nothing_but_pongs(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.fault("pong_only")
        trade(maker, crowd)
        await silence(watching, 0.8)  # longer than the client takes to miss a pong
        trade(maker, crowd)
        await silence(client.watch_trades(BTC), 0.2)

    streaming(scenario, keep_alive=150)


def test_d7_one_stream_falls_silent(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        trades = await trades_of(server, client)
        ticker = await begun(server, client.watch_bids_asks([BTC]), "streams")
        rehearsal.fault("lose", {"stream": "*@trade"})
        trade(maker, crowd)
        maker.create_order(BTC, "limit", "sell", 0.001, 21_000)
        assert (await soon(ticker))[BTC]["symbol"] == BTC
        await silence(trades, 0.3)

    streaming(scenario)


def test_d8_the_other_end_has_stopped(streaming, server, rehearsal):
    async def scenario(client):
        watching = await orders_of(server, client)
        rehearsal.fault("half_open")
        with pytest.raises(ccxt.RequestTimeout, match="ping-pong keepalive missing"):
            await soon(watching)

    streaming(scenario, keep_alive=100)


@pytest.mark.parametrize("code", [1000, 1001, 1006])
def test_d9_closed_and_open_again(streaming, server, rehearsal, maker, crowd, code):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.fault({"kind": "close", "code": code}, {"times": 1})
        trade(maker, crowd)
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)
        again = await trades_of(server, client)
        trade(maker, crowd)
        assert (await soon(again))[-1]["price"] == 20_000

    streaming(scenario)


def test_d9_a_day_that_is_short(streaming, server, rehearsal):
    async def scenario(client):
        rehearsal.fault({"kind": "close", "code": 1001, "life_ms": 500})
        watching = await trades_of(server, client)
        await silence(asyncio.shield(watching), 0.2)
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)

    streaming(scenario)


def test_d9_closed_after_some_frames(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        watching = await trades_of(server, client)  # the answer to SUBSCRIBE is the first frame
        rehearsal.fault({"kind": "close", "after_frames": 2})
        trade(maker, crowd)
        assert (await soon(watching))[-1]["price"] == 20_000
        watching = asyncio.ensure_future(client.watch_trades(BTC))
        await asyncio.sleep(0)
        trade(maker, crowd, price=20_001)
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)

    streaming(scenario)


@pytest.mark.parametrize("how", [{"kind": "refuse_handshake", "status": 503}, "drop_handshake"])
def test_d9_no_handshake(streaming, server, rehearsal, how):
    async def scenario(client):
        rehearsal.fault(how)  # aiohttp tries again by itself, once
        with pytest.raises(ccxt.NetworkError):
            await soon(client.watch_trades(BTC))
        rehearsal.begin()
        await trades_of(server, client)

    streaming(scenario)


def test_d9_too_many_connections(streaming, server, rehearsal):
    async def scenario(client):
        rehearsal.fault({"kind": "refuse_handshake", "status": 429, "retry_after": 1}, {"times": 1})
        with pytest.raises(ccxt.BaseError):
            await soon(client.watch_trades(BTC))
        begun_at = asyncio.get_running_loop().time()
        await trades_of(server, client)
        assert asyncio.get_running_loop().time() - begun_at > 0.8  # ccxt heeds Retry-After here

    streaming(scenario)


def test_d9_between_the_order_and_its_fill(streaming, server, rehearsal, maker):
    async def scenario(client):
        watching = await orders_of(server, client)
        maker.create_order(BTC, "limit", "sell", 0.01, 20_000)
        rehearsal.fault({"kind": "close", "code": 1001}, {**USER, "fields": {"x": "TRADE"}, "times": 1})
        order = await buy(client, price=20_000)
        assert (await soon(watching))[-1]["status"] == "open"
        try:
            await silence(client.watch_orders(BTC))
        except ccxt.NetworkError:  # where the end of the connection was not noticed before
            await silence(client.watch_orders(BTC))  # the fill is never told again
        assert rehearsal.struck() == ["close"]
        assert (await client.fetch_order(order["id"], BTC))["status"] == "closed"

    streaming(scenario)


def test_d10_subscriptions_that_expire(streaming, server, rehearsal):
    async def scenario(client):
        watching = await orders_of(server, client)
        rehearsal.now({"kind": "expire_listen", "account": "default"})
        await asyncio.sleep(0.2)
        await buy(client)
        await silence(watching)  # no error and no event: the socket is alive
        assert [one["kind"] for one in rehearsal.entries("fault")] == ["expire_listen"]
        again = await orders_of(server, client)
        await buy(client)
        assert (await soon(again))[-1]["status"] == "open"

    streaming(scenario)


def test_c5_maintenance_is_announced_and_closes_streams(streaming, server, rehearsal):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.now({"kind": "maintenance", "ms": 400, "notice_ms": 300})
        await silence(asyncio.shield(watching), 0.15)
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)
        with pytest.raises(ccxt.NetworkError):
            await soon(client.watch_trades(BTC))
        await asyncio.sleep(0.6)
        await trades_of(server, client)

    streaming(scenario)


def test_c5_a_shutdown_that_is_announced(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.now("server_shutdown")
        trade(maker, crowd)
        assert (await soon(watching))[-1]["price"] == 20_000  # ccxt has no handler for it, and lives on

    streaming(scenario)


def test_f3_a_restart_cuts_streams(streaming, server, rehearsal):
    async def scenario(client):
        watching = await orders_of(server, client)
        rehearsal.fault({"kind": "restart", "down_ms": 200})
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)

    streaming(scenario)
