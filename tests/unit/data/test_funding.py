"""Funding files."""

import gzip

import numpy as np
import pytest

from btbot.data.funding import read_funding
from btbot.errors import DataError

T0 = 1_704_067_200_000
STEP = 8 * 3_600_000


def stored(folder, text):
    path = folder / "funding.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        f"timestamp,funding_rate\n{T0},0.0001\n{T0 + STEP},-2.5e-05\n",
        f"timestamp,funding_rate\n{T0 + STEP},-2.5e-05\n{T0},0.0001\n",
        f"calc_time,funding_interval_hours,last_funding_rate\n{T0},8,0.0001\n{T0 + STEP},8,-0.000025\n",
        f"symbol,fundingTime,fundingRate\nBTCUSDT,{T0},0.0001\nBTCUSDT,{T0 + STEP},-0.000025\n",
        "date,funding_rate\n2024-01-01 00:00:00,0.0001\n2024-01-01 08:00:00,-0.000025\n",
    ],
)
def test_layouts(tmp_path, text):
    times, rates = read_funding(stored(tmp_path, text))
    assert (times.dtype, rates.dtype) == (np.int64, np.float64)
    assert times.tolist() == [T0, T0 + STEP]
    assert rates.tolist() == [0.0001, -0.000025]


def test_gzip(tmp_path):
    path = tmp_path / "funding.csv.gz"
    path.write_bytes(gzip.compress(f"timestamp,funding_rate\n{T0},0.0001\n".encode()))
    assert read_funding(path)[0].tolist() == [T0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "timestamp,rats\n1,2\n",
            "funding.csv, line 1: no column for rate among timestamp, rats; "
            "a funding file has the columns timestamp,funding_rate",
        ),
        (
            f"timestamp,funding_rate\n{T0},0.0001\n{T0 + STEP},1.5\n",
            "funding.csv, line 3: the funding rate is 1.5; a fraction between -0.75 and 0.75 is expected, "
            "0.0001 meaning 0.01 %; correct the file",
        ),
        (
            f"timestamp,funding_rate\n{T0},\n",
            "funding.csv, line 2: the funding rate is nan; a fraction between -0.75 and 0.75 is expected, "
            "0.0001 meaning 0.01 %; correct the file",
        ),
        (
            f"timestamp,funding_rate\n{T0},0.0001\n{T0},0.0001\n",
            "funding.csv: the time 2024-01-01T00:00:00Z is not later than the one before it; "
            "sort the file and keep one rate a time",
        ),
        (
            f"timestamp,funding_rate\n{T0},0.01%\n",
            "funding.csv, line 2: rate is '0.01%', a number such as 1234.5 is expected; correct the line",
        ),
        (
            "timestamp,funding_rate\n",
            "funding.csv: has a header but nothing below it; download or export the file again",
        ),
    ],
)
def test_files_that_are_refused(tmp_path, text, message):
    with pytest.raises(DataError) as caught:
        read_funding(stored(tmp_path, text))
    assert str(caught.value) == message


def test_real_rates(data_dir):
    times, rates = read_funding(data_dir / "BTCUSDT-funding-8h-binance.csv.gz")
    assert len(times) == len(rates) == 2_193
    assert times[0] == 1_672_531_200_000
    assert rates[:3].tolist() == [0.0001, 0.0001, 6.91e-06]
