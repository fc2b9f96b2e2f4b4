"""Targets against positions computed by hand, in both loops."""

from __future__ import annotations

import pytest

NAN = float("nan")


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def sizes(result):
    signed = result.orders.filled.where(result.orders.side == "buy", -result.orders.filled)
    return list(signed)


def run(trade, candles, exposure, **config):
    config.setdefault("sizing", {"name": "fixed_units", "units": 10})
    params = {"exposure": list(exposure), "band": config.pop("band", 0.1)}
    return trade(candles, params, name="wanted", **config)


def test_difference_is_traded_when_it_leaves_the_band(trade):
    result = run(trade, flat(8), [0.5, 0.58, 0.61, 0.61, 0.4, 0.4, 0, 0])
    assert sizes(result) == pytest.approx([5, 1.1, -2.1, -4])
    assert len(result.trades) == 1
    assert result.trades.exit_reason.iloc[0] == "target"
    assert result.trades["size"].iloc[0] == pytest.approx(6.1)


def test_small_target_within_the_band_opens_nothing(trade):
    assert sizes(run(trade, flat(4), [0.1, 0.1, 0.1, 0.1])) == []


def test_nan_keeps_the_position(trade):
    assert sizes(run(trade, flat(6), [1, NAN, NAN, NAN, 0.5, NAN])) == pytest.approx([10, -5])


def test_change_of_sign_is_one_order_to_zero_and_one_to_the_new_side(trade):
    result = run(trade, flat(6), [1, -1, -1, -1, 0, 0], allow_short=True)
    assert sizes(result) == pytest.approx([10, -10, -10, 10])
    assert list(result.trades.side) == ["long", "short"]


def test_negative_target_without_shorts_is_zero(trade):
    assert sizes(run(trade, flat(6), [1, -1, -1, -1, -1, -1])) == pytest.approx([10, -10])


def test_percent_sizing_follows_equity_and_close(trade):
    candles = [(100, 100, 100, 100), (100, 200, 100, 200), (200, 200, 200, 200), (200, 200, 200, 200)]
    result = run(trade, candles, [1, 1, 1, 1], sizing={"name": "percent", "percent": 0.5})
    # 50 units at 100; at 200 equity is 15,000, so 37.5 units are wanted and 12.5 sold.
    assert sizes(result) == pytest.approx([50, -12.5])


def test_after_a_stop_nothing_is_opened_until_the_target_lets_go(trade):
    candles = [*flat(2), (100, 100, 90, 95), *flat(8, 95)]
    exposure = [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1]
    result = run(trade, candles, exposure, exits={"stop": {"percent": 0.05}})
    assert list(result.trades.exit_reason) == ["stop", "open"]
    assert list(result.trades.entry_time.dt.hour) == [1, 7]


def test_after_a_stop_the_cooldown_may_end_the_wait(trade):
    candles = [*flat(2), (100, 100, 90, 95), *flat(8, 95)]
    result = run(trade, candles, [1] * 11, exits={"stop": {"percent": 0.05}, "cooldown_bars": 4})
    # The exit's bar (2) counts as the first, so the close of bar 5 is the fourth; the order fills in bar 6.
    assert list(result.trades.entry_time.dt.hour) == [1, 6]


def test_max_hold_bars_ends_a_target_too(trade):
    result = run(trade, flat(8), [1] * 8, exits={"max_hold_bars": 3})
    assert list(result.trades.exit_reason) == ["max_hold"]
    assert list(result.trades.bars_held) == [3]
