"""What a search came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from btbot.bars import IntArray
from btbot.config import RunConfig
from btbot.search.evaluate import Evaluator
from btbot.search.table import Trials
from btbot.search.verify import Verification


@dataclass(slots=True)
class SearchResult:
    """A finished search.

    Attributes
    ----------
    name, config, loaded
        Name of the configuration, everything it says, and itself.
    trials
        All of them, on disk.
    order
        int64 of shape (n,): their numbers, the best first; hopeless, pruned and failed ones last.
    front
        int64: numbers of the trials that no other one beats in every objective; with one objective the best.
    objectives
        Name and direction of each.
    sampler, seed, requested
        How settings were chosen, and how many were wanted.
    counts
        How many trials ended how, by the words of `STATUSES`.
    failures
        Number and text of the first trials that raised.
    verification
        What running some again through Cerebro showed.
    best_trial
        Number of the best trial; of verified ones the first that stood the test. None if there is none.
    obstacle
        Why the compiled kernel could not be used; empty if it was.
    notes
        What a reader must know.
    timings
        Seconds of each part; under ``evaluated`` the number of trials that this run did itself.
    data_fingerprint
        Of the bars.
    evaluator
        Evaluates single settings again, for their daily returns.
    overfit
        How likely the best setting is luck, as `btbot.trust` judges; None before anybody has asked.
    folder
        Where the search was written; None if it was only computed.
    """

    name: str
    config: dict[str, Any]
    loaded: RunConfig
    trials: Trials
    order: IntArray
    front: IntArray
    objectives: tuple[tuple[str, str], ...]
    sampler: str
    seed: int
    requested: int
    counts: dict[str, int]
    failures: list[tuple[int, str]]
    verification: list[Verification]
    best_trial: int | None
    obstacle: str
    notes: list[str]
    timings: dict[str, float]
    data_fingerprint: str
    evaluator: Evaluator
    overfit: Any = None
    folder: str | None = None

    @property
    def best(self) -> dict[str, Any] | None:
        """The best setting, None if there is none."""
        return None if self.best_trial is None else self.trials.setting(self.best_trial)
