"""Strategies of different kinds in one account, their hooks, and what one run leaves to the next."""

from __future__ import annotations

import backtrader as bt
import pytest


class Keep(bt.Analyzer):
    """Hands the hosted strategies to the test; looks at no bar, so that the sparse loop still skips."""

    params = (("made", None),)

    def start(self):
        self.p.made.append(self.strategy)


def keeping(made):
    return lambda cerebro: cerebro.addanalyzer(Keep, made=made)


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def beside_a_holder(trade, frame, percent, *, price=120.0, then=100.0):
    """A plain strategy buys 50 A at 100, which then stand at `price`; B is bought at the close of 100, at `then`."""
    strategies = [
        {"name": "orders", "params": {"script": [(0, "a", "buy", {"size": 50})]}, "symbols": ["A/Y"]},
        {"name": "scripted", "params": {"enter_long": [4]}, "symbols": ["B/Y"]},
    ]
    frames = {"A/Y": frame([*flat(3), (100, 120, 80, price), *flat(6, price)]), "B/Y": frame(flat(5) + flat(5, then))}
    result = trade(frames, strategies=strategies, sizing={"name": "percent", "percent": percent})
    return result.trades.set_index("symbol")["size"]


@pytest.mark.parametrize(("price", "size"), [(120.0, 44), (80.0, 36)])
def test_equity_of_the_desk_counts_the_position_of_a_plain_strategy(trade, frame, price, size):
    sizes = beside_a_holder(trade, frame, 0.4, price=price)
    assert sizes["A/Y"] == 50
    assert sizes["B/Y"] == pytest.approx(size)


def test_buying_power_of_the_desk_counts_the_position_of_a_plain_strategy(trade, frame):
    # Equity 11,000 less 6,000 in A: 50 at the close of 100. That B then opens at 50 makes the order no larger.
    assert beside_a_holder(trade, frame, 0.95, then=50.0)["B/Y"] == pytest.approx(50)


@pytest.mark.parametrize("first", ["scripted", "own_next"])
def test_signals_strategy_beside_a_subclass_with_its_own_next(trade, frame, first):
    signals = {"name": "scripted", "params": {"enter_long": [2], "exit_long": [5]}, "symbols": ["A/Y"]}
    own = {"name": "own_next", "symbols": ["B/Y"]}
    strategies = [signals, own] if first == "scripted" else [own, signals]
    result = trade({"A/Y": frame(flat(9)), "B/Y": frame(flat(9))}, strategies=strategies)
    rows = {row.symbol: (row.strategy, row.entry_time.hour, row.exit_time.hour) for row in result.trades.itertuples()}
    assert rows == {"A/Y": ("scripted", 3, 6), "B/Y": ("own_next", 2, 4)}
    assert list(result.trades["size"]) == [1, 10]


def test_next_open_of_a_signals_strategy_is_called_at_every_open(trade):
    candles = [(price, price + 1, price - 1, price + 0.5) for price in range(100, 108)]
    made = []
    result = trade(candles, {"enter_long": [2], "exit_long": [4]}, name="opening_bell", prepare=keeping(made))
    assert made[0].opens == [(number + 1, 100.0 + number) for number in range(1, 8)]
    assert list(result.trades.entry_time.dt.hour) == [3]


def test_order_of_next_open_trades_at_that_open(trade):
    candles = [(price, price + 1, price - 1, price + 0.5) for price in range(100, 108)]
    result = trade(candles, {"buys": 4}, name="opening_bell")
    (row,) = result.trades.itertuples()
    assert (row.size, row.entry_time.hour, row.entry_price) == (1, 4, 104)


@pytest.mark.parametrize(("buys", "stops"), [(3, []), (17, [96.0])])
def test_stop_of_an_order_of_next_open_knows_nothing_of_later_bars(trade, buys, stops):
    # The ATR is 2 from bar 14 on; that of the last bar, 6, is still to come.
    candles = [*[(100, 101, 99, 100)] * 24, (100, 157, 99, 100)]
    result = trade(candles, {"buys": buys}, name="opening_bell", exits={"stop": {"atr": 2.0}})
    assert list(result.orders.price.dropna()) == pytest.approx(stops)


