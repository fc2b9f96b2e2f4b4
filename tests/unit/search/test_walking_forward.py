"""Whole walk-forwards over a market in which the hour that pays is known."""

import math

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config, with_setting
from btbot.errors import ConfigError, DataError
from btbot.kernel import FIGURES
from btbot.search.evaluate import Evaluator
from btbot.search.space import Space
from btbot.search.walkforward import Choice, plan, walk

HOUR, DAY = "strategies.0.params.hour", 86_400_000
A, B = 2, 8
START = 1_704_067_200_000  # 2024-01-01


def by_trying_all(config, market, asked=None):
    """Search as a person would: run every hour through the train window, keep the best."""
    evaluator = Evaluator(config, market)

    def search(what, window):
        if asked is not None:
            asked.append((what, window))
        found = [(evaluator.objective({HOUR: hour}, window), hour) for hour in (2, 8, 14)]
        enough = [
            (float(values[0]), -hour)
            for (values, figures), hour in found
            if figures[FIGURES.index("total_trades")] >= config.optimize.minimum_trades
        ]
        if not enough:
            return Choice(None, 3)
        return Choice({HOUR: -max(enough)[1]}, 3)

    return search


def walked(source, search=None, asked=None):
    config = load_config(source)
    market = engine.load_market(config)
    search = search or by_trying_all(config, market, asked)
    return walk(config, market, plan(config, market), Space.of(config).dimensions, search)


@pytest.fixture(scope="module")
def switched(clockwork):
    """Ten days in which 02:00 pays, then ten in which 08:00 does; and what was searched."""
    asked = []
    return walked(clockwork([A] * 10 + [B] * 10), asked=asked), asked


def test_the_parameter_follows_the_market(switched):
    result, _ = switched
    # Days 4-5, 6-7, 8-9 trade A; days 10-11 still do; after two days of each A and B are equal and A comes first;
    # from day 14 on the train window knows only B.
    assert [step.choice.setting[HOUR] for step in result.steps] == [A, A, A, A, A, B, B, B]
    assert result.drifts[0].chosen == (A, A, A, A, A, B, B, B)
    assert result.drifts[0].kept == pytest.approx(6 / 7)
    assert result.drifts[0].largest_change == 0.5


def test_equity_by_hand(switched):
    result, _ = switched
    gains = [step.out_of_sample["total_return"] for step in result.steps]
    two_days = 1.005**2 - 1
    assert gains == pytest.approx([two_days, two_days, two_days, 0, 0, two_days, two_days, two_days], abs=1e-12)
    assert result.run.metrics["final_equity"] == pytest.approx(10_000 * 1.005**12, rel=1e-12)
    assert result.run.metrics["total_trades"] == len(result.run.trades) == 16
    assert result.profitable == 6 / 8
    # Four days of train: all pay, or the last two or the first two do.
    before = [step.in_sample["total_return"] for step in result.steps]
    four_days = 1.005**4 - 1
    assert before == pytest.approx([four_days] * 4 + [two_days, four_days, four_days, four_days], abs=1e-12)


def test_efficiency_by_hand(switched):
    result, _ = switched
    daily = 0.005
    assert result.steps[0].in_sample["annual_return"] == pytest.approx(daily * 365)
    assert result.steps[0].efficiency == pytest.approx(1.0)
    assert result.steps[3].efficiency == pytest.approx(0.0, abs=1e-12)
    assert result.out_of_sample_return == pytest.approx(daily * 365 * 6 / 8)
    assert result.in_sample_return == pytest.approx(daily * 365 * 7.5 / 8)
    assert result.efficiency == pytest.approx(6 / 7.5)


