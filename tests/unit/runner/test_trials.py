"""Runs and searches enter the ledger; one that cannot be written stops neither."""

import logging

import numpy as np
import pytest

from btbot import engine
from btbot.config import load_config
from btbot.runner.trials import count_run, count_search
from btbot.search.searching import search
from btbot.trust.database import transaction

CONFIG = {
    "symbols": ["BTC/USDT"], "timeframe": "1h", "feed": {"name": "sample", "bars": 1500},
    "strategies": [{"name": "ma_cross", "params": {"ma_fast": 5, "ma_slow": 20}}], "proof": "none",
}  # fmt: skip
SEARCH = {
    "space": {
        "strategies.0.params.ma_fast": {"low": 5, "high": 15, "step": 5},
        "strategies.0.params.ma_slow": [20, 40, 60],
    },
    "verify": {"best": 0, "sample": 0},
    "workers": {"backend": "none"},
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(url="sqlite:///var/btbot.db"):
    with transaction(url) as execute:
        return execute(
            "SELECT kind, strategies, symbols, timeframe, trials, start_ms, end_ms FROM optimisation_trials", {}
        )


def run(**changes):
    config = load_config({**CONFIG, **changes})
    count_run(config, engine.run(config))


def searched(parent, **changes):
    return search(load_config({**CONFIG, "optimize": SEARCH, **changes}), parent=parent)


def test_a_run_is_one_trial(here):
    run()
    kind, strategies, symbols, timeframe, trials, start, end = rows()[0]
    assert (kind, strategies, symbols, timeframe, trials) == (
        "run", '["ma_cross"]', '["BTC/USDT (synthetic)"]', "1h", 1,
    )  # fmt: skip
    assert end - start == 1500 * 3_600_000


def test_the_same_run_again_is_none_and_another_one_is(here):
    run()
    run()
    assert len(rows()) == 1
    run(allow_short=True)
    assert len(rows()) == 2


def test_a_search_counts_what_was_tried_apart_from_its_own_settings(here):
    run()  # 5 and 20: one of the search's
    run(strategies=[{"name": "ma_cross", "params": {"ma_fast": 6, "ma_slow": 20}}])
    run(strategies=[{"name": "ewma_trend"}])
    earlier, trouble = count_search(searched(here))
    assert (earlier.sessions, earlier.trials, trouble) == (2, 1, "")
    assert [row[4] for row in rows() if row[0] == "optimize"] == [9]
    again, _ = count_search(searched(here, feed={"name": "sample", "bars": 1600}, name="longer"))
    assert (again.sessions, again.trials) == (3, 1)


def test_a_ledger_that_cannot_be_written_is_a_warning(here, caplog):
    (here / "file").touch()
    with caplog.at_level(logging.WARNING):
        run(database="sqlite:///file/btbot.db")
    assert caplog.messages[0].startswith(
        "this run is missing in the ledger of trials: database sqlite:///file/btbot.db cannot be used: "
    )


def test_a_search_without_a_ledger_says_so(here):
    (here / "file").touch()
    earlier, trouble = count_search(searched(here, database="sqlite:///file/btbot.db"))
    assert earlier.trials == 0
    assert trouble.startswith(
        "What was tried before is not known, since the ledger of trials is not available: database "
    )


def test_a_run_without_a_ratio_is_counted_too(here):
    run(strategies=[{"name": "ma_cross", "params": {"ma_fast": 5, "ma_slow": 2000}}])
    assert rows()[0][4] == 1
    with transaction("sqlite:///var/btbot.db") as execute:
        assert np.isnan(np.frombuffer(execute("SELECT sharpes FROM optimisation_trials", {})[0][0], "<f4")).all()
