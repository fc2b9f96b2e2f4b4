"""What random runs seldom meet, written by hand: the kernel gives what Cerebro gives, and what the rules say."""

from __future__ import annotations

import numpy as np
import pytest

from btbot import engine
from btbot.kernel import REASONS

START_MS, HOUR_MS = 1_704_067_200_000, 3_600_000
STILL = (100, 100, 100, 100)


def rows(trace):
    """Return symbol, bar, size, price, reason of each fill."""
    return [(fill["symbol"], fill["bar"], fill["size"], fill["price"], REASONS[fill["reason"]]) for fill in trace.fills]


def test_limit_breaks_where_a_symbol_has_no_bar(same, configured, frame):
    """X falls in hour 3, in which Y has no bar; Y leaves at its next open, as if told at its last close."""
    fall = [STILL, STILL, STILL, (100, 100, 40, 40), (40, 40, 40, 40), (40, 40, 40, 40), (40, 40, 40, 40)]
    rise = [STILL, STILL, STILL, STILL, (100, 160, 100, 160), (160, 160, 160, 160), (160, 160, 160, 160)]
    frames = {"X/Y": frame(fall), "Y/Y": frame(rise, missing=[3])}
    config = configured(
        frames, [{"enter_long": [0]}, {"enter_long": [0]}],
        risk={"max_drawdown": 0.05}, costs={"taker_fee": 0, "slippage_bps": 0, "latency_ms": 600_000},
    )  # fmt: skip
    trace, _ = same(config)
    assert rows(trace)[2:] == [(0, 4, -10, 40, "max_drawdown"), (1, 3, -10, 100, "max_drawdown")]


def test_volume_lets_a_part_of_a_liquidation_through(same, configured, frame):
    """Half of a volume of 60 is liquidated at the worst price of bar 3, the rest at the opens that follow."""
    candles = [
        (*STILL, 1000),
        (*STILL, 1000),
        (*STILL, 1000),
        (100, 100, 80, 85, 60),
        (85, 90, 85, 90, 60),
        (91, 91, 91, 91, 1000),
    ]
    config = configured(
        {"X/Y": frame(candles)}, [{"enter_long": [0]}], leverage=5, sizing={"name": "percent", "percent": 5},
        costs={"taker_fee": 0, "slippage_bps": 0, "max_volume_share": 0.5},
    )  # fmt: skip
    trace, figures = same(config)
    assert rows(trace) == [
        (0, 1, 500, 100, "signal"),
        (0, 3, -30, 80, "liquidation"),
        (0, 4, -30, 85, "liquidation"),
        (0, 5, -440, 91, "liquidation"),
    ]
    assert figures["final_equity"] == pytest.approx(10_000 - 30 * 20 - 30 * 15 - 440 * 9)


@pytest.mark.parametrize("latency", [{"latency_bars": 2}, {"latency_ms": 600_000}])
def test_latency_does_not_hold_a_liquidation_back(same, configured, frame, latency):
    """The market took 30 of 500 in bar 5 and takes 30 more at the open of each next one, whenever our orders arrive."""
    fall = [(*STILL, 1000)] * 5 + [(100, 100, 80, 85, 60), (85, 90, 85, 90, 60), (91, 95, 91, 95, 60)]
    config = configured(
        {"X/Y": frame(fall)}, [{"enter_long": [0]}], leverage=5, sizing={"name": "percent", "percent": 5},
        costs={"taker_fee": 0, "slippage_bps": 0, "max_volume_share": 0.5, **latency},
    )  # fmt: skip
    trace, _ = same(config)
    assert rows(trace)[1:] == [
        (0, 5, -30, 80, "liquidation"),
        (0, 6, -30, 85, "liquidation"),
        (0, 7, -30, 91, "liquidation"),
    ]


def test_growth_beyond_all_numbers(same, configured, frame):
    """Twenty times the money in a day would be 20 ** 365 times in a year."""
    candles = [STILL, STILL, (100, 100, 95, 95), (95, 2000, 95, 2000), (2000, 2000, 2000, 2000)]
    _, figures = same(
        configured({"X/Y": frame(candles)}, [{"enter_long": [0]}], sizing={"name": "fixed_units", "units": 100})
    )
    assert (figures["final_equity"], figures["max_drawdown"]) == (200_000, pytest.approx(0.05))
    assert np.isnan(figures["cagr"])
    assert np.isnan(figures["calmar"])


def test_more_fills_than_there_is_room_for_at_first(same, configured, frame):
    """5,000 hours, in and out by turns; what is written down grows."""
    config = configured(
        {"X/Y": frame([(100, 101, 99, 100)] * 5_000)},
        [{"enter_long": list(range(0, 5_000, 2)), "exit_long": list(range(1, 5_000, 2))}],
    )
    trace, figures = same(config)
    assert len(trace.fills) == 4_999
    assert trace.fills["bar"].tolist() == list(range(1, 5_000))
    assert figures["total_trades"] == 2_499


