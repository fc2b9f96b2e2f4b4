"""What a newcomer does first must give a true table or one clear sentence."""

from __future__ import annotations

import pandas as pd
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.errors import ConfigError, DataError, StrategyError

NAN = float("nan")


def flat(count, price=100.0):
    return [(price, price, price, price)] * count


def test_row_of_a_scaled_position_agrees_with_itself(trade):
    candles = [*flat(2), *flat(2, 200.0), *flat(2, 50.0), *flat(2, 80.0)]
    result = trade(candles, {"exposure": [0.5, 0.5, 1, 1, 0.2, 0.2, 0, 0], "band": 0.0}, name="wanted",
                   costs={"maker_fee": 0, "taker_fee": 0.001, "slippage_bps": 0})  # fmt: skip
    row = result.trades.iloc[0]
    # In: 5 at 100, 5 at 200. Out: 8 at 50, 2 at 80.
    assert row["size"] == pytest.approx(10)
    assert row.entry_price == pytest.approx(150)
    assert row.exit_price == pytest.approx((8 * 50 + 2 * 80) / 10)
    assert row.pnl == pytest.approx(row["size"] * (row.exit_price - row.entry_price) - row.fees)
    assert result.metrics["final_equity"] == pytest.approx(10_000 + row.pnl)


def test_one_file_for_two_symbols_is_refused(tmp_path):
    path = tmp_path / "one.csv"
    times = 1_704_067_200_000 + 3_600_000 * pd.RangeIndex(50).to_numpy()
    pd.DataFrame({"timestamp": times, "open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5, "volume": 3.0}).to_csv(
        path, index=False
    )
    given = {
        "symbols": ["A/Y", "B/Y"], "timeframe": "1h", "feed": {"name": "ohlcv_csv", "path": str(path)},
        "strategies": [{"name": "ma_cross"}],
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"one\.csv gives A/Y and B/Y the same candles; name a file for each"):
        engine.run(load_config(given))


def test_gate_judges_the_wanted_span_only(trade, frame):
    candles = frame(flat(30))
    candles.iloc[3, candles.columns.get_loc("close")] = NAN
    found = trade({"X/Y": candles}, {}, start="2024-01-01 10:00")
    assert found.metrics["bars"] == 20
    assert not [finding for finding in found.findings if finding.kind == "nan"]
    with pytest.raises(DataError, match="1 candle with NaN or infinity"):
        trade({"X/Y": candles}, {})


def test_signals_without_staticmethod(trade, tmp_path):
    (tmp_path / "beginner.py").write_text(
        '"""First try."""\nfrom btbot import Signals, Strategy\n\n\nclass Beginner(Strategy):\n'
        "    def signals(self, bars, p):\n        return Signals()\n"
    )
    with pytest.raises(StrategyError) as caught:
        trade(flat(5), {}, name="beginner", plugins={"strategies": [str(tmp_path)]})
    assert str(caught.value) == "strategy Beginner: put @staticmethod above `def signals(bars, p):`, without self"


@pytest.mark.parametrize("bars", [0, -1, "many", 2.5, True])
def test_number_of_sample_bars(bars):
    given = {
        "symbols": ["A/Y"], "timeframe": "1h", "feed": {"name": "sample", "bars": bars},
        "strategies": [{"name": "ma_cross"}],
    }  # fmt: skip
    with pytest.raises(ConfigError, match=r"feed\.bars: must be a whole number >= 2, was"):
        engine.run(load_config(given))
