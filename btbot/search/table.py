"""The trials of a finished search, on disk and looked at column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.search.dimension import Dimension

STATUSES = ("complete", "hopeless", "pruned", "failed")
"""How a trial ended, in the order in which they are ranked; tables hold the position."""
COMPLETE, HOPELESS, PRUNED, FAILED = range(len(STATUSES))


@dataclass(frozen=True, slots=True)
class Layout:
    """What stands where in the row of a trial: status, objectives, searched values, figures, first look.

    Parameters
    ----------
    dimensions
        What is searched.
    objectives
        Name of each objective.
    figures
        Name of each figure.
    """

    dimensions: tuple[Dimension, ...]
    objectives: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def width(self) -> int:
        """Numbers in a row."""
        return 2 + len(self.objectives) + len(self.dimensions) + len(self.figures)

    @property
    def objective(self) -> slice:
        """Where the values of the objectives stand; the status is before them."""
        return slice(1, 1 + len(self.objectives))

    @property
    def searched(self) -> slice:
        """Where the searched values stand."""
        first = self.objective.stop
        return slice(first, first + len(self.dimensions))

    @property
    def figure(self) -> slice:
        """Where the figures stand."""
        first = self.searched.stop
        return slice(first, first + len(self.figures))

    @property
    def early(self) -> int:
        """Where the objective on the first bars stands, which pruning goes by."""
        return self.width - 1

    def place(self, name: str) -> int:
        """Return where a column stands by its name; a searched label comes before a figure of the same name.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        names = (
            "status", *(f"objective {number}" for number in range(len(self.objectives))),
            *(dimension.label for dimension in self.dimensions), *self.figures,
        )  # fmt: skip
        if name not in names:
            raise ValueError(f"trials have no column {name!r}; there are {', '.join(names)}")
        return names.index(name)


class Trials:
    """All trials of a search in the order of their numbers; memory does not grow with them.

    Parameters
    ----------
    layout
        What stands where.
    table
        float64 of shape (layout.width, n), mapped into memory.
    """

    def __init__(self, layout: Layout, table: FloatArray) -> None:
        self.layout, self._table = layout, table

    def __len__(self) -> int:
        return int(self._table.shape[1])

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What was searched."""
        return self.layout.dimensions

    @property
    def objectives(self) -> tuple[str, ...]:
        """Name of each objective."""
        return self.layout.objectives

    @property
    def figures(self) -> tuple[str, ...]:
        """Name of each figure."""
        return self.layout.figures

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return one number of every trial, shape (n,): float64, or int8 positions in `STATUSES` for ``status``.

        Parameters
        ----------
        name
            ``status``, ``objective 0`` and so on, the label of a dimension (of choices the position), or a figure.
            NaN where there is none: a pruned trial has no figures, a failed one neither.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        values: npt.NDArray[Any] = self._table[self.layout.place(name)]
        return values.astype(np.int8) if name == "status" else values

    def setting(self, trial: int) -> dict[str, Any]:
        """Return key and value of everything that was searched, as the configuration has them."""
        numbers = self._table[self.layout.searched, trial].tolist()
        return {one.key: one.value(number) for one, number in zip(self.dimensions, numbers, strict=True)}

    def frame(self, trials: Sequence[int] | IntArray) -> pd.DataFrame:
        """Return a table of some trials, in the given order.

        Columns are ``trial``, ``status`` (a word), a label for each searched key, each objective by its name and the
        figures. A label that would hide one of the others gives way to its whole key.
        """
        chosen = np.asarray(trials, dtype=np.int64)
        rows = self._table[:, chosen]
        columns: dict[str, Any] = {"trial": chosen, "status": np.array(STATUSES)[rows[0].astype(np.int64)]}
        taken = {*columns, *self.objectives, *self.figures}
        for dimension, numbers in zip(self.dimensions, rows[self.layout.searched], strict=True):
            name = dimension.key if dimension.label in taken else dimension.label
            columns[name] = _values(dimension, numbers)
        columns |= zip(self.objectives, rows[self.layout.objective], strict=True)
        for name, numbers in zip(self.figures, rows[self.layout.figure], strict=True):
            columns.setdefault(name, numbers)
        return pd.DataFrame(columns)


def _values(dimension: Dimension, numbers: FloatArray) -> npt.NDArray[Any]:
    """Return searched values as the configuration has them, in an array of the fitting type."""
    if dimension.kind == "int":
        return numbers.astype(np.int64)
    if dimension.kind == "choice":
        # An array of several types would turn numbers into words.
        alike = len({type(choice) for choice in dimension.choices}) == 1
        return np.array(dimension.choices, dtype=None if alike else object)[numbers.astype(np.int64)]
    return numbers
