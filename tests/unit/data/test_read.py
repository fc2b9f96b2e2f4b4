"""Every layout that is recognised, and every sentence that refuses one."""

import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from btbot.bars import COLUMNS
from btbot.data.read import read_candles
from btbot.errors import ConfigError, DataError

T0 = 1_704_067_200_000  # 2024-01-01
HOUR = 3_600_000
ROWS = [(10.0, 12.0, 9.0, 11.0, 5.0), (11.0, 13.0, 10.5, 12.5, 6.0), (12.5, 12.75, 11.0, 11.5, 7.5)]
TIMES = [T0, T0 + HOUR, T0 + 2 * HOUR]


def stored(folder, text, name="x.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def table(header, times, rows=ROWS, tail=""):
    lines = [header] if header else []
    lines += [f"{time},{','.join(map(str, row))}{tail}" for time, row in zip(times, rows, strict=True)]
    return "\n".join(lines) + "\n"


def expect(frame, times=TIMES, rows=ROWS):
    assert list(frame.columns) == ["time", *COLUMNS]
    assert frame["time"].dtype == np.int64
    assert all(frame[name].dtype == np.float64 for name in COLUMNS)
    assert frame["time"].tolist() == list(times)
    assert [tuple(row) for row in frame[list(COLUMNS)].to_numpy().tolist()] == [tuple(row) for row in rows]


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        read_candles(path, **options)
    return str(caught.value)


SHARED = "timestamp,open,high,low,close,volume"


def test_shared_format(tmp_path):
    frame = read_candles(stored(tmp_path, table(SHARED, TIMES)))
    expect(frame)
    assert frame.attrs["source"] == "x.csv"
    assert frame.attrs["lines"].tolist() == [2, 3, 4]
    assert "notices" not in frame.attrs


def test_order_of_the_source_is_kept(tmp_path):
    times = [TIMES[1], TIMES[0], TIMES[2]]
    frame = read_candles(stored(tmp_path, table(SHARED, times)))
    expect(frame, times)


@pytest.mark.parametrize("factor", [1, 1_000])
@pytest.mark.parametrize("header", [True, False])
def test_binance_klines(tmp_path, header, factor):
    names = (
        "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
        "taker_buy_volume,taker_buy_quote_volume,ignore"
    )
    times = [time * factor for time in TIMES]
    tail = f",{(T0 + HOUR) * factor - 1},100.5,12,3.5,40.1,0"
    text = table(names if header else None, times, tail=tail)
    expect(read_candles(stored(tmp_path, text)))
    expect(read_candles(stored(tmp_path, gzip.compress(text.encode()), "x.csv.gz")))


def test_crypto_data_download(tmp_path):
    lines = [
        "https://www.CryptoDataDownload.com",
        "unix,date,symbol,open,high,low,close,Volume USDT,Volume BTC,tradecount",
    ]
    for time, row in list(zip(TIMES, ROWS, strict=True))[::-1]:
        lines.append(f"{time},2024-01-01 00:00:00,BTC/USDT,{','.join(map(str, row[:4]))},99999,{row[4]},7")
    frame = read_candles(stored(tmp_path, "\n".join(lines)), symbol="BTC/USDT")
    expect(frame)
    assert frame.attrs["lines"].tolist() == [5, 4, 3]
    assert frame.attrs["notices"] == (
        ("newest_first", "x.csv runs from the newest candle to the oldest: it was reversed"),
    )


def test_newest_first_with_double_times_is_reversed_too(tmp_path):
    frame = read_candles(stored(tmp_path, table(SHARED, [TIMES[1], TIMES[1], TIMES[0]])))
    assert frame["time"].tolist() == [TIMES[0], TIMES[1], TIMES[1]]
    assert frame.attrs["lines"].tolist() == [4, 3, 2]


def test_a_header_of_unknown_names_is_not_skipped(tmp_path):
    text = table("a,b,c,d,e,f", TIMES)
    assert refusal(stored(tmp_path, text)).startswith(
        "x.csv, line 1: no column for time, open, high, low, close among a, b, c, d, e, f; candles need "
    )


def test_a_banner_above_candles_without_a_header(tmp_path):
    expect(read_candles(stored(tmp_path, "from my exchange\n" + table(None, TIMES))))


def test_seconds_and_milliseconds_in_one_column(tmp_path):
    frame = read_candles(stored(tmp_path, table(SHARED, [f"{T0 // 1000}.0", TIMES[1], f"{TIMES[2]}.0"])))
    expect(frame)
    assert frame.attrs["notices"] == (
        ("mixed_units", "x.csv mixes seconds and milliseconds in its times: each was read by its size"),
    )


def test_dates_in_two_formats(tmp_path):
    times = ["2024-01-01 00:00:00", "2024-01-01 01-AM", "2024-01-01 02-AM"]
    expect(read_candles(stored(tmp_path, table("date,open,high,low,close,volume", times))))


def test_yahoo_daily(tmp_path):
    text = (
        "Date,Open,High,Low,Close,Adj Close,Volume\n2024-01-02,10,12,9,11,10.5,1000\n"
        "2024-01-03,11,13,10.5,12.5,11.9,2000\n2024-01-04,null,null,null,null,null,null\n"
    )
    frame = read_candles(stored(tmp_path, text))
    assert frame["close"].tolist()[:2] == [11.0, 12.5]
    assert frame["volume"].tolist()[:2] == [1000.0, 2000.0]
    assert frame.loc[2, list(COLUMNS)].isna().all()
    assert pd.to_datetime(frame["time"], unit="ms").dt.strftime("%Y-%m-%d").tolist() == [
        "2024-01-02",
        "2024-01-03",
        "2024-01-04",
    ]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("kind", ["feather", "parquet"])
def test_freqtrade_feather_and_parquet(tmp_path, kind, unit):
    frame = pd.DataFrame(ROWS, columns=list(COLUMNS))
    frame.insert(0, "date", pd.to_datetime(TIMES, unit="ms", utc=True).as_unit(unit))
    path = tmp_path / "BTC_USDT-1h.data"
    getattr(frame, f"to_{kind}")(path)
    read = read_candles(path)
    expect(read)
    assert "lines" not in read.attrs


def test_parquet_with_a_datetime_index(tmp_path):
    index = pd.to_datetime(TIMES, unit="ms")
    path = tmp_path / "x.parquet"
    pd.DataFrame(ROWS, columns=[name.upper() for name in COLUMNS], index=index).to_parquet(path)
    expect(read_candles(path))


def test_csv_of_a_frame_with_an_unnamed_index(tmp_path):
    path = tmp_path / "x.csv"
    pd.DataFrame(ROWS, columns=list(COLUMNS), index=pd.to_datetime(TIMES, unit="ms", utc=True)).to_csv(path)
    expect(read_candles(path))


def test_parquet_in_a_zip(tmp_path):
    memory = io.BytesIO()
    pd.DataFrame(ROWS, columns=list(COLUMNS)).assign(timestamp=TIMES).to_parquet(memory)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("x.parquet", memory.getvalue())
    expect(read_candles(path))


MANY = "symbol,timestamp,open,high,low,close,volume\n" + "".join(
    f"{name},{time},{','.join(map(str, row))}\n"
    for name in ("BTC/USDT", "ETH/USDT:USDT", "ETHW/USDT")
    for time, row in zip(TIMES, ROWS, strict=True)
)


def test_one_symbol_of_many(tmp_path):
    path = stored(tmp_path, MANY)
    first = read_candles(path, symbol="BTC/USDT")
    expect(first)
    second = read_candles(path, symbol="ETH-USDT")
    expect(second)
    assert (first.attrs["lines"].tolist(), second.attrs["lines"].tolist()) == ([2, 3, 4], [5, 6, 7])


def test_a_changed_file_of_many_symbols_is_read_again(tmp_path):
    path = stored(tmp_path, MANY)
    read_candles(path, symbol="BTC/USDT")
    stored(tmp_path, MANY.replace("10.0,12.0", "10.25,12.0"))
    assert read_candles(path, symbol="BTC/USDT").loc[0, "open"] == 10.25


def test_a_symbol_that_is_not_there(tmp_path):
    path = stored(tmp_path, MANY)
    assert refusal(path, symbol="SOL/USDT") == (
        "x.csv: holds BTC/USDT, ETH/USDT:USDT, ETHW/USDT, not SOL/USDT; write one of them in symbols:"
    )
    assert refusal(path) == ("x.csv: holds 3 symbols (BTC/USDT, ETH/USDT:USDT, ETHW/USDT); say which one is wanted")


def test_a_symbol_with_two_spellings(tmp_path):
    path = stored(tmp_path, MANY.replace("ETHW/USDT", "ETH_USDT"))
    assert refusal(path, symbol="ETH/USDT") == (
        "x.csv: ETH/USDT may be ETH/USDT:USDT or ETH_USDT; write one of them in symbols:"
    )
    expect(read_candles(path, symbol="ETH_USDT"))


def test_explicit_columns_unit_and_zone(tmp_path):
    text = "Zeit;Erster;Hoch;Tief;Letzter;Stueck\n" + "".join(
        f"2024-01-01 0{at + 1}:00;{';'.join(map(str, row))}\n" for at, row in enumerate(ROWS)
    )
    chosen = {
        "time": "zeit",
        "open": "Erster",
        "high": "Hoch",
        "low": "Tief",
        "close": "Letzter",
        "volume": "Stueck",
    }
    expect(read_candles(stored(tmp_path, text), columns=chosen, timezone="Europe/Berlin"))


@pytest.mark.parametrize(("unit", "factor"), [("s", 1e-3), ("ms", 1), ("us", 10**3), ("ns", 10**6)])
def test_explicit_unit(tmp_path, unit, factor):
    text = table(SHARED, [int(time * factor) for time in TIMES])
    expect(read_candles(stored(tmp_path, text), unit=unit))
    expect(read_candles(stored(tmp_path, text)))


def test_columns_by_number_without_a_header(tmp_path):
    text = "".join(
        f"x,{row[3]},{row[0]},{row[1]},{row[2]},{row[4]},{time},y\n" for time, row in zip(TIMES, ROWS, strict=True)
    )
    chosen = {"time": "7", "open": "3", "high": "4", "low": "5", "close": "2", "volume": "6"}
    expect(read_candles(stored(tmp_path, text), columns=chosen))


def test_an_explicit_column_wins_over_a_known_one(tmp_path):
    text = table(SHARED + ",quote", TIMES, rows=[(*row, row[4] * 2) for row in ROWS])
    frame = read_candles(stored(tmp_path, text), columns={"volume": "quote"})
    assert frame["volume"].tolist() == [10.0, 12.0, 15.0]


def test_whole_dates_as_numbers(tmp_path):
    frame = read_candles(stored(tmp_path, table("date,open,high,low,close,volume", [20240101, 20240102, 20240103])))
    assert frame["time"].tolist() == [T0, T0 + 24 * HOUR, T0 + 48 * HOUR]


@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z"],
        ["2024-01-01 00:00:00+00:00", "2024-01-01 03:00:00+02:00", "2024-01-01 02:00:00+00:00"],
        ["2024-01-01 00:00:00 UTC", "2024-01-01 01:00:00 UTC", "2024-01-01 02:00:00 UTC"],
        ["2024.01.01 00:00", "2024.01.01 01:00", "2024.01.01 02:00"],
        ["2024/01/01 00:00:00", "2024/01/01 01:00:00", "2024/01/01 02:00:00"],
    ],
)
def test_dates_as_text(tmp_path, times):
    expect(read_candles(stored(tmp_path, table(SHARED, times))))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_bom_quotes_and_blank_lines(tmp_path, end):
    lines = table(SHARED, TIMES).replace("10.0,", '"10.0",').strip().split("\n")
    lines.insert(2, "")
    text = "\ufeff" + end.join([*lines, "", ""])
    frame = read_candles(stored(tmp_path, text))
    expect(frame)
    assert frame.attrs["lines"].tolist() == [2, 4, 5]


