"""Whatever strikes, a seed repeats it, and the exchange's own books stay right."""

import contextlib
import random

import pytest
from fault_play import BTC, Raw, buy, play

from btbot.exchange.units import SCALE, units
from btbot.paper.faults.rule import EVERY_KIND

ccxt = pytest.importorskip("ccxt", reason="ccxt is not installed")
pytest.importorskip("ccxt.pro", reason="ccxt.pro is not installed")

STUMBLES = (AttributeError, KeyError, TypeError, ValueError)  # of ccxt, over a page of HTML in the place of a list


def test_a_seed_repeats_a_bad_day():
    async def scenario(play):
        client = await play.client()
        for kind in ("drop_before", "drop_after", "html", "truncate", "empty"):
            await play.fault(kind, {"endpoint": "order.place", "probability": 0.2})
        outcomes = []
        for number in range(60):
            try:
                outcomes.append((await buy(client, f"o{number}"))["id"])
            except ccxt.BaseError as error:
                outcomes.append(type(error).__name__)
        kept = {"n", "at", "market", "params", "request"}
        lines = [{name: value for name, value in one.items() if name not in kept} for one in await play.stage.history()]
        return outcomes, lines

    first, second = play(scenario), play(scenario)
    assert first == second
    assert len(set(first[0])) > 10


def random_rule(dice):
    """Any kind of fault with numbers that suit it, on any occasion."""
    kind = dice.choice(sorted(EVERY_KIND.keys() - {"delist"}))
    values = {
        "park": {"ms": 700}, "status": {"status": 503, "effect": "coin"}, "error": {"code": -1007, "effect": "coin"},
        "short_page": {"keep": 1}, "alter": {"scale": {"price": 10, "p": 10}, "remove": ["orderId", "q"]},
        "skew": {"ms": 700}, "drift": {"ms_per_minute": 100}, "delay": {"ms": 300}, "rate_limit": {"ban": 9},
        "halt": {"symbol": BTC}, "resume": {"symbol": BTC}, "filters": {"symbol": BTC, "step": "0.001"},
        "maintenance": {"ms": 3000}, "restart": {"lose_orders": True}, "thin_book": {"symbol": BTC},
        "transfer": {"account": "default", "asset": "BTC", "amount": "-1.5"},
        "manual_order": {"account": "maker", "symbol": BTC, "side": "SELL", "quantity": "0.004"},
        "cancel_orders": {"account": "default", "symbol": BTC}, "key": {"account": "default", "trading": True},
        "close": {"life_ms": 2000}, "reorder": {"count": 3},
    }  # fmt: skip
    when = dice.choice([{"nth": 4}, {"every": 5}, {"after_ms": 2000, "before_ms": 6000}, {"probability": 0.1}])
    return {"kind": kind, **values.get(kind, {})}, when


@pytest.mark.parametrize("seed", range(12))
def test_no_fault_reaches_the_books(seed):
    """Whatever the client is told, the exchange's own history adds up, and calm returns when the faults are over."""
    dice = random.Random(seed)
    rules = [random_rule(dice) for _ in range(5)]
    deeds = [dice.choice(["buy", "sell", "market", "find", "balance", "cancel", "sleep"]) for _ in range(40)]

    async def scenario(play):
        client, maker, raw = await play.client(), await play.client("maker"), Raw(play)
        await raw.subscribe()
        for do, when in rules:
            await play.fault(do, when)
        for number, deed in enumerate(deeds):
            with contextlib.suppress(ccxt.BaseError, *STUMBLES):
                await one_deed(deed, client, maker, f"s{number}")
            await play.clock.sleep(200)
        await play.stage.admin("DELETE /faults", {})
        await play.fault({"kind": "resume", "symbol": BTC})
        await play.clock.sleep(5000)
        books = {asset: (await client.fetch_balance())[asset]["total"] for asset in ("BTC", "USDT")}
        assert books == pytest.approx(await by_history(play), abs=1e-7)
        assert await client.fetch_time() == play.clock.now_ms()

    play(scenario)


async def one_deed(deed, client, maker, name):
    match deed:
        case "buy":
            await buy(client, name, price=20_000)
        case "sell":
            await maker.create_order(BTC, "limit", "sell", 0.007, 20_000)
        case "market":
            await client.create_order(BTC, "market", "sell", 0.003)
        case "find":
            await client.fetch_open_orders(BTC)
        case "balance":
            await client.fetch_balance()
        case "cancel":
            await client.cancel_all_orders(BTC)


async def by_history(play):
    """What the account must have by its transfers and fills."""
    sums = {"BTC": 0, "USDT": 0}
    for one in await play.entries("transfer", account="default"):
        sums[one["asset"]] += units(one["amount"].lstrip("-")) * (-1 if one["amount"][0] == "-" else 1)
    for one in await play.entries("fill", account="default"):
        sign = 1 if one["side"] == "BUY" else -1
        sums["BTC"] += sign * units(one["quantity"])
        sums["USDT"] -= sign * units(one["quote"])
        sums[one["commission_asset"]] -= units(one["commission"])
    return {asset: value / SCALE for asset, value in sums.items()}
