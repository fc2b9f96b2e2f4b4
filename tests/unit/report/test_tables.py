import time

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from btbot.report.tables import (
    ORDER_TIMES,
    TRADE_TIMES,
    iso_texts,
    read_equity,
    read_table,
    write_equity,
    write_table,
)


def curve(values, cash=None, freq="min"):
    times = pd.date_range("2024-01-01", periods=len(values), freq=freq, tz="UTC").as_unit("ms")
    return pd.DataFrame({"time": times, "equity": values, "cash": values if cash is None else cash})


def test_times_are_iso_utc_with_milliseconds_only_where_needed():
    assert list(iso_texts(np.array([0, 1_000]))) == ["1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"]
    assert list(iso_texts(np.array([0, 1]))) == ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z"]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_every_float_of_the_equity_curve_comes_back_exactly(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("equity") / "equity_curve.csv"
    frame = curve(np.array(values))
    write_equity(frame, path)
    back = read_equity(path)
    assert back["equity"].to_numpy().tobytes() == (frame["equity"].to_numpy()).tobytes()
    assert (back["time"] == frame["time"]).all()


def test_the_equity_curve_has_the_promised_header_and_digits(tmp_path):
    path = tmp_path / "equity_curve.csv"
    write_equity(curve([0.1 + 0.2], [np.nan]), path)
    assert path.read_text() == "time,equity,cash\n2024-01-01T00:00:00Z,0.30000000000000004,\n"


def test_an_empty_equity_curve_is_a_header(tmp_path):
    path = tmp_path / "equity_curve.csv"
    write_equity(curve([]), path)
    assert path.read_text() == "time,equity,cash\n"
    assert len(read_equity(path)) == 0


def test_a_year_of_minutes_is_written_in_a_moment(tmp_path):
    values = np.random.default_rng(1).normal(10_000, 500, 525_600)
    began = time.process_time()
    write_equity(curve(values), tmp_path / "equity_curve.csv")
    assert time.process_time() - began < 4.0
    assert (read_equity(tmp_path / "equity_curve.csv")["equity"].to_numpy() == values).all()


def test_trades_and_orders_come_back_as_they_were(tmp_path, make_result):
    result = make_result(symbols=("BTC/USDT", "ETH/USDT"), trades=20)
    for frame, times in ((result.trades, TRADE_TIMES), (result.orders, ORDER_TIMES)):
        write_table(frame, tmp_path / "table.csv", times)
        assert_frame_equal(read_table(tmp_path / "table.csv", times), frame, check_exact=True, check_dtype=False)


def test_an_open_trade_has_an_empty_exit(tmp_path, make_result):
    result = make_result(trades=1)
    write_table(result.trades, tmp_path / "trades.csv", TRADE_TIMES)
    header, row = (tmp_path / "trades.csv").read_text().splitlines()
    assert header == (
        "strategy,symbol,side,size,entry_time,entry_price,exit_time,exit_price,pnl,fees,bars_held,exit_reason"
    )
    fields = dict(zip(header.split(","), row.split(","), strict=True))
    assert (fields["exit_time"], fields["exit_price"], fields["exit_reason"]) == ("", "", "open")
    assert fields["entry_time"].endswith("Z")
    assert float(fields["size"]) == result.trades["size"].iloc[0]


def test_names_that_look_like_missing_values_or_need_quotes_survive(tmp_path, make_result):
    result = make_result(trades=3, strategy='NA,"nan"')
    write_table(result.trades, tmp_path / "trades.csv", TRADE_TIMES)
    assert set(read_table(tmp_path / "trades.csv", TRADE_TIMES)["strategy"]) == {'NA,"nan"'}


def test_no_trades_is_a_header(tmp_path, make_result):
    result = make_result(trades=0)
    write_table(result.trades, tmp_path / "trades.csv", TRADE_TIMES)
    back = read_table(tmp_path / "trades.csv", TRADE_TIMES)
    assert list(back.columns) == list(result.trades.columns)
    assert len(back) == 0
