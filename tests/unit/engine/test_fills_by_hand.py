"""The default fills against bars computed by hand, rule by rule; every test runs in both loops."""

from __future__ import annotations

import numpy as np
import pytest

UP = [(100, 101, 99, 100), (100, 103, 98, 102), (104, 106, 103, 105), (105, 108, 104, 107), (110, 112, 109, 111)]


def only(result):
    assert len(result.trades) == 1
    return result.trades.iloc[0]


def test_market_orders_fill_at_the_next_open_with_slippage_and_fee(trade):
    result = trade(
        UP, {"enter_long": [0], "exit_long": [2]}, costs={"maker_fee": 0, "taker_fee": 0.001, "slippage_bps": 20}
    )
    row = only(result)
    entry, leave = 100 * 1.002, 105 * 0.998
    assert row.entry_price == pytest.approx(entry, rel=1e-14)
    assert row.exit_price == pytest.approx(leave, rel=1e-14)
    fees = 0.001 * 10 * (entry + leave)
    assert row.fees == pytest.approx(fees, rel=1e-12)
    assert row.pnl == pytest.approx(10 * (leave - entry) - fees, rel=1e-12)
    assert str(row.entry_time) == "2024-01-01 01:00:00+00:00"
    assert str(row.exit_time) == "2024-01-01 03:00:00+00:00"
    assert row.bars_held == 2
    assert row.exit_reason == "signal"
    assert result.metrics["final_equity"] == pytest.approx(10_000 + row.pnl, rel=1e-12)


def test_order_sent_at_the_last_close_never_fills(trade):
    result = trade(UP, {"enter_long": [4]})
    assert result.trades.empty
    assert result.metrics["final_equity"] == 10_000
    assert list(result.orders.status) == ["accepted"]


def test_open_position_is_marked_at_the_last_close_without_cost(trade):
    result = trade(UP, {"enter_long": [0]})
    row = only(result)
    assert row.exit_reason == "open"
    assert np.isnan(row.exit_price)
    assert result.metrics["final_equity"] == 10_000 + 10 * (111 - 100)
    assert result.metrics["total_trades"] == 0
    assert list(result.equity.equity) == [10_000, 10_020, 10_050, 10_070, 10_110]
    assert list(result.equity.cash) == [10_000, 9_000, 9_000, 9_000, 9_000]
    assert result.metrics["exposure"] == 4 / 5


def test_stop_by_percent_of_the_fill_price_is_live_in_the_entry_bar(trade):
    candles = [*UP[:1], (100, 101, 94, 96), (96, 97, 95, 96)]
    row = only(trade(candles, {"enter_long": [0]}, exits={"stop": {"percent": 0.05}}))
    assert (row.exit_price, row.exit_reason, row.bars_held) == (95.0, "stop", 0)
    assert row.entry_time == row.exit_time


def test_gap_through_the_stop_fills_at_the_open(trade):
    candles = [*UP[:2], (90, 91, 89, 90), *UP[:1]]
    row = only(trade(candles, {"enter_long": [0]}, exits={"stop": {"percent": 0.05}}))
    assert (row.exit_price, row.exit_reason) == (90.0, "stop")


def test_stop_comes_before_target_inside_one_bar(trade):
    candles = [*UP[:2], (100, 120, 90, 100), *UP[:1]]
    exits = {"stop": {"percent": 0.05}, "take_profit": {"percent": 0.1}}
    row = only(trade(candles, {"enter_long": [0]}, exits=exits))
    assert (row.exit_price, row.exit_reason) == (95.0, "stop")


