"""Whatever a client sends is answered once, and breaks nothing."""

import asyncio
import json
import random

import pytest

JUNK = (
    None, True, False, 0, -1, 7, 2**70, 1e308, -0.0, "", "x", "btcusdt@trade", "é\ud800", "1" * 400, [], {}, [[]],
    {"a": {"b": []}}, ["btcusdt@trade"], ["combined"], ["combined", True], "BTCUSDT", "NaN",
)  # fmt: skip
MARKET = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
OWN = (
    "session.logon", "session.status", "session.logout", "session.subscriptions", "userDataStream.subscribe",
    "userDataStream.subscribe.signature", "userDataStream.unsubscribe",
)  # fmt: skip
OTHERS = (
    "ping", "time", "exchangeInfo", "depth", "klines", "uiKlines", "trades.recent", "trades.historical",
    "trades.aggregate", "avgPrice", "ticker.24hr", "ticker", "ticker.price", "ticker.book", "ticker.tradingDay",
    "order.place", "order.test", "order.status", "order.cancel", "order.cancelReplace", "order.amend.keepPriority",
    "openOrders.status", "openOrders.cancelAll", "orderList.place", "orderList.place.oco", "orderList.place.oto",
    "orderList.place.otoco", "orderList.status", "orderList.cancel", "openOrderLists.status", "allOrders",
    "allOrderLists", "myTrades", "account.status", "account.rateLimits.orders", "account.commission", "nothing",
)  # fmt: skip
NAMES = (
    "symbol", "symbols", "limit", "interval", "startTime", "endTime", "fromId", "side", "type", "timeInForce", "price",
    "quantity", "quoteOrderQty", "stopPrice", "orderId", "origClientOrderId", "newClientOrderId", "recvWindow",
    "timestamp", "apiKey", "signature", "returnRateLimits", "subscriptionId", "cancelReplaceMode", "newQty",
    "aboveType", "belowType", "workingType", "windowSize", "permissions", "orderListId", "selfTradePreventionMode",
)  # fmt: skip


def broken(dice, text):
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(("", "{", "}", '"', "\\", "\x00", "9", ",")) + text[at + dice.randrange(3) :]


@pytest.mark.parametrize("seed", range(4))
def test_market_connections(world, seed):
    async def main():
        dice, wire = random.Random(seed), world.connect("/ws")
        for _ in range(400):
            message = {
                "method": dice.choice((*MARKET, *JUNK)),
                "params": dice.choice(JUNK),
                "id": dice.choice((1, *JUNK)),
            }
            for name in list(message):
                if dice.random() < 0.1:
                    del message[name]
            text = json.dumps(message)
            wire.say(broken(dice, text) if dice.random() < 0.2 else text)
            world.clock._now += 201
            assert len(wire.frames) == 1, message
            (answer,) = wire.take()
            assert ("result" in answer) != ("error" in answer)
        assert wire.closed is None

    asyncio.run(main())


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_ws_api(world, seed, signed):
    async def main():
        dice, wire = random.Random(seed), world.connect("/ws-api/v3")
        wire.answers = True
        for _ in range(300):
            params = {
                dice.choice(NAMES): dice.choice((*JUNK, "1", "0.5", 1, "1h", "BUY", "LIMIT"))
                for _ in range(dice.randrange(6))
            }
            if signed:
                params = {
                    name: value
                    for name, value in params.items()
                    if isinstance(value, (str, int)) and name not in ("apiKey", "timestamp", "recvWindow", "signature")
                }
                params = {
                    name: value
                    for name, value in params.items()
                    if not isinstance(value, bool) and "\ud800" not in str(value)
                }
                params = world.signed("alice", **params)
            message = {"id": dice.choice((1, "a", None)), "method": dice.choice((*OWN, *OTHERS)), "params": params}
            text = json.dumps(message)
            wire.say(broken(dice, text) if dice.random() < 0.1 else text)
            await world.pass_ms(2_000)
            answers = [frame for frame in wire.take() if "status" in frame]
            assert len(answers) == 1, message
            assert ("result" in answers[0]) != ("error" in answers[0])
            assert answers[0]["status"] in (200, 400, 401, 409, 429, 418), answers
        assert wire.closed is None

    asyncio.run(main())
