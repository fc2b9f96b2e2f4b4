"""Which kind of data a file holds, by its columns."""

import pandas as pd
import pytest

from btbot.data.formats.header import look
from btbot.errors import DataError

CANDLE = "1704067200000,1,2,0.5,1.5,10"


def stored(folder, text, name="x.csv"):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("lines", "kind", "roles"),
    [
        ("timestamp,open,high,low,close,volume\n" + CANDLE, "candles", {}),
        (CANDLE, "candles", {}),
        (CANDLE + ",1704070799999,5,3,1,2,0", "candles", {}),
        ("https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume BTC\n1,2,3,4,5,6,7,8", "candles", {}),
        ("7,0.5,2,6,7,1704067200000,False,True", "trades", {"trade": 0, "price": 1, "amount": 2, "time": 5, "maker": 6}),
        ("7,0.5,2,6,7,1704067200000,true", "trades", {"trade": 0, "price": 1, "amount": 2, "time": 5, "maker": 6}),
        ("7,0.5,2,1.0,1704067200000,False,True", "trades", {"trade": 0, "price": 1, "amount": 2, "time": 4, "maker": 5}),
        ("7,0.5,2,1.0,1704067200000,true", "trades", {"trade": 0, "price": 1, "amount": 2, "time": 4, "maker": 5}),
        ("agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n", "trades", {"time": 5, "trade": 0, "price": 1, "amount": 2, "maker": 6}),
        ("timestamp,id,side,price,amount\n", "trades", {"time": 0, "trade": 1, "price": 3, "amount": 4, "side": 2}),
        ("calc_time,funding_interval_hours,last_funding_rate\n1704067200000,8,0.0001", "funding", {"time": 0, "rate": 2}),
        ("timestamp,funding_rate,mark_price\n1704067200000,0.0001,42000", "funding", {"time": 0, "rate": 1, "mark": 2}),
    ],
)  # fmt: skip
def test_text(tmp_path, lines, kind, roles):
    found = look(stored(tmp_path, lines))
    assert (found.kind, found.roles) == (kind, roles)


def test_single_trades_are_known_by_their_columns(tmp_path):
    assert look(stored(tmp_path, "7,0.5,2,1.0,1704067200000,true")).single
    assert look(stored(tmp_path, "id,price,qty,quote_qty,time,is_buyer_maker\n")).single
    assert not look(stored(tmp_path, "7,0.5,2,6,7,1704067200000,true")).single


@pytest.mark.parametrize("kind", ["feather", "parquet"])
def test_columns_of_tables(tmp_path, kind):
    path = tmp_path / f"x.{kind}"
    candles = pd.DataFrame({name: [1.0] for name in ("date", "open", "high", "low", "close", "volume", "symbol")})
    getattr(candles, f"to_{kind}")(path)
    assert (look(path).kind, look(path).has_symbols) == ("candles", True)
    assert look(path, kind="funding").roles == {"time": 0, "rate": 1}  # freqtrade's shape of rates until 2026
    getattr(pd.DataFrame({"date": [1], "funding_rate": [0.1]}), f"to_{kind}")(path)
    assert look(path).roles == {"time": 0, "rate": 1}
    with pytest.raises(DataError) as caught:
        look(path, kind="trades")
    assert str(caught.value) == (
        f"x.{kind}: its name says trades, but no columns for time, id, price, amount and side are among date, "
        "funding_rate; rename the file, or export it again"
    )


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ("[[1704067200000,0.0001],[1704096000000,0.0002]]", {"time": 0, "rate": 1}),
        ("[[1704067200000,0.0001,0.0,0.0,0.0,0.0]]", {"time": 0, "rate": 1}),
    ],
)
def test_rates_of_freqtrade_in_json(tmp_path, content, roles):
    assert look(stored(tmp_path, content, "x.json"), kind="funding").roles == roles


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"^x\.csv: is empty; download or export it again$"):
        look(stored(tmp_path, " \n"))
