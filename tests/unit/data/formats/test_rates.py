"""Funding rates of files, with and without mark prices."""

import json

import numpy as np
import pandas as pd
import pytest

from btbot.data.formats.header import look
from btbot.data.formats.rates import read_rates
from btbot.errors import DataError

T0, STEP = 1_704_067_200_000, 8 * 3_600_000


def read(path):
    return read_rates(path, look(path, kind="funding"))


@pytest.mark.parametrize("order", [1, -1])
def test_mark_prices_stay_with_their_rates(tmp_path, order):
    path = tmp_path / "x.csv"
    rows = [f"{T0},0.0001,42000.5", f"{T0 + STEP},-0.0002,"][::order]
    path.write_text("\n".join(["timestamp,funding_rate,mark_price", *rows]))
    found = read(path)
    assert (found.time.tolist(), found.rate.tolist()) == ([T0, T0 + STEP], [0.0001, -0.0002])
    assert found.mark_price[0] == 42000.5
    assert np.isnan(found.mark_price[1])


@pytest.mark.parametrize("kind", ["feather", "parquet", "json", "json.gz"])
@pytest.mark.parametrize("legacy", [True, False])
def test_rates_of_freqtrade(tmp_path, kind, legacy):
    date = pd.to_datetime([T0, T0 + STEP], unit="ms", utc=True)
    frame = pd.DataFrame({"date": date, "open" if legacy else "funding_rate": [0.0001, -0.0002]})
    if legacy:
        frame = frame.assign(high=0.0, low=0.0, close=0.0, volume=0.0)
    path = tmp_path / f"BTC_USDT_USDT-8h-funding_rate.{kind}"
    if kind.startswith("json"):
        rows = frame.assign(date=[T0, T0 + STEP])
        rows.to_json(path, orient="values", compression="gzip" if kind.endswith("gz") else None, double_precision=15)
        assert json.loads(path.read_text() if kind == "json" else "1")
    else:
        getattr(frame, f"to_{kind}")(path)
    found = read(path)
    assert (found.time.tolist(), found.rate.tolist()) == ([T0, T0 + STEP], [0.0001, -0.0002])


def test_a_rate_in_percent_is_refused_with_its_row(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([[T0, 0.0001], [T0 + STEP, 1.5]]))
    with pytest.raises(DataError, match=r"^x\.json, row 2: the funding rate is 1\.5; a fraction between "):
        read(path)
