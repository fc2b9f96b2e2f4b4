"""How large a position is: one model for each rule, told apart by ``name``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from btbot.config.fields import NotBool, Positive, PositiveCount, PositiveShare, Section, Share

Percent = Annotated[float, Field(gt=0, le=100), NotBool]


class FixedUnits(Section):
    """The same number of units every time."""

    name: Literal["fixed_units"]
    units: Positive = Field(description="Units of the base currency, or shares")


class FixedCash(Section):
    """The same amount of money every time."""

    name: Literal["fixed_cash"]
    cash: Positive = Field(description="Amount in quote currency")


class PercentOfEquity(Section):
    """A share of equity."""

    name: Literal["percent"] = "percent"
    percent: Percent = Field(default=0.95, description="Fraction of equity, 0.2 is 20 %; above 1 only with leverage")


class FixedRisk(Section):
    """The size at which the stop loses a fixed share of equity."""

    name: Literal["fixed_risk"]
    risk: Share = Field(description="Fraction of equity lost if the stop is hit, 0.01 is 1 %")


class VolatilityTarget(Section):
    """The size at which the position has the wanted volatility."""

    name: Literal["volatility_target"]
    annual_volatility: Positive = Field(description="Wanted volatility of equity a year, 0.2 is 20 %")
    lookback: Annotated[int, Field(ge=2), NotBool] = Field(
        default=30, description="Bars over which volatility is measured"
    )
    max_exposure: Positive = Field(default=1.0, description="Largest position as a multiple of equity")


class Kelly(Section):
    """A part of Kelly's fraction of the trades closed so far."""

    name: Literal["kelly"]
    fraction: PositiveShare = Field(default=0.5, description="Part of the full Kelly fraction")
    minimum_trades: PositiveCount = Field(default=30, description="Closed trades before the formula is used")
    max_percent: Percent = Field(default=1.0, description="Largest position as a fraction of equity")
    initial_percent: Percent = Field(default=0.1, description="Fraction of equity until then")


class OptimalF(Section):
    """A part of Vince's optimal f of the trades closed so far."""

    name: Literal["optimal_f"]
    fraction: PositiveShare = Field(default=0.5, description="Part of the optimal f")
    minimum_trades: PositiveCount = Field(default=30, description="Closed trades before the formula is used")
    max_percent: Percent = Field(default=1.0, description="Largest position as a fraction of equity")
    initial_percent: Percent = Field(default=0.1, description="Fraction of equity until then")


def _rule(value: Any) -> str | None:
    if isinstance(value, Mapping):
        # The default rule has one key, so `--set sizing.percent=0.5` needs no name beside it.
        name = value.get("name") or ("percent" if set(value) == {"percent"} else None)
    else:
        name = getattr(value, "name", None)
    return None if name is None else f"<{name}>"


# The angle brackets keep the choice out of the path that a message shows.
Sizing = Annotated[
    Annotated[FixedUnits, Tag("<fixed_units>")]
    | Annotated[FixedCash, Tag("<fixed_cash>")]
    | Annotated[PercentOfEquity, Tag("<percent>")]
    | Annotated[FixedRisk, Tag("<fixed_risk>")]
    | Annotated[VolatilityTarget, Tag("<volatility_target>")]
    | Annotated[Kelly, Tag("<kelly>")]
    | Annotated[OptimalF, Tag("<optimal_f>")],
    Discriminator(_rule),
]