def test_tabs_and_blanks_around_cells(tmp_path):
    expect(read_candles(stored(tmp_path, table(SHARED, TIMES).replace(",", " \t "))))


def test_a_file_without_volume(tmp_path):
    text = table("time,open,high,low,close", TIMES, rows=[row[:4] for row in ROWS])
    frame = read_candles(stored(tmp_path, text))
    assert frame["volume"].tolist() == [0.0, 0.0, 0.0]
    assert frame.attrs["notices"] == (("no_volume", "x.csv has no column of volume: volume is 0 in every bar"),)


def test_values_are_read_to_the_last_bit(tmp_path):
    rng = np.random.default_rng(3)
    values = rng.lognormal(5, 3, 300)
    rows = [(value, value, value, value, 1.0) for value in values.tolist()]
    times = [T0 + HOUR * at for at in range(300)]
    frame = read_candles(stored(tmp_path, table(SHARED, times, rows)))
    assert frame["open"].tolist() == values.tolist()


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("abc", "x.csv, line 3: close is 'abc', a number such as 1234.5 is expected; "),
        (
            "1.234,5",
            "x.csv, line 3: has 7 columns, 6 are expected; correct the line or download the file again",
        ),
        ('"1,234.5"', "x.csv, line 3: close is '1,234.5', a number such as 1234.5 is expected; "),
    ],
)
def test_a_cell_that_is_no_number(tmp_path, cell, message):
    text = table(SHARED, TIMES).replace("12.5,6.0", f"{cell},6.0")
    assert refusal(stored(tmp_path, text)).startswith(message)


