"""The sections of a parameter search and of a walk-forward: what they mean, and what they say to a mistake."""

from __future__ import annotations

import pytest
import yaml

from btbot.config import load_config, schema, to_dict, to_yaml
from btbot.timeframe import Timeframe

FULL = """\
analyzers: [pain_ratio]
optimize:
  space:
    strategies.0.params.ma_fast: {low: 5, high: 50, step: 5}
    strategies.0.params.speed: {low: 0.5, high: 2}
    exits.trailing.atr: [2.0, 3.0]
    allow_short: [yes, no]
  constraints: ma_fast < 40
  sampler: {name: tpe, batch: 4}
  trials: 100
  objective: [sharpe, max_drawdown, {analyzer: pain_ratio, direction: maximize}]
  verify: {best: 3}
  workers: {backend: dask, address: tcp://10.0.0.5:8786}
  storage: sqlite:///study.db
walkforward: {train: 180d, test: 720, purge: 12h}
"""


def test_everything_is_read(loaded):
    search = loaded(FULL).optimize
    fast, speed, atr, short = search.space.values()
    assert (fast.low, fast.high, fast.step, fast.whole) == (5, 50, 5, True)
    assert (speed.low, speed.high, speed.step, speed.whole) == (0.5, 2, None, False)
    assert atr == (2.0, 3.0)
    assert short == (True, False)
    assert search.constraints == ("ma_fast < 40",)
    assert (search.sampler.name, search.sampler.batch, search.sampler.adaptive) == ("tpe", 4, True)
    assert [(goal.name, goal.direction) for goal in search.objectives] == [
        ("sharpe", "maximize"), ("max_drawdown", "minimize"), ("pain_ratio", "maximize"),
    ]  # fmt: skip
    assert (search.seed, search.minimum_trades, search.prune, search.early_stop) == (0, 1, None, None)
    assert (search.verify.best, search.verify.sample) == (3, 5)
    assert (search.workers.backend, search.workers.count) == ("dask", None)


def test_lengths_of_windows_are_bars_or_durations(loaded):
    walk = loaded(FULL).walkforward
    assert (walk.train, walk.test, walk.step) == (Timeframe.parse("180d"), 720, None)
    assert (walk.kind, walk.purge, walk.embargo) == ("rolling", Timeframe.parse("12h"), 0)


def test_by_default_all_of_a_grid_is_ranked_by_sharpe(loaded):
    search = loaded("optimize: {space: {strategies.0.params.a: [1, 2]}}").optimize
    assert search.sampler.name == "grid"
    assert not search.sampler.adaptive
    assert [(goal.metric, goal.direction) for goal in search.objectives] == [("sharpe", "maximize")]
    assert search.prune is None


def test_a_run_without_a_search_does_not_mention_one(loaded):
    assert {"optimize", "walkforward"}.isdisjoint(to_dict(loaded()))


def test_it_is_written_and_read_again(loaded):
    first = loaded(FULL)
    again = load_config(yaml.safe_load(to_yaml(first)), environ={})
    assert (again.optimize, again.walkforward) == (first.optimize, first.walkforward)


def test_editors_know_the_short_forms(loaded):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    base = {"symbols": ["A"], "timeframe": "1h", "feed": {"name": "x"}, "strategies": [{"name": "x"}]}
    search = yaml.safe_load(FULL)["optimize"]
    for part in ({}, {"sampler": "grid"}, {"objective": "sharpe"}, {"objective": {"metric": "sharpe"}}):
        jsonschema.validate({**base, "optimize": {**search, **part}}, schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**base, "optimize": {**search, "smapler": "grid"}}, schema())


def test_a_key_with_dots_can_be_changed_from_the_command_line(loaded):
    changed = loaded(FULL, overrides=["optimize.space.strategies.0.params.ma_fast.low=20", "optimize.trials=7"])
    assert changed.optimize.space["strategies.0.params.ma_fast"].low == 20
    assert changed.optimize.trials == 7


def test_the_password_of_the_storage_is_not_shown(loaded):
    config = loaded(FULL, environ={"BTBOT__OPTIMIZE__STORAGE": "postgresql://bot:hush@db/studies"})
    assert config.optimize.storage == "postgresql://bot:hush@db/studies"
    assert "hush" not in repr(config) + to_yaml(config)
    assert "postgresql://bot:**********@db/studies" in repr(config)


