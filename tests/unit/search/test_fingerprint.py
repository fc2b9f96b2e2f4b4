"""What decides the outcome of a search, and what does not."""

from __future__ import annotations

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.search.fingerprint import Sources, identity, short


@pytest.fixture
def name(moody):
    """Give the 12 digits of a search."""

    def make(params=None, overrides=(), window=None, **keys):
        config = load_config(moody(params, **keys), overrides=overrides)
        return short(identity(config, engine.load_market(config), Sources.of(config), window=window))

    return make


@pytest.mark.parametrize(
    "same",
    [
        ["optimize.workers={backend: dask, address: 'tcp://a:1'}"],
        ["optimize.verify={best: 1, sample: 1}"],
        ["optimize.storage=sqlite:///x.db", "database=sqlite:///y.db", "report=[]", "name=other", "proof=full"],
        ["walkforward={train: 2d, test: 1d}"],
    ],
)
def test_where_and_how_often_does_not_matter(name, same):
    assert name(overrides=same) == name()


@pytest.mark.parametrize(
    "other",
    [
        ["capital=1"], ["optimize.seed=1"], ["optimize.objective=sharpe"], ["optimize.minimum_trades=2"],
        ["optimize.prune={after: 0.5}"], ["strategies.0.params.length=9"], ["exits={stop: {percent: 0.1}}"],
    ],
)  # fmt: skip
def test_what_is_computed_matters(name, other):
    assert name(overrides=other) != name()


def test_the_order_of_the_space_numbers_the_trials(name):
    one, other = {"strategies.0.params.length": [2, 3]}, {"capital": [1, 2]}
    assert name(space={**one, **other}) != name(space={**other, **one})


def test_the_window_matters(name):
    assert (
        len({name(), name(window=engine.Window(flat_at_end=True)), name(window=engine.Window(closed=((1, 2),)))}) == 3
    )


def test_what_only_python_can_hold_matters(name):
    numbers = [name({"signs": np.array(values)}) for values in ([1, 2], [1, 3], [1, 2])]
    assert numbers[0] == numbers[2] != numbers[1]


def test_the_content_of_funding_rates_matters(name, tmp_path):
    rates = tmp_path / "rates.csv"
    rates.write_text("time,rate\n1609459200000,0.0001\n")
    before = name(overrides=[f"costs.funding={rates}"])
    rates.write_text("time,rate\n1609459200000,0.0002\n")
    assert name(overrides=[f"costs.funding={rates}"]) != before


def test_the_content_of_stored_funding_rates_matters(name, tmp_path):
    from btbot.data.store import Store

    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    stored = [f"database={store.database.url}", "costs.funding=store"]
    times = np.arange(1_609_459_200_000, 1_893_456_000_000, 28_800_000)
    names = []
    for rate in (0.0001, 0.0002, 0.0001):
        store.funding.write("BTC/USDT", times, np.full(len(times), rate), exchange="binance")
        names.append(name(overrides=stored))
    assert names[0] == names[2] != names[1]
    store.close()
