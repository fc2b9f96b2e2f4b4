"""The values that a search may give to a key: a range of numbers, or a list of choices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from btbot.config.document import resolve_words
from btbot.config.fields import Section


def error(text: str, **values: Any) -> PydanticCustomError:
    """Return what a validator raises: a text with names in braces, and their values."""
    return PydanticCustomError("custom", text, values)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise error("must be a number")
    return value


def _choice(value: Any) -> bool | int | float | str:
    value = resolve_words(value)
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    raise error("must be a number, a word, true or false; to search inside a section, name the key below it")


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise error("must not repeat a choice, {value} is there twice", value=str(value))
    return values


Number = Annotated[int | float, BeforeValidator(_number)]
Choice = Annotated[bool | int | float | str, BeforeValidator(_choice)]
Choices = Annotated[tuple[Choice, ...], Field(min_length=1), AfterValidator(_distinct)]


class Range(Section):
    """Numbers from `low` to `high`, both included; whole ones if `low`, `high` and `step` are whole."""

    low: Number = Field(description="Smallest value")
    high: Number = Field(description="Largest value")
    step: Number | None = Field(default=None, description="Distance of neighbours; 1 between whole numbers by default")
    log: bool = Field(default=False, description="Whether each power of ten is tried as often as the next")

    @model_validator(mode="before")
    @classmethod
    def _of_mapping(cls, data: Any) -> Any:
        if isinstance(data, Mapping | Range):
            return data
        raise error("must be a range such as {low: 5, high: 50} or a list of choices such as [2.0, 3.0]")

    @model_validator(mode="after")
    def _goes_up(self) -> Self:
        if self.low > self.high:
            raise error("must have low <= high, found {low} and {high}", low=self.low, high=self.high)
        if self.log and self.low <= 0:
            raise error("must have low > 0 with log: true, found {low}", low=self.low)
        if self.log and self.step is not None:
            raise error("must have one of step and log, found both")
        if self.step is not None:
            self._reaches_high(Decimal(str(self.step)))
        return self

    def _reaches_high(self, step: Decimal) -> None:
        low, high = Decimal(str(self.low)), Decimal(str(self.high))
        if step <= 0:
            raise error("must have step > 0, found {step}", step=self.step)
        if (high - low) % step:
            below = low + (high - low) // step * step
            raise error(
                "must reach high in whole steps from low: {low} and steps of {step} lead to {below} and {above}, "
                "not to {high}",
                low=self.low, step=self.step, high=self.high, below=str(below), above=str(below + step),
            )  # fmt: skip

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step or 1))
