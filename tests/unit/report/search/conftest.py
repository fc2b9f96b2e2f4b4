"""A finished search as the search room leaves it, over an invented surface."""

from types import SimpleNamespace

import numpy as np
import pytest

from btbot.config import load_config, settled
from btbot.config.search import Range
from btbot.kernel import FIGURES
from btbot.search.dimension import Dimension
from btbot.search.result import SearchResult
from btbot.search.table import HOPELESS, STATUSES, Layout, Trials
from btbot.search.verify import Verification
from btbot.trust.overfit import Overfit

GRID = {
    "strategies.0.params.ma_fast": {"low": 5, "high": 50, "step": 5},
    "strategies.0.params.ma_slow": {"low": 20, "high": 200, "step": 20},
    "exits.trailing.atr": [2.0, 3.0, 4.0],
}
BASE = {
    "symbols": ["BTC/USDT"],
    "timeframe": "1h",
    "feed": {"name": "sample", "bars": 2000},
    "strategies": [{"name": "ma_cross"}],
}


def dimensions(space):
    last = {key: key.rpartition(".")[2] for key in space}
    return tuple(
        Dimension.of(key, last[key], Range(**values) if isinstance(values, dict) else tuple(values))
        for key, values in space.items()
    )


def drawn(dims, trials, rng):
    """Values of every dimension: the whole grid if `trials` is None, else drawn at random; (dimensions, n)."""
    if trials is None:
        grids = np.meshgrid(*(one.at(np.arange(one.size)) for one in dims), indexing="ij")
        return np.array([one.ravel() for one in grids])
    return np.array([one.spread(rng.random(trials)) for one in dims])


def surface(dims, values, rng):
    """A hill over the first two dimensions, with noise."""
    share = [(row - one.low) / ((one.high - one.low) or 1.0) for one, row in zip(dims, values, strict=True)]
    height = 2.0 - 6.0 * (share[0] - 0.4) ** 2
    if len(share) > 1:
        height = height - 3.0 * (share[1] - share[0]) ** 2
    return height + rng.normal(0, 0.2, values.shape[1])


def build(
    space=GRID,
    trials=None,
    seed=1,
    objectives=(("sharpe", "maximize"),),
    sampler="grid",
    name="hill",
    synthetic=True,
    statuses=None,
    config=None,
    failures=(),
    verification=None,
    source=None,
    constraints=(),
    **attributes,
):
    """Return a search result and the objects that the report reads of it."""
    rng = np.random.default_rng(seed)
    dims = dimensions(space)
    values = drawn(dims, trials, rng)
    n = values.shape[1]
    layout = Layout(dims, tuple(goal for goal, _ in objectives), FIGURES)
    table = np.full((layout.width, n), np.nan)
    table[layout.searched] = values
    hill = surface(dims, values, rng)
    figures = dict(
        sharpe=hill, total_return=hill * 0.2, max_drawdown=0.3 - 0.05 * hill + rng.normal(0, 0.02, n),
        total_trades=rng.integers(5, 400, n).astype(float), win_rate=rng.random(n), profit_factor=1 + rng.random(n),
        final_equity=10_000 * (1 + hill * 0.2), exposure=rng.random(n), fees_paid=1000 * rng.random(n), days=np.full(n, 83.0),
    )  # fmt: skip
    for name_, row in figures.items():
        table[layout.figure.start + FIGURES.index(name_)] = row
    for at, (goal, _) in enumerate(objectives):
        table[layout.place(f"objective {at}")] = figures[goal]
    status = np.zeros(n, np.int64) if statuses is None else np.asarray(statuses)
    table[0] = status
    table[layout.objective][:, status >= HOPELESS] = np.nan
    sign = -1.0 if objectives[0][1] == "maximize" else 1.0
    key = np.where(np.isnan(table[1]), np.inf, sign * table[1])
    order = np.lexsort((key, status)).astype(np.int64)
    loaded = load_config(
        source
        or {
            **BASE,
            **(config or {}),
            "name": name,
            "optimize": {**optimize(space, objectives, sampler, n), "constraints": list(constraints)},
        },
        environ={},
    )
    counts = {word: int((status == at).sum()) for at, word in enumerate(STATUSES)}
    bars = SimpleNamespace(bars={"BTC/USDT": None}, synthetic=synthetic)
    opens = 1_672_531_200_000 + 3_600_000 * np.arange(2000, dtype=np.int64)
    found = SearchResult(
        name=name, config=settled(loaded), loaded=loaded, trials=Trials(layout, table), order=order,
        front=order[:1] if len(objectives) == 1 else pareto(table[1:3], objectives), objectives=tuple(objectives),
        sampler=sampler, seed=seed, requested=n, counts=counts, failures=list(failures),
        verification=checks(order) if verification is None else verification, obstacle="", notes=["2 settings were equal"],
        timings={"search": 0.5, "evaluated": n}, data_fingerprint="ab" * 32,
        best_trial=int(order[0]) if counts["complete"] else None,
        evaluator=SimpleNamespace(market=bars, open_time=opens, time=opens + 3_600_000),
    )  # fmt: skip
    for key, value in attributes.items():
        setattr(found, key, value)
    return found


def optimize(space, objectives, sampler, trials):
    goals = [{"metric": goal, "direction": direction} for goal, direction in objectives]
    return {"space": space, "objective": goals, "sampler": sampler, "trials": trials}


def pareto(values, objectives):
    sign = np.array([-1.0 if direction == "maximize" else 1.0 for _, direction in objectives])[:, None]
    costs = (values * sign).T
    alone = [i for i, one in enumerate(costs) if not ((costs <= one).all(1) & (costs < one).any(1)).any()]
    return np.array(alone, dtype=np.int64)


def checks(order):
    best = [checked(int(one), rank + 1) for rank, one in enumerate(order[:3])]
    return best + [checked(int(one), None) for one in order[-2:]]


def checked(trial, rank, ok=True, text=""):
    return Verification(trial, rank, 2e-13, 40, ok, text)


def examined(verdict="unproven", neighbours=(), **figures):
    """What the examination for overfitting hands over."""
    rng = np.random.default_rng(3)
    values = dict(
        trials=300, trials_before=1250, effective_trials=41.3, days=83, sharpe=2.25, probabilistic_sharpe=0.97,
        deflated_sharpe=0.61, expected_max_sharpe=1.9, luck_probability=0.31, spa_pvalue=0.21,
        reality_check_pvalue=0.27, pbo=0.38, pbo_loss=0.2, pbo_slope=-0.4, splits=924, minimum_backtest_days=1310.5,
        minimum_track_days=211.0, plateau_ratio=0.78, plateau_neighbours=len(neighbours), holding_sharpe=0.4,
        verdict=verdict,
    ) | figures  # fmt: skip
    halves = np.column_stack([rng.normal(2, 0.4, 924), rng.normal(0.6, 0.8, 924)])
    return Overfit(values, rng.normal(0.5, 1.2, 924), halves, np.array(neighbours, dtype=np.int64))


@pytest.fixture(scope="session")
def make_search():
    """Build a plausible result of a search; see `build` for what may be chosen."""
    return build


@pytest.fixture(scope="session")
def make_overfit():
    """Build what an examination hands over."""
    return examined
