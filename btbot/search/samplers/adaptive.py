"""Samplers that learn from the settings they have seen: TPE, CMA-ES and NSGA-II, by Optuna.

Settings are handed out in batches (for the latter two: a generation), and nothing is learnt from a batch before all of
it is evaluated. So the course of a search depends on its seed alone, not on which process was faster, and one that was
killed goes on as if nothing had happened.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers import BaseSampler, CmaEsSampler, NSGAIISampler, TPESampler
from optuna.samplers.nsgaii import PolynomialMutation, SBXCrossover
from optuna.trial import FrozenTrial, TrialState

from btbot.config.search import Optimize, Sampler
from btbot.errors import ConfigError
from btbot.search.dimension import Dimension
from btbot.search.samplers.memory import Asked, Memory
from btbot.search.space import Space

Setting = dict[str, Any]
_MOST_ATTEMPTS = 1_000
_STARTUP, _BATCH, _POPULATION = 20, 10, 50


class Adaptive:
    """A sampler that is told what its settings gave.

    Parameters
    ----------
    search
        With an adaptive sampler and `trials`.
    space
        What is searched.
    folder
        Working folder of the search, which remembers it.

    Attributes
    ----------
    total
        How many settings are tried by all machines that share the study. Each ends the batch that it has begun, so
        there may be a few more.

    Raises
    ------
    ConfigError
        If the storage cannot be used.
    """

    adaptive: Literal[True] = True

    def __init__(self, search: Optimize, space: Space, folder: Path) -> None:
        self.total = search.trials or 0
        self._space, self._size = space, batch_size(search.sampler, len(space.dimensions))
        directions = [goal.direction for goal in search.objectives]
        # CMA-ES goes on by whole generations: what gave nothing must count in them, as the worst.
        worst = -math.inf if directions[0] == "maximize" else math.inf
        self._nothing = [worst] if search.sampler.name == "cma_es" else None
        self._distributions = {one.label: _distribution(one) for one in space.dimensions}
        free = {label: one for label, one in self._distributions.items() if not one.single()}
        self._fixed = {one.label: one.ends()[0] for one in space.dimensions if one.label not in free}
        # Number of a trial to its place in the study in memory, where the trials of other machines stand, too.
        self._places: dict[int, int] = {}
        self._others: list[FrozenTrial] = []
        with _quiet():
            self._memory = Memory(folder, search.storage, directions)
            chooser = _Chooser(_maker(search.sampler, space), free, self._allowed, (search.seed, self._memory.machine))
            self._study = optuna.create_study(directions=directions, sampler=chooser)
            self._pending = self._recall()
            chooser.catch_up(self._study)

    def ask(self) -> list[tuple[int, Setting]]:
        """Return the next batch with the numbers of its settings, or what is left of one; empty at the end."""
        if not self._pending:
            with _quiet():
                self._begin()
        return [(number, self._setting(one.params)) for number, one in self._pending.items()]

    def tell(self, number: int, values: Sequence[float] | None) -> None:
        """Take note of what a setting of the batch gave, and keep it.

        Parameters
        ----------
        number
            As `ask` gave it.
        values
            One for each objective; None, or a NaN among them, for a setting that gave nothing.
        """
        one = self._pending[number]
        known = [float(value) for value in values] if values is not None else None
        if known is None or any(map(math.isnan, known)):
            known = self._nothing
        state = TrialState.PRUNED if known is None else TrialState.COMPLETE
        with _quiet():
            trial = self._study.tell(self._places[number], known, state)
            self._memory.keep(trial, one.number)
        del self._pending[number]

    def elsewhere(self) -> list[Setting]:
        """Return the settings that other machines have finished."""
        with _quiet():
            return [self._setting(trial.params) for trial in self._memory.finished()[1]]

    def _recall(self) -> dict[int, Asked]:
        """Bring the study to where it was, own trials in the order of their numbers; return what was not finished."""
        own, others = self._memory.finished()
        begun = {one.number: one for one in self._memory.asked()}
        pending = {}
        # A gap, after a loss of power, ends what can be relied on: what follows is chosen again.
        for number in itertools.takewhile(lambda number: number in own or number in begun, itertools.count()):
            if number not in own:
                pending[number] = begun[number]
            self._places[number] = number
            self._study.add_trial(own.get(number) or self._running(begun[number]))
        self._meet(others)
        return pending

    def _running(self, one: Asked) -> FrozenTrial:
        return optuna.create_trial(
            state=TrialState.RUNNING, params=one.params, distributions=self._distributions, system_attrs=one.attrs
        )

    def _meet(self, others: list[FrozenTrial]) -> None:
        """Learn from what other machines have finished since the last batch."""
        for trial in others[len(self._others) :]:
            self._study.add_trial(trial)
            self._others.append(trial)

    def _begin(self) -> None:
        """Choose a batch and remember it before anybody sees it."""
        self._meet(self._memory.finished()[1])
        for _ in range(min(self._size, self.total - len(self._places) - len(self._others))):
            trial = self._study.ask(self._distributions)
            self._places[len(self._places)] = trial.number
        numbers = {place: number for number, place in self._places.items()}
        running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        batch = [Asked(numbers[trial.number], trial.params, trial.system_attrs) for trial in running]
        self._memory.hand_out(batch)
        self._pending = {one.number: one for one in batch}

    def _setting(self, params: Mapping[str, Any]) -> Setting:
        return {one.key: _value(one, params[one.label]) for one in self._space.dimensions}

    def _allowed(self, params: Mapping[str, Any]) -> bool:
        setting = self._setting({**self._fixed, **params})
        return bool(self._space.allowed(self._space.columns([setting]))[0])


class _Chooser(BaseSampler):
    """Draws each trial with a sampler of its own, seeded by the trial's number, until the constraints are met."""

    def __init__(
        self,
        make: Callable[[int], BaseSampler],
        space: Mapping[str, BaseDistribution],
        allowed: Callable[[Mapping[str, Any]], bool],
        seed: tuple[int, int],
    ) -> None:
        self._make, self._space, self._allowed, self._seed = make, dict(space), allowed, seed

    def infer_relative_search_space(self, study: optuna.Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        return self._space

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        for attempt in range(_MOST_ATTEMPTS):
            seeds = np.random.SeedSequence([*self._seed, trial.number, attempt]).generate_state(1)
            sampler = self._make(int(seeds[0]))
            params = sampler.sample_relative(study, trial, search_space)
            for name, distribution in search_space.items():
                if name not in params:
                    params[name] = sampler.sample_independent(study, trial, name, distribution)
            if self._allowed(params):
                return params
        raise ConfigError(
            f"optimize.constraints: none of {_MOST_ATTEMPTS:,} settings that the sampler chose in a row meets them; "
            "narrow the ranges to where they can be met, or write sampler: random"
        )

    def sample_independent(
        self, study: optuna.Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        return self._make(trial.number).sample_independent(study, trial, param_name, param_distribution)

    def catch_up(self, study: optuna.Study) -> None:
        """Select the parents of each generation so far; the last alone would do it too, by recursion through all."""
        sampler, generation = self._make(0), 1
        if isinstance(sampler, NSGAIISampler):
            while sampler.get_population(study, generation):
                sampler.get_parent_population(study, generation)
                generation += 1


def batch_size(sampler: Sampler, dimensions: int) -> int:
    """Return how many settings are chosen at a time.

    References
    ----------
    Hansen, N. (2016), The CMA Evolution Strategy: A Tutorial: the default population of CMA-ES.
    """
    if sampler.name == "tpe":
        return sampler.batch or _BATCH
    return sampler.population or (_POPULATION if sampler.name == "nsga2" else 4 + int(3 * math.log(dimensions)))


def _maker(sampler: Sampler, space: Space) -> Callable[[int], BaseSampler]:
    """Return what makes a sampler from a seed.

    References
    ----------
    Bergstra, J. et al. (2011), Algorithms for Hyper-Parameter Optimization, NeurIPS 24: TPE.
    Hamano, R. et al. (2022), CMA-ES with Margin: Lower-Bounding Marginal Probability for Mixed-Integer Black-Box
    Optimization, GECCO: for values in steps.
    Deb, K. et al. (2002), A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II, IEEE Transactions on
    Evolutionary Computation 6(2): simulated binary crossover and polynomial mutation.
    """
    size = batch_size(sampler, len(space.dimensions))
    if sampler.name == "tpe":
        startup = sampler.startup or _STARTUP
        return lambda seed: TPESampler(n_startup_trials=startup, multivariate=True, constant_liar=True, seed=seed)
    if sampler.name == "nsga2":
        return lambda seed: NSGAIISampler(
            population_size=size, crossover=SBXCrossover(), mutation=PolynomialMutation(), seed=seed
        )
    stepped = any(one.step is not None for one in space.dimensions)
    return lambda seed: CmaEsSampler(n_startup_trials=0, popsize=size, with_margin=stepped, seed=seed)


def _distribution(dimension: Dimension) -> BaseDistribution:
    if dimension.kind == "choice":
        return CategoricalDistribution(dimension.choices)
    if dimension.kind == "int":
        return IntDistribution(int(dimension.low), int(dimension.high), dimension.log, int(dimension.step or 1))
    return FloatDistribution(dimension.low, dimension.high, dimension.log, dimension.step)


def _value(dimension: Dimension, param: Any) -> Any:
    """Return a value of Optuna as the configuration would have it: 0.3, not 0.30000000000000004."""
    if dimension.kind == "float" and dimension.step is not None:
        return float(dimension.at(dimension.position(np.array(param))))
    return param


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Optuna tells its own users."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            optuna.logging.set_verbosity(level)
