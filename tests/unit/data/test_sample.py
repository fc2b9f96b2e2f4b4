"""The synthetic market: reproducible, consistent, and like a market."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from btbot.bars import COLUMNS
from btbot.data.gate import admit
from btbot.data.sample import generate
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

HOUR = Timeframe.parse("1h")


def returns(frame):
    return np.diff(np.log(frame["close"].to_numpy()))


def correlation(left, right):
    return float(np.corrcoef(left, right)[0, 1])


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["BTC/USDT", "ETH-USDT", "X", "DOGE/USDT:USDT"]),
    st.sampled_from(["1m", "15m", "1h", "1d", "1w"]),
    st.integers(1, 3_000),
    st.integers(-5, 10**12),
)
def test_every_market_passes_the_gate(symbol, text, bars, seed):
    timeframe = Timeframe.parse(text)
    frame = generate(symbol, timeframe, bars=bars, seed=seed)
    admitted, findings = admit(frame, symbol, timeframe=timeframe)
    assert len(admitted) == bars
    assert not any(finding.severity == "error" for finding in findings)
    assert (np.diff(admitted.time) == timeframe.ms).all()
    assert (admitted.open[1:] == admitted.close[:-1]).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 900), st.sampled_from([0.0, 0.1]))
def test_a_longer_run_begins_with_the_shorter_one(bars, gaps):
    short = generate("BTC/USDT", HOUR, bars=bars, seed=5, gaps=gaps)
    long = generate("BTC/USDT", HOUR, bars=1_000, seed=5, gaps=gaps)
    assert (short.to_numpy() == long.iloc[: len(short)].to_numpy()).all()


def test_the_same_seed_is_the_same_market_on_every_machine():
    frame = generate("BTC/USDT", HOUR, bars=5_000, seed=7)
    cents = np.round(frame[list(COLUMNS)].to_numpy() * 100).astype("<i8")
    assert hashlib.sha256(cents.tobytes()).hexdigest()[:16] == "ae0d168bddb6bebe"
    assert frame["close"].iloc[[0, 1, 2]].tolist() == [30055.97, 30146.78, 30214.18]
    assert frame.attrs["source"] == "synthetic market, seed 7"


def test_seed_and_symbol_change_the_market():
    one, two = generate("A", HOUR, bars=500, seed=1), generate("A", HOUR, bars=500, seed=2)
    other = generate("B", HOUR, bars=500, seed=1)
    assert abs(correlation(returns(one), returns(two))) < 0.2
    assert correlation(returns(one), returns(other)) < 0.9


def test_symbols_of_a_seed_move_together_in_part():
    frames = [generate(name, HOUR, bars=20_000, seed=9) for name in ("A/USDT", "B/USDT", "C/USDT")]
    for left, right in ((0, 1), (0, 2), (1, 2)):
        assert 0.35 < correlation(returns(frames[left]), returns(frames[right])) < 0.75


@pytest.mark.parametrize("seed", [1, 2, 3, 7])
def test_returns_have_clusters_and_fat_tails_but_no_memory_of_direction(seed):
    moves = returns(generate("BTC/USDT", HOUR, bars=20_000, seed=seed))
    size = np.abs(moves)
    kurtosis = float(((moves - moves.mean()) ** 4).mean() / moves.var() ** 2)
    assert kurtosis > 6  # 3 for a normal
    assert correlation(size[1:], size[:-1]) > 0.15
    assert correlation(size[50:], size[:-50]) > 0.05
    assert abs(correlation(moves[1:], moves[:-1])) < 0.06
    assert 0.3 < moves.std() * np.sqrt(8_760) < 1.5  # a year of crypto


@pytest.mark.parametrize("seed", [1, 2, 3, 7])
def test_volume_follows_volatility(seed):
    frame = generate("BTC/USDT", HOUR, bars=20_000, seed=seed)
    size = np.abs(np.log(frame["close"] / frame["open"])).to_numpy()
    assert correlation(np.log(frame["volume"].to_numpy()), size) > 0.3
    assert (frame["volume"] > 0).all()


def test_price_rounds_to_a_tick_that_suits_it():
    for price, digits in ((30_000.0, 2), (1.5, 6), (0.0001, 10)):
        frame = generate("A", HOUR, bars=200, price=price)
        assert frame["open"].iloc[0] == price
        assert (np.round(frame["close"], digits) == frame["close"]).all()
        assert (frame["low"] > 0).all()


def test_known_coins_begin_at_a_familiar_price():
    assert generate("ETH/USDT", HOUR, bars=1)["open"].tolist() == [2_000.0]
    assert generate("XYZ/USDT", HOUR, bars=1)["open"].tolist() == [100.0]


def test_start_is_moved_to_the_grid():
    frame = generate("A", Timeframe.parse("1w"), bars=3, start_ms=1_704_240_000_000)  # Wednesday 2024-01-03
    assert frame["time"].tolist() == [1_704_067_200_000 + at * 604_800_000 for at in range(3)]


@pytest.mark.parametrize("gaps", [0.02, 0.1, 0.4])
def test_gaps_leave_out_about_that_share(gaps):
    frame = generate("A", HOUR, bars=50_000, gaps=gaps, seed=2)
    assert 1 - len(frame) / 50_000 == pytest.approx(gaps, rel=0.25)
    whole = generate("A", HOUR, bars=50_000, seed=2)
    assert whole[whole["time"].isin(frame["time"])].to_numpy().tolist() == frame.to_numpy().tolist()


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"bars": 0}, "feed.bars: must be 1 to 20,000,000, was 0"),
        ({"bars": 20_000_001}, "feed.bars: must be 1 to 20,000,000, was 20,000,001"),
        ({"bars": 9, "seed": 1.5}, "feed.seed: must be a whole number, was 1.5"),
        ({"bars": 9, "price": 0.0}, "feed.price: must be 0.000001 to 1e9, was 0.0"),
        ({"bars": 9, "price": float("nan")}, "feed.price: must be 0.000001 to 1e9, was nan"),
        ({"bars": 9, "gaps": 0.6}, "feed.gaps: must be 0 to 0.5, a share of the bars, was 0.6"),
    ],
)
def test_values_out_of_range(options, text):
    with pytest.raises(ConfigError) as caught:
        generate("A", HOUR, **options)
    assert str(caught.value) == text
