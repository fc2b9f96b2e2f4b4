"""The three feed plug-ins, loaded by path as the framework loads them."""

import importlib.util
import sys
from pathlib import Path

import pandas as pd
import pytest

from btbot.bars import COLUMNS
from btbot.data.gate import admit
from btbot.errors import ConfigError, DataError
from btbot.feed import Feed, Request
from btbot.timeframe import Timeframe

T0 = 1_704_067_200_000
HOUR = 3_600_000
TEXT = "timestamp,open,high,low,close,volume\n" + "".join(f"{T0 + HOUR * at},1,2,0.5,1.5,{at + 1}\n" for at in range(3))


@pytest.fixture
def plugin(checkout, monkeypatch):
    def load(name):
        spec = importlib.util.spec_from_file_location(f"plugin_{name}", checkout / "feeds" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)  # Backtrader looks the module of a class up there
        spec.loader.exec_module(module)
        (found,) = [
            value for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, Feed) and value.__module__ == module.__name__
        ]  # fmt: skip
        return found

    return load


def ask(symbol="BTC/USDT", timeframe="1h", folder=Path(), start=None, end=None):
    return Request(symbol, Timeframe.parse(timeframe), Path(folder), start, end)


class TestSample:
    def test_is_synthetic_and_reproducible(self, plugin):
        feed = plugin("sample")
        assert feed.synthetic
        one, two = feed().read(ask()), feed().read(ask())
        assert len(one) == 20_000
        assert one.to_numpy().tolist() == two.to_numpy().tolist()
        assert one["time"].iloc[0] == 1_609_459_200_000  # 2021-01-01

    def test_parameters(self, plugin):
        frame = plugin("sample")(seed=3, bars=10, price=5.0, start="2024-01-01").read(ask())
        assert len(frame) == 10
        assert (frame["time"].iloc[0], frame["open"].iloc[0]) == (T0, 5.0)
        assert len(plugin("sample")(bars=1_000, gaps=0.2).read(ask())) < 1_000

    def test_the_end_of_the_run_decides_the_length(self, plugin):
        frame = plugin("sample")(start="2024-01-01").read(ask(end=T0 + 5 * HOUR))
        assert frame["time"].tolist() == [T0 + HOUR * at for at in range(5)]
        frame = plugin("sample")(start="2024-01-01").read(ask(end=T0 + 5 * HOUR + 1))
        assert len(frame) == 6

    def test_a_run_that_starts_later_has_all_its_bars(self, plugin):
        frame = plugin("sample")(bars=10, start="2024-01-01").read(ask(start=T0 + 7 * HOUR))
        assert (frame["time"] >= T0 + 7 * HOUR).sum() == 10

    def test_windows_see_the_same_market(self, plugin):
        feed = plugin("sample")
        whole = feed(start="2024-01-01", bars=200).read(ask()).set_index("time")
        part = feed(start="2024-01-01").read(ask(start=T0 + 50 * HOUR, end=T0 + 90 * HOUR)).set_index("time")
        window = part[part.index >= T0 + 50 * HOUR]
        assert len(window) == 40
        pd.testing.assert_frame_equal(window, whole.loc[window.index])

    def test_a_run_that_starts_earlier_begins_with_its_start(self, plugin):
        frame = plugin("sample")(start="2024-01-01", bars=5).read(ask(start=T0 - 3 * HOUR))
        assert frame["time"].iloc[0] == T0 - 3 * HOUR
        assert len(frame) == 5

    @pytest.mark.parametrize("start", ["soon", None, "NaT"])
    def test_a_start_that_is_no_date(self, plugin, start):
        with pytest.raises(ConfigError) as caught:
            plugin("sample")(start=start).read(ask())
        assert str(caught.value) == f"feed.start: a date such as 2021-01-01 is expected, was {start!r}"


