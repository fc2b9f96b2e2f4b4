"""Trades of files: values, sides, and rows that cannot be right."""

import json

import numpy as np
import pandas as pd
import pytest

from btbot.data.formats import pieces
from btbot.data.formats.header import look
from btbot.data.formats.tape import read_trades
from btbot.errors import DataError

T0 = 1_704_067_200_000
AGGREGATED = [f"{60 + at},0.5{at},2{at}.0,{at},{at},{T0 + 10 * at},{at % 2 == 0},True" for at in range(5)]
NAMES = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker,is_best_match"


def read(folder, lines, name="x.csv"):
    path = folder / name
    path.write_text(lines if isinstance(lines, str) else "\n".join(lines) + "\n")
    return list(read_trades(path, look(path)))


@pytest.mark.parametrize("lines", [AGGREGATED, [NAMES, *AGGREGATED], [line.lower() for line in AGGREGATED]])
def test_aggregated_trades_of_binance(tmp_path, lines):
    (found,) = read(tmp_path, lines)
    assert found.time.tolist() == [T0, T0 + 10, T0 + 20, T0 + 30, T0 + 40]
    assert found.trade.tolist() == ["60", "61", "62", "63", "64"]
    assert found.price.tolist() == [0.50, 0.51, 0.52, 0.53, 0.54]
    assert found.amount.tolist() == [20.0, 21.0, 22.0, 23.0, 24.0]
    assert found.side.tolist() == [-1, 1, -1, 1, -1]  # where the buyer made the price, the taker sold


def test_microseconds_become_milliseconds(tmp_path):
    (found,) = read(tmp_path, [AGGREGATED[0].replace(str(T0), f"{T0}999")])
    assert found.time.tolist() == [T0]


def test_single_trades_of_binance(tmp_path):
    (found,) = read(tmp_path, [f"7,0.5,2.5,1.25,{T0},True,True", f"8,0.5,2.5,1.25,{T0},False,True"])
    assert (found.trade.tolist(), found.side.tolist(), found.time.tolist()) == (["7", "8"], [-1, 1], [T0, T0])


def test_trades_of_freqtrade(tmp_path):
    rows = [[T0, "a1", None, "sell", 0.25, 4.0, 1.0], [T0 + 1, "a2", "limit", "buy", 0.5, 2.0, 1.0]]
    names = ["timestamp", "id", "type", "side", "price", "amount", "cost"]
    frame = pd.DataFrame(rows, columns=names)
    frame.to_feather(tmp_path / "t.feather")
    frame.to_parquet(tmp_path / "t.parquet")
    found = [read(tmp_path, json.dumps(rows), "t.json")[0]]
    for name in ("t.feather", "t.parquet"):
        found += read_trades(tmp_path / name, look(tmp_path / name))
    for one in found:
        assert (one.time.tolist(), one.trade.tolist(), one.side.tolist()) == ([T0, T0 + 1], ["a1", "a2"], [-1, 1])
        assert (one.price.tolist(), one.amount.tolist()) == ([0.25, 0.5], [4.0, 2.0])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",0.52,", ",0,", "x.csv, line 4: price is '0', a number above 0 is expected; correct the line, or download the file again"),
        (",0.52,", ",abc,", "x.csv, line 4: price is 'abc', a number such as 1234.5 is expected; correct the line"),
        (",0.52,", ",inf,", "x.csv, line 4: price is 'inf', a number above 0 is expected; correct the line, or download the file again"),
        (",22.0,", ",-1,", "x.csv, line 4: amount is '-1', a number above 0 is expected; correct the line, or download the file again"),
        ("62,", "9" * 65 + ",", f"x.csv, line 4: trade is '{'9' * 40}', a number or name of at most 64 letters is expected; correct the line, or download the file again"),
        ("62,", ",", "x.csv, line 4: trade is '', the number of the trade is expected; correct the line, or download the file again"),
        (f"{T0 + 20},True", f"{T0 + 20},maybe", "x.csv, line 4: maker is 'maybe', true or false is expected; correct the line, or download the file again"),
        (f"{T0 + 20}", "99999999999999999", "x.csv, line 4: time is '99999999999999999', a time in the unit of the other rows is expected; correct the line, or download the file again"),
        (f"{T0 + 20}", "9999999999999", "x.csv, line 4: time is '9999999999999', a time between 1970 and 2100 is expected; correct the line, or download the file again"),
        (f"62,0.52,22.0,2,2,{T0 + 20}", f"61,0.52,22.0,2,2,{T0 + 10}", "x.csv, line 4: trade is '61', one row a trade is expected; correct the line, or download the file again"),
        (",22.0,", ",", "x.csv, line 4: has 7 columns, 8 are expected; correct the line or download the file again"),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_right_are_named(tmp_path, old, new, message):
    text = "\n".join([NAMES, *AGGREGATED])
    assert old in text
    with pytest.raises(DataError) as caught:
        read(tmp_path, text.replace(old, new))
    assert str(caught.value) == message


def test_trades_that_were_taken_back_and_repeated_are_left_out(tmp_path):
    (found,) = read(tmp_path, [*AGGREGATED[:2], AGGREGATED[1], f"99,0.00000000,0.00000000,-1,-1,{T0 + 20},False,True"])
    assert (found.trade.tolist(), found.voided) == (["60", "61"], 1)


def test_a_file_in_blocks_is_the_file_in_one(tmp_path, monkeypatch):
    lines = [NAMES, *(f"{at},1.5,2.0,{at},{at},{T0 + at},{at % 3 == 0},True" for at in range(1_000))]
    (whole,) = read(tmp_path, lines)
    monkeypatch.setattr(pieces, "BLOCK_BYTES", 700)
    parts = read(tmp_path, lines)
    assert len(parts) > 50
    for name in ("time", "trade", "price", "amount", "side"):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(whole, name))
    with pytest.raises(DataError, match=r"^x\.csv, line 902: price is 'nan'"):
        read(tmp_path, [line.replace("1.5", "nan") if line.startswith("900,") else line for line in lines])
    with pytest.raises(DataError, match=r"^x\.csv, line 902: has 2 columns, 8 are expected"):
        read(tmp_path, [*lines[:901], "1,2", *lines[902:]])
