"""What tests of streams share: waiting for what comes, and for nothing to come."""

import asyncio

import pytest

BTC = "BTC/USDT"
USER = {"event": "executionReport"}


async def silence(coroutine, seconds=0.3):
    """Make sure that nothing comes."""
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(coroutine, seconds)


async def soon(coroutine, seconds=4):
    return await asyncio.wait_for(coroutine, seconds)


async def until(condition, seconds=4):
    """Wait until something holds."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it never came to that"
        await asyncio.sleep(0.01)


async def begun(server, task, name):
    """Wait until the exchange counts one stream (or user subscription) more; give the task that watches it."""
    before = server.admin("GET", "/status")["streams"][name]
    watching = asyncio.ensure_future(task)
    for _ in range(400):
        await asyncio.sleep(0.01)
        if server.admin("GET", "/status")["streams"][name] > before:
            return watching
    raise AssertionError(f"nothing was subscribed; {watching}")


def orders_of(server, client):
    return begun(server, client.watch_orders(BTC), "user_subscriptions")


def trades_of(server, client):
    return begun(server, client.watch_trades(BTC), "streams")


def trade(maker, crowd, price=20_000, amount=0.001):
    maker.create_order(BTC, "limit", "sell", amount, price)
    crowd.create_order(BTC, "limit", "buy", amount, price)


def buy(client, amount=0.01, price=10_000, **params):
    return client.create_order(BTC, "limit", "buy", amount, price, params)