class TestOhlcvCsv:
    @pytest.mark.parametrize("name", ["BTC-USDT-1h.csv", "BTCUSDT-1h.csv", "BTC_USDT-1h.csv", "BTC/USDT-1h.csv"])
    def test_symbol_in_the_path(self, plugin, tmp_path, name):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(TEXT)
        frame = plugin("ohlcv_csv")(path="{symbol}-1h.csv").read(ask(folder=tmp_path))
        assert frame["volume"].tolist() == [1.0, 2.0, 3.0]
        assert len(admit(frame, "BTC/USDT")[0]) == 3

    def test_one_path_and_an_absolute_one(self, plugin, tmp_path):
        (tmp_path / "x.csv").write_text(TEXT)
        assert len(plugin("ohlcv_csv")(path="x.csv").read(ask(folder=tmp_path))) == 3
        assert len(plugin("ohlcv_csv")(path=str(tmp_path / "x.csv")).read(ask(folder="/nowhere"))) == 3

    def test_a_file_for_each_symbol(self, plugin, tmp_path):
        (tmp_path / "a.csv").write_text(TEXT)
        (tmp_path / "b.csv").write_text(TEXT.replace(",1.5,", ",1.75,"))
        feed = plugin("ohlcv_csv")(paths={"A/USDT": "a.csv", "B/USDT": "b.csv"})
        assert feed.read(ask("B/USDT", folder=tmp_path))["close"].iloc[0] == 1.75
        with pytest.raises(ConfigError) as caught:
            feed.read(ask("C/USDT", folder=tmp_path))
        assert str(caught.value).startswith("feed.paths: has no C/USDT, only A/USDT, B/USDT; did you mean '")

    def test_a_symbol_column(self, plugin, tmp_path):
        rows = TEXT.splitlines()
        text = "\n".join([f"symbol,{rows[0]}", *(f"{s},{row}" for s in ("X", "Y") for row in rows[1:])])
        (tmp_path / "many.csv").write_text(text)
        frame = plugin("ohlcv_csv")(path="many.csv").read(ask("Y", folder=tmp_path))
        assert frame.attrs["lines"].tolist() == [5, 6, 7]

    def test_explicit_layout(self, plugin, tmp_path):
        (tmp_path / "x.csv").write_text("t,a,b,c,d,v\n1704063600,1,2,0.5,1.5,3\n")
        columns = {"time": "t", "open": "a", "high": "b", "low": "c", "close": "d", "volume": "v"}
        frame = plugin("ohlcv_csv")(path="x.csv", columns=columns, unit="s").read(ask(folder=tmp_path))
        assert frame["time"].tolist() == [T0 - HOUR]

    def test_a_missing_file_names_the_folder_and_its_neighbours(self, plugin, tmp_path):
        (tmp_path / "BTCUSDT-4h.csv").write_text(TEXT)
        with pytest.raises(DataError) as caught:
            plugin("ohlcv_csv")(path="{symbol}-1h.csv").read(ask(folder=tmp_path))
        assert str(caught.value) == (
            f"BTC/USDT: no file BTC-USDT-1h.csv or BTCUSDT-1h.csv or BTC_USDT-1h.csv in {tmp_path}, "
            "where there is BTCUSDT-4h.csv; correct feed.path"
        )

    def test_a_missing_folder(self, plugin, tmp_path):
        with pytest.raises(DataError) as caught:
            plugin("ohlcv_csv")(path="none/x.csv").read(ask(folder=tmp_path))
        assert (
            str(caught.value)
            == f"BTC/USDT: no file x.csv in {tmp_path / 'none'}, which is no folder; correct feed.path"
        )

    @pytest.mark.parametrize("options", [{}, {"path": "x", "paths": {"A": "x"}}])
    def test_path_or_paths(self, plugin, options):
        with pytest.raises(ConfigError) as caught:
            plugin("ohlcv_csv")(**options).read(ask())
        assert str(caught.value) == "feed: ohlcv_csv needs either path: FILE or paths: {SYMBOL: FILE}, not both"


class TestFrame:
    @pytest.fixture
    def candles(self):
        index = pd.to_datetime([T0 + HOUR * at for at in range(3)], unit="ms")
        return pd.DataFrame({name: [1.0, 1.0, 1.0] for name in COLUMNS}, index=index)

    def test_one_frame_and_one_for_each_symbol(self, plugin, candles):
        for frame in (candles, {"ETH/USDT": candles * 2, "BTC/USDT": candles}):
            raw = plugin("frame")(frame=frame).read(ask())
            assert raw["close"].tolist() == [1.0, 1.0, 1.0]
            assert raw["time"].iloc[0] == T0

    def test_a_symbol_without_a_frame(self, plugin, candles):
        with pytest.raises(ConfigError) as caught:
            plugin("frame")(frame={"BTC/USD": candles}).read(ask())
        assert str(caught.value) == "feed.frame: has no BTC/USDT, only BTC/USD; did you mean 'BTC/USD'?"

    def test_no_frame(self, plugin):
        with pytest.raises(ConfigError) as caught:
            plugin("frame")().read(ask())
        assert str(caught.value) == ("feed.frame: is missing; pass a DataFrame, or {symbol: DataFrame}, from Python")

    def test_a_frame_that_is_none(self, plugin):
        with pytest.raises(DataError) as caught:
            plugin("frame")(frame={"BTC/USDT": [1, 2]}).read(ask())
        assert str(caught.value) == ("feed.frame['BTC/USDT']: a pandas DataFrame of candles is expected, found list")
