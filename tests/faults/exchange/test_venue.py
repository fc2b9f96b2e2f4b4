"""What goes wrong at the exchange itself: its clock, its rules, its book, the account's money and keys."""

import time

import pytest

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")

pytestmark = pytest.mark.xdist_group("faults-requests")  # one server, one import of ccxt
BTC = "BTC/USDT"


def buy(client, client_id, amount=0.01, price=10_000):
    return client.create_order(BTC, "limit", "buy", amount, price, {"newClientOrderId": client_id})


def statuses(client):
    return {one["symbol"]: one["status"] for one in client.publicGetExchangeInfo()["symbols"]}


def refusal(client, new_id, kind=ccxt.BaseError, **order):
    """Return the text of the refusal that an order meets."""
    with pytest.raises(kind) as caught:
        buy(client, new_id(), **order)
    return str(caught.value)


def test_b1_a_clock_that_is_ahead(client, rehearsal, new_id):
    rehearsal.fault({"kind": "skew", "ms": 60_000})
    assert "outside of the recvWindow" in refusal(client, new_id, ccxt.InvalidNonce)
    client.load_time_difference()
    try:
        assert buy(client, new_id())["status"] == "open"
    finally:
        client.raw.options["timeDifference"] = 0


def test_b1_a_clock_that_is_behind(client, rehearsal, new_id):
    rehearsal.fault({"kind": "skew", "ms": -2000})
    assert "ahead of the server's time" in refusal(client, new_id, ccxt.InvalidNonce)
    rehearsal.begin()
    assert buy(client, new_id())["status"] == "open"


def test_b1_a_clock_that_drifts(client, rehearsal):
    rehearsal.fault({"kind": "drift", "ms_per_minute": 600_000})  # ten times as fast
    first, begun = client.fetch_time(), time.monotonic()
    time.sleep(0.3)
    passed, gone = client.fetch_time() - first, (time.monotonic() - begun) * 1000
    assert 8 < passed / gone < 12


def test_b3_a_clock_that_jumps_back(client, rehearsal):
    rehearsal.fault({"kind": "skew", "ms": -3000}, {"after_ms": 300})
    before = client.fetch_time()
    time.sleep(0.4)
    assert -3000 < client.fetch_time() - before < -2000


def test_c1_no_money(client, rehearsal, new_id):
    rehearsal.fault({"kind": "error", "code": -2010}, {"side": "BUY", "nth": 1})
    assert "insufficient balance" in refusal(client, new_id, ccxt.InsufficientFunds)
    assert rehearsal.entries("order") == []
    assert buy(client, new_id())["status"] == "open"


def test_c2_money_that_the_owner_has_taken_out(client, rehearsal, new_id):
    free = client.fetch_balance()["BTC"]["free"]
    rehearsal.fault({"kind": "transfer", "account": "default", "asset": "BTC", "amount": -1})
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(BTC, "limit", "sell", free, 30_000)
    assert client.fetch_balance()["BTC"]["free"] == pytest.approx(free - 1)
    rehearsal.now({"kind": "transfer", "account": "default", "asset": "BTC", "amount": 1})
    assert client.fetch_balance()["BTC"]["free"] == pytest.approx(free)


def test_c3_filters_that_change(client, rehearsal, new_id):
    rehearsal.now({"kind": "filters", "symbol": BTC, "tick": 10, "step": "0.001", "min_notional": 50})
    assert "Filter failure: PRICE_FILTER" in refusal(client, new_id, price=10_005)
    assert "Filter failure: LOT_SIZE" in refusal(client, new_id, amount=0.0101)
    assert "Filter failure: NOTIONAL" in refusal(client, new_id, amount=0.004)
    rehearsal.now({"kind": "filters", "symbol": BTC, "tick": "0.01", "step": "0.00001", "min_notional": 5})
    assert buy(client, new_id(), amount=0.0101)["status"] == "open"