def test_hooks_hear_at_the_close_that_follows_though_their_symbol_has_no_bar(trade, frame):
    # B pauses at 03:00 and 04:00, A never; nobody trades A.
    pausing = frame(flat(10))
    pausing = pausing.drop(pausing.index[[3, 4]])
    made = []
    strategies = [{"name": "listening", "params": {"enter_long": [2], "exit_long": [5]}, "symbols": ["B/Y"]}]
    trade({"A/Y": frame(flat(10)), "B/Y": pausing}, strategies=strategies, prepare=keeping(made))
    heard = [(entry[2], entry[-2].hour) for entry in made[0].heard if entry[0] in ("order", "trade")]
    assert heard == [
        ("Submitted", 4), ("Accepted", 4), ("Completed", 6), ("Open", 6),
        ("Submitted", 9), ("Accepted", 9), ("Completed", 9), ("Closed", 9),
    ]  # fmt: skip


def test_hooks_hear_of_a_cancelled_order_at_the_next_close(trade):
    made = []
    trade(flat(9), {"enter_long": [2]}, name="changing_mind", prepare=keeping(made))
    # The entry of bar 3 is heard at 04:00; each answer to it one close later.
    assert made[0].heard == [("Submitted", 5), ("Accepted", 5), ("Canceled", 6)]


def test_order_sent_in_start_trades_in_the_first_bar(trade):
    candles = [(100, 101, 99, 100.5), *flat(4, 102.0)]
    result = trade(candles, name="buying_at_start")
    (row,) = result.trades.itertuples()
    assert (row.size, row.entry_time.hour, row.entry_price, row.bars_held) == (1, 0, 100, 5)


def test_order_sent_in_start_trades_in_the_first_bar_whatever_the_latency(trade):
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "latency_ms": 1_000}
    assert list(trade(flat(4), name="buying_at_start", costs=costs).trades.entry_time.dt.hour) == [0]


def test_order_sent_in_start_knows_nothing_of_the_last_bar(trade):
    # One unit is worth 2 at the first open and 500 at the end: below the minimum of 100.
    instruments = {"X/Y": {"min_notional": 100}}
    result = trade(flat(3, 2.0) + flat(5, 500.0), name="buying_at_start", instruments=instruments)
    assert list(result.orders.status) == ["rejected"]
    assert [str(time) for time in result.orders.created_time] == ["2024-01-01 00:00:00+00:00"]


def test_limit_order_sent_in_start_rests(trade):
    candles = [*flat(2), (100, 100, 90, 95), *flat(2, 95.0)]
    options = {"exectype": bt.Order.Limit, "price": 92.0}
    (row,) = trade(candles, {"options": options}, name="buying_at_start").trades.itertuples()
    assert (row.entry_time.hour, row.entry_price) == (2, 92)


@pytest.mark.parametrize("name", ["scripted", "orders"])
def test_order_numbers_begin_at_one_in_every_run(trade, name):
    script = [(0, "a", "buy", {"size": 1}), (2, "b", "close", {})]
    params = {"scripted": {"enter_long": [0], "exit_long": [2]}, "orders": {"script": script}}[name]
    for _ in range(2):
        assert list(trade(flat(6), params, name=name).orders["id"]) == [1, 2]


def test_interest_on_a_short_runs_from_close_to_close_over_the_weekend(trade, frame):
    # 10 short at 100 cost 1 a day; from Tuesday, 2 January to the close of Friday, the 12th are eleven days.
    workdays = frame(flat(10), freq="B")
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "borrow_rate": 0.365}
    result = trade(
        {"X/Y": workdays}, {"enter_short": [0]}, timeframe="1d", calendar="stocks", allow_short=True, costs=costs
    )  # fmt: skip
    assert list(result.equity.equity) == pytest.approx([10_000 - paid for paid in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)])


def test_interest_on_a_new_short_begins_with_its_first_bar(trade, frame):
    # Short on Tuesday and again on the next Monday: the weekend before that costs nothing.
    workdays = frame(flat(10), freq="B")
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "borrow_rate": 0.365}
    params = {"enter_short": [0, 4], "exit_short": [1, 5]}
    result = trade({"X/Y": workdays}, params, timeframe="1d", calendar="stocks", allow_short=True, costs=costs)
    assert list(result.equity.equity) == pytest.approx([10_000 - paid for paid in (0, 1, 1, 1, 1, 2, 2, 2, 2, 2)])
