"""A search needs no more memory for more settings."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.kernel import FIGURES
from btbot.search.bench import Bench
from btbot.search.store import Store
from btbot.search.study import Study
from btbot.search.workers import Crew

CONFIG = {
    "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample", "bars": 200},
    "strategies": [{"name": "ma_cross"}],
}  # fmt: skip
SPACE = {"strategies.0.params.ma_fast": {"low": 2, "high": 2000}, "exits.stop.percent": {"low": 0.01, "high": 0.5}}


class Instant:
    """Gives every setting the same figures at once."""

    obstacle = ""

    def __init__(self, evaluator):
        self.market, self.open_time = evaluator.market, evaluator.open_time
        self.figures = np.arange(10.0, 10.0 + len(FIGURES))

    def objective(self, setting, window=None):
        return self.figures[:1], self.figures


def anonymous_megabytes():
    """Memory of this process that is its own, not the page cache's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


def grown(folder, trials):
    section = {"space": SPACE, "sampler": "random", "trials": trials, "verify": {"best": 0, "sample": 0}}
    config = load_config({**CONFIG, "optimize": {**section, "workers": {"backend": "none"}}})
    bench = Bench(config, engine.load_market(config))
    bench.evaluator = Instant(bench.evaluator)
    with Store(folder, bench.layout.width) as store, Crew(config.optimize.workers, bench.evaluator.market) as crew:
        study = Study(bench, None, crew, store, None)
        before = anonymous_megabytes()
        assert study.explore() == trials
        after = anonymous_megabytes()
        study.verify()
        assert study.result({}).counts["complete"] == trials
    return after - before


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("trials", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_memory_does_not_grow_with_the_settings(tmp_path, trials):
    grown(tmp_path / "warm", 1000)
    # In memory the trials would take 290 bytes each.
    assert grown(tmp_path / "search", trials) < 10
