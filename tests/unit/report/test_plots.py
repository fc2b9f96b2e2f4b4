import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from btbot.report import plots
from btbot.report.series import curves

NAMES = ("equity", "drawdown", "monthly_returns")
PNG = b"\x89PNG\r\n\x1a\n"


def texts(figure):
    from matplotlib.text import Text

    return [one.get_text() for one in figure.findobj(Text) if one.get_text()]


def draw(name, result):
    return getattr(plots, name)(result, curves(result))


@pytest.mark.parametrize(
    "choice",
    [
        {"bars": 3000, "trades": 20, "synthetic": True},
        {"bars": 1, "trades": 0},
        {"bars": 2, "trades": 0, "timeframe": "1w"},
        {"bars": 400, "trades": 3, "timeframe": "1d", "symbols": ("BTC/USDT", "ETH/USDT")},
    ],
)
def test_three_pictures_are_written_whatever_the_run(tmp_path, make_result, choice):
    plots.write_plots(make_result(**choice), tmp_path)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(NAMES)
    assert all(path.read_bytes().startswith(PNG) for path in tmp_path.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_the_title_begins_with_synthetic_and_only_then(make_result, name):
    assert any(text.startswith("SYNTHETIC") for text in texts(draw(name, make_result(synthetic=True))))
    assert not any("SYNTHETIC" in text for text in texts(draw(name, make_result())))


def test_dollar_signs_of_a_name_are_no_formula(tmp_path, make_result):
    plots.write_plots(make_result(name=r"$\frac{$ x_^"), tmp_path)
    assert any(r"\$" in text for text in texts(draw("equity", make_result(name="a$b$"))))


def test_equity_and_benchmark_carry_their_own_returns(make_result):
    result = make_result()
    shown = " ".join(texts(draw("equity", result)))
    for key, name in (("total_return", "Strategy"), ("benchmark_return", "Buy and hold")):
        assert f"{name}\n{result.metrics[key] * 100:+,.1f} %" in shown


def test_a_large_range_is_drawn_on_a_logarithmic_axis_and_never_below_zero(make_result):
    result = make_result(bars=100, trades=0)
    assert draw("equity", result).axes[0].get_yscale() == "linear"
    result.equity["equity"] = np.geomspace(10_000, 90_000, 100)
    assert draw("equity", result).axes[0].get_yscale() == "log"
    result.equity["equity"] = np.linspace(10_000, -500, 100)
    assert draw("equity", result).axes[0].get_yscale() == "linear"


def test_many_bars_are_thinned_without_losing_the_extremes(make_result):
    result = make_result(bars=30_000, trades=0)
    values = np.full(30_000, 10_000.0)
    values[[12_345, 20_001]] = 15_000.0, 7_000.0
    result.equity["equity"] = values
    line = draw("equity", result).axes[0].lines[1]
    assert len(line.get_xdata()) <= plots.POINTS + 4
    assert (line.get_ydata().max(), line.get_ydata().min()) == (15_000.0, 7_000.0)


def test_the_deepest_drawdown_is_named_with_depth_and_days(make_result):
    result = make_result(bars=480, trades=0)
    value = np.full(480, 10_000.0)
    value[120:360] = 7_500.0
    result.equity["equity"] = value
    assert "-25.0 %, 10 days" in texts(draw("drawdown", result))


def test_the_heat_map_shows_months_and_the_compounded_year(make_result):
    result = make_result(bars=24 * 59, trades=0)
    value = np.full(24 * 59, 11_000.0)
    value[-1] = 12_100.0
    result.equity["equity"] = value
    shown = texts(draw("monthly_returns", result))
    assert shown.count("+10.0") == 2
    assert "+21.0" in shown
    assert "2023" in shown


def test_threads_draw_the_same_bytes(tmp_path, make_result):
    results = [make_result(seed=seed, bars=500, trades=5) for seed in (1, 2)]
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        folder.mkdir()
    for result, folder in zip(results, folders[:2], strict=True):
        plots.write_plots(result, folder)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(plots.write_plots, results, folders[2:]))
    for name in NAMES:
        for alone, together in zip(folders[:2], folders[2:], strict=True):
            assert (alone / f"{name}.png").read_bytes() == (together / f"{name}.png").read_bytes()


def test_pyplot_is_never_needed(make_result):
    import subprocess

    code = (
        "import sys; from btbot.report import plots; plots._figure(3, 2); "
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["True", "False"]
