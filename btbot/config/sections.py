"""The smaller sections of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from btbot.config.document import resolve_words
from btbot.config.fields import (
    Count,
    Names,
    NotBool,
    NotNegative,
    Params,
    PositiveShare,
    Section,
    Share,
    ShareOrNothing,
    Symbols,
    Timeframe,
    Word,
)


class Feed(Section):
    """Where bars come from: the name of a feed plug-in, and its parameters beside it."""

    model_config = ConfigDict(extra="allow")

    name: Word = Field(description="Feed plug-in: sample, ohlcv_csv, store, frame or a file of your own")

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {key: value if key == "name" else resolve_words(value) for key, value in data.items()}

    @property
    def params(self) -> dict[str, Any]:
        """Everything beside the name."""
        return dict(self.model_extra or {})


class Data(Section):
    """What happens to flawed data."""

    on_error: Literal["stop", "warn"] = Field(
        default="stop", description="stop refuses flawed bars; warn sorts, drops exact duplicates and goes on"
    )


class Exchange(Section):
    """The exchange of the paper, testnet and live modes."""

    name: Word = Field(default="binance", description="Name of the exchange as ccxt knows it")
    market: Literal["spot", "perpetual"] = Field(default="spot", description="Kind of market")
    api_key: SecretStr | None = Field(default=None, description="Only from the environment: BTBOT__EXCHANGE__API_KEY")
    secret: SecretStr | None = Field(default=None, description="Only from the environment: BTBOT__EXCHANGE__SECRET")
    password: SecretStr | None = Field(default=None, description="Only from the environment: BTBOT__EXCHANGE__PASSWORD")
    urls: Params | None = Field(
        default=None,
        description="Addresses that replace the exchange's own: rest (and ws) of a server with its protocol, or api "
        "nested as ccxt's",
    )


class StrategyEntry(Section):
    """One strategy of the run."""

    name: Word = Field(description="Strategy plug-in: the name of its file, or file:Class")
    params: Params = Field(default_factory=dict, description="Parameters that differ from the strategy's own")
    symbols: Symbols | None = Field(default=None, description="Symbols that it trades; all of the run by default")
    timeframe: Timeframe | None = Field(
        default=None, description="A multiple of the run's timeframe, which is the default"
    )


STORED_FUNDING = "store"  # in the place of a file; ./store is a file of that name


class Costs(Section):
    """What trading costs. Fractions: 0.001 is 0.1 %."""

    maker_fee: Annotated[float, Field(gt=-0.01, lt=1), NotBool] = Field(
        default=0.001, description="Fee of limit orders as a fraction of the notional; a rebate is negative"
    )
    taker_fee: ShareOrNothing = Field(
        default=0.001, description="Fee of market and stop orders as a fraction of the notional"
    )
    slippage_bps: Annotated[float, Field(ge=0, lt=10_000), NotBool] = Field(
        default=10.0, description="Slippage in basis points, 10 is 0.1 %"
    )
    slippage_volatility: NotNegative = Field(default=0.0, description="Slippage as a share of the volatility of a bar")
    impact: NotNegative = Field(default=0.0, description="Coefficient of the square-root market impact")
    max_volume_share: PositiveShare | None = Field(
        default=None, description="Share of a bar's volume that an order may fill; the rest waits"
    )
    latency_ms: Count = Field(default=0, description="Milliseconds from the close until an order reaches the market")
    latency_bars: Count = Field(default=0, description="Whole bars from the close until an order reaches the market")
    funding: Word | dict[str, Word] | None = Field(
        default=None,
        description="File of funding rates, store for those of the database, or one for each symbol (perpetuals)",
    )
    borrow_rate: NotNegative = Field(default=0.0, description="Interest a year on the value of shorts, 0.05 is 5 %")


class Risk(Section):
    """Limits that end trading, enforced in every mode."""

    max_drawdown: Share | None = Field(
        default=None, description="Loss from the peak of equity that ends the run's entries"
    )
    max_daily_loss: Share | None = Field(default=None, description="Loss of a UTC day that ends entries until the next")


def _exact(value: Any) -> Any:
    # 0.1 + 0.2 is the float's problem; the text of 0.1 is what was meant.
    return str(value) if isinstance(value, float) else value


Exact = Annotated[Decimal, Field(ge=0), BeforeValidator(_exact), NotBool]


class InstrumentLimits(Section):
    """What the market allows of a symbol; 0 means no limit."""

    step: Exact = Field(default=Decimal(0), description="Smallest size, in base currency")
    tick: Exact = Field(default=Decimal(0), description="Smallest step of the price, in quote currency")
    min_notional: Exact = Field(default=Decimal(0), description="Smallest value of an order, in quote currency")


class Retention(Section):
    """What the database and the folder of its backups keep: `db prune` and `db backup` remove the rest."""

    tape_days: NotNegative | None = Field(default=None, description="Days of trades; all by default")
    books_days: NotNegative | None = Field(default=None, description="Days of order books; all by default")
    revisions_days: NotNegative | None = Field(
        default=None, description="Days of the former values of changed candles; all by default"
    )
    backups: Annotated[int, Field(ge=1), NotBool] | None = Field(
        default=None, description="Newest backups in a folder; all by default"
    )


class AnalyzerEntry(Section):
    """One figure or table of the report."""

    name: Word = Field(description="Analyzer plug-in: the name of its file, or file:Class")
    params: Params = Field(default_factory=dict, description="Parameters that differ from the analyzer's own")

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, data: Any) -> Any:
        return {"name": data} if isinstance(data, str) else data


class PluginFolders(Section):
    """Folders that are searched before all others, relative to the configuration file."""

    strategies: Names = Field(default=(), description="Folders of strategies")
    feeds: Names = Field(default=(), description="Folders of feeds")
    analyzers: Names = Field(default=(), description="Folders of analyzers")
