"""TPE, CMA-ES and NSGA-II: they learn, and an interruption changes nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from btbot.errors import ConfigError
from btbot.search.objective import pareto_front
from btbot.search.samplers import make_sampler
from btbot.search.samplers.adaptive import batch_size

PLANE = {"x": {"low": -5.0, "high": 5.0}, "y": {"low": -5.0, "high": 5.0}}
MIXED = {"x": {"low": 1, "high": 100}, "y": {"low": 0.1, "high": 3.0, "step": 0.1}, "kind": ["a", "b", "c"]}
STEPS = {"x": {"low": 1, "high": 100}, "y": {"low": 1, "high": 1000, "log": True}}
X, Y, KIND = (f"strategies.0.params.{name}" for name in ("x", "y", "kind"))
ALL = {
    "tpe": (MIXED, {"sampler": {"name": "tpe", "startup": 10, "batch": 6}}),
    "cma_es": (STEPS, {"sampler": {"name": "cma_es", "population": 6}}),
    "nsga2": (MIXED, {"sampler": {"name": "nsga2", "population": 6}, "objective": ["sharpe", "max_drawdown"]}),
}


def value(setting):
    """Best at x = 40, y = 1.3 and kind b; every seventh x gives nothing."""
    if setting[X] % 7 == 0:
        return None
    return [-(((setting[X] - 40) / 50) ** 2) - (setting[Y] - 1.3) ** 2 - 0.5 * (setting.get(KIND, "b") != "b")]


def values(setting, count):
    found = value(setting)
    return found if found is None or count == 1 else [found[0], float(setting[X])]


def go(sampler, *, objectives=1, most=10**9, function=None):
    """Evaluate until the end, or `most` settings; return them by number."""
    done = {}
    while batch := sampler.ask():
        for number, setting in batch:
            if len(done) == most:
                return done
            found = function(setting) if function else values(setting, objectives)
            sampler.tell(number, found)
            done[number] = (setting, found)
    return done


@pytest.mark.parametrize("name", ALL)
def test_an_interrupted_search_ends_with_the_same_trials(searched, tmp_path, name):
    space, keys = ALL[name]
    section, made = searched(space, trials=40, constraints="x > 10 * y", **keys)
    count = len(section.objectives)

    def begin(folder):
        return make_sampler(section, made, tmp_path / folder / "study")

    whole = go(begin("whole"), objectives=count)
    assert sorted(whole) == list(range(40))
    # In the middle of a batch; before anything of a batch was evaluated; between two.
    parts = go(begin("parts"), objectives=count, most=15)
    begin("parts").ask()
    parts |= go(begin("parts"), objectives=count, most=1)
    parts |= go(begin("parts"), objectives=count, most=8)
    (tmp_path / "parts" / "study" / "asked.json").unlink()  # killed while it was choosing
    parts |= go(begin("parts"), objectives=count)
    assert parts == whole
    assert all(setting[X] > 10 * setting[Y] for setting, _ in whole.values())
    assert begin("parts").ask() == []


def test_values_are_those_of_the_configuration(searched, tmp_path):
    done = go(make_sampler(*searched(MIXED, trials=30, sampler="tpe"), tmp_path / "s"))
    for setting, _ in done.values():
        assert list(setting) == [X, Y, KIND]
        assert type(setting[X]) is int
        assert setting[Y] in [round(0.1 * step, 1) for step in range(1, 31)]
        assert setting[KIND] in ("a", "b", "c")


def test_another_seed_tries_other_settings(searched, tmp_path):
    one, other = (
        make_sampler(*searched(MIXED, trials=5, sampler="tpe", seed=seed), tmp_path / str(seed)).ask()
        for seed in (1, 2)
    )
    assert one != other


def test_tpe_finds_better_settings_than_chance(searched, tmp_path):
    space = {**PLANE, "kind": ["a", "b", "c", "d"]}

    def hills(setting):
        return [-(setting[X] ** 2) - (setting[Y] - 1) ** 2 - 4 * (setting[KIND] != "c")]

    learnt, drawn = [], []
    for seed in range(3):
        done = go(
            make_sampler(*searched(space, trials=60, sampler="tpe", seed=seed), tmp_path / f"{seed}"), function=hills
        )
        learnt.append(max(found[0] for _, found in done.values()))
        section, made = searched(space, trials=60, sampler="random", seed=seed)
        drawn.append(
            max(hills(setting)[0] for setting in made.settings(make_sampler(section, made, tmp_path).batch(0, 60)))
        )
    assert np.mean(learnt) > np.mean(drawn) / 2  # both are losses, below 0
    assert sum(one > other for one, other in zip(learnt, drawn, strict=True)) >= 2


def test_cma_es_finds_the_bottom_of_a_bowl(searched, tmp_path):
    def bowl(setting):
        return [(setting[X] - 1.5) ** 2 + 10 * (setting[X] + setting[Y] + 0.5) ** 2]

    section, made = searched(
        PLANE, trials=150, sampler="cma_es", objective={"metric": "sharpe", "direction": "minimize"}
    )
    best, _ = min(go(make_sampler(section, made, tmp_path / "s"), function=bowl).values(), key=lambda one: one[1])
    assert best[X] == pytest.approx(1.5, abs=0.1)
    assert best[Y] == pytest.approx(-2.0, abs=0.1)


def test_nsga2_comes_close_to_a_known_front(searched, tmp_path):
    # Schaffer (1985): the settings between 0 and 2 are better than all others in one of both, and no other is.
    section, made = searched(
        {"x": {"low": -50.0, "high": 50.0}, "y": {"low": 0.0, "high": 1.0}}, trials=160,
        sampler={"name": "nsga2", "population": 20}, objective=["volatility", "max_drawdown"],
    )  # fmt: skip
    done = go(make_sampler(section, made, tmp_path / "s"), function=lambda one: [one[X] ** 2, (one[X] - 2) ** 2])
    found = np.array([values for _, values in done.values()])
    front = pareto_front(found, ["minimize", "minimize"], np.ones(len(found), dtype=bool))
    assert len(front) >= 10
    assert all(-0.2 < done[int(number)][0][X] < 2.2 for number in front)


@pytest.mark.parametrize("name", ALL)
def test_settings_that_give_nothing_do_not_stop_it(searched, tmp_path, name):
    space, keys = ALL[name]
    sampler = make_sampler(*searched(space, trials=20, **keys), tmp_path / "s")
    nothing = iter([None, [math.nan, 1.0], [math.nan]] * 20)
    assert len(go(sampler, function=lambda setting: next(nothing))) == 20


def test_machines_share_a_study(searched, tmp_path):
    section, made = searched(
        MIXED, trials=40, sampler={"name": "tpe", "batch": 5}, storage=f"sqlite:///{tmp_path}/shared.db"
    )
    one, other = (make_sampler(section, made, tmp_path / machine / "study") for machine in ("one", "other"))
    done, also = {}, {}
    for _ in range(3):
        done |= go(one, most=5)
        also |= go(other, most=5)
    abandoned = dict(one.ask())  # this machine is killed, and begins again
    again = make_sampler(section, made, tmp_path / "one" / "study")
    assert dict(again.ask()) == abandoned
    done |= go(again)
    assert sorted(done) == list(range(25))
    assert sorted(also) == list(range(15))
    assert other.ask() == []
    assert not [setting for setting, _ in done.values() if setting in [one for one, _ in also.values()][:5]]
    assert again.elsewhere() == [setting for setting, _ in also.values()]
    assert other.elsewhere() == [setting for setting, _ in done.values()]


def test_one_value_is_no_dimension(searched, tmp_path):
    space = {**MIXED, "y": {"low": 2, "high": 2}}
    done = go(
        make_sampler(
            *searched(space, trials=8, constraints="x > y", sampler={"name": "tpe", "startup": 2}), tmp_path / "s"
        )
    )
    assert {setting[Y] for setting, _ in done.values()} == {2}


def test_constraints_that_are_never_met(searched, tmp_path):
    sampler = make_sampler(*searched(PLANE, trials=8, constraints="x > 5", sampler="nsga2"), tmp_path / "s")
    with pytest.raises(ConfigError) as caught:
        sampler.ask()
    assert str(caught.value) == (
        "optimize.constraints: none of 1,000 settings that the sampler chose in a row meets them; narrow the ranges to where "
        "they can be met, or write sampler: random"
    )


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("sqlite:////nowhere/at/all.db", "optimize.storage: sqlite:////nowhere/at/all.db cannot be used: "),
        (
            "postgresql://bot:hush@127.0.0.1:1/db",
            "optimize.storage: postgresql+psycopg://bot:**********@127.0.0.1:1/db cannot be used: ",
        ),
    ],
)
def test_a_storage_that_cannot_be_reached(searched, tmp_path, address, message):
    section, made = searched(MIXED, trials=5, sampler="tpe")
    with pytest.raises(ConfigError) as caught:
        make_sampler(section.model_copy(update={"storage": address}), made, tmp_path / "s")
    text = str(caught.value)
    assert text.startswith(message)
    assert text.endswith(
        "; look at the address, whether the database runs, and whether its driver is installed (pip install 'btbot[postgres]')"
    )
    assert "hush" not in text


def test_optuna_says_nothing_to_our_users(searched, tmp_path, capfd, caplog):
    go(make_sampler(*searched(MIXED, trials=25, sampler="tpe"), tmp_path / "s"))
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("optuna")] == []


@pytest.mark.parametrize(
    ("sampler", "dimensions", "size"),
    [("tpe", 3, 10), ({"name": "tpe", "batch": 3}, 3, 3), ("nsga2", 3, 50), ("cma_es", 2, 6), ("cma_es", 10, 10)],
)
def test_size_of_a_batch(searched, sampler, dimensions, size):
    section, _ = searched(PLANE, trials=1, sampler=sampler)
    assert batch_size(section.sampler, dimensions) == size
