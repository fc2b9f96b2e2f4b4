"""Years of one-minute archives come in with the memory of some of them."""

import io
import itertools
import json
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest

MINUTE = 60_000
DAY_2020 = 1_577_836_800_000
RUN = """
import json, resource, sys, time
from pathlib import Path
from btbot.data.store import Store
from btbot.data.store.importing import import_paths
store = Store("sqlite:///" + sys.argv[1])
few, many = Path(sys.argv[2]), Path(sys.argv[3])
import_paths(store, [few])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_024
before = peak()
import_paths(store, [many], dry_run=True)
judged, begin = peak(), time.perf_counter()
report = import_paths(store, [many])
print(json.dumps({
    "before": before, "judged": judged, "after": peak(), "seconds": time.perf_counter() - begin,
    "rows": [one.rows for one in report.series], "inserted": [one.inserted for one in report.series],
    "refused": [one.reason for one in report.refused],
}))
"""


def archives(folder, symbol, months):
    """Write archives of one-minute candles, a month each; return how many candles they hold."""
    place = folder / "data/spot/monthly/klines" / symbol / "1m"
    place.mkdir(parents=True)
    edges = pd.date_range("2020-01-01", periods=months + 1, freq="MS", tz="UTC").as_unit("ms").asi8
    rng = np.random.default_rng(1)
    for start, end in itertools.pairwise(edges):
        time = np.arange(start, end, MINUTE)
        close = np.round(10_000 * np.exp(np.cumsum(rng.normal(0, 1e-4, len(time)))), 2)
        columns = {
            "t": time,
            "o": close,
            "h": close + 1,
            "l": close - 1,
            "c": close,
            "v": np.round(rng.random(len(time)), 5),
        }
        text = io.StringIO()
        pd.DataFrame({**columns, "until": time + MINUTE - 1, **dict.fromkeys("12345", 0)}).to_csv(
            text, header=False, index=False
        )
        month = pd.Timestamp(start, unit="ms").strftime("%Y-%m")
        with zipfile.ZipFile(place / f"{symbol}-1m-{month}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(f"{symbol}-1m-{month}.csv", text.getvalue())
    return int(edges[-1] - edges[0]) // MINUTE


def run(folder, months):
    archives(folder / "few", "ETHUSDT", 7)
    rows = archives(folder / "many", "BTCUSDT", months)
    words = [sys.executable, "-c", RUN, str(folder / "x.db"), str(folder / "few"), str(folder / "many")]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True, timeout=600).stdout)
    assert (found["rows"], found["inserted"], found["refused"]) == ([rows], [rows], []), found
    return found


@pytest.mark.slow
def test_five_years_of_minutes_take_no_more_memory_than_some_months(tmp_path):
    found = run(tmp_path, 60)  # 120 MB of numbers, if they were held at once
    assert found["judged"] - found["before"] < 20, found
    assert found["after"] - found["judged"] < 90, found  # pages that SQLite keeps: 64 MB
