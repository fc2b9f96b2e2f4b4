"""Several symbols that share the cash, against numbers computed by hand, in both loops."""

from __future__ import annotations

import pytest


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def test_entries_of_one_close_share_one_snapshot_of_equity_and_the_buying_power(trade, frame):
    frames = {name: frame(flat(4)) for name in ("A/Y", "B/Y", "C/Y")}
    result = trade(frames, {"enter_long": [0]}, sizing={"name": "percent", "percent": 0.4})
    assert list(result.trades.symbol) == ["A/Y", "B/Y", "C/Y"]
    assert list(result.trades["size"]) == pytest.approx([40, 40, 20])


def test_what_reduces_is_sent_before_what_opens(trade, frame):
    frames = {"A/Y": frame(flat(6)), "B/Y": frame(flat(6))}
    strategies = [
        {"name": "scripted", "symbols": ["A/Y"], "params": {"enter_long": [2]}},
        {"name": "scripted", "symbols": ["B/Y"], "params": {"enter_long": [0], "exit_long": [2]}},
    ]
    result = trade(frames, strategies=strategies, sizing={"name": "percent", "percent": 0.9})
    # A's entry is decided while B still holds 9,000, so 1,000 of buying power are left.
    trades = result.trades.set_index("symbol")
    assert list(result.orders.symbol) == ["B/Y", "B/Y", "A/Y"]
    assert trades.loc["A/Y", "size"] == pytest.approx(10)


def test_symbol_joins_at_its_first_bar_and_is_marked_at_its_last_close(trade, frame):
    long = frame([(100, 100, 100, 100 + number) for number in range(6)])
    late = frame([(50, 50, 50, 50), (50, 60, 50, 60), (60, 70, 60, 70)], start="2024-01-01 02:00")
    result = trade({"A/Y": long, "B/Y": late.iloc[[0, 1, 2]]}, {"enter_long": [0]})
    trades = result.trades.set_index("symbol")
    assert trades.loc["B/Y", "entry_time"].hour == 3
    # A: 10 units from 100; B: 10 units from 50 in bar 03:00, last seen at 70 in bar 04:00.
    assert list(result.equity.equity) == pytest.approx([10_000, 10_010, 10_020, 10_130, 10_240, 10_250])


def test_missing_bar_neither_decides_nor_fills(trade, frame):
    whole = frame([(100 + n, 100 + n, 100 + n, 100 + n) for n in range(6)])
    holed = whole.drop(whole.index[1])
    result = trade({"A/Y": whole, "B/Y": holed}, {"enter_long": [0]})
    trades = result.trades.set_index("symbol")
    assert trades.loc["A/Y", "entry_price"] == 101
    assert trades.loc["B/Y", "entry_price"] == 102
    assert trades.loc["B/Y", "entry_time"].hour == 2


def test_strategy_may_have_a_coarser_timeframe(trade, frame):
    candles = [(100 + n, 101 + n, 99 + n, 100.5 + n) for n in range(12)]
    strategies = [{"name": "scripted", "timeframe": "4h", "params": {"enter_long": [0], "exit_long": [1]}}]
    result = trade({"A/Y": frame(candles)}, strategies=strategies)
    row = result.trades.iloc[0]
    assert (row.entry_time.hour, row.entry_price, row.exit_price) == (4, 104, 108)
    assert result.metrics["bars"] == 3