def test_a_time_that_is_none(tmp_path):
    assert refusal(stored(tmp_path, table(SHARED, [T0, "31/12/2023", TIMES[2]]))) == (
        f"x.csv, line 2: time is '{T0}', an epoch number or a date such as 2024-01-31 13:00 is expected "
        "(year first, or name the unit with feed.unit); correct the line"
    ).replace(f"line 2: time is '{T0}'", "line 3: time is '31/12/2023'")


def test_an_empty_time(tmp_path):
    assert refusal(stored(tmp_path, table(SHARED, [T0, "", TIMES[2]]))).startswith("x.csv, line 3: time is ")


def test_times_with_and_without_offset(tmp_path):
    times = ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00", "2024-01-01T02:00:00"]
    assert refusal(stored(tmp_path, table(SHARED, times))) == (
        "x.csv: 1 of 3 times carry an offset from UTC and the others do not; write all of them in one way"
    )


def test_a_local_time_that_exists_twice(tmp_path):
    times = ["2024-11-03 00:30", "2024-11-03 01:30", "2024-11-03 02:30"]
    found = refusal(stored(tmp_path, table(SHARED, times)), timezone="America/New_York")
    assert found.startswith("x.csv: a time does not exist or exists twice in America/New_York (")
    assert found.endswith("), because clocks changed; export the file in UTC")


