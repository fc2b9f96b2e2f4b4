"""Reports tell of the moment of the change, not of what the order has become since."""

import pytest

from btbot.exchange.events import OrderEvent
from btbot.exchange.order import Order
from btbot.exchange.units import units
from btbot.paper.streams.reports import execution_report


def order(**more):
    values = {
        "id": 1, "account": "alice", "symbol": "BTCUSDT", "client_id": "mine", "side": "BUY", "kind": "LIMIT",
        "time_in_force": "GTC", "quantity": units("2"), "price": units("100"), "created_ms": 5, "working_ms": 6,
    }  # fmt: skip
    return Order(**values | more)


def test_an_order_that_has_moved_on():
    moved = order(status="FILLED", executed=units("2"), spent=units("200"), working=True)
    event = OrderEvent(moved, "NEW", 7, "NEW", 0, 0, False)
    report = execution_report(event, 3)
    assert (report["X"], report["z"], report["Z"], report["w"], report["T"]) == (
        "NEW", "0.00000000", "0.00000000", False, 7,
    )  # fmt: skip
    assert "W" not in report


@pytest.mark.parametrize(
    ("reason", "expiry", "reject"),
    [
        ("OCO", "OCO_TRIGGER", "NONE"),
        ("LIST", "OTO_PHASE_ONE_EXPIRED", "NONE"),
        ("INSUFFICIENT_LIQUIDITY", "INSUFFICIENT_LIQUIDITY", "NONE"),
        ("DELISTED", "EXCHANGE_CANCELED", "NONE"),
        ("PRICE_BAND", "EXECUTION_RULE_PRICE_RANGE_EXCEEDED", "NONE"),
        ("WOULD_TRIGGER", "REJECTED", "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"),
    ],
)
def test_why_an_order_has_expired(reason, expiry, reject):
    report = execution_report(OrderEvent(order(), "EXPIRED", 7, "EXPIRED", 0, 0, True, reason=reason), 3)
    assert (report["eR"], report["r"], report["w"]) == (expiry, reject, False)


def test_a_rejected_order():
    event = OrderEvent(order(), "REJECTED", 7, "REJECTED", 0, 0, False, reason="INSUFFICIENT_BALANCE")
    report = execution_report(event, 3)
    assert (report["x"], report["X"], report["r"], "eR" in report) == (
        "REJECTED", "REJECTED", "INSUFFICIENT_BALANCES", False,
    )  # fmt: skip


def test_numbers_of_a_fill():
    event = OrderEvent(
        order(), "TRADE", 7, "PARTIALLY_FILLED", units("1"), units("99.5"), True, units("99.5"), units("1"),
        units("99.5"), units("0.001"), "BTC", 44, True,
    )  # fmt: skip
    report = execution_report(event, 3)
    fields = {name: report[name] for name in "xXlLzZYnNtmMwI"}
    assert fields == {
        "x": "TRADE", "X": "PARTIALLY_FILLED", "l": "1.00000000", "L": "99.50000000", "z": "1.00000000",
        "Z": "99.50000000", "Y": "99.50000000", "n": "0.00100000", "N": "BTC", "t": 44, "m": True, "M": True,
        "w": True, "I": 3,
    }  # fmt: skip
