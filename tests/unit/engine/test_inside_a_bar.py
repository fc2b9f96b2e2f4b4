"""An entry at an unknown moment of a bar: from its price on the stop is met, and nothing else trades."""

from __future__ import annotations

import backtrader as bt
import pytest

HALF = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "latency_ms": 1_800_000}  # half a bar of one hour


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def prices(result):
    return list(result.orders.fill_price.dropna())


def test_target_of_a_delayed_entry_waits_for_the_next_bar(trade):
    # Half way from 100 to 90 it buys at 95. The high of 101 came before, as the open did; 96.9 is met in bar 4.
    candles = [*flat(3), (100, 101, 89, 90), (90, 97, 90, 97), *flat(3, 97.0)]
    result = trade(candles, {"enter_long": [2]}, exits={"take_profit": {"percent": 0.02}}, costs=HALF)
    (row,) = result.trades.itertuples()
    assert (row.entry_time.hour, row.entry_price) == (3, 95)
    assert (row.exit_time.hour, row.exit_reason) == (4, "take_profit")
    assert row.exit_price == pytest.approx(96.9)


@pytest.mark.parametrize(
    ("enter", "candle", "entry", "stop"),
    [("enter_long", (100, 111, 100, 110), 105, 102.9), ("enter_short", (100, 100, 89, 90), 95, 96.9)],
)
def test_stop_of_a_delayed_entry_meets_the_market_from_the_entry_price_on(trade, enter, candle, entry, stop):
    # The open lies beyond the stop, but before the entry: it is no gap.
    result = trade(
        [*flat(3), candle, *flat(3, candle[3])], {enter: [2]}, exits={"stop": {"percent": 0.02}}, costs=HALF,
        allow_short=True,
    )  # fmt: skip
    (row,) = result.trades.itertuples()
    assert (row.entry_price, row.exit_time.hour, row.exit_reason) == (entry, 3, "stop")
    assert row.exit_price == pytest.approx(stop)


def test_stop_of_a_delayed_entry_that_the_bar_does_not_reach_rests(trade):
    candles = [*flat(3), (100, 111, 104, 110), (101, 101, 101, 101), *flat(3)]
    result = trade(candles, {"enter_long": [2]}, exits={"stop": {"percent": 0.02}}, costs=HALF)
    (row,) = result.trades.itertuples()
    # 102.9 in the entry bar is not touched; bar 4 opens beyond it.
    assert (row.entry_price, row.exit_time.hour, row.exit_price) == (105, 4, 101)


def bracket(trade, candle, after, **prices_of):
    script = [(1, "a", "buy_bracket", {"size": 1, "exectype": bt.Order.Stop, "price": 105, **prices_of})]
    return trade([*flat(2), candle, after], {"script": script}, name="orders")


def test_stop_of_a_bracket_entered_by_a_stop_meets_the_market_from_the_entry_on(trade):
    result = bracket(trade, (100, 110, 100, 108), (108, 108, 108, 108), stopprice=103, limitprice=120)
    assert prices(result) == [105, 103]
    assert list(result.orders.status) == ["completed", "completed", "canceled"]


def test_target_of_a_bracket_entered_by_a_stop_waits_for_the_next_bar(trade):
    result = bracket(trade, (104, 110, 103.5, 106), (106, 108, 106, 108), stopprice=103, limitprice=107)
    assert prices(result) == [105, 107]
    assert result.trades.exit_time.iloc[0].hour == 3


def test_children_of_a_bracket_that_gaps_in_work_from_the_open_on(trade):
    # The entry trades at the open of 106, so the whole bar comes after it.
    result = bracket(trade, (106, 110, 104, 108), (108, 108, 108, 108), stopprice=103, limitprice=109)
    assert prices(result) == [106, 109]
    assert result.trades.exit_time.iloc[0].hour == 2


def test_children_of_a_delayed_bracket_work_in_the_bar_of_the_entry(trade):
    # Bought at 105, half way from 100 to 110; the low of 90 touches the stop, the open of 100 is no gap.
    script = [(1, "a", "buy_bracket", {"size": 1, "exectype": bt.Order.Market, "stopprice": 102, "limitprice": 104})]
    candles = [*flat(2), (100, 110, 90, 110), *flat(3, 103.0)]
    assert prices(trade(candles, {"script": script}, name="orders", costs=HALF)) == [105, 102]


def test_stop_limit_child_meets_the_market_from_the_entry_on(trade):
    # The open of 100 lies below the stop of 103, but came before the entry at 105; after it the low is 104.
    kinds = {"stopexec": bt.Order.StopLimit, "stopargs": {"plimit": 102}}
    result = bracket(trade, (100, 110, 104, 108), (108, 108, 108, 108), stopprice=103, limitprice=120, **kinds)
    assert prices(result) == [105]


@pytest.mark.parametrize(
    ("candle", "exit_price"), [((102, 102.5, 101, 102), 102), ((108, 112, 104, 110), 111)], ids=["stop", "target"]
)
def test_children_of_an_entry_that_ends_at_an_open_work_from_that_open_on(trade, candle, exit_price):
    # Half of the entry trades at 105 inside bar 2, the rest at the open of bar 3, which completes the parent.
    script = [
        (1, "a", "buy_bracket",
         {"size": 1, "exectype": bt.Order.Stop, "price": 105, "stopprice": 103, "limitprice": 111}),
    ]  # fmt: skip
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "max_volume_share": 0.1}
    candles = [*flat(2), (100, 110, 100, 108, 5.0), candle, *flat(2, candle[3])]
    result = trade(candles, {"script": script}, name="orders", costs=costs)
    assert prices(result) == pytest.approx([(105 + candle[0]) / 2, exit_price])


@pytest.mark.parametrize(
    ("exits", "candle", "price", "reason"),
    [
        ({"stop": {"percent": 0.037}}, (100, 100, 96.4, 99), 96.5, "stop"),
        ({"trailing": {"percent": 0.037}}, (100, 100, 96.4, 99), 96.5, "trailing"),
        ({"take_profit": {"percent": 0.037}}, (100, 103.6, 100, 101), 103.5, "take_profit"),
    ],
)
def test_level_rounded_to_the_tick_is_met_by_a_bar_that_the_exact_level_would_miss(trade, exits, candle, price, reason):
    # 96.3 and 103.7 lie beyond the bar; on ticks of a half they are 96.5 and 103.5.
    result = trade(
        [*flat(6), candle, *flat(5)], {"enter_long": [2]}, exits=exits, instruments={"X/Y": {"tick": 0.5}}
    )  # fmt: skip
    (row,) = result.trades.itertuples()
    assert (row.exit_time.hour, row.exit_price, row.exit_reason) == (6, price, reason)


def test_tick_does_not_disturb_a_level_that_does_not_exist_yet(trade):
    exits = {"trailing": {"percent": 0.05, "after_percent": 0.02}, "break_even": {"after_percent": 0.2}}
    result = trade(flat(8), {"enter_long": [2]}, exits=exits, instruments={"X/Y": {"tick": 0.5}})
    assert list(result.trades.exit_reason) == ["open"]
