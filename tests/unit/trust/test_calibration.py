"""The verdict means what it says: on random walks and on markets with a planted edge, of both of which the truth is known.

`scripts/calibrate_overfit` shows the same with the full numbers.
"""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest

from btbot.trust.assess import assess


@pytest.fixture(scope="module")
def markets(checkout):
    place = importlib.util.spec_from_file_location("overfit_markets", checkout / "scripts/overfit_markets.py")
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def verdicts(markets):
    """Count the verdicts on markets, with the best of 96 settings each."""
    fast, slow = np.arange(2, 26, 3), np.arange(30, 180, 13)

    def count(drift, seeds, years):
        found = []
        for seed in range(seeds):
            returns = markets.market(np.random.default_rng([3, seed]), years, drift)
            earned = markets.crosses(returns, fast, slow)
            best = markets.best(earned)
            found.append(assess(earned, best, trials=96, periods_per_year=365.0, seed=seed).verdict)
        return {one: found.count(one) for one in ("skill", "unproven", "luck")}

    return count


def test_noise_is_rarely_called_skill_and_half_of_it_luck(verdicts):
    found = verdicts(0.0, 20, years=2)
    assert found["skill"] <= 4  # 99.7 % of such counts at a level of 5 %
    assert 4 <= found["luck"] <= 16


def test_a_planted_edge_is_recognised(verdicts, markets):
    assert verdicts(markets.DRIFTS[2.0], 8, years=3)["skill"] >= 6


def test_the_markets_are_what_they_say(markets):
    flat = markets.market(np.random.default_rng(0), 200, 0.0)
    assert flat.mean() * 365 == pytest.approx(0.0, abs=0.13)
    assert flat.std() * 365**0.5 == pytest.approx(0.6, rel=0.02)
    # up by 1 %, then by 2 %: the short average is above the long one, so both days are earned, the first less its costs
    rising = np.r_[np.full(199, 0.01), 0.01, 0.01, 0.02]
    earned = markets.crosses(rising, np.array([2]), np.array([30]))
    assert earned[:, 0] == pytest.approx([0.01 - 0.0015, 0.02])


@pytest.mark.slow
def test_the_full_calibration(checkout):
    done = subprocess.run([sys.executable, checkout / "scripts/calibrate_overfit"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("holds ") == 2


@pytest.mark.slow
def test_the_calibration_through_the_whole_search(checkout):
    script = checkout / "scripts/calibrate_overfit"
    done = subprocess.run([sys.executable, script, "--search"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
