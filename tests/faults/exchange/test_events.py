"""Events that are lost, doubled, mixed up, late and spoiled, as ccxt.pro meets them over sockets."""

import asyncio

import pytest
from fault_watching import BTC, USER, begun, buy, orders_of, silence, soon, trade, trades_of, until

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")
pytestmark = pytest.mark.xdist_group("faults-streams")  # one server, one import of ccxt


def test_without_faults(streaming, server, maker, crowd):
    async def scenario(client):
        orders, trades = await orders_of(server, client), await trades_of(server, client)
        await buy(client)
        trade(maker, crowd)
        assert [(one["status"], one["filled"]) for one in await soon(orders)] == [("open", 0)]
        assert [(one["price"], one["amount"]) for one in await soon(trades)] == [(20_000, 0.001)]

    streaming(scenario)


def test_d1_doubled(streaming, server, rehearsal, maker):
    async def scenario(client):
        await orders_of(server, client)
        rehearsal.fault("double", USER)
        maker.create_order(BTC, "limit", "sell", 0.01, 20_000)
        order = await buy(client, price=20_000)
        await until(lambda: client.orders and len(client.orders[-1]["trades"]) > 1)
        seen = client.orders[-1]
        assert (seen["id"], len(seen["trades"])) == (order["id"], 2)
        assert len({one["id"] for one in seen["trades"]}) == 1
        assert len(rehearsal.entries("fill", account="default")) == 1
        assert seen["fee"]["cost"] == pytest.approx(2 * 0.01 * 0.001)

    streaming(scenario)


def test_d2_mixed_up(streaming, server, rehearsal, maker):
    async def scenario(client):
        await orders_of(server, client)
        rehearsal.fault({"kind": "reorder", "order": [1, 0]}, USER)
        maker.create_order(BTC, "limit", "sell", 0.01, 20_000)
        order = await buy(client, price=20_000)
        await until(lambda: client.orders and client.orders[-1]["status"] == "open")
        assert order["status"] == "closed"
        assert (client.orders[-1]["id"], client.orders[-1]["status"]) == (order["id"], "open")

    streaming(scenario)


def test_d3_lost(streaming, server, rehearsal, maker):
    async def scenario(client):
        watching = await orders_of(server, client)
        rehearsal.fault("lose", {**USER, "side": "BUY"})
        maker.create_order(BTC, "limit", "sell", 0.01, 20_000)
        order = await buy(client, price=20_000)
        await silence(watching)
        assert (await client.fetch_order(order["id"], BTC))["status"] == "closed"
        assert rehearsal.struck() == ["lose", "lose"]

    streaming(scenario)


def test_d4_an_event_of_an_unknown_order(streaming, server, rehearsal):
    async def scenario(client):
        watching = await orders_of(server, client)
        manual = {"kind": "manual_order", "account": "default", "symbol": BTC, "side": "BUY", "type": "LIMIT"}
        rehearsal.fault({**manual, "quantity": 0.01, "price": 10_000, "client_id": "from_the_app"})
        assert [one["clientOrderId"] for one in await soon(watching)] == ["from_the_app"]

    streaming(scenario)


@pytest.mark.parametrize("amount", [5, -5])
def test_d5_money_that_comes_and_goes(streaming, server, rehearsal, amount):
    async def scenario(client):
        before = (await client.fetch_balance())["ETH"]["free"]
        watching = await begun(server, client.watch_balance(), "user_subscriptions")
        rehearsal.fault({"kind": "transfer", "account": "default", "asset": "ETH", "amount": amount})
        await soon(watching)
        assert (await client.fetch_balance())["ETH"]["free"] == pytest.approx(before + amount)

    streaming(scenario)


@pytest.mark.parametrize("how", ["cut", "junk"])
def test_d6_spoiled(streaming, server, rehearsal, maker, crowd, how):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.fault({"kind": "malform", "how": how}, {"stream": "btcusdt@trade", "nth": 1})
        trade(maker, crowd)
        with pytest.raises((TimeoutError, ccxt.BaseError)):
            await asyncio.wait_for(watching, 0.4)
        assert rehearsal.struck() == ["malform"]

    streaming(scenario)


