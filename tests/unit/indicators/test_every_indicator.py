"""What holds for every public function: shape, warm-up, no look into the future, TA-Lib equal to numpy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from btbot import indicators as ta
from btbot.bars import Bars
from btbot.indicators import library

# name: (call, index of the first number of each line, scale in which 1e-9 is meant: "price", "line" or a number)
CALLS: dict[str, tuple[Callable[[Bars], object], tuple[int, ...], object]] = {
    "sma": (lambda b: ta.sma(b.close, 20), (19,), "price"),
    "ema": (lambda b: ta.ema(b.close, 20), (19,), "price"),
    "wma": (lambda b: ta.wma(b.close, 20), (19,), "price"),
    "vwap": (lambda b: ta.vwap(b, 20), (19,), "price"),
    "vwap by session": (lambda b: ta.vwap(b, session="1d"), (0,), "price"),
    "macd": (lambda b: ta.macd(b.close, 12, 26, 9), (33, 33, 33), "price"),
    "adx": (lambda b: ta.adx(b, 14), (27,), 100.0),
    "plus_di": (lambda b: ta.plus_di(b, 14), (14,), 100.0),
    "minus_di": (lambda b: ta.minus_di(b, 14), (14,), 100.0),
    "sar": (lambda b: ta.sar(b, 0.02, 0.2), (1,), "price"),
    "donchian": (lambda b: ta.donchian(b, 20), (19, 19, 19), "price"),
    "ichimoku": (lambda b: ta.ichimoku(b, 9, 26, 52, displacement=26), (8, 25, 51, 77, 26), "price"),
    "rsi": (lambda b: ta.rsi(b.close, 14), (14,), 100.0),
    "stochastic": (lambda b: ta.stochastic(b, 14, 3, 3), (17, 17), 100.0),
    "stochastic, fast": (lambda b: ta.stochastic(b, 5, 1, 1), (4, 4), 100.0),
    "cci": (lambda b: ta.cci(b, 20), (19,), "line"),
    "mfi": (lambda b: ta.mfi(b, 14), (14,), 100.0),
    "obv": (lambda b: ta.obv(b), (0,), "line"),
    "atr": (lambda b: ta.atr(b, 14), (14,), "price"),
    "bollinger": (lambda b: ta.bollinger(b.close, 20, 2.0), (19, 19, 19), "price"),
    "bandwidth": (lambda b: ta.bandwidth(b.close, 20, 2.0), (19,), 1.0),
    "zscore": (lambda b: ta.zscore(b.close, 20), (19,), 1.0),
    "realized_volatility": (
        lambda b: ta.realized_volatility(b.close, 20, periods_per_year=8760.0),
        (20,),
        1.0,
    ),
    "supertrend": (lambda b: ta.supertrend(b, 10, 3.0), (10, 10), "price"),
    "linreg_slope": (lambda b: ta.linreg_slope(b.close, 14), (13,), "price"),
    "highest": (lambda b: ta.highest(b.high, 20), (19,), "price"),
    "lowest": (lambda b: ta.lowest(b.low, 20), (19,), "price"),
    "crossover": (lambda b: ta.crossover(b.close, ta.sma(b.close, 9)), (0,), 1.0),
    "crossunder": (lambda b: ta.crossunder(b.close, ta.sma(b.close, 9)), (0,), 1.0),
}
every = pytest.mark.parametrize("name", CALLS)


def lines(name: str, bars: Bars) -> tuple[np.ndarray, ...]:
    answer = CALLS[name][0](bars)
    return answer if isinstance(answer, tuple) else (answer,)


def assert_equal_to_talib(name: str, bars: Bars, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("talib", minversion="0.8")
    expected = lines(name, bars)
    with monkeypatch.context() as patch:
        patch.setattr(library, "talib", lambda: None)
        found = lines(name, bars)
    for left, right in zip(expected, found, strict=True):
        kind = CALLS[name][2]
        numbers = np.abs(left[~np.isnan(left)])
        scale = {"price": np.max(bars.high, initial=0.0), "line": np.max(numbers, initial=1e-300)}.get(kind, kind)
        np.testing.assert_allclose(right, left, rtol=0.0, atol=1e-9 * scale, equal_nan=True)


def test_the_table_names_every_public_function() -> None:
    functions = {name for name in ta.__all__ if name.islower()}
    assert {name.split()[0].rstrip(",") for name in CALLS} == functions


@every
@pytest.mark.usefixtures("both")
def test_gives_one_float_a_bar_and_leaves_its_input_alone(name: str, walk: Callable[..., Bars]) -> None:
    bars = walk(120, seed=1)
    before = bars.fingerprint
    for line in lines(name, bars):
        assert line.shape == (120,)
        assert line.dtype == (bool if name.startswith("cross") else np.float64)
    assert bars.fingerprint == before


@every
@pytest.mark.usefixtures("both")
def test_is_nan_exactly_until_warm(name: str, walk: Callable[..., Bars]) -> None:
    for line, first in zip(lines(name, walk(160, seed=2)), CALLS[name][1], strict=True):
        assert np.isnan(line[:first]).all()
        assert np.isfinite(line[first:]).all()


@every
@pytest.mark.usefixtures("both")
def test_does_not_look_ahead(name: str, walk: Callable[..., Bars]) -> None:
    bars = walk(200, seed=3)
    whole = lines(name, bars)
    for cut in range(201):
        for all_bars, past in zip(whole, lines(name, bars.slice(0, cut)), strict=True):
            np.testing.assert_array_equal(past, all_bars[:cut], err_msg=f"cut at {cut}")


@every
@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_short_input_is_nan_throughout(name: str, n: int, walk: Callable[..., Bars]) -> None:
    for line, first in zip(lines(name, walk(n, seed=4)), CALLS[name][1], strict=True):
        assert line.shape == (n,)
        assert np.isnan(line[:first]).all()


@every
@pytest.mark.parametrize(
    ("seed", "price", "spread"), [(5, 100.0, 0.01), (6, 60_000.0, 0.0005), (7, 2e-7, 0.02), (8, 1.0, 1e-6)]
)
def test_numpy_equals_talib_on_random_walks(
    name: str,
    seed: int,
    price: float,
    spread: float,
    walk: Callable[..., Bars],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert_equal_to_talib(name, walk(1500, seed, price=price, spread=spread), monkeypatch)


@every
@pytest.mark.parametrize("seed", range(20, 32))
def test_numpy_equals_talib_where_prices_meet(
    name: str, seed: int, walk: Callable[..., Bars], candles: Callable[..., Bars], monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = walk(200, seed, spread=0.02)
    ticks = {column: np.round(getattr(bars, column)) for column in ("close", "high", "low")}
    assert_equal_to_talib(name, candles(**ticks), monkeypatch)


@every
@pytest.mark.parametrize("n", [1, 2, 3, 5, 10, 13, 14, 15, 16, 19, 20, 21, 26, 27, 28, 29, 33, 34, 35])
def test_numpy_equals_talib_while_warming_up(
    name: str, n: int, walk: Callable[..., Bars], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_equal_to_talib(name, walk(n, seed=n), monkeypatch)


@every
@pytest.mark.parametrize("file", ["BTCUSDT-1h-binance.csv.gz", "BTCUSDT-15m-binance.csv.gz"])
def test_numpy_equals_talib_on_real_candles(
    name: str, file: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = pd.read_csv(data_dir / file, nrows=5000)
    frame.index = pd.to_datetime(frame.pop("timestamp"), unit="ms", utc=True)
    bars = Bars.from_frame(frame, "BTC/USDT", "1h" if "1h" in file else "15m")
    assert_equal_to_talib(name, bars, monkeypatch)


@every
@pytest.mark.parametrize("price", [0.1, 0.3, 61_234.567, 1e-9])
def test_numpy_equals_talib_on_flat_bars(
    name: str, price: float, candles: Callable[..., Bars], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_equal_to_talib(name, candles(np.full(100, price)), monkeypatch)


@every
def test_numpy_equals_talib_where_a_wild_market_goes_flat_and_back(
    name: str, candles: Callable[..., Bars], walk: Callable[..., Bars], monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = walk(300, seed=9, price=60_000.0)
    still = np.full(80, wild.close[-1])
    bars = candles(
        np.concatenate((wild.close, still, wild.close[:100])),
        high=np.concatenate((wild.high, still, wild.high[:100])),
        low=np.concatenate((wild.low, still, wild.low[:100])),
        volume=np.concatenate((wild.volume * 1e6, np.zeros(80), wild.volume[:100])),
    )
    assert_equal_to_talib(name, bars, monkeypatch)


FLAT = {
    "sma": 7.3,
    "ema": 7.3,
    "wma": 7.3,
    "vwap": 7.3,
    "vwap by session": 7.3,
    "macd": 0.0,
    "adx": 0.0,
    "plus_di": 0.0,
    "minus_di": 0.0,
    "sar": 7.3,
    "donchian": 7.3,
    "ichimoku": 7.3,
    "rsi": 0.0,
    "stochastic": 0.0,
    "stochastic, fast": 0.0,
    "cci": 0.0,
    "mfi": 0.0,
    "obv": 1.0,
    "atr": 0.0,
    "bollinger": 7.3,
    "bandwidth": 0.0,
    "zscore": 0.0,
    "realized_volatility": 0.0,
    "linreg_slope": 0.0,
    "highest": 7.3,
    "lowest": 7.3,
    "crossover": 0.0,
    "crossunder": 0.0,
}


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.usefixtures("both")
def test_flat_bars_have_a_defined_value(name: str, candles: Callable[..., Bars]) -> None:
    bars = candles(np.full(120, 7.3))
    for line, first in zip(lines(name, bars), CALLS[name][1], strict=True):
        np.testing.assert_allclose(line[first:], FLAT[name], rtol=0.0, atol=1e-13)
