"""One regression test for each fault of Backtrader's broker that ours mends, with plain Backtrader orders."""

from __future__ import annotations

import datetime as dt

import backtrader as bt
import pytest

LIMIT, STOP, STOP_LIMIT, TRAIL, CLOSE = (
    bt.Order.Limit, bt.Order.Stop, bt.Order.StopLimit, bt.Order.StopTrail, bt.Order.Close,
)  # fmt: skip
FREE = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0}


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def send(trade, candles, *script, **config):
    return trade(candles, {"script": script}, name="orders", **config)


def prices(result):
    return list(result.orders.fill_price.dropna())


def test_order_target_percent_gives_fractions(trade):
    candles = flat(4, 40_000)
    result = send(trade, candles, (0, "a", "order_target_percent", {"target": 0.5}))
    assert result.trades["size"].iloc[0] == pytest.approx(0.125)


def test_all_in_with_a_fee_is_cut_instead_of_refused(trade):
    costs = {**FREE, "taker_fee": 0.001}
    result = send(trade, flat(4), (0, "a", "order_target_percent", {"target": 1.0}), costs=costs)
    assert result.trades["size"].iloc[0] == pytest.approx(10_000 / (100 * 1.001))
    assert list(result.orders.status) == ["completed"]


def test_float_dust_is_no_position(trade):
    result = send(
        trade, flat(6), (0, "a", "buy", {"size": 0.1}), (1, "b", "buy", {"size": 0.2}), (2, "c", "sell", {"size": 0.3})
    )
    assert list(result.trades.exit_reason) == ["order"]
    assert result.metrics["exposure"] == pytest.approx(2 / 6)


def test_one_unaffordable_order_does_not_refuse_its_neighbours(trade):
    result = send(
        trade, flat(6),
        (0, "a", "buy", {"size": 50}),
        (2, "big", "buy", {"size": 10_000}),
        (2, "out", "sell", {"size": 20}),
    )  # fmt: skip
    by_id = result.orders
    assert list(by_id.status) == ["completed", "completed", "completed"]
    # The sale reduces, so it trades first and frees 2,000; the purchase is cut to 7,000.
    assert list(by_id.filled) == pytest.approx([50, 70, 20])


def test_maker_and_taker_pay_their_own_fee(trade):
    candles = [(100, 100, 100, 100), (100, 101, 97, 99), (99, 100, 98, 99), (99, 99, 99, 99)]
    costs = {**FREE, "maker_fee": 0.001, "taker_fee": 0.01}
    result = send(
        trade, candles,
        (0, "maker", "buy", {"size": 1, "exectype": LIMIT, "price": 98}),
        (1, "taker", "buy", {"size": 1, "exectype": LIMIT, "price": 105}),
        costs=costs,
    )  # fmt: skip
    assert list(result.orders.fee) == pytest.approx([0.098, 0.99])


def test_losing_short_can_be_closed(trade):
    candles = [*flat(2), *flat(3, 180)]
    result = send(trade, candles, (0, "a", "sell", {"size": 100}), (2, "b", "close", {}), maintenance_margin=0.0)
    assert result.trades.exit_price.iloc[0] == 180
    assert result.metrics["final_equity"] == pytest.approx(2_000)


def test_short_beyond_the_buying_power_is_cut(trade):
    result = send(trade, flat(3), (0, "a", "sell", {"size": 500}))
    assert result.trades["size"].iloc[0] == pytest.approx(100)


def test_bracket_children_work_in_the_bar_of_the_entry(trade):
    candles = [(100, 100, 100, 100), (100, 110, 90, 100), (100, 100, 100, 100)]
    result = send(trade, candles, (0, "a", "buy_bracket", {
        "size": 1, "exectype": bt.Order.Market, "stopprice": 95, "limitprice": 105}))  # fmt: skip
    assert list(result.orders.type) == ["market", "stop", "limit"]
    assert list(result.orders.status) == ["completed", "completed", "canceled"]
    assert prices(result) == [100, 95]


def test_limit_entry_inside_a_bar_is_followed_by_its_stop_but_not_by_its_target(trade):
    candles = [(100, 100, 100, 100), (100, 110, 97, 109), (109, 109, 109, 109)]
    bracket = {"size": 1, "exectype": LIMIT, "price": 98, "stopprice": 95, "limitprice": 105}
    assert prices(send(trade, candles, (0, "a", "buy_bracket", bracket))) == [98, 109]
    lower = [candles[0], (100, 110, 90, 109), candles[2]]
    assert prices(send(trade, lower, (0, "a", "buy_bracket", bracket))) == [98, 95]


