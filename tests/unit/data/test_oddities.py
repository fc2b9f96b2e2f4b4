"""Outliers, volume spikes, flat runs, zero volume."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.data.gate import inspect
from btbot.data.oddities import FLAT, OUTLIER, SPIKE, ZERO_VOLUME, local_scale
from btbot.data.raw import raw_frame
from btbot.data.sample import generate
from btbot.timeframe import Timeframe

HOUR = Timeframe.parse("1h")


@pytest.fixture
def market():
    return generate("BTC/USDT", HOUR, bars=2_000, seed=3)


def found(frame):
    return {finding.kind: finding for finding in inspect(frame, "BTC/USDT")}


def test_a_generated_market_is_not_odd(market):
    assert found(market) == {}


@pytest.mark.parametrize(("column", "factor"), [("high", 1.9), ("low", 0.5)])
def test_a_bad_tick_in_the_wick(market, column, factor):
    market.loc[777, column] *= factor
    finding = found(market)[OUTLIER]
    assert (finding.severity, finding.count, finding.places) == ("warning", 1, ("2021-02-02T09:00:00Z",))
    assert finding.text.startswith(
        "1 candle with a move of more than 25 times the usual of their surroundings, the largest "
    )
    assert finding.text.endswith(" at 2021-02-02T09:00:00Z; compare them with another source")


def test_a_price_with_a_lost_digit(market):
    market.loc[777, ["open", "high", "low", "close"]] /= 10
    finding = found(market)[OUTLIER]
    assert finding.places == ("2021-02-02T09:00:00Z", "2021-02-02T10:00:00Z")


def test_the_largest_move_is_named_in_percent():
    wave = 100 + np.tile([0.0, 0.1], 200)
    values = {"open": wave, "high": wave, "low": wave, "close": wave, "volume": wave}
    frame = raw_frame(HOUR.ms * np.arange(400, dtype=np.int64) + 1_704_067_200_000, values, source="x.csv")
    frame.loc[100, "high"] = 150.0
    assert "the largest 50 % at 2024-01-05T04:00:00Z" in found(frame)[OUTLIER].text


@pytest.mark.parametrize(("hole", "odd"), [(1, True), (400, False)])
def test_a_move_over_a_hole_is_measured_by_its_length(market, hole, odd):
    later = market["time"] >= market["time"].iloc[1_000]
    market.loc[later, ["open", "high", "low", "close"]] *= 1.3
    market.loc[1_000, "open"] = market.loc[1_000, "close"]
    market.loc[1_000, "low"] = market.loc[1_000, ["open", "low"]].min()
    market.loc[later, "time"] += (hole - 1) * HOUR.ms
    assert (OUTLIER in found(market)) is odd


def test_a_storm_that_lasts_is_no_outlier():
    rng = np.random.default_rng(1)
    scale = np.where((np.arange(2_000) > 1_000) & (np.arange(2_000) < 1_200), 0.03, 0.001)
    close = 100 * np.exp(np.cumsum(scale * rng.standard_normal(2_000)))
    opened = np.r_[100.0, close[:-1]]
    values = {"open": opened, "close": close, "volume": np.full(2_000, 3.0)}
    values |= {"high": np.maximum(opened, close), "low": np.minimum(opened, close)}
    time = HOUR.ms * np.arange(2_000, dtype=np.int64) + 1_704_067_200_000
    assert found(raw_frame(time, values, source="x.csv")) == {}


def test_volume_spike(market):
    market.loc[900, "volume"] = 150 * market["volume"].max()
    finding = found(market)[SPIKE]
    assert (finding.count, finding.places) == (1, ("2021-02-07T12:00:00Z",))
    assert finding.text.startswith(
        "1 candle with more than 100 times the usual volume of their surroundings, the largest "
    )


def test_flat_run(market):
    market.loc[100:119, ["open", "high", "low", "close"]] = market.loc[99, "close"]
    market.loc[300:318, ["open", "high", "low", "close"]] = market.loc[299, "close"]
    finding = found(market)[FLAT]
    assert (finding.count, finding.places) == (20, ("2021-01-05T04:00:00Z",))
    assert finding.text == (
        "20 candles standing still in 1 run of 20 or more, the longest of 20 from 2021-01-05T04:00:00Z; "
        "the source may have filled holes"
    )


def test_zero_volume(market):
    market.loc[[5, 6], "volume"] = 0.0
    (finding,) = found(market).values()
    assert finding.kind == ZERO_VOLUME
    assert (finding.count, finding.severity) == (2, "warning")
    assert finding.text == (
        "2 candles (0.1 %) without volume, first 2021-01-01T05:00:00Z; orders would not have filled there"
    )


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 400), st.integers(0, 1_000))
def test_local_scale_equals_a_plain_loop(n, seed):
    values = np.random.default_rng(seed).random(n)
    blocks = max(n // 64, 1)
    size = 64 if n >= 64 else n
    medians = [np.median(values[at * size : (at + 1) * size]) for at in range(blocks)]
    expected = []
    for at in range(n):
        block = min(at // size, blocks - 1)
        expected.append(max(medians[max(block - 1, 0) : block + 2]))
    assert local_scale(values).tolist() == expected