def test_c3_too_many_stops(client, rehearsal, maker, new_id):
    prints_a_trade(client, maker)
    rehearsal.fault({"kind": "filters", "symbol": BTC, "max_algo_orders": 1})
    for expected in ("open", "Filter failure: MAX_NUM_ALGO_ORDERS"):
        try:
            name = new_id()
            stop = {"stopPrice": 15_000, "newClientOrderId": name}
            found = client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, stop)["status"]
        except ccxt.BaseError as error:
            found = str(error)
        assert expected in found
    rehearsal.now({"kind": "filters", "symbol": BTC, "max_algo_orders": 5})


def prints_a_trade(client, maker, price=20_000):
    maker.create_order(BTC, "limit", "sell", 0.001, price)
    client.create_order(BTC, "limit", "buy", 0.001, price)


def test_c4_a_stop_that_would_trigger_at_once(client, rehearsal, maker, new_id):
    prints_a_trade(client, maker)
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 21_000})
    rehearsal.fault({"kind": "error", "code": -2010, "message": "Order would trigger immediately."}, {"type": "STOP*"})
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 15_000})


def test_c5_halted_and_resumed(client, rehearsal, new_id):
    resting = new_id()
    buy(client, resting)
    rehearsal.fault({"kind": "halt", "symbol": BTC, "status": "BREAK"})
    assert "Market is closed" in refusal(client, new_id)
    assert statuses(client) == {"BTCUSDT": "BREAK", "ETHUSDT": "TRADING"}
    assert [one["clientOrderId"] for one in client.fetch_open_orders(BTC)] == [resting]
    rehearsal.fault({"kind": "resume", "symbol": BTC})
    assert buy(client, new_id())["status"] == "open"


def test_c5_halted_after_the_third_order(client, rehearsal, new_id):
    rehearsal.fault({"kind": "halt", "symbol": BTC}, {"endpoint": "order.place", "nth": 3})
    for _ in range(2):
        buy(client, new_id())
    assert "Market is closed" in refusal(client, new_id)
    rehearsal.now({"kind": "resume", "symbol": BTC})


def test_c5_maintenance(client, rehearsal, new_id):
    rehearsal.fault({"kind": "maintenance", "ms": 600})
    time.sleep(0.3)
    with pytest.raises(ccxt.OperationFailed, match="Service Unavailable"):
        client.fetch_time()
    refusal(client, new_id)
    time.sleep(0.6)
    assert client.fetch_time() > 0
    assert {one[0] for one in rehearsal.codes()} == {503, 200}
    assert rehearsal.entries("order") == []


def test_c6_permission_to_trade_taken_away(client, rehearsal, new_id):
    rehearsal.now({"kind": "key", "account": "default", "trading": False})
    assert "-2015" in refusal(client, new_id)
    assert client.fetch_balance()["USDT"]["total"] > 0
    rehearsal.now({"kind": "key", "account": "default", "trading": True, "ips": ["10.0.0.1"]})
    with pytest.raises(ccxt.BaseError, match="-2015"):
        client.fetch_balance()
    rehearsal.now({"kind": "key", "account": "default", "ips": []})
    assert buy(client, new_id())["status"] == "open"


def test_e1_filled_in_part(client, maker, new_id):
    maker.create_order(BTC, "limit", "sell", 0.003, 20_000)
    order = buy(client, new_id(), amount=0.01, price=20_000)
    assert (order["status"], order["filled"], order["remaining"]) == ("open", 0.003, 0.007)


def test_e2_a_cancellation_whose_answer_is_lost(client, rehearsal, new_id):
    order = buy(client, new_id())
    rehearsal.fault("drop_after", {"endpoint": "order.cancel", "method": "DELETE", "nth": 1})
    if client.kind == "sync":
        with pytest.raises(ccxt.NetworkError):
            client.cancel_order(order["id"], BTC)
    else:  # aiohttp sends a DELETE again by itself, and the second one finds nothing
        with pytest.raises(ccxt.OrderNotFound):
            client.cancel_order(order["id"], BTC)
    assert client.fetch_order(order["id"], BTC)["status"] == "canceled"