def test_stop_comes_before_target_whatever_was_sent_first(trade):
    candles = [*flat(2), *flat(1), (100, 120, 80, 100), *flat(1)]
    result = send(
        trade, candles,
        (0, "in", "buy", {"size": 1}),
        (2, "target", "sell", {"size": 1, "exectype": LIMIT, "price": 110}),
        (2, "stop", "sell", {"size": 1, "exectype": STOP, "price": 90, "oco": "target"}),
    )  # fmt: skip
    assert prices(result) == [100, 90]
    assert sorted(result.orders.status) == ["canceled", "completed", "completed"]


def test_limit_never_trades_beyond_its_limit_and_slippage_is_not_capped_by_the_bar(trade):
    candles = [*flat(1), (100, 100, 100, 100), (100, 103, 100, 101), *flat(1)]
    costs = {**FREE, "slippage_bps": 500}
    result = send(
        trade, candles,
        (0, "market", "buy", {"size": 1}),
        (1, "limit", "sell", {"size": 1, "exectype": LIMIT, "price": 102}),
        costs=costs,
    )  # fmt: skip
    assert prices(result) == pytest.approx([105, 102])


def test_stop_limit_is_not_filled_beyond_its_limit(trade):
    candles = [*flat(2), (99, 99, 90, 97), (97, 99, 97, 98), *flat(1)]
    stop = {"size": 1, "exectype": STOP_LIMIT, "price": 95, "plimit": 94.9}
    result = send(
        trade, candles, (0, "a", "buy", {"size": 1}), (1, "b", "sell", stop), costs={**FREE, "slippage_bps": 200}
    )
    assert prices(result)[1] >= 94.9


def test_trailing_stop_keeps_the_meaning_of_the_host(trade):
    candles = [*flat(2), (100, 130, 100, 120), (118, 120, 110, 111), (111, 111, 111, 111)]
    trail = {"size": 1, "exectype": TRAIL, "trailamount": 5}
    result = send(trade, candles, (0, "a", "buy", {"size": 1}), (1, "b", "sell", trail))
    # It follows closes: 95 at first, 115 after the close of 120.
    assert prices(result) == [100, 115]


def test_valid_until_and_cancel(trade):
    wait = {"size": 1, "exectype": LIMIT, "price": 50}
    result = send(
        trade, flat(6),
        (0, "expires", "buy", {**wait, "valid": dt.timedelta(hours=2)}),
        (0, "cancelled", "buy", wait),
        (2, "x", "cancel", {"order": "cancelled"}),
    )  # fmt: skip
    assert list(result.orders.status) == ["expired", "canceled"]


def test_close_order_fills_at_the_end_of_the_session(trade):
    candles = [(100 + n, 100 + n, 100 + n, 100 + n) for n in range(30)]
    result = send(trade, candles, (20, "a", "buy", {"size": 1, "exectype": CLOSE}))
    assert prices(result) == [122]


def test_order_on_a_symbol_without_a_new_bar_waits(trade, frame):
    fast = frame(flat(8))
    slow = frame([(100, 100, 80, 100), (100, 100, 99, 100)], freq="4h")
    script = [(1, "a", "buy", {"size": 1, "exectype": LIMIT, "price": 85})]
    strategies = [
        {"name": "orders", "symbols": ["S/Y"], "timeframe": "4h", "params": {"script": [(0, *script[0][1:])]}},
        {"name": "orders", "symbols": ["F/Y"], "params": {"script": ()}},
    ]
    result = trade({"F/Y": fast, "S/Y": slow.resample("1h").ffill()}, strategies=strategies)
    # The low of 80 belongs to the bar at whose close the order was sent.
    assert prices(result) == []


def test_finished_orders_are_forgotten(trade):
    kept = []

    class Probe(bt.Analyzer):
        def stop(self):
            kept.append(len(self.strategy.broker.orders))

    script = [(n, f"o{n}", "buy" if n % 2 else "sell", {"size": 1}) for n in range(1, 60)]
    send(trade, flat(70), *script, prepare=lambda cerebro: cerebro.addanalyzer(Probe))
    assert kept == [0]