def test_stop_pays_taker_fee_and_slippage_target_pays_maker_fee_only(trade):
    costs = {"maker_fee": 0.001, "taker_fee": 0.002, "slippage_bps": 100}
    exits = {"stop": {"percent": 0.05}, "take_profit": {"percent": 0.05}}
    entry = 100 * 1.01
    stopped = only(trade([*UP[:2], (100, 101, 90, 92), *UP[:1]], {"enter_long": [0]}, exits=exits, costs=costs))
    level = entry - entry * 0.05
    assert stopped.exit_price == pytest.approx(level * 0.99, rel=1e-14)
    assert stopped.fees == pytest.approx(0.002 * 10 * (entry + level * 0.99), rel=1e-12)
    target = only(trade([*UP[:2], (101, 111, 100, 110), *UP[:1]], {"enter_long": [0]}, exits=exits, costs=costs))
    level = entry + entry * 0.05
    assert target.exit_price == pytest.approx(level, rel=1e-14)
    assert target.exit_reason == "take_profit"
    assert target.fees == pytest.approx(10 * (0.002 * entry + 0.001 * level), rel=1e-12)


def test_gap_through_the_target_fills_at_the_open(trade):
    row = only(trade([*UP[:2], (115, 116, 114, 115), *UP[:1]], {"enter_long": [0]},
                     exits={"take_profit": {"percent": 0.1}}))  # fmt: skip
    assert (row.exit_price, row.exit_reason) == (115.0, "take_profit")


def test_market_exit_fills_at_the_open_before_a_stop_is_looked_at(trade):
    candles = [*UP[:2], (100, 101, 90, 95), *UP[:1]]
    row = only(trade(candles, {"enter_long": [0], "exit_long": [1]}, exits={"stop": {"percent": 0.05}}))
    assert (row.exit_price, row.exit_reason) == (100.0, "signal")


def test_trailing_stop_by_percent_follows_the_best_high_and_never_loosens(trade):
    # Entry at 100, distance 5: level 95 in the entry bar, 98 after its high of 103, 107 after the high of 112.
    candles = [(100, 100, 100, 100), (100, 103, 96, 102), (102, 112, 99, 110), (110, 111, 108, 109),
               (109, 109, 106, 108), (108, 108, 108, 108)]  # fmt: skip
    row = only(trade(candles, {"enter_long": [0]}, exits={"trailing": {"percent": 0.05}}))
    assert (row.exit_price, row.exit_reason, row.bars_held) == (107.0, "trailing", 3)


def test_trailing_stop_of_a_short_mirrors(trade):
    candles = [(100, 100, 100, 100), (100, 104, 97, 98), (98, 101, 88, 90), (90, 92, 89, 91), (91, 94, 90, 92),
               (92, 92, 92, 92)]  # fmt: skip
    result = trade(candles, {"enter_short": [0]}, exits={"trailing": {"percent": 0.05}}, allow_short=True)
    row = only(result)
    assert (row.side, row.exit_price, row.exit_reason) == ("short", 93.0, "trailing")
    assert row.pnl == pytest.approx(70.0)


def test_trailing_begins_after_a_favourable_move(trade):
    candles = [(100, 100, 100, 100), (100, 103, 90, 102), (102, 109, 99, 108), (108, 111, 107, 110),
               (110, 110, 105, 106), (106, 106, 106, 106)]  # fmt: skip
    exits = {"trailing": {"percent": 0.05, "after_percent": 0.1}}
    row = only(trade(candles, {"enter_long": [0]}, exits=exits))
    assert (row.exit_price, row.exit_reason, row.bars_held) == (106.0, "trailing", 3)


def test_break_even_moves_the_stop_to_the_fill_price(trade):
    candles = [(100, 100, 100, 100), (100, 103, 96, 102), (102, 106, 101, 105), (105, 105, 99, 100),
               (100, 100, 100, 100)]  # fmt: skip
    exits = {"stop": {"percent": 0.1}, "break_even": {"after_percent": 0.05}}
    row = only(trade(candles, {"enter_long": [0]}, exits=exits))
    assert (row.exit_price, row.exit_reason, row.bars_held) == (100.0, "break_even", 2)


def test_levels_of_the_strategy_are_read_at_the_signal_bar(trade):
    nan = float("nan")
    candles = [*UP[:2], (102, 106, 95, 105), *UP[:1]]
    row = only(trade(candles, {"enter_long": [0], "stop_long": [97, 50, 50, 50], "target_long": [nan] * 4}))
    assert (row.exit_price, row.exit_reason) == (97.0, "stop")