def test_d6_eleven_megabytes(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        watching = await trades_of(server, client)
        rehearsal.fault({"kind": "malform", "how": "huge"}, {"event": "trade"})
        trade(maker, crowd)
        with pytest.raises(ccxt.NetworkError):
            await soon(watching)

    streaming(scenario)


def test_d11_a_gap_in_the_book(streaming, server, rehearsal, maker):
    async def scenario(client):
        watching = await begun(server, client.watch_order_book(BTC), "streams")
        assert (await soon(watching))["asks"] == []
        maker.create_order(BTC, "limit", "sell", 0.01, 20_100)
        assert (await soon(client.watch_order_book(BTC)))["asks"] == [[20_100, 0.01]]
        rehearsal.fault("lose", {"stream": "*@depth*", "nth": 1})
        maker.create_order(BTC, "limit", "sell", 0.01, 20_200)
        await until(rehearsal.struck)
        maker.create_order(BTC, "limit", "sell", 0.01, 20_300)
        with pytest.raises(ccxt.ChecksumError):
            await soon(client.watch_order_book(BTC))

    streaming(scenario)


def test_d11_a_book_that_is_crossed(streaming, server, rehearsal, maker):
    async def scenario(client):
        watching = await begun(server, client.watch_order_book(BTC), "streams")
        rehearsal.fault({"kind": "alter", "set": {"b": [["30000.00", "1.0"]]}}, {"stream": "*@depth*"})
        await soon(watching)
        maker.create_order(BTC, "limit", "sell", 0.01, 20_100)
        book = await soon(client.watch_order_book(BTC))
        assert book["bids"][0][0] > book["asks"][0][0]

    streaming(scenario)


def test_e2_a_fill_that_is_told_after_the_cancellation(streaming, server, rehearsal, maker):
    async def scenario(client):
        await orders_of(server, client)
        order = await buy(client, price=20_000)
        rehearsal.fault({"kind": "delay", "ms": 300}, {**USER, "fields": {"x": "TRADE"}})
        maker.create_order(BTC, "market", "sell", 0.004)
        await client.cancel_order(order["id"], BTC)
        await until(lambda: client.orders[-1]["status"] == "canceled")
        assert (client.orders[-1]["status"], client.orders[-1]["trades"]) == ("canceled", [])
        await until(lambda: client.orders[-1]["trades"])
        assert [one["amount"] for one in client.orders[-1]["trades"]] == [0.004]

    streaming(scenario)


def test_e4_the_other_leg_s_end_is_told_late(streaming, server, rehearsal, maker, crowd):
    async def scenario(client):
        trade(maker, crowd)
        await orders_of(server, client)
        rehearsal.fault({"kind": "delay", "ms": 400}, {**USER, "fields": {"X": "EXPIRED"}})
        await client.privatePostOrderListOco(
            {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER",
             "abovePrice": "21000", "belowType": "STOP_LOSS", "belowStopPrice": "19000"}
        )  # fmt: skip
        crowd.create_order(BTC, "limit", "buy", 0.01, 21_000)
        await until(lambda: "closed" in {one["status"] for one in client.orders or ()})
        assert sorted(one["status"] for one in client.orders) == ["closed", "open"]
        assert await client.fetch_open_orders(BTC) == []
        await until(lambda: "expired" in {one["status"] for one in client.orders})
        assert sorted(one["status"] for one in client.orders) == ["closed", "expired"]

    streaming(scenario)


@pytest.mark.parametrize(
    ("do", "error"),
    [
        ("drop_before", ccxt.NetworkError),
        ("drop_after", ccxt.NetworkError),
        ({"kind": "error", "code": -2010}, ccxt.InsufficientFunds),
        ({"kind": "error", "code": -1007, "effect": "done"}, ccxt.BaseError),
        ("hang_before", asyncio.TimeoutError),
        ("hang_after", asyncio.TimeoutError),
        ("html", asyncio.TimeoutError),
    ],
)
def test_orders_by_websocket(streaming, rehearsal, new_id, do, error):
    async def scenario(client):
        name = new_id()
        rehearsal.fault(do, {"endpoint": "order.place", "method": "WS"})
        with pytest.raises(error):
            await asyncio.wait_for(
                client.create_order_ws(BTC, "limit", "buy", 0.01, 10_000, {"newClientOrderId": name}), 0.6
            )
        done = "after" in str(do) or "done" in str(do) or do == "html"
        assert len(rehearsal.accepted(name)) == done

    streaming(scenario)
