import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from btbot.report.series import curves, epoch_ms, thin


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(4, 40))
def test_a_thinned_curve_keeps_ends_and_extremes_and_is_short(values, points):
    array = np.array(values)
    kept = thin(array, points)
    assert (np.diff(kept) > 0).all()
    assert kept[0] == 0
    assert kept[-1] == len(array) - 1
    assert array[kept].min() == array.min()
    assert array[kept].max() == array.max()
    assert len(kept) <= max(points + 4, len(array) if len(array) <= points else 0)


def test_a_short_curve_is_kept_whole():
    assert thin(np.arange(5.0), 5).tolist() == [0, 1, 2, 3, 4]
    assert thin(np.zeros(0), 10).tolist() == []


def test_curves_know_when_bars_open_and_start_from_the_capital(make_result):
    result = make_result(bars=48, trades=2, timeframe="1h")
    curve = curves(result)
    assert (curve.open_time == result.bars["BTC/USDT"].time).all()
    assert (curve.time == epoch_ms(result.equity["time"])).all()
    assert curve.capital == 10_000.0
    days, own, held = curve.daily()
    assert len(days) == len(own) == len(held) == 2
    assert np.isclose(np.prod(1 + own), result.metrics["final_equity"] / 10_000)
    assert np.isclose(np.prod(1 + held) - 1, result.metrics["benchmark_return"])


def test_stocks_have_252_days(make_result):
    result = make_result(bars=5, trades=0)
    assert curves(result).periods_per_year == 365
    result.config["calendar"] = "stocks"
    assert curves(result).periods_per_year == 252
