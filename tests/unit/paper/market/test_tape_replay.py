"""Recorded trades: they print as they were, and files of any known kind are read."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from btbot.errors import DataError
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE
from btbot.paper.market import TapeReplay
from btbot.paper.market.kind import kind_of
from btbot.paper.market.tape import Tape, read_tape

Begin = Callable[..., Any]
BEGIN = 1_704_067_200_000
SYMBOL = Symbol("BTCUSDT", "BTC", "USDT", max_quantity=10**9 * SCALE, tick=SCALE // 100, step=1_000, min_notional=SCALE)
AGGREGATE = "1,100.50,0.25000000,1,1,{time},True,True\n2,100.60,0.50000000,2,3,{time},False,True\n"


def tape(count: int = 2_000, seed: int = 1, gap_ms: int = 900) -> Tape:
    random = np.random.default_rng(seed)
    price = (10_000 + np.cumsum(random.integers(-3, 4, count))) / 100
    time = BEGIN + np.cumsum(random.integers(0, gap_ms, count))
    return Tape(time, price, random.integers(1, 10**6, count) / 1e5, random.random(count) < 0.5)


def test_trades_print_as_they_were(begin: Begin) -> None:
    source = tape()
    market = TapeReplay(SYMBOL, source, start=500)
    run = begin(market)
    run.run()
    first = int(np.searchsorted(source.time, market.start_ms))
    assert [event.time_ms for event in run.trades] == source.time[first:].tolist()
    assert [event.price for event in run.trades] == [round(price * SCALE) for price in source.price[first:]]
    assert [event.quantity for event in run.trades] == [round(size * SCALE) for size in source.quantity[first:]]
    assert [event.buyer_is_maker for event in run.trades] == source.buyer_is_maker[first:].tolist()
    assert market.next_ms() is None
    assert market.step(run.exchange) == []


def test_minutes_before_the_start_are_history(begin: Begin) -> None:
    source = tape()
    whole, parted = begin(TapeReplay(SYMBOL, source, start=0)), begin(TapeReplay(SYMBOL, source, start=1_000))
    whole.run()
    parted.run()
    spans = [(one.open_ms, one.open, one.high, one.low, one.close, one.volume) for one in whole.record.candles("1m")]
    again = [(one.open_ms, one.open, one.high, one.low, one.close, one.volume) for one in parted.record.candles("1m")]
    assert again[1:] == spans[1:]
    assert len(spans) > 10


def test_a_user_is_filled_when_the_tape_goes_through(begin: Begin) -> None:
    run = begin(TapeReplay(SYMBOL, tape(), start=0))
    run.step()
    low = float(tape().price.min())
    through, beyond = run.order("BUY", 50_000.0, round(low + 0.01, 2)), run.order("BUY", 1.0, round(low - 0.01, 2))
    run.run()
    assert through.status == "FILLED"
    assert beyond.executed == 0


def test_a_restarted_tape_goes_on(begin: Begin) -> None:
    source = tape()
    stop = int(source.time[1_200]) + 1
    whole, market = begin(TapeReplay(SYMBOL, source, start=0)), TapeReplay(SYMBOL, source, start=0)
    whole.run(until_ms=stop + 1)
    market.skip_to(stop)
    again = begin(market)
    whole.record.advance(stop + 1)
    assert again.record.candles("1h")[-1][:7] == whole.record.candles("1h")[-1][:7]
    assert again.record.candles("1m")[-1][:7] == whole.record.candles("1m")[-1][:7]
    again.step()
    assert again.ladder("BUY")[0][0] == whole.record.last_price / SCALE
    assert [event.price for event in again.run()] == [event.price for event in whole.run()]


def test_binances_archives_are_read(tmp_path: Path) -> None:
    for time in (1_704_067_200_123, 1_704_067_200_123_456):
        with zipfile.ZipFile(tmp_path / "agg.zip", "w") as archive:
            archive.writestr("BTCUSDT-aggTrades.csv", AGGREGATE.format(time=time))
        found = read_tape(tmp_path / "agg.zip")
        assert found.time.tolist() == [1_704_067_200_123] * 2
        assert (found.price.tolist(), found.quantity.tolist()) == ([100.5, 100.6], [0.25, 0.5])
        assert found.buyer_is_maker.tolist() == [True, False]
        assert kind_of(tmp_path / "agg.zip") == "trades"
    (tmp_path / "trades.csv").write_text("7,100.5,0.25,25.125,1704067200123,False,True\n")
    assert read_tape(tmp_path / "trades.csv").price.tolist() == [100.5]


def test_tables_are_read_by_their_columns(tmp_path: Path) -> None:
    times = pd.to_datetime([BEGIN, BEGIN + 5], unit="ms", utc=True)
    frame = pd.DataFrame({"timestamp": times, "price": [1.5, 2.5], "amount": [3.0, 4.0], "side": ["sell", "buy"],
                          "symbol": ["BTC/USDT", "ETH/USDT"]})  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_feather(tmp_path / "t.feather")
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    for name in ("t.parquet", "t.feather", "t.csv.gz"):
        found = read_tape(tmp_path / name)
        assert found.time.tolist() == [BEGIN, BEGIN + 5], name
        assert found.quantity.tolist() == [3.0, 4.0]
        assert found.buyer_is_maker.tolist() == [True, False]
        assert kind_of(tmp_path / name) == "trades"
        assert read_tape(tmp_path / name, symbol="ETH/USDT").price.tolist() == [2.5]
    (tmp_path / "s.csv").write_text("time,price,qty,buyer_maker\n1704067200,1.5,2,true\n")
    assert read_tape(tmp_path / "s.csv").time.tolist() == [BEGIN]
    (tmp_path / "candles.csv").write_text("timestamp,open,high,low,close,volume\n1,1,1,1,1,1\n")
    assert kind_of(tmp_path / "candles.csv") == "candles"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,price,qty,buyer_maker\n", "t.csv: holds no trade; check the file and the symbol"),
        ("time,price,side\n1,2,buy\n", "t.csv: no column for the quantity of a trade among time, price, side; name it"),
        ("time,price,qty\n1,2,3\n", "t.csv: no column for the buyer's role among time, price, qty"),
        ("time,price,qty,side\n5,1,2,buy\n5,0,2,buy\n", "t.csv, trade 2: price 0 and quantity 2, both must be above 0"),
        ("time,price,qty,side\n5,1,2,buy\n4,1,2,buy\n", "t.csv, trade 2: is earlier than the one before it"),
        ('a,b\n"1\n', "t.csv: cannot be read as recorded trades"),
    ],
)
def test_a_wrong_tape_is_refused_in_words(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_tape(tmp_path / "t.csv")
    assert str(caught.value).startswith(message)


def test_a_wrong_start_is_refused() -> None:
    with pytest.raises(DataError, match="BTCUSDT: the replay is to start at trade 9, there are 3"):
        TapeReplay(SYMBOL, tape(3), start=9)
    with pytest.raises(DataError, match="BTCUSDT: there is no trade to replay"):
        TapeReplay(SYMBOL, Tape(*(np.array([]) for _ in range(4))))


def test_a_restart_just_at_a_trade_loses_none(begin: Begin) -> None:
    source = tape()
    for stop in (int(source.time[700]), int(source.time[700]) // 60_000 * 60_000):
        market = TapeReplay(SYMBOL, source, start=0)
        market.skip_to(stop)
        run = begin(market)
        run.run()
        hour = run.record.candles("1h")[0]
        assert hour.volume == sum(round(size * SCALE) for size in source.quantity)
