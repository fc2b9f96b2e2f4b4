"""TPE, CMA-ES and NSGA-II: they learn, and an interruption changes nothing."""

from __future__ import annotations

import math
import subprocess
import sys

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
    "tpe": (MIXED, {"sampler": {"name": "tpe", "startup": 6, "batch": 5}}),
    "cma_es": (STEPS, {"sampler": {"name": "cma_es", "population": 5}}),
    "nsga2": (MIXED, {"sampler": {"name": "nsga2", "population": 5}, "objective": ["sharpe", "max_drawdown"]}),
}


@pytest.fixture(scope="session")
def storage(tmp_path_factory):
    """One database for many studies, since making one takes longer than most of these tests."""
    return f"sqlite:///{tmp_path_factory.mktemp('storage')}/studies.db"


def value(setting):
    """Best at x = 40, y = 1.3 and kind b; every seventh x gives nothing."""
    if setting[X] % 7 == 0:
        return None
    return [-(((setting[X] - 40) / 50) ** 2) - (setting[Y] - 1.3) ** 2 - 0.5 * (setting.get(KIND, "b") != "b")]


def two_values(setting):
    found = value(setting)
    return found if found is None else [found[0], float(setting[X])]


def go(sampler, function=value, *, most=10**9):
    """Evaluate until the end, or `most` settings; return them by number."""
    done = {}
    while len(done) < most and (batch := sampler.ask()):
        for number, setting in batch[: most - len(done)]:
            done[number] = (setting, function(setting))
            sampler.tell(number, done[number][1])
    return done


@pytest.mark.parametrize("name", ALL)
def test_an_interrupted_search_ends_with_the_same_trials(searched, storage, tmp_path, name):
    space, keys = ALL[name]
    section, made = searched(space, trials=14, constraints="x > 10 * y", storage=storage, **keys)
    function = value if len(section.objectives) == 1 else two_values

    def begin(folder):
        return make_sampler(section, made, tmp_path / f"{folder}-{name}")

    whole = go(begin("whole"), function)
    assert list(whole) == list(range(14))
    parts = go(begin("parts"), function, most=7)  # killed in the middle of a batch
    parts |= go(begin("parts"), function, most=3)  # and at the end of one,
    (tmp_path / f"parts-{name}" / "asked.json").unlink()  # while the next was chosen
    parts |= go(begin("parts"), function)
    assert parts == whole
    for setting, _ in whole.values():
        assert setting[X] > 10 * setting[Y]
        assert type(setting[X]) is int
        assert list(setting) == [one.key for one in made.dimensions]
        assert name == "cma_es" or setting[Y] in [round(0.1 * step, 1) for step in range(1, 31)]


SCRIPT = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from btbot.config import load_config
from btbot.search.samplers import make_sampler
from btbot.search.space import Space
keys = [f"strategies.0.params.{name}" for name in ("slow", "fast", "kind", "x")]
config = load_config({
    "symbols": ["A"], "timeframe": "1h", "feed": {"name": "x"}, "strategies": [{"name": "x"}],
    "optimize": {"space": {key: {"low": 0.0, "high": 1.0} for key in keys}, "trials": 12,
                 "sampler": {"name": sys.argv[3], sys.argv[4]: 4}},
}, environ={})
sampler = make_sampler(config.optimize, Space.of(config), pathlib.Path(sys.argv[2]))
while batch := sampler.ask():
    for number, setting in batch:
        print(number, list(setting.values()))
        sampler.tell(number, [sum(setting.values())])
