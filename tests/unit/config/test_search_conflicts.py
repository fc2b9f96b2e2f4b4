"""What a search and the rest of a configuration cannot be together, each with its message."""

from __future__ import annotations

import pytest

SHARED = (
    "is the same for all settings; what can be searched are keys of strategies.N.params, exits, sizing, costs, risk, "
    "allow_short, leverage, maintenance_margin, capital, instruments"
)


def search(text: str, space: str = "strategies.0.params.a: [1, 2]") -> str:
    return f"optimize:\n  space:\n    {space}\n  {text}\n"


@pytest.mark.parametrize(
    ("added", "message"),
    [
        (search("sampler: random"), "a.yml:6: optimize.trials: is missing; random needs to know how many settings to try, such as trials: 1000"),
        (search("seed: 1", "timeframe: [1h, 4h]"), f"a.yml:8: optimize.space.timeframe: {SHARED}"),
        (search("seed: 1", "strategies.0.name: [ma_cross, x]"), f"a.yml:8: optimize.space.strategies.0.name: {SHARED}"),
        (search("seed: 1", "strategies.0.params: [1, 2]"), f"a.yml:8: optimize.space.strategies.0.params: {SHARED}"),
        (search("seed: 1", "optimize.seed: [1, 2]"), f"a.yml:8: optimize.space.optimize.seed: {SHARED}"),
        (search("sampler: grid", "strategies.0.params.a: {low: 0.5, high: 2}"), "a.yml:8: optimize.space.strategies.0.params.a: needs a step for a grid; or write another sampler, such as sampler: random"),
        (search("sampler: cma_es\n  trials: 9", "exits.stop.atr: {low: 1, high: 3}\n    strategies.0.params.a: [1, 2]"), "a.yml:9: optimize.space.strategies.0.params.a: is a list of choices, and cma_es knows ranges only; write {low, high, step}, or sampler: tpe"),
        (search("trials: 9\n  sampler: cma_es", "strategies.0.params.a: {low: 1, high: 3}"), "a.yml:10: optimize.sampler: cma_es needs at least two ranges; for one write sampler: tpe"),
        (search("objective: {analyzer: calm, direction: maximize}"), "a.yml:9: optimize.objective: must be among analyzers (none yet), was 'calm'"),
        ("analyzers: [pain_ratio]\n" + search("objective: {analyzer: pain_ration, direction: maximize}"), "a.yml:10: optimize.objective: must be among analyzers (pain_ratio), was 'pain_ration'; did you mean 'pain_ratio'?"),
        (search("objective: [cagr, sharpe, cagr]"), "a.yml:9: optimize.objective: must not repeat an objective, cagr is there twice"),
        (search("objective: [cagr, sharpe, sortino, calmar]"), "a.yml:9: optimize.objective: must have at most three objectives: with more, hardly any setting is worse than another"),
        (search("objective: [cagr, sharpe]\n  prune: {}"), "a.yml:10: optimize.prune: must be left out with several objectives, between which no setting is the best"),
        (search("objective: [cagr, sharpe]\n  early_stop: 9"), "a.yml:10: optimize.early_stop: must be left out with several objectives, between which no setting is the best"),
        (search("objective: [cagr, sharpe]\n  trials: 9\n  sampler: cma_es", "exits.stop.atr: {low: 1, high: 3}\n    exits.trailing.atr: {low: 1, high: 3}"), "a.yml:12: optimize.sampler: cma_es knows one objective; for several write sampler: nsga2 or tpe"),
        (search("workers: {backend: processes, address: tcp://a:1}"), "a.yml:9: optimize.workers.address: must be left out with backend: processes, which stays on this machine; or write backend: dask"),
        ("walkforward: {train: 100, test: 10}", "a.yml:6: walkforward: needs optimize beside it, which says what is searched in each window"),
    ],
)  # fmt: skip
def test_conflicts(mistakes, added, message):
    assert mistakes(added) == [message]


@pytest.mark.parametrize(
    "added",
    [
        search("sampler: nsga2\n  trials: 100\n  objective: [sharpe, max_drawdown]"),
        search("sampler: tpe\n  trials: 100\n  prune: {}\n  early_stop: 50"),
        search("sampler: random\n  trials: 9", "strategies.0.params.a: {low: 0.5, high: 2}"),
        search("trials: 9", "instruments.BTC/USDT.step: [0.1, 1]"),
        search("seed: 1") + "walkforward: {train: 100, test: 10, kind: anchored}",
    ],
)
def test_what_goes_together(loaded, added):
    assert loaded(added).optimize is not None