def test_e2_filled_while_the_cancellation_is_on_its_way(client, rehearsal, maker, new_id):
    order = buy(client, new_id(), price=20_000)
    rehearsal.fault({"kind": "park", "ms": 300}, {"endpoint": "order.cancel"})
    rehearsal.fault(
        {"kind": "manual_order", "account": "maker", "symbol": BTC, "side": "SELL", "quantity": 0.01},
        {"endpoint": "order.cancel"},
    )
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        client.cancel_order(order["id"], BTC)
    assert client.fetch_order(order["id"], BTC)["status"] == "closed"


def test_e3_triggered_while_the_client_sends_its_exit(client, rehearsal, maker, new_id):
    prints_a_trade(client, maker)
    maker.create_order(BTC, "limit", "buy", 0.05, 18_000)
    stop = client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 19_000})
    order = {"kind": "manual_order", "symbol": BTC, "quantity": 0.02}
    canceled = {"endpoint": "order.cancel"}
    rehearsal.fault({**order, "account": "maker", "side": "SELL", "type": "LIMIT", "price": 18_500}, canceled)
    rehearsal.fault({**order, "account": "crowd", "side": "BUY"}, canceled)
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        client.cancel_order(stop["id"], BTC)
    assert client.fetch_order(stop["id"], BTC)["status"] == "closed"


def test_e5_the_old_stop_is_gone_and_the_new_one_refused(client, rehearsal, maker, new_id):
    prints_a_trade(client, maker)
    stop = client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 15_000})
    rehearsal.fault({"kind": "error", "code": -2010}, {"endpoint": "order.place", "type": "STOP*"})
    client.cancel_order(stop["id"], BTC)
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(BTC, "STOP_LOSS", "sell", 0.01, None, {"stopPrice": 16_000})
    assert client.fetch_open_orders(BTC) == []


def test_e6_a_market_order_that_runs_out_of_book(client, rehearsal, maker, new_id):
    maker.create_order(BTC, "limit", "sell", 0.003, 20_000)
    order = client.create_order(BTC, "market", "buy", 0.01)
    assert (order["status"], order["filled"]) == ("expired", 0.003)


def test_f3_a_restart_that_keeps_orders(client, rehearsal, new_id):
    name = new_id()
    buy(client, name)
    rehearsal.fault({"kind": "restart", "down_ms": 500})
    time.sleep(0.35)
    with pytest.raises(ccxt.NetworkError):
        client.fetch_time()
    time.sleep(0.5)
    assert [one["clientOrderId"] for one in client.fetch_open_orders(BTC)] == [name]


def test_f3_a_restart_that_loses_orders(client, rehearsal, new_id):
    name = new_id()
    buy(client, name)
    rehearsal.fault({"kind": "restart", "down_ms": 100, "lose_orders": True})
    time.sleep(0.4)
    assert client.fetch_open_orders(BTC) == []
    assert client.fetch_order(None, BTC, {"origClientOrderId": name})["status"] == "canceled"


def test_h4_prices_that_cannot_be(client, rehearsal, maker):
    prints_a_trade(client, maker)
    for factor, last in ((10, 200_000), (0, 0), (-1, -20_000)):
        rehearsal.fault({"kind": "alter", "scale": {"lastPrice": factor}}, {"endpoint": "ticker.24hr", "times": 1})
        assert float(client.fetch_ticker(BTC)["info"]["lastPrice"]) == last
    assert client.fetch_ticker(BTC)["last"] == 20_000
    maker.create_order(BTC, "limit", "sell", 0.001, 20_500)
    rehearsal.fault({"kind": "alter", "set": {"bids": [["21000.00", "1.0"]]}}, {"endpoint": "depth"})
    book = client.fetch_order_book(BTC)
    assert book["bids"][0][0] > book["asks"][0][0]


def test_d4_an_order_that_somebody_else_placed(client, rehearsal):
    rehearsal.now(
        {"kind": "manual_order", "account": "default", "symbol": BTC, "side": "BUY", "type": "LIMIT",
         "quantity": 0.01, "price": 10_000, "client_id": "from_the_app"}
    )  # fmt: skip
    assert [one["clientOrderId"] for one in client.fetch_open_orders(BTC)] == ["from_the_app"]
    rehearsal.now({"kind": "cancel_orders", "account": "default", "symbol": BTC})
    assert client.fetch_open_orders(BTC) == []
