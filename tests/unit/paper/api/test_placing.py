"""Which parameters each type of order needs, and which it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from btbot.exchange.commands import Place
from btbot.exchange.refused import Refused
from btbot.exchange.units import SCALE
from btbot.paper.api.placing import names_of, place, response_form

ONE = SCALE
GOOD: dict[str, dict[str, Any]] = {
    "LIMIT": {"timeInForce": "GTC", "quantity": ONE, "price": ONE},
    "LIMIT_MAKER": {"quantity": ONE, "price": ONE},
    "MARKET": {"quantity": ONE},
    "STOP_LOSS": {"quantity": ONE, "stopPrice": ONE},
    "STOP_LOSS_LIMIT": {"timeInForce": "GTC", "quantity": ONE, "price": ONE, "stopPrice": ONE},
    "TAKE_PROFIT": {"quantity": ONE, "stopPrice": ONE},
    "TAKE_PROFIT_LIMIT": {"timeInForce": "GTC", "quantity": ONE, "price": ONE, "stopPrice": ONE},
}
NOT_TAKEN = {
    "LIMIT": "quoteOrderQty stopPrice trailingDelta",
    "LIMIT_MAKER": "quoteOrderQty stopPrice trailingDelta timeInForce",
    "MARKET": "price stopPrice trailingDelta timeInForce icebergQty quoteOrderQty",
    "STOP_LOSS": "quoteOrderQty price timeInForce icebergQty",
    "STOP_LOSS_LIMIT": "quoteOrderQty",
    "TAKE_PROFIT": "quoteOrderQty price timeInForce icebergQty",
    "TAKE_PROFIT_LIMIT": "quoteOrderQty",
}


def values(kind: str, **more: Any) -> dict[str, Any]:
    return {"symbol": "BTCUSDT", "side": "BUY", "type": kind, **GOOD[kind], **more}


def refusal(given: dict[str, Any], *arguments: Any, **fixed: Any) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        place("alice", given, *arguments, **fixed)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_enough(kind: str) -> None:
    made = place("alice", values(kind))
    assert (made.account, made.symbol, made.side, made.kind, made.quantity) == ("alice", "BTCUSDT", "BUY", kind, ONE)
    assert made.price == GOOD[kind].get("price", 0)
    assert made.stop_price == GOOD[kind].get("stopPrice", 0)
    assert made.time_in_force == GOOD[kind].get("timeInForce")


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, given in GOOD.items() for name in given if (kind, name) != ("MARKET", "quantity")],
)
def test_what_is_missing(kind: str, name: str) -> None:
    given = values(kind)
    del given[name]
    expected = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    if name == "stopPrice":
        expected = "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"
    assert refusal(given) == (-1102, expected)


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind, names in NOT_TAKEN.items() for name in names.split()]
)
def test_what_is_too_much(kind: str, name: str) -> None:
    more = "GTC" if name == "timeInForce" else ONE
    assert refusal(values(kind, **{name: more})) == (-1106, f"Parameter '{name}' sent when not required.")


def test_a_market_order_has_one_of_two_quantities() -> None:
    given = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}
    expected = "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"
    assert refusal(given) == (-1102, expected)
    assert place("alice", {**given, "quoteOrderQty": 7}) == Place("alice", "BTCUSDT", "BUY", "MARKET", quote_quantity=7)


@pytest.mark.parametrize("kind", ["STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"])
def test_a_trailing_stop_needs_no_price_to_wait_for(kind: str) -> None:
    given = values(kind, trailingDelta=100)
    del given["stopPrice"]
    assert place("alice", given).trailing_delta == 100
    assert place("alice", values(kind, trailingDelta=100)).stop_price == ONE


@pytest.mark.parametrize("force", ["IOC", "FOK"])
def test_an_iceberg_stays_until_it_is_cancelled(force: str) -> None:
    assert refusal(values("LIMIT", icebergQty=1, timeInForce=force)) == (
        -1106, "Parameter 'icebergQty' sent when not required.",
    )  # fmt: skip
    assert place("alice", values("LIMIT", icebergQty=1)).iceberg_quantity == 1
    assert place("alice", values("LIMIT_MAKER", icebergQty=1)).iceberg_quantity == 1


@pytest.mark.parametrize("part", ["", "above"])
def test_no_symbol_takes_pegged_orders(part: str) -> None:
    """exchangeInfo says so too: pegInstructionsAllowed is false."""
    if part:
        given = {"symbol": "X", "aboveType": "LIMIT_MAKER", "abovePrice": 1, "abovePegPriceType": "PRIMARY_PEG"}
        found = refusal(given, names_of(part), side="SELL", quantity=1)
    else:
        found = refusal(values("LIMIT", pegPriceType="PRIMARY_PEG"))
    assert found == (-1013, "Pegged orders are not supported for this symbol.")


def test_everything_that_may_be_said_is_passed_on() -> None:
    given = values(
        "STOP_LOSS_LIMIT", trailingDelta=50, icebergQty=2, newClientOrderId="x", strategyId=3, strategyType=1_000_000,
        selfTradePreventionMode="EXPIRE_BOTH",
    )  # fmt: skip
    assert place("alice", given) == Place(
        "alice", "BTCUSDT", "BUY", "STOP_LOSS_LIMIT", ONE, 0, ONE, ONE, 50, 2, "GTC", "x", "EXPIRE_BOTH", 3, 1_000_000
    )


def test_orders_of_lists_have_their_own_names() -> None:
    given = {
        "symbol": "BTCUSDT", "aboveType": "STOP_LOSS_LIMIT", "abovePrice": ONE, "aboveStopPrice": 2,
        "aboveTrailingDelta": 3, "aboveIcebergQty": 4, "aboveTimeInForce": "GTC", "aboveClientOrderId": "a",
        "aboveStrategyId": 5, "aboveStrategyType": 1_000_000,
    }  # fmt: skip
    made = place("alice", given, names_of("above"), side="SELL", quantity=ONE)
    assert made == Place(
        "alice", "BTCUSDT", "SELL", "STOP_LOSS_LIMIT", ONE, 0, ONE, 2, 3, 4, "GTC", "a", None, 5, 1_000_000
    )
    del given["abovePrice"]
    assert refusal(given, names_of("above"), side="SELL", quantity=ONE) == (
        -1102, "Mandatory parameter 'abovePrice' was not sent, was empty/null, or malformed.",
    )  # fmt: skip
    assert refusal({"symbol": "X", "pendingType": "MARKET"}, names_of("pending"), side="BUY") == (
        -1102, "Mandatory parameter 'pendingQuantity' was not sent, was empty/null, or malformed.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "kind", "default", "form"),
    [
        (None, "LIMIT", None, "FULL"), (None, "STOP_LOSS", None, "ACK"), ("ACK", "LIMIT", None, "ACK"),
        (None, "LIMIT", "RESULT", "RESULT"), ("FULL", "STOP_LOSS", "RESULT", "FULL"),
    ],
)  # fmt: skip
def test_the_form_of_the_answer(asked: str | None, kind: str, default: str | None, form: str) -> None:
    given = {"type": kind} | ({"newOrderRespType": asked} if asked else {})
    assert response_form(given, default) == form