def test_the_stitched_account_is_the_product_of_windows_that_are_run_alone(clockwork, switched):
    result, _ = switched
    config = load_config(clockwork([A] * 10 + [B] * 10))
    market = engine.load_market(config)
    equity, grown = [], 1.0
    for step in result.steps:
        window = engine.Window(*step.fold.test, flat_at_end=True)
        alone = engine.run(with_setting(config, step.choice.setting), market=market, window=window)
        equity.append(alone.equity["equity"].to_numpy() * grown)
        grown *= alone.metrics["final_equity"] / config.capital
    assert result.run.equity["equity"].to_numpy() == pytest.approx(np.concatenate(equity), rel=1e-12)


def test_every_window_begins_and_ends_flat(switched):
    result, _ = switched
    run = result.run
    assert run.metrics["open_trades"] == 0
    entries, exits = (pd.DatetimeIndex(run.trades[name]).as_unit("ms").asi8 for name in ("entry_time", "exit_time"))
    for step in result.steps:
        begin, end = step.fold.test
        mine = (entries >= begin) & (entries < end)
        assert (exits[mine] < end).all()
        at_the_border = run.equity[pd.DatetimeIndex(run.equity["time"]).as_unit("ms").asi8 == end]
        assert at_the_border["equity"].tolist() == at_the_border["cash"].tolist()


def test_bars_orders_and_lines_cover_the_span(switched):
    run = switched[0].run
    bars = run.bars["X/Y"]
    assert (int(bars.time[0]), len(bars)) == (START + 4 * DAY, 16 * 24)
    assert len(run.equity) == 16 * 24
    assert run.orders["id"].tolist() == list(range(1, 33))
    assert run.overlays["X/Y"]["hour"].tolist() == list(range(24)) * 16
    assert run.name == "clock: walk-forward"
    assert run.metrics["exposure"] == pytest.approx(1 / 24)
    assert run.metrics["benchmark_return"] == pytest.approx(bars.close[-1] / bars.close[0] - 1)


def test_rivals_trade_the_same_span(switched):
    rivals = {one.name: one for one in switched[0].rivals}
    assert list(rivals) == ["fixed", "first_window", "buy_and_hold", "hindsight"]
    assert rivals["fixed"].metrics["total_return"] == 0.0  # hour 0 pays nothing
    assert rivals["first_window"].setting == {HOUR: A}
    assert rivals["first_window"].metrics["final_equity"] == pytest.approx(10_000 * 1.005**6, rel=1e-12)
    # Of the 16 days after the first train window A pays on 6 and B on 10.
    assert rivals["hindsight"].setting == {HOUR: B}
    assert rivals["hindsight"].metrics["final_equity"] == pytest.approx(10_000 * 1.005**10, rel=1e-12)
    assert {len(one.equity) for one in rivals.values()} == {16 * 24}
    assert rivals["buy_and_hold"].equity[-1] == pytest.approx(
        10_000 * (1 + switched[0].run.metrics["benchmark_return"])
    )


def test_what_is_searched_ends_where_trading_begins(switched):
    result, asked = switched
    assert [what for what, _ in asked] == [f"window {number}" for number in range(1, 9)] + ["hindsight"]
    for step, (_, window) in zip(result.steps, asked, strict=False):
        assert (window.start_ms, window.end_ms) == step.fold.train
        assert window.end_ms <= step.fold.test[0]
        assert window.flat_at_end
    assert result.trials == 24


def chosen_from(clockwork, widen):
    """The choices in two markets that differ only from the third test window on."""
    found = []
    for paying in ([A] * 14, [A] * 8 + [B] * 6):
        config = load_config(clockwork(paying))
        market = engine.load_market(config)
        search = by_trying_all(config, market)

        def leaking(what, window, search=search):
            return search(what, engine.Window(window.start_ms, window.end_ms + widen * DAY, flat_at_end=True))

        result = walk(config, market, plan(config, market), Space.of(config).dimensions, leaking)
        found.append([step.choice.setting[HOUR] for step in result.steps])
    return found


def test_the_future_changes_no_choice(clockwork):
    one, other = chosen_from(clockwork, widen=0)
    assert one[:3] == other[:3]