def test_atr_stop_uses_the_value_at_the_signal_bar(trade):
    # True range is 2 until the signal; afterwards the bars are wider, which must not matter.
    candles = [(100, 101, 99, 100)] * 20 + [(100, 106, 97, 105), (105, 108, 95.5, 96), (96, 97, 95, 96)]
    row = only(trade(candles, {"enter_long": [19]}, exits={"stop": {"atr": 2.0}}))
    assert row.exit_price == pytest.approx(96.0, rel=1e-12)
    assert row.bars_held == 1


def test_max_hold_bars_sends_the_exit_at_the_close_of_the_nth_bar_held(trade):
    row = only(trade([*UP, *UP], {"enter_long": [0]}, exits={"max_hold_bars": 3}))
    assert (row.bars_held, row.exit_reason) == (3, "max_hold")
    assert row.exit_price == 110


@pytest.mark.parametrize(("cooldown", "second_entry"), [(1, 4), (2, 5), (3, 6)])
def test_cooldown_counts_from_the_bar_of_the_exit(trade, cooldown, second_entry):
    # The exit fills at the open of bar 3, so bars_since_exit is 1 at its close.
    candles = [(100, 100, 100, 100)] * 10
    result = trade(candles, {"enter_long": range(10), "exit_long": [2]}, exits={"cooldown_bars": cooldown})
    times = list(result.trades.entry_time.dt.hour)
    assert times == [1, second_entry]


def test_both_entries_at_once_open_nothing(trade):
    result = trade(UP, {"enter_long": [0], "enter_short": [0]}, allow_short=True)
    assert result.trades.empty


def test_opposite_entry_ends_a_long_and_opens_nothing_without_shorts(trade):
    result = trade([*UP, *UP], {"enter_long": [0], "enter_short": [2, 3, 4]})
    row = only(result)
    assert row.exit_reason == "opposite"


def test_reversal_takes_two_closes(trade):
    result = trade([*UP, *UP], {"enter_long": [0], "enter_short": [2, 3], "exit_short": [6]}, allow_short=True)
    assert list(result.trades.side) == ["long", "short"]
    assert list(result.trades.entry_time.dt.hour) == [1, 4]
    assert list(result.trades.exit_time.dt.hour) == [3, 7]


def test_confidence_scales_the_entry(trade):
    row = only(trade(UP, {"enter_long": [0], "exit_long": [2], "confidence": [0.25] * 5}))
    assert row["size"] == 2.5


def test_size_is_cut_to_the_buying_power_at_the_decision_and_at_the_fill(trade):
    costs = {"maker_fee": 0, "taker_fee": 0.01, "slippage_bps": 100}
    result = trade([(100, 100, 100, 100), (125, 125, 125, 125), (125, 125, 125, 125)], {"enter_long": [0]},
                   sizing={"name": "percent", "percent": 1.0}, costs=costs)  # fmt: skip
    assert any("cut at the decision from 100 to 98" in note for note in result.notes)
    price = 125 * 1.01
    assert only(result)["size"] == pytest.approx(10_000 / (price * 1.01), rel=1e-12)
    assert result.equity.cash.iloc[-1] == pytest.approx(0, abs=1e-8)


def test_step_and_minimum_notional(trade):
    limits = {"instruments": {"X/Y": {"step": 0.3, "min_notional": 500}}}
    assert only(trade(UP, {"enter_long": [0]}, **limits))["size"] == pytest.approx(9.9)
    refused = trade(UP, {"enter_long": [0]}, sizing={"name": "fixed_units", "units": 4}, **limits)
    assert refused.trades.empty
    assert "below the minimum notional of 500" in refused.notes[0]


def test_short_is_liquidated_at_the_worst_price_of_the_bar(trade):
    candles = [(100, 100, 100, 100), (100, 100, 100, 100), (150, 199.5, 150, 160), (160, 160, 160, 160)]
    result = trade(candles, {"enter_short": [0]}, allow_short=True, sizing={"name": "fixed_units", "units": 100})
    row = only(result)
    assert (row.exit_reason, row.exit_price) == ("liquidation", 199.5)
    assert result.metrics["final_equity"] == pytest.approx(10_000 - 100 * 99.5)


