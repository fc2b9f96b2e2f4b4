"""Protective exits and time limits, added to what the strategy declares."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from btbot.config.document import resolve_words
from btbot.config.fields import Count, NotNegative, Positive, Section, Share


def _exactly_one(section: Section, *names: str) -> None:
    given = [name for name in names if getattr(section, name) is not None]
    if len(given) != 1:
        raise PydanticCustomError(
            "custom",
            "must have exactly one of {names}, found {given}",
            {"names": ", ".join(names), "given": " and ".join(given) or "none"},
        )


class Stop(Section):
    """Close at a loss."""

    percent: Share | None = Field(default=None, description="Distance as a fraction of the fill price, 0.05 is 5 %")
    atr: Positive | None = Field(default=None, description="Distance as a multiple of the ATR at the signal bar")
    level: Literal[True] | None = Field(default=None, description="True: the price that the strategy gives")

    @model_validator(mode="after")
    def _one_distance(self) -> Self:
        _exactly_one(self, "percent", "atr", "level")
        return self


class TakeProfit(Stop):
    """Close at a gain."""

    percent: Positive | None = Field(default=None, description="Distance as a fraction of the fill price, 0.1 is 10 %")


class Trailing(Stop):
    """Close when the price comes back from its best by a distance; never loosens."""

    after_percent: NotNegative | None = Field(
        default=None, description="Active after this favourable move, 0.02 is 2 %"
    )
    after_atr: NotNegative | None = Field(default=None, description="Active after a favourable move of so many ATR")

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        if self.after_percent is not None and self.after_atr is not None:
            raise PydanticCustomError("custom", "must have one of after_percent, after_atr, found both")
        return self


class BreakEven(Section):
    """Move the stop to the entry after a favourable move."""

    after_percent: Positive | None = Field(default=None, description="Favourable move as a fraction, 0.02 is 2 %")
    after_atr: Positive | None = Field(default=None, description="Favourable move as a multiple of the ATR")
    offset_percent: NotNegative = Field(
        default=0.0, description="Beyond the entry price by this fraction, to cover costs"
    )

    @model_validator(mode="after")
    def _one_start(self) -> Self:
        _exactly_one(self, "after_percent", "after_atr")
        return self


def _rule_or_off(value: Any) -> str:
    return "<off>" if resolve_words(value) is False else "<rule>"


_Off = Annotated[Literal[False], BeforeValidator(resolve_words), Tag("<off>")]
_OrOff = Discriminator(_rule_or_off)


class ExitRules(Section):
    """Exits of every strategy of the run.

    An absent key leaves what the strategy declares, ``false`` (or 0 bars) switches it off.
    """

    stop: Annotated[Annotated[Stop, Tag("<rule>")] | _Off, _OrOff] | None = Field(
        default=None, description="Close at a loss; false switches the strategy's own off"
    )
    take_profit: Annotated[Annotated[TakeProfit, Tag("<rule>")] | _Off, _OrOff] | None = Field(
        default=None, description="Close at a gain; false switches the strategy's own off"
    )
    trailing: Annotated[Annotated[Trailing, Tag("<rule>")] | _Off, _OrOff] | None = Field(
        default=None, description="Follow the best price at a distance; false switches the strategy's own off"
    )
    break_even: Annotated[Annotated[BreakEven, Tag("<rule>")] | _Off, _OrOff] | None = Field(
        default=None, description="Move the stop to the entry; false switches the strategy's own off"
    )
    max_hold_bars: Count | None = Field(default=None, description="Close after so many bars; 0 switches it off")
    cooldown_bars: Count | None = Field(default=None, description="Bars without entry after an exit; 0 switches it off")
    opposite: bool | None = Field(
        default=None, description="Whether an entry signal of the other side ends a position; true by default"
    )
    atr_period: Annotated[Count, Field(ge=2)] | None = Field(
        default=None, description="Bars of the ATR that the rules are measured in"
    )