SPACE = "optimize: {space: {strategies.0.params.a: [1, 2]}, "


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("optimize: {space: {}}", "optimize.space: must have a key to search, such as strategies.0.params.ma_fast: {low: 5, high: 50}"),
        ("optimize: {sampler: grid}", "optimize.space: is missing; key of this configuration to its range or choices"),
        ("optimize: {space: {a: 3}}", "optimize.space.a: must be a range such as {low: 5, high: 50} or a list of choices such as [2.0, 3.0], was 3"),
        ("optimize: {space: {a: {low: 5, hgh: 9, high: 9}}}", "optimize.space.a.hgh: is not a key; allowed are low, high, step, log; did you mean 'high'?"),
        ("optimize: {space: {a: {low: 5}}}", "optimize.space.a.high: is missing; largest value"),
        ("optimize: {space: {a: {low: five, high: 9}}}", "optimize.space.a.low: must be a number, was 'five'"),
        ("optimize: {space: {a: {low: 9, high: 5}}}", "optimize.space.a: must have low <= high, found 9 and 5"),
        ("optimize: {space: {a: {low: 5, high: 9, step: 0}}}", "optimize.space.a: must have step > 0, found 0"),
        ("optimize: {space: {a: {low: 0.1, high: 1, step: 0.4}}}", "optimize.space.a: must reach high in whole steps from low: 0.1 and steps of 0.4 lead to 0.9 and 1.3, not to 1"),
        ("optimize: {space: {a: {low: 0, high: 9, log: true}}}", "optimize.space.a: must have low > 0 with log: true, found 0"),
        ("optimize: {space: {a: {low: 1, high: 9, log: true, step: 1}}}", "optimize.space.a: must have one of step and log, found both"),
        ("optimize: {space: {a: []}}", "optimize.space.a: must be a list of at least one entry, was a list"),
        ("optimize: {space: {a: [1, 2, 1.0]}}", "optimize.space.a: must not repeat a choice, 1.0 is there twice"),
        ("optimize: {space: {a: [{atr: 3}]}}", "optimize.space.a.0: must be a number, a word, true or false; to search inside a section, name the key below it, was a mapping"),
        (SPACE + "sampler: sobl}", "optimize.sampler.name: must be one of grid, random, latin_hypercube, sobol, tpe, cma_es, nsga2, was 'sobl'; did you mean 'sobol'?"),
        (SPACE + "sampler: {name: tpe, population: 5}, trials: 9}", "optimize.sampler: must not have population with tpe; its options are startup, batch"),
        (SPACE + "sampler: {name: grid, batch: 5}}", "optimize.sampler: must not have batch with grid; it has no options"),
        (SPACE + "objective: {analyzer: pain_ratio}}", "optimize.objective: needs a direction beside the analyzer: maximize or minimize"),
        (SPACE + "objective: {metric: sharpe, analyzer: x}}", "optimize.objective: must be a metric such as sharpe, or {analyzer: NAME, direction: maximize}, was a mapping"),
        (SPACE + "objective: {metric: [sharpe]}}", "optimize.objective.metric: must be text; put a number in quotes to make it text, was a list"),
        (SPACE + "objective: {direction: minimize}}", "optimize.objective: must be a metric such as sharpe, or {analyzer: NAME, direction: maximize}, was a mapping"),
        (SPACE + "objective: {metric: sharpe, direction: up}}", "optimize.objective.direction: must be one of maximize, minimize, was 'up'"),
        (SPACE + "storage: mysql://db/x}", "optimize.storage: must be sqlite:///FILE or postgresql://USER@HOST/DATABASE, was 'mysql://db/x'"),
        (SPACE + "storage: 'postgresql://bot:hush@db/x'}", "optimize.storage: holds a secret, which is read from the environment alone; delete it here and set BTBOT__OPTIMIZE__STORAGE there, or in a .env file of mode 0600 beside the configuration"),
        (SPACE + "seed: -1}", "optimize.seed: must be >= 0, was -1 (seed of everything random)"),
        (SPACE + "trials: 0}", "optimize.trials: must be >= 1, was 0 (settings to try; a grid tries all of its own, and is refused if it has more)"),
        ("walkforward: {train: 180, test: soon}", "walkforward.test: must be a number of bars, or a duration such as 36h, 30d or 12w, was 'soon'"),
        ("walkforward: {train: 180}", "walkforward.test: is missing; length of the trading after it"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line(mistakes, added, message):
    assert mistakes(added) == [f"a.yml:6: {message}"]


@pytest.mark.parametrize(("objective", "where"), [("sharp", ""), ("{metric: sharp}", ""), ("[cagr, sharp]", ".1")])
def test_a_misspelt_metric(mistakes, objective, where):
    (line,) = mistakes(f"optimize: {{space: {{a: [1]}}, objective: {objective}}}")
    assert line.startswith(
        f"a.yml:6: optimize.objective{where}: 'sharp' is no metric; did you mean 'sharpe'?; there are annual_return, "
    )
    assert line.endswith("; the figure of a plug-in is {analyzer: NAME, direction: maximize}")
    assert "first_bar" not in line  # a time, which is neither more nor less
