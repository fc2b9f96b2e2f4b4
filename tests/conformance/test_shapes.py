"""Answers and events field by field against the models that Binance generates from its own description."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from environments import python_with
from paper_server import PaperServer

# Given only where the order has it; each of these is served when it does.
CONDITIONAL = {
    "icebergQty", "preventedMatchId", "preventedQuantity", "stopPrice", "strategyId", "strategyType", "trailingDelta",
    "trailingTime", "listStatus",
    *("A", "B", "D", "U", "d", "j", "J", "pl", "pL", "pY", "u", "v"),
}  # fmt: skip
# What the paper exchange does not have: pegged orders, smart order routing, binary (SBE) numbers, counter symbols.
ABSENT = {
    "expiryReason", "eR", "pegOffsetType", "pegOffsetValue", "pegPriceType", "peggedPrice", "gOT", "gOV", "gP", "gp",
    "usedSor", "workingFloor", "uS", "k", "a", "b", "sors", "Cs",
    "multiplierExponent", "priceExponent", "qtyExponent", "count", "rateLimits",
}  # fmt: skip
# Left out by some answers alone.
LEFT_OUT = {
    "GET ticker/24hr MINI": {
        "askPrice", "askQty", "bidPrice", "bidQty", "lastQty", "prevClosePrice", "priceChange", "priceChangePercent",
        "weightedAvgPrice",
    },
    "ws-api order.test": {
        "discount", "specialCommissionForOrder", "standardCommissionForOrder", "taxCommissionForOrder",
    },
}  # fmt: skip
_OF_LISTS = {
    "contingencyType", "listClientOrderId", "listOrderStatus", "listStatusType", "orderReports", "orders",
    "transactionTime",
}  # fmt: skip
LEFT_OUT |= {name: _OF_LISTS for name in ("ws-api order.cancel", "ws-api openOrders.cancelAll")}
# Documented with other examples of the same answers.
BEYOND = {"stopPrice", "selfTradePreventionMode", "e", "fills", "workingTime", "origClientOrderId"}
# What has no meaning here is refused with the documented code.
REFUSED = {"GET referencePrice": -2043, "GET referencePrice/calculation": -2043, "POST orderList/opo": -1013}
NULL = {".N is NoneType, not str"}  # "N": null, as the documentation's own example has it


def last(path: str) -> str:
    return path.rpartition(".")[2]


def test_every_answer_and_event_has_the_documented_fields(paper_server: PaperServer) -> None:
    key, secret = paper_server.keys("shapes")
    told = {
        "rest": paper_server.rest_url,
        "ws": paper_server.ws_url,
        "key": key,
        "secret": secret,
        "symbol": "BTC/USDT",
        "tick": 2,
        "step": 5,
    }
    python = python_with("binance-sdk-spot", "binance_sdk_spot")
    script = Path(__file__).parent / "clients" / "shapes.py"
    done = subprocess.run([python, script, json.dumps(told)], capture_output=True, text=True, timeout=90, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) >= 95, f"{len(lines)} answers\n{done.stderr[-3000:]}"
    wrong = []
    for line in lines:
        missing = {last(path) for path in line["missing"]} - CONDITIONAL - ABSENT
        missing -= LEFT_OUT.get(line["answer"], set())
        extra = {last(path) for path in line["extra"]} - BEYOND
        refused = line["error"] is not None and line["error"]["code"] != REFUSED.get(line["answer"])
        if refused or missing or extra or set(line["wrong"]) - NULL:
            wrong.append((line["answer"], line["error"], sorted(missing), sorted(extra), line["wrong"]))
    assert not wrong
