"""What a risk limit ends: positions of every symbol, whatever rests beside them, and entries on their way."""

from __future__ import annotations

import pytest

FREE = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0}


def flat(count, price=100.0, volume=1e6):
    return [(price, price, price, price, volume)] * count


def test_daily_loss_closes_a_symbol_without_a_bar_at_the_breach_at_its_next_open(trade, frame):
    # B loses 200 of 10,000 at 07:00, when A has no bar. The next open of both is that of 07:00.
    missing = frame(flat(7) + flat(1, 98.0) + flat(4, 97.0))
    missing = missing.drop(missing.index[[6]])
    falling = frame([*flat(6), (100, 100, 80, 80), *flat(5, 80.0)])
    result = trade({"A/Y": missing, "B/Y": falling}, {"enter_long": [2]}, risk={"max_daily_loss": 0.01})
    trades = result.trades.set_index("symbol")
    assert list(trades.exit_reason) == ["max_daily_loss"] * 2
    assert (trades.loc["B/Y", "exit_time"].hour, trades.loc["B/Y", "exit_price"]) == (7, 80)
    assert (trades.loc["A/Y", "exit_time"].hour, trades.loc["A/Y", "exit_price"]) == (7, 98)
    assert result.notes == [
        "max_daily_loss reached at 2024-01-01T07:00:00.000Z: equity 9800; no entries until the next UTC day"
    ]


def test_daily_loss_holds_for_a_silent_symbol_though_equity_recovers(trade, frame):
    # A returns only three hours after the breach, when the loss is long made good: it ends all the same.
    silent = frame(flat(12))
    silent = silent.drop(silent.index[[6, 7, 8]])
    falling = frame([*flat(6), (100, 100, 80, 80), *flat(5)])
    result = trade({"A/Y": silent, "B/Y": falling}, {"enter_long": [2]}, risk={"max_daily_loss": 0.01})
    assert sorted(result.trades.symbol) == ["A/Y", "B/Y"]
    assert list(result.trades.exit_reason) == ["max_daily_loss"] * 2
    assert result.metrics["final_equity"] == 10_000


def test_daily_loss_lets_a_symbol_enter_again_the_next_day(trade):
    candles = [*flat(3), (100, 100, 80, 80), *flat(24, 80.0)]
    result = trade(candles, {"enter_long": [1, 5, 23, 24]}, risk={"max_daily_loss": 0.01})
    # The close of bar 22 is the last of the day's; 23:00 closes at midnight and counts to its own day.
    assert list(result.trades.exit_reason) == ["max_daily_loss", "open"]
    assert [str(time) for time in result.trades.entry_time] == [
        "2024-01-01 02:00:00+00:00", "2024-01-02 01:00:00+00:00"
    ]  # fmt: skip


def test_entry_delayed_by_latency_is_cancelled_by_a_drawdown(trade, frame):
    # B is bought in bar 3 and falls in bar 4; the order for A, sent in bar 3, would reach the market in bar 6.
    falling = frame([*flat(4), (100, 100, 80, 80), *flat(15, 80.0)])
    strategies = [
        {"name": "scripted", "params": {"enter_long": [0]}, "symbols": ["B/Y"]},
        {"name": "scripted", "params": {"enter_long": [3]}, "symbols": ["A/Y"]},
    ]
    result = trade(
        {"A/Y": frame(flat(20)), "B/Y": falling}, strategies=strategies, costs={**FREE, "latency_bars": 2},
        risk={"max_drawdown": 0.01},
    )  # fmt: skip
    (row,) = result.trades.itertuples()
    assert (row.symbol, row.entry_time.hour, row.exit_time.hour, row.exit_price) == ("B/Y", 3, 7, 80)
    assert row.exit_reason == "max_drawdown"
    orders = result.orders.set_index("symbol")
    assert (orders.loc["A/Y", "status"], orders.loc["A/Y", "filled"]) == ("canceled", 0)


@pytest.mark.parametrize(
    ("name", "params"), [("wanted", {"exposure": [1.0] * 23}), ("scripted", {"enter_long": [0]})], ids=["targets", "signals"]
)  # fmt: skip
def test_partly_filled_entry_is_cancelled_by_a_drawdown(trade, name, params):
    # Ten units a bar at 100, 100, 100, 97, 94; at the close of 94 fifty units have lost 3 * 60 + 30 = 210.
    candles = [*flat(3, volume=100.0)]
    candles += [(price, price, price, price, 100.0) for price in range(100, 40, -3)]
    result = trade(
        candles, params, name=name, sizing={"name": "fixed_units", "units": 90},
        costs={**FREE, "max_volume_share": 0.1}, risk={"max_drawdown": 0.01},
    )  # fmt: skip
    assert list(result.orders.status) == ["canceled", "completed"]
    assert list(result.orders.filled) == [50, 50]
    (row,) = result.trades.itertuples()
    # Out at 91, 88, 85, 82, 79.
    assert (row.size, row.exit_reason, row.exit_time.hour) == (50, "max_drawdown", 10)
    assert (row.entry_price, row.exit_price) == pytest.approx((98.2, 85))
    assert result.notes == [
        "max_drawdown reached at 2024-01-01T06:00:00.000Z: equity 9790; no entries for the rest of the run"
    ]


def test_drawdown_ends_what_a_partly_filled_target_left(trade):
    # Five of ten leave at 102; the rest falls from a peak of 10,010 to 9,960.
    candles = [*flat(4), (100, 103, 100, 100, 50.0), *flat(1), (100, 100, 90, 90, 1e6), *flat(4, 91.0)]
    result = trade(
        candles, {"enter_long": [2]}, exits={"take_profit": {"percent": 0.02}},
        costs={**FREE, "max_volume_share": 0.1}, risk={"max_drawdown": 0.004},
    )  # fmt: skip
    (row,) = result.trades.itertuples()
    assert (row.exit_reason, row.exit_time.hour) == ("max_drawdown", 7)
    assert (row.exit_price, row.pnl) == pytest.approx(((102 + 91) / 2, 10 - 45))
    assert result.metrics["final_equity"] == pytest.approx(9_965)
