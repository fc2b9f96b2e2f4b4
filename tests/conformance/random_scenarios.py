"""Scenarios drawn from a seed: orders of all kinds, cancels, lists, faults of answers and of user events."""

from __future__ import annotations

import random
from typing import Any

from btbot.paper.scenario import Scenario, read_scenario

PRICE = 30_000
ORDER_FAULTS = ("drop_before", "drop_after", "truncate", "html", "empty", "wrong_order")
EVENT_FAULTS = ("lose", "double", "reorder")


def scenario(seed: int, *, steps: int = 25) -> Scenario:
    """Give the scenario of a seed; it raises nothing by itself, whatever the exchange answers."""
    rng = random.Random(seed)
    names = [f"o{number}" for number in range(steps)]
    told: list[dict[str, Any]] = []
    second = 0
    for name in names:
        second += rng.choice((0, 1, 5, 30, 120))
        told.append(
            {"at": f"{second}s", "raises": "any", "account": rng.choice(("default", "bob")), **_step(rng, name)}
        )
    return read_scenario(
        {
            "market": {"symbol": "BTC/USDT", "form": "synthetic", "price": PRICE},
            "seed": seed,
            "watch": ["default", "bob"],
            "timeout_ms": 1500,
            "accounts": {name: {"USDT": "50000", "BTC": "1"} for name in ("default", "bob")},
            "faults": [*_faults(rng, names)],
            "steps": told,
            "end": f"{second + 60}s",
        }
    )


def _step(rng: random.Random, name: str) -> dict[str, Any]:
    side = rng.choice(("buy", "sell"))
    size = rng.randint(1, 3000) / 10_000
    price = round(PRICE * (1 + rng.gauss(0, 0.002)), 2)
    below, above = round(price * 0.995, 2), round(price * 1.005, 2)
    trigger = {"stopLossPrice": below if side == "sell" else above}
    kind = rng.randrange(9)
    if kind == 0:
        return {"call": "create_order", "id": name, "args": ["BTC/USDT", "market", side, size]}
    if kind == 1:
        return {
            "call": "create_order",
            "id": name,
            "args": ["BTC/USDT", "limit", side, size, price, {"postOnly": True}],
        }
    if kind == 2:
        return {"call": "create_order", "id": name, "args": ["BTC/USDT", "market", side, size, None, trigger]}
    if kind == 3:
        force = {"timeInForce": rng.choice(("IOC", "FOK"))}
        return {"call": "create_order", "id": name, "args": ["BTC/USDT", "limit", side, size, price, force]}
    if kind == 4:
        return {"call": "cancel_all_orders", "args": ["BTC/USDT"]}
    if kind == 5:
        return {"call": "fetch_open_orders", "args": ["BTC/USDT"]}
    if kind == 6:
        oco = {
            "symbol": "BTCUSDT", "side": "SELL", "quantity": f"{size:.4f}", "aboveType": "LIMIT_MAKER",
            "abovePrice": f"{above:.2f}", "belowType": "STOP_LOSS", "belowStopPrice": f"{below:.2f}",
            "listClientOrderId": name, "aboveClientOrderId": f"{name}-a", "belowClientOrderId": f"{name}-b",
        }  # fmt: skip
        return {"call": "privatePostOrderListOco", "args": [oco]}
    if kind == 7:
        return {"call": "fetch_balance", "args": []}
    return {"call": "create_order", "id": name, "args": ["BTC/USDT", "limit", side, size, price]}


def _faults(rng: random.Random, names: list[str]) -> list[dict[str, Any]]:
    hit = rng.sample(names, 6)
    return [
        *(
            {"when": {"client_id": name}, "do": kind}
            for name, kind in zip(hit[:3], rng.sample(ORDER_FAULTS, 3), strict=True)
        ),
        *(
            {"when": {"event": "executionReport", "client_id": name}, "do": kind}
            for name, kind in zip(hit[3:], EVENT_FAULTS, strict=True)
        ),
        {"when": {"endpoint": "openOrders.status", "probability": 0.2}, "do": {"kind": "status", "status": 502}},
    ]