def test_a_search_that_sees_the_test_window_is_found_out(clockwork):
    one, other = chosen_from(clockwork, widen=6)
    assert one[:3] != other[:3]


def test_bars_under_embargo_do_not_count(clockwork):
    # Day 5 is the only one on which 08:00 pays; with an embargo of a day it is left out of the windows behind it.
    paying = [14, 14, 14, 14, 14, 14, B, 14, 14, 14, 14, 14]
    plain = walked(clockwork(paying, walkforward={"train": "4d", "test": "2d"}))
    assert plain.steps[2].in_sample["total_trades"] == 4
    asked = []
    held_back = walked(clockwork(paying, walkforward={"train": "4d", "test": "2d", "embargo": "1d"}), asked=asked)
    day = START + 6 * DAY
    assert held_back.steps[2].fold.embargoed == ((day, day + DAY),)
    assert asked[2][1].closed == ((day, day + DAY),)
    assert held_back.steps[2].in_sample["total_trades"] == 3
    assert held_back.steps[2].choice.setting == {HOUR: 14}


def test_capital_is_carried_over(clockwork):
    # With a fixed number of units the gain does not grow with the account, with a share of it it does.
    result = walked(clockwork([A] * 10, sizing={"name": "fixed_units", "units": 10}))
    gains = [step.out_of_sample["net_profit"] for step in result.steps]
    capitals = [step.out_of_sample["capital"] for step in result.steps]
    assert gains == pytest.approx([20.0] * 3)
    assert capitals == pytest.approx([10_000, 10_020, 10_040])
    assert result.run.metrics["final_equity"] == pytest.approx(10_060)


def test_costs_are_paid_in_every_window(clockwork):
    costs = {"maker_fee": 0.001, "taker_fee": 0.001, "slippage_bps": 0}
    result = walked(clockwork([A] * 8, costs=costs))
    day = 1 + 0.5 * (0.01 - 0.001 - 0.001 * 1.01)
    assert result.run.metrics["final_equity"] == pytest.approx(10_000 * day**4, rel=1e-4)
    assert result.run.metrics["fees_paid"] == pytest.approx(result.run.trades["fees"].sum())


def test_bars_between_tests_are_idle(clockwork):
    result = walked(clockwork([A] * 14, walkforward={"train": "4d", "test": "2d", "step": "3d"}))
    # Days 4-5, 7-8, 10-11 are traded, 13 is the half of a window.
    assert len(result.steps) == 4
    assert len(result.run.equity) == 10 * 24
    assert result.run.metrics["final_equity"] == pytest.approx(10_000 * 1.005**7, rel=1e-12)
    equity = result.run.equity["equity"].to_numpy().reshape(10, 24)
    assert set(equity[2]) == {equity[1, -1]}
    assert result.run.overlays["X/Y"]["hour"].reshape(10, 24)[2].tolist() == pytest.approx([math.nan] * 24, nan_ok=True)


def test_a_window_without_a_setting_rests(clockwork):
    source = clockwork([A] * 10)
    source["optimize"]["minimum_trades"] = 4
    config = load_config(source)
    market = engine.load_market(config)
    search = by_trying_all(config, market)

    def stingy(what, window):
        return Choice(None, 3) if what == "window 2" else search(what, window)

    result = walk(config, market, plan(config, market), Space.of(config).dimensions, stingy)
    assert result.notes == ["window 2: no setting closed enough trades in the train window; the account rested"]
    assert [step.out_of_sample.get("total_trades") for step in result.steps] == [2, None, 2]
    assert math.isnan(result.steps[1].efficiency)
    assert result.profitable == pytest.approx(2 / 3)
    assert result.run.metrics["final_equity"] == pytest.approx(10_000 * 1.005**4, rel=1e-12)
    assert len(result.run.equity) == 6 * 24


