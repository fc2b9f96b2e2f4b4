"""A workbench: everything that one process needs to evaluate settings of a search."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np

from btbot import engine
from btbot.bars import FloatArray
from btbot.config import RunConfig
from btbot.kernel import FIGURES
from btbot.search.chunk import Chunk, Outcome, row_order
from btbot.search.dimension import Dimension
from btbot.search.evaluate import Evaluator
from btbot.search.fingerprint import Sources
from btbot.search.pruning import goes_on
from btbot.search.space import Space
from btbot.search.table import COMPLETE, FAILED, HOPELESS, PRUNED, Layout

_TRADES = FIGURES.index("total_trades")
_LONGEST_TEXT = 500


class Bench:
    """Evaluates the settings of a configuration with an ``optimize:`` section.

    Parameters
    ----------
    config, market
        What is searched, and its bars.
    window
        Where is traded; everywhere by default.

    Attributes
    ----------
    evaluator, space, layout
        What computes, what may be tried, and what stands where in the row of a trial.
    maximize, patience, prune
        Whether more of the first objective is better, and the rules of early stop and pruning, if any.
    """

    def __init__(self, config: RunConfig, market: engine.Market, window: engine.Window | None = None) -> None:
        section = config.optimize
        assert section is not None  # noqa: S101 - a search begins by asking for it
        self.config, self.window = config, window
        self.space = Space.of(config)
        self.evaluator = Evaluator(config, market)
        self.layout = Layout(self.space.dimensions, tuple(goal.name for goal in section.objectives), FIGURES)
        self.sources = Sources.of(config)
        self.maximize = section.objectives[0].direction == "maximize"
        self.patience, self.prune = section.early_stop, section.prune
        self._minimum_trades = section.minimum_trades
        self._first_bars = self._beginning(section.prune.after) if section.prune else None
        of_strategies = [at for at, one in enumerate(self.space.dimensions) if one.key.startswith("strategies.")]
        self._of_strategies = np.array(of_strategies, dtype=np.int64)

    def _beginning(self, share: float) -> engine.Window:
        """Return the window that ends after a share of the bars."""
        whole = self.window or engine.Window()
        opens = self.evaluator.open_time
        first = 0 if whole.start_ms is None else int(np.searchsorted(opens, whole.start_ms))
        stop = len(opens) if whole.end_ms is None else int(np.searchsorted(opens, whole.end_ms))
        end = first + max(1, int((stop - first) * share))
        return replace(whole, end_ms=int(opens[min(end, len(opens) - 1)]))

    def evaluate(self, chunk: Chunk) -> Outcome:
        """Evaluate neighbouring trials; one that raises loses only itself.

        Raises
        ------
        ConfigError
            If a file of a plug-in was changed since the workbench was built.
        """
        begin = time.perf_counter()
        rows = np.full((len(chunk), self.layout.width), np.nan)
        rows[:, self.layout.searched] = chunk.values
        failures = []
        keys = [one.key for one in self.space.dimensions]
        columns = [_listed(one, numbers) for one, numbers in zip(self.space.dimensions, chunk.values.T, strict=True)]
        settings = [dict(zip(keys, values, strict=True)) for values in zip(*columns, strict=True)]
        evaluate = self._whole(rows) if chunk.bar is None else self._with_first_look(rows, chunk.bar)
        with silence():
            # Whoever shares the parameters of the strategies shares its signals.
            for at in row_order(chunk.values[:, self._of_strategies]).tolist():
                try:
                    evaluate(at, settings[at])
                except Exception as error:  # noqa: BLE001 - a setting that raises must not take the others with it
                    rows[at] = self.failed(chunk.values[at : at + 1])
                    failures.append((chunk.first + at, told(error)))
        self._conclude(rows)
        self.sources.check_unchanged()
        return Outcome(rows, sorted(failures), time.perf_counter() - begin)

    def _whole(self, rows: FloatArray) -> Callable[[int, dict[str, Any]], None]:
        """Return a function that writes objectives and figures of a setting into its row."""
        objectives, figures = rows[:, self.layout.objective], rows[:, self.layout.figure]
        compute, window = self.evaluator.objective, self.window

        def evaluate(at: int, setting: dict[str, Any]) -> None:
            objectives[at], figures[at] = compute(setting, window)

        return evaluate

    def _with_first_look(self, rows: FloatArray, bar: float) -> Callable[[int, dict[str, Any]], None]:
        """Return a function that does so only if the setting reaches the bar on the first bars."""
        whole = self._whole(rows)

        def evaluate(at: int, setting: dict[str, Any]) -> None:
            early, _ = self.evaluator.objective(setting, self._first_bars)
            rows[at, self.layout.early] = early[0]
            if goes_on(early[:1], bar, maximize=self.maximize)[0]:
                whole(at, setting)
            else:
                rows[at, 0] = PRUNED

        return evaluate

    def _conclude(self, rows: FloatArray) -> None:
        """Write down how the trials ended that neither failed nor were pruned."""
        defined = ~np.isnan(rows[:, self.layout.objective]).any(axis=1)
        known = defined & (rows[:, self.layout.figure.start + _TRADES] >= self._minimum_trades)
        rows[:, 0] = np.where(np.isnan(rows[:, 0]), np.where(known, COMPLETE, HOPELESS), rows[:, 0])

    def setting(self, row: FloatArray) -> dict[str, Any]:
        """Return what the trial of a row tries."""
        numbers = row[self.layout.searched].tolist()
        return {one.key: one.value(number) for one, number in zip(self.space.dimensions, numbers, strict=True)}

    def failed(self, values: FloatArray) -> FloatArray:
        """Return rows of trials that came to nothing."""
        rows = np.full((len(values), self.layout.width), np.nan)
        rows[:, self.layout.searched] = values
        rows[:, 0] = FAILED
        return rows


def _listed(dimension: Dimension, numbers: FloatArray) -> list[Any]:
    """Return what `Dimension.value` gives for each number, in one go."""
    listed: list[Any] = numbers.tolist() if dimension.kind == "float" else numbers.astype(np.int64).tolist()
    return [dimension.choices[one] for one in listed] if dimension.kind == "choice" else listed


def told(error: BaseException) -> str:
    """Return an exception and its notes in one line.

    Examples
    --------
    >>> told(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    text = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", ())])
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}..."


@contextmanager
def silence() -> Iterator[None]:
    """Keep what single runs log, thousands a second, out of the log of the search."""
    root = logging.getLogger("btbot")
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
