"""From ``optimize.sampler`` to the sampler."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from btbot.config.search import Optimize
from btbot.search.samplers import scattered
from btbot.search.space import Columns, Space


class NumberedSampler(Protocol):
    """Gives any setting by its number, without having seen another."""

    adaptive: Literal[False]
    total: int

    def batch(self, start: int, stop: int) -> Columns:
        """Return settings ``start`` to ``stop - 1`` as arrays; `Space.setting` takes one out of them."""


class AdaptiveSampler(Protocol):
    """Gives settings in batches, and waits for what they gave."""

    adaptive: Literal[True]
    total: int

    def ask(self) -> list[tuple[int, dict[str, Any]]]:
        """Return the next batch with the numbers of its settings, or what is left of one; empty at the end."""

    def tell(self, number: int, values: Sequence[float] | None) -> None:
        """Take note of what a setting of the batch gave; None if it gave nothing."""

    def elsewhere(self) -> list[dict[str, Any]]:
        """Return the settings that other machines have finished."""


def make_sampler(search: Optimize, space: Space, folder: Path) -> NumberedSampler | AdaptiveSampler:
    """Return the sampler that a configuration names.

    Parameters
    ----------
    search
        The section ``optimize``.
    space
        Made from it.
    folder
        Working folder of the search, in which an adaptive sampler remembers what it was told.

    Raises
    ------
    ConfigError
        If there is no setting to try, there are too many for a grid, or the storage cannot be used.
    """
    if search.sampler.adaptive:
        # Optuna takes a second to load.
        from btbot.search.samplers.adaptive import Adaptive

        return Adaptive(search, space, folder)
    if search.sampler.name == "grid":
        return scattered.grid(space, search.trials)
    draw = {"random": scattered.random, "latin_hypercube": scattered.latin_hypercube, "sobol": scattered.sobol}
    return draw[search.sampler.name](space, search.trials or 1, search.seed)