def test_a_cut_line(tmp_path):
    text = table(SHARED, TIMES)[:-12]
    assert refusal(stored(tmp_path, text)) == (
        "x.csv, line 4: has 4 columns, 6 are expected; correct the line or download the file again"
    )


def test_a_header_alone(tmp_path):
    for text in (SHARED, SHARED + "\n", SHARED + "\n\n\n"):
        assert refusal(stored(tmp_path, text)) == (
            "x.csv: has a header but nothing below it; download or export the file again"
        )


def test_trades_are_no_candles(tmp_path):
    text = "60953854,0.00000908,3591711.00,209942017,209942017,1729987202368,False,True\n" * 3
    assert refusal(stored(tmp_path, text)) == (
        "x.csv, line 1: no column for time, open, high, low, close among 60953854, 0.00000908, 3591711.00, 209942017, "
        "209942017, 1729987202368, False, True; candles need time, open, high, low, close and volume; is it a file of "
        "candles? If so, name its columns with feed.columns: {time: NAME}"
    )


def test_a_column_that_is_not_there(tmp_path):
    assert refusal(stored(tmp_path, table(SHARED, TIMES)), columns={"close": "last"}) == (
        "x.csv, line 1: has no column 'last' for close; it has timestamp, open, high, low, close, volume; "
        "correct feed.columns"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>404</html>", "x.csv: is a web page, not candles; the download went wrong, "),
        (b'{"code": -1121}', "x.csv: is JSON of another kind; a list of rows such as [[1704067200000, 1.5, 2.5, "),
        (
            b'[[1704067200000,"1","2"]]',
            "x.csv, line 1: no column for time, open, high, low, close among 1704067200000, ",
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "x.csv: is a binary file, not candles; allowed are csv, csv.gz, zip, ",
        ),
        (SHARED.encode("utf-16"), "x.csv: is UTF-16 text, UTF-8 is expected; save it as UTF-8"),
        (
            table(SHARED, ["\xe4", *TIMES[1:]]).encode("latin-1"),
            "x.csv, line 2: is not UTF-8 text; save the file as UTF-8",
        ),
        (b"PAR1 and then nothing", "x.csv: is a damaged parquet or feather file ("),
        (b"ARROW1\0\0 and then nothing", "x.csv: is a damaged parquet or feather file ("),
    ],
)
def test_what_is_no_text_of_candles(tmp_path, content, message):
    assert refusal(stored(tmp_path, content)).startswith(message)


def test_parquet_of_trades(tmp_path):
    path = tmp_path / "trades.parquet"
    pd.DataFrame({"timestamp": TIMES, "price": [1.0, 2.0, 3.0]}).to_parquet(path)
    assert refusal(path).startswith("trades.parquet: no column for open, high, low, close among timestamp, price; ")


