"""The settings that a search may try: one dimension for each searched key, and the constraints between them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.config import RunConfig
from btbot.config.setting import described, with_setting
from btbot.errors import ConfigError, did_you_mean
from btbot.search.constraint import Constraint, Kind, Name, parse
from btbot.search.dimension import Dimension, FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]
Columns = dict[str, FloatArray]
"""Settings as arrays: label of a dimension to float64 of shape (n,), of choices their positions in the list."""
_NUMBERED = 2**62
_EXAMPLE = "optimize: {space: {strategies.0.params.ma_fast: {low: 5, high: 50, step: 5}}}"


class Space:
    """All settings between which a search chooses.

    Parameters
    ----------
    dimensions
        In the order of the configuration.
    constraints
        From ``constraint.parse``.

    Attributes
    ----------
    size
        Number of settings before constraints; None if a dimension holds any number in between, or if there are too
        many to be numbered (2**62).
    """

    def __init__(self, dimensions: Sequence[Dimension], constraints: Sequence[Constraint] = ()) -> None:
        self.dimensions = tuple(dimensions)
        self.constraints = tuple(constraints)
        sizes = [dimension.size or _NUMBERED for dimension in self.dimensions]
        self.size = math.prod(sizes) if math.prod(sizes) < _NUMBERED else None

    @classmethod
    def of(cls, config: RunConfig) -> Space:
        """Make the space of ``optimize:``, with every value that it can take checked against its key.

        Raises
        ------
        ConfigError
            If a key does not exist or does not allow a value, or a constraint is not understood.
        """
        if config.optimize is None:
            raise ConfigError(f"{config.source}: optimize: is missing; it says what is searched, such as {_EXAMPLE}")
        labels = _labels(list(config.optimize.space))
        dimensions = [Dimension.of(key, labels[key], values) for key, values in config.optimize.space.items()]
        _check_values(config, dimensions)
        names = {name: Name(one.label, _kind(one)) for one in dimensions for name in (one.key, one.label)}
        try:
            constraints = [parse(text, names) for text in config.optimize.constraints]
        except ConfigError as error:
            raise ConfigError(f"{config.source}: {error}") from None
        return cls(dimensions, constraints)

    def check_params(self, params: Sequence[Sequence[str]], *, source: str) -> None:
        """Refuse parameters that no strategy has, which the plug-in alone knows.

        Parameters
        ----------
        params
            Names of the parameters of each entry of ``strategies:``, in their order.
        source
            Name of the configuration.

        Raises
        ------
        ConfigError
            Naming the closest parameter.
        """
        for dimension in self.dimensions:
            parts = dimension.key.split(".")
            if parts[0] != "strategies" or parts[2:3] != ["params"]:
                continue
            allowed = list(params[int(parts[1])])
            if parts[3] not in allowed:
                raise ConfigError(
                    f"{source}: optimize.space.{dimension.key}: the strategy has no parameter {parts[3]!r}; "
                    f"allowed are {', '.join(allowed) or 'none'}{did_you_mean(parts[3], allowed)}"
                )

    def grid(self, numbers: IntArray) -> Columns:
        """Return settings of the grid by number, of which the last dimension changes fastest.

        Parameters
        ----------
        numbers
            int64 of shape (n,), 0 to ``size - 1``.
        """
        columns: Columns = {}
        rest = numbers
        for dimension in reversed(self.dimensions):
            rest, position = np.divmod(rest, dimension.size or 1)
            columns[dimension.label] = dimension.at(position)
        return {dimension.label: columns[dimension.label] for dimension in self.dimensions}

    def numbers(self, columns: Columns) -> IntArray:
        """Return the numbers of settings of the grid, the reverse of `grid`."""
        numbers = np.zeros(len(next(iter(columns.values()))), dtype=np.int64)
        for dimension in self.dimensions:
            numbers = numbers * (dimension.size or 1) + dimension.position(columns[dimension.label])
        return numbers

    def spread(self, shares: FloatArray) -> Columns:
        """Return settings at shares of each dimension.

        Parameters
        ----------
        shares
            float64 of shape (n, number of dimensions), in [0, 1).
        """
        return {one.label: one.spread(shares[:, column]) for column, one in enumerate(self.dimensions)}

    def allowed(self, columns: Columns) -> BoolArray:
        """Return which settings meet all constraints, bool of shape (n,)."""
        count = len(next(iter(columns.values())))
        met = np.ones(count, dtype=bool)
        if not self.constraints:
            return met
        values: dict[str, npt.NDArray[Any]] = {
            one.label: one.compared(columns[one.label]) for one in self.dimensions if _kind(one) != "word"
        }
        for one in self.dimensions:
            if _kind(one) == "truth":
                values[one.label] = values[one.label].astype(bool)
        for constraint in self.constraints:
            met &= constraint.holds(values)
        return met

    def setting(self, columns: Mapping[str, Any], row: int) -> dict[str, Any]:
        """Return one setting of `columns` as the configuration takes it: dotted key to value."""
        return {one.key: one.value(columns[one.label][row]) for one in self.dimensions}

    def settings(self, columns: Columns) -> Iterator[dict[str, Any]]:
        """Yield every setting of `columns`."""
        for row in range(len(next(iter(columns.values())))):
            yield self.setting(columns, row)

    def columns(self, settings: Sequence[Mapping[str, Any]]) -> Columns:
        """Return settings as arrays, the reverse of `settings`."""
        return {
            one.label: np.array([one.number(setting[one.key]) for setting in settings], dtype=np.float64)
            for one in self.dimensions
        }


def _labels(keys: list[str]) -> dict[str, str]:
    """Return the last part of each key, or the whole key where several end alike."""
    last = {key: key.rpartition(".")[2] for key in keys}
    count = Counter(last.values())
    return {key: short if count[short] == 1 else key for key, short in last.items()}


def _kind(dimension: Dimension) -> Kind:
    values = dimension.choices or (0,)
    if all(isinstance(value, bool) for value in values):
        return "truth"
    return "word" if any(isinstance(value, bool | str) for value in values) else "number"


def _check_values(config: RunConfig, dimensions: list[Dimension]) -> None:
    """Try both ends or all choices of each dimension, the others at their first value."""
    first = {one.key: one.ends()[0] for one in dimensions}
    changes = [{}, *({one.key: value} for one in dimensions for value in one.ends()[1:] if value != first[one.key])]
    for change in changes:
        try:
            with_setting(config, {**first, **change})
        except ConfigError as error:
            tried = f".{described(change)}" if change else ""
            raise ConfigError(f"{config.source}: optimize.space{tried} cannot be tried:\n{error}") from None