"""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "option"), [("tpe", "batch"), ("cma_es", "population"), ("nsga2", "population")])
def test_another_process_tries_the_same_settings(checkout, tmp_path, name, option):
    """The order of a set of words differs from process to process; nothing may depend on it."""
    tried = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, checkout, tmp_path / seed, name, option], env={"PYTHONHASHSEED": seed},
            check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert tried[0] == tried[1]
    assert tried[0].count("\n") == 12


def test_by_default_it_remembers_in_its_folder(searched, tmp_path):
    section, made = searched(MIXED, trials=3, sampler="tpe")
    go(make_sampler(section, made, tmp_path / "study"))
    assert (tmp_path / "study" / "study.db").is_file()
    assert make_sampler(section, made, tmp_path / "study").ask() == []


def test_another_seed_tries_other_settings(searched, storage, tmp_path):
    one, other = (
        make_sampler(*searched(MIXED, trials=3, sampler="tpe", seed=seed, storage=storage), tmp_path / f"seed-{seed}")
        for seed in (1, 2)
    )
    assert one.ask() != other.ask()


def test_tpe_finds_better_settings_than_chance(searched, storage, tmp_path):
    space = {**PLANE, "kind": ["a", "b", "c", "d"]}

    def hills(setting):
        return [-(setting[X] ** 2) - (setting[Y] - 1) ** 2 - 4 * (setting[KIND] != "c")]

    section, made = searched(space, trials=40, sampler="tpe", storage=storage)
    learnt = [found[0] for _, found in go(make_sampler(section, made, tmp_path / "tpe"), hills).values()]
    section, made = searched(space, trials=40, sampler="random")
    drawn = [hills(setting)[0] for setting in made.settings(make_sampler(section, made, tmp_path).batch(0, 40))]
    assert max(learnt) > max(drawn)
    assert np.median(learnt[20:]) > np.quantile(drawn, 0.8)


def test_cma_es_finds_the_bottom_of_a_bowl(searched, storage, tmp_path):
    def bowl(setting):
        return [(setting[X] - 1.5) ** 2 + 3 * (setting[Y] + 2) ** 2]

    section, made = searched(PLANE, trials=60, sampler="cma_es", objective="max_drawdown", storage=storage)
    done = go(make_sampler(section, made, tmp_path / "cma_es"), bowl)
    best, _ = min(done.values(), key=lambda one: one[1])
    assert best[X] == pytest.approx(1.5, abs=0.4)
    assert best[Y] == pytest.approx(-2.0, abs=0.4)


def test_nsga2_comes_close_to_a_known_front(searched, storage, tmp_path):
    def distances(setting):
        """To two points: the settings between them, y = 0 and 0 <= x <= 4, are the front; 5 of 441."""
        return [setting[X] ** 2 + setting[Y] ** 2, (setting[X] - 4) ** 2 + setting[Y] ** 2]

    section, made = searched(
        {name: {"low": -10, "high": 10} for name in "xy"}, trials=72, sampler={"name": "nsga2", "population": 12},
        objective=["volatility", "max_drawdown"], storage=storage,
    )  # fmt: skip
    done = go(make_sampler(section, made, tmp_path / "nsga2"), distances)
    found = np.array([values for _, values in done.values()])
    front = pareto_front(found, ["minimize", "minimize"], np.ones(len(found), dtype=bool))
    best = {(done[number][0][X], done[number][0][Y]) for number in front.tolist()}
    assert len(best & {(x, 0) for x in range(5)}) >= 3  # by chance one of them is met


@pytest.mark.parametrize("name", ALL)
def test_settings_that_give_nothing_do_not_stop_it(searched, storage, tmp_path, name):
    space, keys = ALL[name]
    sampler = make_sampler(*searched(space, trials=11, storage=storage, **keys), tmp_path / f"nothing-{name}")
    nothing = iter([None, [math.nan, 1.0], [math.nan]] * 4)
    assert len(go(sampler, lambda setting: next(nothing))) == 11


def test_machines_share_a_study(searched, storage, tmp_path):
    section, made = searched(MIXED, trials=20, sampler={"name": "tpe", "batch": 4}, storage=storage)
    one, other = (make_sampler(section, made, tmp_path / machine / "shared") for machine in ("one", "other"))
    done, also = {}, {}
    for _ in range(2):
        done |= go(one, most=4)
        also |= go(other, most=4)
    abandoned = dict(one.ask())  # this machine is killed, and begins again
    again = make_sampler(section, made, tmp_path / "one" / "shared")
    assert dict(again.ask()) == abandoned
    done |= go(again)
    assert list(done) == list(range(12))
    assert list(also) == list(range(8))
    assert other.ask() == []
    assert done[0] != also[0]
    assert again.elsewhere() == [setting for setting, _ in also.values()]
    assert other.elsewhere() == [setting for setting, _ in done.values()]


def test_one_value_is_no_dimension(searched, storage, tmp_path):
    section, made = searched(
        {**MIXED, "y": {"low": 2, "high": 2}}, trials=6, constraints="x > y", storage=storage,
        sampler={"name": "tpe", "startup": 2, "batch": 3},
    )  # fmt: skip
    done = go(make_sampler(section, made, tmp_path / "single"))
    assert {setting[Y] for setting, _ in done.values()} == {2}


def test_constraints_that_are_never_met(searched, storage, tmp_path):
    section, made = searched(PLANE, trials=8, constraints="x > 5", sampler="nsga2", storage=storage)
    sampler = make_sampler(section, made, tmp_path / "never")
    with pytest.raises(ConfigError) as caught:
        sampler.ask()
    assert str(caught.value) == (
        "optimize.constraints: none of 1,000 settings that the sampler chose in a row meets them; narrow the ranges to "
        "where they can be met, or write sampler: random"
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
        "; look at the address, whether the database runs, and whether its driver is installed "
        "(pip install 'btbot[postgres]')"
    )
    assert "hush" not in text


def test_optuna_says_nothing_to_our_users(searched, tmp_path, capfd, caplog):
    section, made = searched(MIXED, trials=3, sampler={"name": "tpe", "startup": 1, "batch": 1})
    go(make_sampler(section, made, tmp_path / "quiet"))
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("optuna")] == []


@pytest.mark.parametrize(
    ("sampler", "dimensions", "size"),
    [("tpe", 3, 10), ({"name": "tpe", "batch": 3}, 3, 3), ("nsga2", 3, 50), ("cma_es", 2, 6), ("cma_es", 10, 10)],
)
def test_size_of_a_batch(searched, sampler, dimensions, size):
    section, _ = searched(PLANE, trials=1, sampler=sampler)
    assert batch_size(section.sampler, dimensions) == size