def test_leverage_is_liquidated_below_the_maintenance_margin(trade):
    # 5 times 10,000 in the market: 500 units at 100. At 80.5 equity is 250, 0.6 % of 40,250; at 80.3 it is 150.
    candles = [(100, 100, 100, 100), (100, 100, 80.5, 90), (90, 90, 80.3, 85), (85, 85, 85, 85)]
    result = trade(candles, {"enter_long": [0]}, leverage=5, sizing={"name": "percent", "percent": 5})
    row = only(result)
    assert (row.exit_reason, row.exit_price, row.bars_held) == ("liquidation", 80.3, 1)


def test_partial_fills_by_the_volume_of_the_bar(trade):
    candles = [(100, 100, 100, 100, 40), (100, 100, 100, 100, 40), (110, 110, 110, 110, 40), (120, 120, 120, 120, 80)]
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "max_volume_share": 0.1}
    result = trade(candles, {"enter_long": [0]}, costs=costs)
    assert only(result)["size"] == 10
    assert only(result).entry_price == pytest.approx((4 * 100 + 4 * 110 + 2 * 120) / 10)


def test_latency_in_bars_and_in_milliseconds(trade):
    free = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0}
    assert only(trade(UP, {"enter_long": [0]}, costs={**free, "latency_bars": 2})).entry_price == 105
    # A quarter of an hour late in a bar that goes from 100 to 102.
    assert only(trade(UP, {"enter_long": [0]}, costs={**free, "latency_ms": 900_000})).entry_price == 100.5


def test_funding_is_paid_by_longs_at_the_close_that_holds_the_stamp(trade, tmp_path):
    path = tmp_path / "funding.csv"
    path.write_text("timestamp,funding_rate\n1704067200000,0.5\n1704078000000,0.01\n1704085200000,-0.02\n")
    candles = [(100, 100, 100, 100)] * 8
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "funding": str(path)}
    result = trade(candles, {"enter_long": [0]}, costs=costs)
    # 03:00 falls into the bar that closes then (number 2), 05:00 into number 4; midnight is before the entry.
    assert list(result.equity.equity) == [10_000, 10_000, 9_990, 9_990, 10_010, 10_010, 10_010, 10_010]
    assert result.metrics["funding_paid"] == pytest.approx(-10)


def test_interest_on_a_short_is_booked_bar_by_bar(trade):
    candles = [(100, 100, 100, 100)] * 4
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "borrow_rate": 0.876}
    result = trade(candles, {"enter_short": [0]}, allow_short=True, costs=costs)
    assert result.metrics["borrow_paid"] == pytest.approx(3 * 1000 * 0.876 / 8760)
    assert list(result.equity.equity) == pytest.approx([10_000, 9_999.9, 9_999.8, 9_999.7])


def test_drawdown_limit_closes_at_the_next_open_and_ends_entries(trade):
    candles = [
        (100, 100, 100, 100),
        (100, 100, 100, 100),
        (100, 100, 88, 89),
        (90, 90, 90, 90),
        *[(90, 90, 90, 90)] * 4,
    ]
    result = trade(candles, {"enter_long": range(8)}, risk={"max_drawdown": 0.1},
                   sizing={"name": "percent", "percent": 1.0})  # fmt: skip
    row = only(result)
    assert (row.exit_reason, row.exit_price) == ("max_drawdown", 90)
    assert any("max_drawdown reached at 2024-01-01T03:00:00.000Z" in note for note in result.notes)


def test_daily_loss_ends_entries_until_the_next_utc_day(trade):
    candles = [(100, 100, 100, 100)] * 20 + [(100, 100, 90, 92)] + [(92, 92, 92, 92)] * 8
    result = trade(candles, {"enter_long": range(29)}, risk={"max_daily_loss": 0.05},
                   sizing={"name": "percent", "percent": 1.0})  # fmt: skip
    assert list(result.trades.exit_reason) == ["max_daily_loss", "open"]
    # Bar 24 is the first of the next day; an entry decided at its close fills in bar 25.
    assert str(result.trades.entry_time.iloc[1]) == "2024-01-02 01:00:00+00:00"
