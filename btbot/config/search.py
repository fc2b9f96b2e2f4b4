"""What a parameter search tries, by which method, and what it looks for; and the windows of a walk-forward."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from btbot.config.fields import Count, Database, NotBool, PositiveCount, Section, Share, Span, Word
from btbot.config.mask import mask_url
from btbot.config.ranges import Choices, Range, error
from btbot.errors import did_you_mean

Direction = Literal["maximize", "minimize"]
SamplerName = Literal["grid", "random", "latin_hypercube", "sobol", "tpe", "cma_es", "nsga2"]
ADAPTIVE: Final = ("tpe", "cma_es", "nsga2")
LOWER_IS_BETTER: Final = frozenset({
    "max_drawdown", "max_drawdown_days", "longest_drawdown_days", "volatility", "value_at_risk", "expected_shortfall",
    "losing_trades", "longest_losing_streak", "fees_paid", "funding_paid", "borrow_paid", "slippage_paid", "costs_paid",
    "turnover", "annual_turnover", "traded_notional",
})  # fmt: skip
_OPTIONS = {"tpe": ("startup", "batch"), "cma_es": ("population",), "nsga2": ("population",)}


def _range_or_choices(value: Any) -> str:
    return "<choices>" if isinstance(value, list | tuple) else "<range>"


Values = Annotated[
    Annotated[Range, Tag("<range>")] | Annotated[Choices, Tag("<choices>")], Discriminator(_range_or_choices)
]


def _not_empty(space: dict[str, Any]) -> dict[str, Any]:
    if not space:
        raise error("must have a key to search, such as strategies.0.params.ma_fast: {low: 5, high: 50}")
    return space


class Objective(Section):
    """What makes one setting better than another."""

    metric: Word | None = Field(default=None, description="A number of metrics.json, such as sharpe")
    analyzer: Word | None = Field(default=None, description="One of analyzers, whose figure it is")
    direction: Direction = Field(
        default="maximize", description="Which way is better; known for a metric, needed for an analyzer"
    )

    @model_validator(mode="before")
    @classmethod
    def _of_word(cls, data: Any) -> Any:
        data = {"metric": data} if isinstance(data, str) else data
        if not isinstance(data, Mapping):
            return data
        given = {key: value for key, value in data.items() if value is not None}
        if {"metric", "analyzer"} <= given.keys() or not {"metric", "analyzer"} & given.keys():
            raise error("must be a metric such as sharpe, or {analyzer: NAME, direction: maximize}")
        if "direction" not in given:
            if "analyzer" in given:
                raise error("needs a direction beside the analyzer: maximize or minimize")
            given["direction"] = "minimize" if str(given["metric"]) in LOWER_IS_BETTER else "maximize"
        return given

    @model_validator(mode="after")
    def _known_metric(self) -> Self:
        # Pandas comes with the metrics; a run without a search does not pay for it here.
        from btbot.metrics.labels import LABELS

        known = sorted(name for name, label in LABELS.items() if label.kind != "time")
        if self.metric is not None and self.metric not in known:
            raise error(
                "{metric} is no metric{hint}; there are {known}; the figure of a plug-in is "
                "{analyzer: NAME, direction: maximize}",
                metric=repr(self.metric), hint=did_you_mean(self.metric, known), known=", ".join(known),
            )  # fmt: skip
        return self

    @property
    def name(self) -> str:
        """The metric or the analyzer."""
        return self.metric or self.analyzer or ""


def _one_or_several(value: Any) -> str:
    return "<several>" if isinstance(value, list | tuple) else "<one>"


class Sampler(Section):
    """By which method settings are chosen."""

    name: SamplerName = Field(default="grid", description="Method")
    startup: PositiveCount | None = Field(
        default=None, description="tpe: settings drawn at random before it begins to learn, 20 by default"
    )
    batch: PositiveCount | None = Field(
        default=None, description="tpe: settings chosen at a time, 10 by default; more keep more workers busy"
    )
    population: Annotated[int, Field(ge=4)] | None = Field(
        default=None, description="cma_es, nsga2: settings in a generation; by default 4 + 3 ln(dimensions), and 50"
    )

    @model_validator(mode="before")
    @classmethod
    def _of_word(cls, data: Any) -> Any:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _own_options(self) -> Self:
        own = _OPTIONS.get(self.name, ())
        allowed = f"its options are {', '.join(own)}" if own else "it has no options"
        for option in ("startup", "batch", "population"):
            if getattr(self, option) is not None and option not in own:
                raise error(
                    "must not have {option} with {name}; {allowed}", option=option, name=self.name, allowed=allowed
                )
        return self

    @property
    def adaptive(self) -> bool:
        """Whether it learns from the settings that it has seen."""
        return self.name in ADAPTIVE


class Prune(Section):
    """Try a setting on the first bars alone, and spend the rest only on the better ones."""

    after: Share = Field(default=0.3, description="Share of the bars that every setting sees")
    keep: Share = Field(default=0.5, description="Share of settings that goes on to the end")
    startup: PositiveCount = Field(default=50, description="First settings, which all go on and set the bar")


class Verify(Section):
    """Settings that are run again through Cerebro, whose fills and equity must be the same."""

    best: Count = Field(default=10, description="So many of the best")
    sample: Count = Field(default=5, description="So many others, drawn at random")


class Workers(Section):
    """Where settings are evaluated."""

    backend: Literal["none", "processes", "dask", "ray"] = Field(
        default="processes", description="This process, processes of this machine, or a cluster"
    )
    count: PositiveCount | None = Field(default=None, description="How many; all cores by default")
    address: Word | None = Field(default=None, description="Address of the cluster, such as tcp://10.0.0.5:8786")


def _one_constraint(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Optimize(Section):
    """A parameter search."""

    space: Annotated[dict[str, Values], AfterValidator(_not_empty)] = Field(
        description="Key of this configuration to its range or choices"
    )
    constraints: Annotated[tuple[Word, ...], BeforeValidator(_one_constraint)] = Field(
        default=(), description="Conditions that each setting meets, such as ma_fast < ma_slow"
    )
    sampler: Sampler = Field(default=Sampler(), description="By which method settings are chosen")
    trials: PositiveCount | None = Field(
        default=None, description="Settings to try; a grid tries all of its own, and is refused if it has more"
    )
    seed: Annotated[int, Field(ge=0, lt=2**32), NotBool] = Field(default=0, description="Seed of everything random")
    objective: Annotated[
        Annotated[Objective, Tag("<one>")] | Annotated[tuple[Objective, ...], Field(min_length=1), Tag("<several>")],
        Discriminator(_one_or_several),
    ] = Field(
        default_factory=lambda: Objective(metric="sharpe"),
        description="What is looked for; several give a Pareto front",
    )
    minimum_trades: Count = Field(default=1, description="A setting with fewer closed trades ranks last")
    prune: Prune | None = Field(default=None, description="Drop weak settings after a part of the bars")
    early_stop: PositiveCount | None = Field(
        default=None, description="End after so many settings without a better best"
    )
    verify: Verify = Field(default=Verify(), description="What is run again through Cerebro")
    workers: Workers = Field(default=Workers(), description="Where settings are evaluated")
    storage: Database | None = Field(
        default=None,
        description="Database of an adaptive sampler: sqlite:///file or postgresql://..., which machines may share",
    )

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """All objectives, also if there is one."""
        return self.objective if isinstance(self.objective, tuple) else (self.objective,)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, mask_url(value) if name == "storage" and value else value


class WalkForward(Section):
    """Windows in which settings are searched, each followed by a window in which the best one trades."""

    train: Span = Field(description="Length of the search: bars, or a duration such as 180d")
    test: Span = Field(description="Length of the trading after it")
    step: Span | None = Field(default=None, description="From one window to the next; the length of test by default")
    kind: Literal["rolling", "anchored"] = Field(
        default="rolling", description="Whether the search forgets what lies before, or always begins at the first bar"
    )
    purge: Span = Field(default=0, description="Left out between search and trading")
    embargo: Span = Field(default=0, description="Left out of later searches after a trading window")
