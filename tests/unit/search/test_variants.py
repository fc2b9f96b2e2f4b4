"""From a setting to sweeps and terms, and what is kept at hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.engine.build import host_strategies
from btbot.search.variants import Keys, Variants, moves_data

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"
START_MS, HOUR_MS = 1_704_067_200_000, 3_600_000


@pytest.fixture
def make():
    def variants(**keys):
        price = 100 + np.sin(np.arange(60.0))
        index = pd.date_range("2024-01-01", periods=60, freq="1h", tz="UTC")
        columns = {"open": price, "high": price + 1, "low": price - 1, "close": price, "volume": 1.0}
        frame = pd.DataFrame(columns, index=index)
        config = load_config({
            "symbols": ["A/X", "B/X"], "timeframe": "1h",
            "feed": {"name": "frame", "frame": {"A/X": frame, "B/X": frame * 2}}, "data": {"on_error": "warn"},
            "strategies": [{"name": "ma_cross", "params": {"ma_fast": 2, "ma_slow": 5}}],
            "plugins": {"strategies": [str(PLUGINS)]}, **keys,
        })  # fmt: skip
        return Variants(config, host_strategies(config), engine.load_market(config))

    return variants


def test_where_keys_go():
    names = [
        "strategies.0.params.fast", "exits.trailing.atr", "strategies.12.params.slow", "costs.taker_fee", "costs.impact",
        "timeframe", "instruments.A/X.step", "sizing.percent", "strategies.0.name", "strategies.0.params.list.0",
        "capital", "costs.funding", "exits",
    ]  # fmt: skip
    keys = Keys.of(names)
    assert keys.parameters == (("strategies.0.params.fast", 0, "fast"), ("strategies.12.params.slow", 12, "slow"))
    assert keys.terms == ("exits.trailing.atr", "costs.taker_fee", "instruments.A/X.step", "sizing.percent", "capital")
    # Impact and funding are series beside the bars; whole sections may bring anything.
    assert keys.others == (
        "costs.impact", "timeframe", "strategies.0.name", "strategies.0.params.list.0", "costs.funding", "exits",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("timeframe", True), ("symbols", True), ("symbols.0", True), ("start", True), ("feed.path", True),
        ("strategies.0.timeframe", True), ("strategies.0.symbols", True), ("strategies.0.params.fast", False),
        ("exits.stop.atr", False), ("costs.funding", False), ("capital", False),
    ],
)  # fmt: skip
def test_what_may_change_the_bars(name, moves):
    assert moves_data([name]) == moves
    assert moves_data(["leverage", name]) == moves


def test_parameters_and_terms_share_one_sweep(make):
    variants = make()
    sweep, terms, params = variants.of({}, None)
    assert params == [{}]
    for setting in ({"strategies.0.params.ma_fast": 3}, {"exits.stop.atr": 2.0}, {"capital": 5.0, "leverage": 2.0}):
        other, *_ = variants.of(setting, engine.Window(START_MS, START_MS + 9 * HOUR_MS))
        assert other is sweep
    _, same, params = variants.of({"strategies.0.params.ma_fast": 3, "strategies.0.params.ma_slow": 9}, None)
    assert same is terms
    assert params == [{"ma_fast": 3, "ma_slow": 9}]


def test_equal_terms_are_encoded_once(make):
    variants = make()
    terms = [variants.of({"exits.stop.percent": value}, None)[1] for value in (0.01, 0.02, 0.01)]
    assert terms[0] is terms[2]
    assert [each.exits[0].stop["percent"] for each in terms] == [0.01, 0.02, 0.01]
    assert [each.config.exits.stop.percent for each in terms] == [0.01, 0.02, 0.01]


def test_equal_numbers_of_several_types_are_several_values(make):
    variants = make()
    assert variants.of({"allow_short": True}, None)[1].rows["allow_short"].tolist() == [True]
    first, second = (variants.of({"leverage": value}, None)[1] for value in (2, 2.0))
    assert first is not second
    assert first.rows["leverage"] == second.rows["leverage"] == 2


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (["instruments.A/X.step"], [(0.5,), (0.25,), (1,)]),
        (["exits.trailing.atr", "exits.trailing.after_atr"], [(2.0, 1.0), (3.0, 0.0), (2.5, 4.0)]),
        (["sizing.percent", "leverage"], [(0.5, 1.0), (1.7, 2.0), (0.9, 1.5)]),
        (["costs.latency_ms", "exits.max_hold_bars"], [(5, 1), (70, 9), (8, 0)]),
        (["risk.max_drawdown"], [(0.1,), (0.2,), (None,)]),
    ],
)
def test_terms_are_those_of_a_configuration_written_so(make, names, values):
    """However many settings came before, and whichever way they were checked."""
    used = make()
    for given in values:
        setting = dict(zip(names, given, strict=True))
        found, expected = used.of(setting, None)[1], make().of(setting, None)[1]
        assert found.config.model_dump(exclude={"feed"}) == expected.config.model_dump(exclude={"feed"})
        assert found.rows.tobytes() == expected.rows.tobytes()
        assert (found.exits, found.lots) == (expected.exits, expected.lots)


def test_another_timeframe_is_another_sweep_kept_at_hand(make):
    variants = make()
    sweep, terms, _ = variants.of({}, None)
    slower, *_ = variants.of({"timeframe": "2h"}, None)
    assert slower is not sweep
    assert len(slower.bars[0]) == 30
    assert variants.of({"timeframe": "2h", "exits.stop.atr": 1.0}, None)[0] is slower
    assert variants.of({"exits.stop.atr": 1.0}, None)[0] is sweep
    assert variants.of({}, None)[:2] == (sweep, terms)


def test_only_a_few_sweeps_are_kept(make):
    """Each holds its bars and indicators; one that was dropped is built again."""
    variants = make()
    first = variants.of({"timeframe": "2h"}, None)[0]
    for hours in (3, 4, 5, 6):
        variants.of({"timeframe": f"{hours}h"}, None)
    again = variants.of({"timeframe": "2h"}, None)[0]
    assert again is not first
    assert [len(bars) for bars in again.bars] == [30, 30]


def test_an_end_cuts_the_bars_only_where_they_are_of_several_lengths(make):
    window = engine.Window(START_MS + 10 * HOUR_MS, START_MS + 21 * HOUR_MS)
    entries = [
        {"name": "ma_cross", "symbols": ["A/X"]},
        {"name": "ma_cross", "symbols": ["B/X"], "timeframe": "4h", "params": {"ma_fast": 2, "ma_slow": 3}},
    ]
    plain, mixed = make(), make(strategies=entries)
    assert plain.of({}, window)[0] is plain.of({}, None)[0]
    cut = mixed.of({}, window)[0]
    assert cut is not mixed.of({}, None)[0]
    assert [len(bars) for bars in cut.bars] == [21, 6]
    assert mixed.of({"exits.stop.atr": 2.0}, window)[0] is cut


@pytest.mark.parametrize(
    "setting",
    [{"fills": "stock", "costs.maker_fee": 0.0, "costs.taker_fee": 0.0}, {"strategies.0": {"name": "own_next"}}],
)
def test_what_the_kernel_does_not_serve(make, setting):
    variants = make()
    assert variants.of(setting, None) is None
    assert variants.of(setting, None) is None
    assert variants.of({}, None) is not None
