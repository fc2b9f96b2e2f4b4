"""What the volume of a bar leaves over: the rest of an exit goes on, the rest of an entry ends with its position."""

from __future__ import annotations

import pytest

COSTS = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "max_volume_share": 0.1}
# The entry of bar 3 fills in full at 100; in bar 4 the volume lets five of ten leave at the target of 102.
HALF_OUT = [*[(100, 100, 100, 100, 1e6)] * 4, (100, 103, 100, 100, 50.0), *[(100, 100, 100, 100, 1e6)] * 8]
TARGET = {"take_profit": {"percent": 0.02}}


def flat(count, price=100.0, volume=1e6):
    return [(price, price, price, price, volume)] * count


@pytest.mark.parametrize(
    ("params", "exits", "reason", "hour"),
    [
        ({"exit_long": [6]}, {}, "signal", 7),
        ({"enter_short": [6]}, {}, "opposite", 7),
        ({}, {"max_hold_bars": 6}, "max_hold", 9),
    ],
)
def test_partly_filled_target_leaves_a_position_that_still_ends(trade, params, exits, reason, hour):
    result = trade(HALF_OUT, {"enter_long": [2], **params}, exits={**TARGET, **exits}, costs=COSTS)
    (row,) = result.trades.itertuples()
    assert (row.exit_reason, row.exit_time.hour, row.size) == (reason, hour, 10)
    assert (row.exit_price, row.pnl) == pytest.approx((101, 10))
    assert list(result.orders.type) == ["market", "limit", "market"]
    assert list(result.orders.status) == ["completed", "canceled", "completed"]
    assert list(result.orders.filled) == [10, 5, 5]


def test_rest_of_a_partly_filled_target_fills_when_the_price_comes_back(trade):
    candles = [*HALF_OUT[:6], (100, 103, 100, 100, 1e6), *flat(3)]
    result = trade(candles, {"enter_long": [2]}, exits=TARGET, costs=COSTS)
    (row,) = result.trades.itertuples()
    assert (row.exit_reason, row.exit_price, row.exit_time.hour) == ("take_profit", 102, 6)


def test_orders_tell_when_a_partly_filled_target_traded_last(trade):
    result = trade(HALF_OUT, {"enter_long": [2], "exit_long": [6]}, exits=TARGET, costs=COSTS)
    # The target traded in bar 4; that its rest was cancelled in bar 7 is no fill.
    assert list(result.orders.fill_time.dt.hour) == [3, 4, 7]


def test_rest_of_an_entry_is_cancelled_when_its_position_is_stopped_out(trade):
    # Four of ten are bought in bar 3, whose volume is then used up: the stop at 98 is touched and trades at 95.
    candles = [*flat(3), (100, 100, 90, 95, 40.0), *flat(5, 95.0)]
    result = trade(candles, {"enter_long": [2]}, exits={"stop": {"percent": 0.02}}, costs=COSTS)
    (row,) = result.trades.itertuples()
    assert (row.size, row.exit_time.hour, row.exit_price, row.exit_reason) == (4, 4, 95, "stop")
    assert list(result.orders.status) == ["canceled", "completed"]
    assert list(result.orders.filled) == [4, 4]


def test_protection_grows_with_an_entry_that_goes_on(trade):
    # Four at 100 and six at 99; the stop stays at 98, 2 % below the first fill, and closes all ten.
    candles = [*flat(3), (100, 100, 100, 100, 40.0), (99, 100, 90, 95, 1e6), *flat(3, 95.0)]
    result = trade(candles, {"enter_long": [2]}, exits={"stop": {"percent": 0.02}}, costs=COSTS)
    (row,) = result.trades.itertuples()
    assert (row.size, row.exit_time.hour, row.exit_reason) == (10, 4, "stop")
    assert (row.entry_price, row.exit_price) == pytest.approx((99.4, 98))


def test_liquidation_that_the_volume_cuts_goes_on_at_the_next_open(trade):
    # 350 units at fourfold leverage. At 70 equity is -25,000 + 24,500; fifty leave there, 300 at the open of 100.
    candles = [*flat(3), (100, 100, 70, 100, 500.0), *flat(8)]
    result = trade(
        candles, {"enter_long": [1]}, costs=COSTS, leverage=4, sizing={"name": "percent", "percent": 3.5}
    )  # fmt: skip
    (row,) = result.trades.itertuples()
    assert (row.size, row.exit_reason, row.exit_time.hour) == (350, "liquidation", 4)
    assert row.exit_price == pytest.approx((50 * 70 + 300 * 100) / 350)
    assert result.metrics["final_equity"] == pytest.approx(8_500)
    assert list(result.orders.filled) == [350, 350]


@pytest.mark.parametrize("price", [103.0, 107.0, 111.3, 123.7, 131.0, 149.9, 187.3, 201.7])
def test_cut_at_the_fill_leaves_no_dust(trade, frame, price):
    # Each wants half at 100. A opens higher and is cut to all there is; nothing but float dust is left for B.
    first = frame(flat(2) + flat(4, 3 * price))
    result = trade(
        {"A/Y": first, "B/Y": frame(flat(6))}, {"enter_long": [1]}, sizing={"name": "percent", "percent": 0.5},
        costs={"maker_fee": 0, "taker_fee": 0.001, "slippage_bps": 0},
    )  # fmt: skip
    assert list(result.trades.symbol) == ["A/Y"]
    assert result.trades["size"].iloc[0] == pytest.approx(10_000 / (3 * price * 1.001))
    assert dict(zip(result.orders.symbol, result.orders.status, strict=True)) == {"A/Y": "completed", "B/Y": "margin"}


def test_entries_of_one_open_fill_in_the_order_of_the_symbols(trade, frame):
    # B is sent at 02:00 and misses a bar, A is sent at 03:00: both meet the open of 125. A takes its 40, worth
    # 5,000; the rest of the account buys 40 of the 60 for B.
    candles = flat(3) + flat(4, 125.0)
    strategies = [
        {"name": "scripted", "params": {"enter_long": [2]}, "symbols": ["A/Y"]},
        {"name": "scripted", "params": {"enter_long": [1]}, "symbols": ["B/Y"]},
    ]
    waiting = frame(candles)
    result = trade(
        {"A/Y": frame(candles), "B/Y": waiting.drop(waiting.index[[2]])}, strategies=strategies,
        sizing={"name": "percent", "percent": 0.6},
    )  # fmt: skip
    sizes = result.trades.set_index("symbol")["size"]
    assert dict(sizes) == pytest.approx({"A/Y": 40, "B/Y": 40})


def test_reduction_towards_a_target_respects_the_step(trade):
    # 5.5 of 10 are wanted: four whole units go, and the half unit that remains is no order.
    result = trade(
        flat(10), {"exposure": [1, 1, 1, 1, *[0.55] * 6], "band": 0.0}, name="wanted",
        instruments={"X/Y": {"step": 1}},
    )  # fmt: skip
    assert list(result.orders.side) == ["buy", "sell"]
    assert list(result.orders.filled) == [10, 4]
    (row,) = result.trades.itertuples()
    assert (row.exit_reason, row.size) == ("open", 6)


def test_end_of_a_target_sells_all_whatever_the_step(trade):
    result = trade(
        flat(8), {"exposure": [1, 1, 0.5, 0.5, 0, 0, 0, 0], "band": 0.0}, name="wanted",
        instruments={"X/Y": {"step": 4}},
    )  # fmt: skip
    # Ten become eight at the entry; three to sell are less than a step, so eight go at the end.
    assert list(result.orders.filled) == [8, 8]
    assert list(result.trades.exit_reason) == ["target"]