def test_parquet_without_rows(tmp_path):
    path = tmp_path / "none.parquet"
    pd.DataFrame(ROWS, columns=list(COLUMNS)).assign(timestamp=TIMES).iloc[:0].to_parquet(path)
    assert refusal(path) == "none.parquet: has columns but no candle in them; download or export the file again"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"columns": {"opne": "x"}},
            "feed.columns: 'opne' is not known; allowed are time, open, high, low, close, volume, symbol; "
            "did you mean 'open'?",
        ),
        ({"unit": "sec"}, "feed.unit: 'sec' is not known; allowed are s, ms, us, ns, iso"),
        (
            {"timezone": "Mars/Phobos"},
            "feed.timezone: 'Mars/Phobos' is not known; write a name such as UTC, Europe/Berlin or America/New_York",
        ),
        (
            {"timezone": "Europe/Berlin"},
            "x.csv: its times are epoch numbers, which are UTC; remove feed.timezone, it is for dates without an offset",
        ),
    ],
)
def test_options_that_are_wrong(tmp_path, options, message):
    path = stored(tmp_path, table(SHARED, TIMES))
    with pytest.raises(ConfigError) as caught:
        read_candles(path, **options)
    assert str(caught.value) == message


def test_a_text_that_is_cut_in_its_last_number_is_refused(tmp_path):
    rows = [f"{1_704_067_200_000 + 60_000 * at},1.50,2.50,0.50,1.25,{at}7.50" for at in range(5)]
    text = "\n".join(["timestamp,open,high,low,close,volume", *rows])
    assert len(read_candles(stored(tmp_path, text))) == 5
    assert refusal(stored(tmp_path, text[:-1])) == (
        "x.csv, line 6: the text ends in volume '47.5', which has fewer digits than in the lines above, and no line end; "
        "the file is cut, download it again"
    )
    assert "volume '4'" in refusal(stored(tmp_path, text[:-4]))
    shortest = text.replace("7.50", "7.25")  # without zeros at their end nobody can know how many there should be
    assert len(read_candles(stored(tmp_path, shortest[:-1]))) == 5


def test_a_quotation_mark_that_is_not_closed_is_refused(tmp_path):
    rows = [f'{1_704_067_200_000 + 60_000 * at},1.5,2.5,0.5,1.25,7,"fine"' for at in range(5)]
    text = "\n".join(["timestamp,open,high,low,close,volume,note", *rows])
    assert len(read_candles(stored(tmp_path, text))) == 5
    assert refusal(stored(tmp_path, text.replace('"fine"', '"', 1))) == (
        "x.csv, line 2: has a quotation mark that is not closed in its line; correct the line"
    )


def test_a_damaged_candle_above_the_header_is_not_passed_over(tmp_path):
    rows = [f"{1_704_067_200_000 + 60_000 * at},1.5,2.5,0.5,1.25,7" for at in range(3)]
    text = "\n".join([rows[0].replace("1.5", "1.2.3"), "timestamp,open,high,low,close,volume", *rows[1:]])
    assert refusal(stored(tmp_path, text)) == (
        "x.csv, line 1: 1704067200000, 1.2.3, 2.5, 0.5, 1.25, 7 stands above the header or the first row and looks "
        "like a damaged row; correct or remove the line"
    )
    cut = "\n".join(["7000;1.25;7", *rows])
    assert len(read_candles(stored(tmp_path, cut))) == 3
    assert "looks like a damaged row" in refusal(stored(tmp_path, "\n".join(["67200000,1.5,2.5,0.5", *rows])))


@pytest.mark.parametrize("word", ["now", "today", ".5", "-5", "2024", "2024-01"])
def test_words_that_pandas_takes_for_dates_are_none(tmp_path, word):
    rows = [f"2024-01-0{at} 00:00:00,1.5,2.5,0.5,1.25,7" for at in (1, 2, 3)]
    text = "\n".join(["date,open,high,low,close,volume", *rows]).replace("2024-01-02 00:00:00", word)
    assert refusal(stored(tmp_path, text)).startswith(f"x.csv, line 3: time is '{word}', an epoch number or a date ")


def test_a_volume_in_money_is_no_volume(tmp_path):
    text = f"unix,symbol,open,high,low,close,Volume USDT\n{TIMES[0]},BTC/USDT,1,2,0.5,1.5,10\n"
    frame = read_candles(stored(tmp_path, text))
    assert frame["volume"].tolist() == [0.0]
    assert dict(frame.attrs["notices"])["no_volume"] == "x.csv has no column of volume: volume is 0 in every bar"
