"""What a run that cannot be says: where, what was found, what is allowed, what to do; and its exit code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import ConfigError, DataError, StrategyError

PLUGINS = Path(__file__).resolve().parents[2] / "plugins" / "strategies"


def market(bars=30, freq="1h"):
    close = 100 + np.arange(bars) % 7
    index = pd.date_range("2024-01-01", periods=bars, freq=freq, tz="UTC")
    return pd.DataFrame({"open": close, "high": close, "low": close, "close": close, "volume": 1.0}, index=index)


def refused(error, freq="1h", **config):
    """Return the message with which a run is refused."""
    given = {
        "symbols": ["X/Y"], "timeframe": "1h", "feed": {"name": "frame", "frame": market(freq=freq)},
        "data": {"on_error": "warn"}, "strategies": [{"name": "scripted"}],
        "plugins": {"strategies": [str(PLUGINS)]}, **config,
    }  # fmt: skip
    with pytest.raises(error) as caught:
        engine.run(load_config(given))
    return str(caught.value), caught.value.exit_code


@pytest.mark.parametrize("mode", ["paper", "testnet", "live"])
def test_modes_that_are_not_there_yet(mode):
    assert refused(ConfigError, mode=mode) == (
        f"<mapping>: mode: {mode} is not there yet; this version runs `mode: backtest` only", 2
    )  # fmt: skip


@pytest.mark.parametrize("risk", [0.01, 0.5])
def test_fixed_risk_without_a_stop(risk):
    assert refused(ConfigError, sizing={"name": "fixed_risk", "risk": risk}) == (
        "<mapping>: sizing fixed_risk needs the distance of a stop, but scripted has none at the entry; "
        "add exits.stop, or exits.trailing without after_*, for example `exits: {stop: {atr: 2.0}}`",
        2,
    )


@pytest.mark.parametrize("exits", [{"stop": {"percent": 0.05}}, {"trailing": {"percent": 0.05}}])
def test_fixed_risk_with_a_stop_runs(exits):
    given = {
        "symbols": ["X/Y"], "timeframe": "1h", "feed": {"name": "frame", "frame": market()}, "exits": exits,
        "data": {"on_error": "warn"}, "strategies": [{"name": "scripted", "params": {"enter_long": [2]}}],
        "sizing": {"name": "fixed_risk", "risk": 0.01}, "plugins": {"strategies": [str(PLUGINS)]},
        "costs": {"slippage_bps": 0},
    }  # fmt: skip
    trades = engine.run(load_config(given)).trades
    # 1 % of 10,000 over a stop 5 % below the close of 102.
    assert trades["size"].iloc[0] == pytest.approx(100 / (102 * 0.05))


@pytest.mark.parametrize("span", [{"start": "2025-01-01"}, {"end": "2023-01-01"}])
def test_nothing_left_between_start_and_end(span):
    assert refused(DataError, **span) == (
        "X/Y: no finished 1h bar between start and end; the source has 2024-01-01T00:00:00Z to 2024-01-02T05:00:00Z "
        "in bars of 1h; widen start and end, or choose a finer timeframe",
        3,
    )


def test_start_and_end_are_half_open_spans_of_bar_opens():
    given = {
        "symbols": ["X/Y"], "timeframe": "1h", "feed": {"name": "frame", "frame": market()},
        "data": {"on_error": "warn"}, "strategies": [{"name": "scripted"}],
        "start": "2024-01-01T02:00Z", "end": "2024-01-01T05:00Z", "plugins": {"strategies": [str(PLUGINS)]},
    }  # fmt: skip
    bars = engine.run(load_config(given)).bars["X/Y"]
    assert [str(time) for time in bars.frame.index] == [f"2024-01-01 0{hour}:00:00+00:00" for hour in (2, 3, 4)]


def test_timeframe_that_is_no_multiple_of_the_file():
    assert refused(DataError, freq="45min") == (
        "X/Y: bars of 45m cannot be resampled to 1h; choose a multiple of the file's timeframe", 3
    )  # fmt: skip
    assert refused(DataError, freq="4h") == (
        "X/Y: bars of 4h cannot be resampled to 1h; choose a multiple of the file's timeframe", 3
    )  # fmt: skip


def test_unknown_strategy():
    text, code = refused(ConfigError, strategies=[{"name": "scriptd"}])
    assert "scriptd" in text
    assert "did you mean 'scripted'?" in text
    assert code == 2


def test_unknown_feed():
    text, code = refused(ConfigError, feed={"name": "fram", "frame": market()})
    assert "fram" in text
    assert "did you mean 'frame'?" in text
    assert code == 2


def test_unknown_analyzer():
    text, code = refused(ConfigError, analyzers=["drawdwn"])
    assert "drawdwn" in text
    assert "did you mean 'drawdown'?" in text
    assert code == 2


def test_unknown_parameters_of_feed_and_analyzer():
    text, code = refused(ConfigError, feed={"name": "frame", "fram": market()})
    assert text == "<mapping>: feed frame: unknown parameter 'fram'; allowed are frame; did you mean 'frame'?"
    assert code == 2
    text, code = refused(ConfigError, analyzers=[{"name": "exposure", "params": {"nothing": 1}}])
    assert text.startswith("<mapping>: analyzers.0.params of exposure: unknown parameter 'nothing'; allowed are ")
    assert code == 2


def test_frame_without_the_symbol():
    assert refused(ConfigError, feed={"name": "frame", "frame": {"X/Z": market()}}) == (
        "feed.frame: has no X/Y, only X/Z; did you mean 'X/Z'?", 2
    )  # fmt: skip


def test_answer_of_signals_is_refused_with_strategy_and_symbol(tmp_path):
    (tmp_path / "wordless.py").write_text(
        "from btbot import Strategy\n\n\nclass Wordless(Strategy):\n"
        "    @staticmethod\n    def signals(bars, p):\n        return bars.close > 1\n"
    )
    text, code = refused(StrategyError, strategies=[{"name": "wordless"}], plugins={"strategies": [str(tmp_path)]})
    assert text == (
        "strategy wordless, X/Y: signals() returned ndarray; return Signals(...) or Targets(...), "
        "both from `from btbot import Signals, Targets`"
    )
    assert code == 5


def test_notes_of_a_kind_are_counted_after_the_first_ten():
    result = engine.run(
        load_config(
            {
                "symbols": ["X/Y"], "timeframe": "1h", "data": {"on_error": "warn"},
                "feed": {"name": "frame", "frame": market(60).assign(open=100.0, high=100.0, low=100.0, close=100.0)},
                "strategies": [{"name": "scripted", "params": {
                    "enter_long": list(range(0, 48, 2)), "exit_long": list(range(1, 49, 2))}}],
                "sizing": {"name": "percent", "percent": 1.0}, "plugins": {"strategies": [str(PLUGINS)]},
            }
        )
    )  # fmt: skip
    assert len(result.trades) == 24
    assert len(result.notes) == 11
    assert all("size cut at the decision" in note for note in result.notes[:10])
    assert result.notes[10] == "14 more like these: size cut"
