"""What must not matter: the unit of money, and the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from random_runs import START, draw, scaled, trade

QUICK, SLOW = range(200, 216), range(3_000, 3_200)


def check_scale(seed, loop, folder, factor):
    """Prices and money times k give equity times k and the same sizes."""
    case = scaled(draw(seed, folder), 1.0)
    before, _ = trade(case, loop=loop)
    after, _ = trade(scaled(case, factor), loop=loop)
    np.testing.assert_allclose(after.equity["equity"], before.equity["equity"] * factor, rtol=1e-9)
    assert list(after.trades["exit_reason"]) == list(before.trades["exit_reason"])
    np.testing.assert_allclose(after.trades["size"], before.trades["size"], rtol=1e-9)


def check_cut(seed, loop, folder):
    """A run that ends earlier has the same past."""
    case = draw(seed, folder)
    whole, _ = trade(case, loop=loop)
    end = START + pd.Timedelta(hours=int(np.random.default_rng(seed).integers(35, 60)))
    part, _ = trade(case.changed(end=end.isoformat()), loop=loop)
    assert part.equity["time"].iloc[-1] <= end
    past = whole.equity.iloc[: len(part.equity)]
    pd.testing.assert_frame_equal(part.equity, past, rtol=1e-12, atol=0)
    done = part.trades[part.trades["exit_time"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(done, whole.trades.iloc[: len(done)], rtol=1e-12, atol=0, check_dtype=False)


@pytest.mark.parametrize("loop", ["sparse", "dense"])
@pytest.mark.parametrize("seed", QUICK)
def test_scale_of_money_does_not_matter(seed, loop, tmp_path):
    check_scale(seed, loop, tmp_path, 8.0 if seed % 2 else 0.0137)


@pytest.mark.parametrize("loop", ["sparse", "dense"])
@pytest.mark.parametrize("seed", QUICK)
def test_future_does_not_change_the_past(seed, loop, tmp_path):
    check_cut(seed, loop, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SLOW)
def test_scale_and_future_in_many_random_runs(seed, tmp_path):
    check_scale(seed, "sparse", tmp_path, 1000.0)
    check_cut(seed, "sparse", tmp_path)