@pytest.mark.parametrize("name", ["optimal_f", "kelly"])
def test_more_closed_trades_than_bars(same, configured, frame, name):
    """Four symbols of one strategy win or lose in the bar of their entry, bar after bar; all of that is remembered."""
    won, lost = (100, 102, 99.5, 100), (100, 100.5, 98, 100)
    wins = np.random.default_rng(3).random((4, 60)) < 0.8
    frames = {
        f"{letter}/Y": frame([won if win else lost for win in row]) for letter, row in zip("ABCD", wins, strict=True)
    }
    config = configured(
        frames, [{"enter_long": list(range(60))}] * 4,
        exits={"take_profit": {"percent": 0.01}, "stop": {"percent": 0.015}},
        sizing={"name": name, "minimum_trades": 20, "initial_percent": 0.01, "max_percent": 0.2},
    )  # fmt: skip
    _, figures = same(config)
    assert figures["total_trades"] == 4 * 59
    assert figures["winning_trades"] == wins[:, 1:].sum()


def test_records_are_kept_for_each_strategy(same, configured, frame):
    """Two entries are one strategy by name; the one between them of another name has its own record."""
    steps = np.random.default_rng(8).normal(0.012, 0.02, (3, 120))
    frames = {
        f"{letter}/Y": frame([(c, c * 1.01, c * 0.99, c) for c in 100 * np.exp(np.cumsum(row))])
        for letter, row in zip("ABC", steps, strict=True)
    }
    script = {"enter_long": list(range(0, 120, 4)), "exit_long": list(range(2, 120, 4))}
    config = configured(
        frames, [script] * 3, sizing={"name": "optimal_f", "minimum_trades": 20, "initial_percent": 0.2, "max_percent": 0.3},
        strategies=[
            {"name": "scripted", "symbols": ["A/Y"], "params": script},
            {"name": "wanted", "symbols": ["B/Y"], "params": {"exposure": [0, 1, 1, 0] * 30}},
            {"name": "scripted", "symbols": ["C/Y"], "params": script},
        ],
    )  # fmt: skip
    trace, _ = same(config)
    assert np.bincount(trace.fills["symbol"]).min() > 50


def test_an_order_of_the_last_close_never_fills(same, configured, frame):
    trace, figures = same(configured({"X/Y": frame([STILL] * 5)}, [{"enter_long": [4]}]))
    assert len(trace.fills) == 0
    assert (figures["total_trades"], figures["exposure"], figures["final_equity"]) == (0, 0, 10_000)


@pytest.mark.parametrize("bars", [2, 7, 8, 9, 16, 17])
def test_flags_are_found_in_any_column_of_a_word(same, configured, frame, bars):
    """Eight bars are looked at in one go."""
    for at in range(bars - 1):
        trace, _ = same(configured({"X/Y": frame([STILL] * bars)}, [{"enter_long": [at]}]))
        assert rows(trace) == [(0, at + 1, 10, 100, "signal")]


class TestWindows:
    @pytest.fixture
    def two(self, configured, frame):
        """X in hours, Y in bars of four hours, both held from their second bar on."""
        candles = [(100 + i, 101.5 + i, 99 + i, 101 + i) for i in range(48)]
        frames = {"X/Y": frame(candles), "Y/Y": frame([[2 * value for value in row] for row in candles])}
        entries = [
            {"name": "scripted", "symbols": ["X/Y"], "params": {"enter_long": list(range(48))}},
            {"name": "scripted", "symbols": ["Y/Y"], "timeframe": "4h", "params": {"enter_long": list(range(12))}},
        ]
        return configured(frames, [{}, {}], strategies=entries)

    @pytest.mark.parametrize("end", [16, 17, 19, 20, None])
    @pytest.mark.parametrize("start", [None, 6, 8])
    @pytest.mark.parametrize("flat", [False, True])
    def test_bars_of_several_lengths(self, same, two, start, end, flat):
        """A bar of four hours that begins inside the window is seen to its end."""
        edges = [None if hour is None else START_MS + hour * HOUR_MS for hour in (start, end)]
        trace, _ = same(two, engine.Window(*edges, flat_at_end=flat))
        last = 48 if end is None else -(-end // 4) * 4
        closes = {*range((start or 0) + 1, (end or 48) + 1), *range(4, last + 1, 4)} - set(range((start or 0) + 1))
        assert len(trace.equity) == len(closes)

    def test_nothing_is_held_in_closed_spans(self, same, two):
        closed = ((START_MS + 20 * HOUR_MS, START_MS + 24 * HOUR_MS),)
        trace, _ = same(two, engine.Window(START_MS + 8 * HOUR_MS, None, closed=closed))
        assert rows(trace) == [
            (0, 9, 10, 109, "signal"),
            (1, 3, 10, 224, "signal"),
            (0, 19, -10, 119, "signal"),
            (1, 4, -10, 232, "signal"),
            (0, 25, 10, 125, "signal"),
            (1, 7, 10, 256, "signal"),
        ]

    def test_without_a_bar_there_are_no_figures(self, same, two):
        trace, figures = same(two, engine.Window(START_MS + 100 * HOUR_MS))
        assert len(trace.equity) == len(trace.fills) == 0
        assert figures["final_equity"] == 10_000
        assert np.isnan(figures["exposure"])
        assert np.isnan(figures["sharpe"])

    def test_one_bar(self, same, configured, frame):
        config = configured({"X/Y": frame([STILL] * 12)}, [{"enter_long": [8, 9, 10]}])
        trace, figures = same(config, engine.Window(START_MS + 9 * HOUR_MS, START_MS + 10 * HOUR_MS))
        assert trace.equity.tolist() == [10_000]
        assert (len(trace.fills), figures["days"]) == (0, 1)