def test_no_setting_anywhere_is_an_error(clockwork):
    source = clockwork([A] * 10)
    source["optimize"]["minimum_trades"] = 5
    with pytest.raises(ConfigError) as caught:
        walked(source)
    assert str(caught.value) == (
        "<mapping>: in none of 3 train windows did a setting close enough trades; lower optimize.minimum_trades, "
        "or make walkforward.train longer"
    )


def test_a_position_that_cannot_be_left_in_time_is_told(clockwork):
    costs = {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0, "latency_bars": 24}
    result = walked(clockwork([A] * 8, costs=costs))
    assert result.notes == [
        "windows 1, 2: a position could not be left by the end of the test window; it is marked at the last close, "
        "and the next window begins without it"
    ]


def test_what_searches_say_is_gathered(clockwork):
    config = load_config(clockwork([A] * 10))
    market = engine.load_market(config)

    def talking(what, window):
        return Choice({HOUR: A}, 1, notes=("all is well", *(["the end is near"] if what == "window 3" else [])))

    result = walk(config, market, plan(config, market), Space.of(config).dimensions, talking)
    assert result.notes == ["windows 1, 2, 3: all is well", "window 3: the end is near"]


def test_analyzers_look_at_the_whole_or_are_left_out(clockwork):
    result = walked(clockwork([A] * 8, analyzers=["returns"]))
    assert result.run.figures["returns"]["total_return"] == pytest.approx(1.005**4 - 1)
    assert result.run.labels["returns"].startswith("Returns")


def test_missing_section(clockwork):
    config = load_config({**clockwork([A] * 8), "walkforward": None})
    with pytest.raises(ConfigError) as caught:
        plan(config, engine.load_market(config))
    assert str(caught.value) == (
        "<mapping>: walkforward is missing; it needs at least walkforward: {train: 180d, test: 30d}"
    )


def test_a_symbol_that_begins_too_late(clockwork):
    source = clockwork([A] * 10, symbols=["X/Y", "Z/Y"])
    frame = source["feed"]["frame"]
    source["feed"]["frame"] = {"X/Y": frame, "Z/Y": frame.iloc[5 * 24 :]}
    config = load_config(source)
    with pytest.raises(DataError) as caught:
        plan(config, engine.load_market(config))
    assert str(caught.value) == (
        "<mapping>: Z/Y begins with 2024-01-06T00:00:00Z, after the first train window; write start: 2024-01-06, "
        "or leave the symbol out"
    )


def test_two_symbols_of_which_one_has_longer_bars_share_borders(clockwork):
    source = clockwork([A] * 9, symbols=["X/Y", "Z/Y"], walkforward={"train": "90h", "test": "50h"})
    frame = source["feed"]["frame"]
    source["feed"]["frame"] = {"X/Y": frame, "Z/Y": frame}
    source["strategies"] = [
        {"name": "clockwork", "symbols": ["X/Y"]}, {"name": "clockwork", "symbols": ["Z/Y"], "timeframe": "4h"},
    ]  # fmt: skip
    result = walked(source)
    four_hours = 4 * 3_600_000
    assert all(border % four_hours == 0 for step in result.steps for border in (*step.fold.train, *step.fold.test))
    times = pd.DatetimeIndex(result.run.equity["time"]).as_unit("ms").asi8
    assert (np.diff(times) == 3_600_000).all()
    assert result.run.metrics["exposure"] == pytest.approx(
        sum(step.out_of_sample["exposure"] * step.out_of_sample["bars"] for step in result.steps) / len(times)
    )


def test_strategies_with_orders_of_their_own_are_refused(clockwork):
    space = {"space": {"sizing.percent": [0.5, 0.9]}}
    config = load_config({**clockwork([A] * 8), "strategies": [{"name": "own_next"}], "optimize": space})
    with pytest.raises(ConfigError) as caught:
        plan(config, engine.load_market(config))
    assert str(caught.value) == (
        "<mapping>: own_next sends its own orders, so that no window could begin and end without a position; "
        "write the strategy with signals()"
    )
