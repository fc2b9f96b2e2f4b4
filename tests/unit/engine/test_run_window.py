"""A part of the bars is traded: what begins it, what ends it, and holes in it; in both loops."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import DataError

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
HOUR, START = 3_600_000, 1_704_067_200_000


def at(bar):
    return START + bar * HOUR


@pytest.fixture(params=["sparse", "dense"])
def traded(request, frame):
    """Run hand-written signals over twelve bars at 100, 101, ..., 111 in a window of bar numbers."""

    def run(params, *, name="scripted", symbols=1, **window):
        candles = [(100 + n, 100 + n, 100 + n, 100 + n) for n in range(12)]
        frames = {"X/Y": frame(candles)}
        if symbols == 2:
            frames["Z/Y"] = frame(candles[6:], start="2024-01-01 06:00")
        config = load_config({
            "symbols": list(frames), "timeframe": "1h", "feed": {"name": "frame", "frame": frames},
            "data": {"on_error": "warn"}, "capital": 10_000, "sizing": {"name": "fixed_units", "units": 10},
            "costs": {"maker_fee": 0, "taker_fee": 0, "slippage_bps": 0}, "engine": request.param, "proof": "none",
            "plugins": {"strategies": [str(PLUGINS)]}, "strategies": [{"name": name, "params": params}],
        })  # fmt: skip
        return engine.run(config, window=engine.Window(**window))

    return run


def rows(result):
    """Entry bar, exit bar and profit of each trade."""
    bars = [
        (pd.DatetimeIndex(result.trades[name]).as_unit("ms").asi8 - START) // HOUR
        for name in ("entry_time", "exit_time")
    ]
    return list(zip(*(one.tolist() for one in bars), result.trades["pnl"].tolist(), strict=True))


def test_nothing_is_wanted_before_the_start(traded):
    result = traded({"enter_long": [1, 5], "exit_long": [7]}, start_ms=at(3))
    assert rows(result) == [(6, 8, 20.0)]
    assert len(result.equity) == 9
    assert result.equity["equity"].tolist() == [10_000] * 3 + [10_000, 10_010, 10_020, 10_020, 10_020, 10_020]
    assert result.metrics["first_bar"] == "2024-01-01T03:00:00Z"
    assert int(result.bars["X/Y"].time[0]) == at(3)


def test_bars_from_the_end_on_are_not_seen(traded):
    result = traded({"enter_long": [2]}, end_ms=at(6))
    assert len(result.equity) == 6
    assert result.metrics["open_trades"] == 1
    assert result.metrics["final_equity"] == 10_000 + 10 * (105 - 103)


def test_flat_at_the_end_sells_at_the_open_of_the_last_bar(traded):
    result = traded({"enter_long": [2]}, end_ms=at(6), flat_at_end=True)
    assert rows(result) == [(3, 5, 20.0)]
    assert result.metrics["open_trades"] == 0


@pytest.mark.parametrize(("entry", "trades"), [(3, [(4, 5, 10.0)]), (4, []), (5, [])])
def test_flat_at_the_end_enters_no_more_at_the_last_two_closes(traded, entry, trades):
    assert rows(traded({"enter_long": [entry]}, end_ms=at(6), flat_at_end=True)) == trades


def test_a_closed_span_is_left_before_it_begins_and_entered_after_it_ends(traded):
    result = traded({"enter_long": [1, 4, 5, 6, 8], "exit_long": [10]}, closed=((at(5), at(8)),))
    # Held from bar 2, left at the open of bar 4; 4, 5 and 6 are not heard; the entry of 8 fills at 9.
    assert rows(result) == [(2, 4, 20.0), (9, 11, 20.0)]


def test_an_entry_just_before_a_closed_span_is_not_made(traded):
    assert rows(traded({"enter_long": [3], "exit_long": [6]}, closed=((at(5), at(8)),))) == []
    assert rows(traded({"enter_long": [2], "exit_long": [6]}, closed=((at(5), at(8)),))) == [(3, 4, 10.0)]


def test_a_closed_span_without_bars_changes_nothing(traded):
    plan = {"enter_long": [2], "exit_long": [6]}
    assert rows(traded(plan, closed=((at(20), at(30)),))) == rows(traded(plan)) == [(3, 7, 40.0)]


def test_targets_want_nothing_outside_either(traded):
    wanted = {"exposure": [1.0] * 12}
    result = traded(wanted, name="wanted", start_ms=at(2), end_ms=at(11), flat_at_end=True, closed=((at(5), at(7)),))
    assert rows(result) == [(3, 4, 10.0), (8, 10, 20.0)]


def test_what_came_before_warms_indicators_up(traded):
    whole = traded({"enter_long": [5], "exit_long": [8]})
    part = traded({"enter_long": [5], "exit_long": [8]}, start_ms=at(4), end_ms=at(11))
    assert rows(whole) == rows(part)
    assert np.array_equal(part.equity["equity"], whole.equity["equity"][4:11])


def test_a_symbol_that_has_no_bar_before_the_end(traded):
    with pytest.raises(DataError) as caught:
        traded({"enter_long": [1]}, symbols=2, end_ms=at(6))
    assert str(caught.value) == (
        "Z/Y: no bar before 2024-01-01T06:00:00.000Z; choose a later window, or leave the symbol out"
    )
