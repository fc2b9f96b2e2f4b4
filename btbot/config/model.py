"""The whole configuration of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PrivateAttr

from btbot.config.document import Document
from btbot.config.exits import ExitRules
from btbot.config.fields import Database, Distinct, Moment, Positive, Section, ShareOrNothing, Symbols, Timeframe, Word
from btbot.config.mask import mask_url
from btbot.config.search import Optimize, WalkForward
from btbot.config.sections import (
    AnalyzerEntry,
    Costs,
    Data,
    Exchange,
    Feed,
    InstrumentLimits,
    PluginFolders,
    Retention,
    Risk,
    StrategyEntry,
)
from btbot.config.sizing import PercentOfEquity, Sizing

VERSION: Final = 1
Artifact = Literal["text", "plots", "tearsheet"]


class RunConfig(Section):
    """Everything a run depends on besides its code and its data.

    Build it with `load_config`, which also knows the keys that exclude each other.
    """

    version: Literal[1] = Field(default=1, description="Version of this format")
    name: Word | None = Field(default=None, description="Name of the run; the file's name by default")
    mode: Literal["backtest", "paper", "testnet", "live"] = Field(default="backtest", description="What `run` does")
    symbols: Symbols = Field(description="What is traded, such as BTC/USDT")
    timeframe: Timeframe = Field(description="Length of a bar: a number and one of s, m, h, d, w")
    start: Moment | None = Field(default=None, description="First bar open, UTC, included")
    end: Moment | None = Field(default=None, description="Last bar open, UTC, excluded")
    calendar: Literal["crypto", "stocks"] = Field(default="crypto", description="A year of 365 days or of 252 sessions")
    feed: Feed = Field(description="Where bars come from")
    data: Data = Field(default=Data(), description="What happens to flawed data")
    exchange: Exchange = Field(default=Exchange(), description="Where paper, testnet and live trade")
    capital: Positive = Field(default=10_000.0, description="Cash at the start, in quote currency")
    allow_short: bool = Field(default=False, description="Whether short positions are opened")
    strategies: tuple[StrategyEntry, ...] = Field(min_length=1, description="What is traded by which rules")
    sizing: Sizing = Field(default=PercentOfEquity(), description="How large a position is")
    exits: ExitRules = Field(default=ExitRules(), description="Exits added to what strategies declare")
    costs: Costs = Field(default=Costs(), description="What trading costs")
    leverage: Positive = Field(default=1.0, description="Buying power as a multiple of equity")
    maintenance_margin: ShareOrNothing = Field(
        default=0.005, description="Equity below this share of the notional of positions is liquidated"
    )
    risk: Risk = Field(default=Risk(), description="Limits that end trading")
    instruments: dict[str, InstrumentLimits] = Field(
        default_factory=dict, description="Step, tick and minimum notional by symbol"
    )
    database: Database = Field(default="sqlite:///var/btbot.db", description="Address of the database")
    retention: Retention | None = Field(default=None, description="How long the database keeps what grows fast")
    analyzers: tuple[AnalyzerEntry, ...] = Field(default=(), description="Figures and tables added to the report")
    report: Annotated[tuple[Artifact, ...], Distinct] = Field(
        default=("text", "plots", "tearsheet"), description="What is written beside the tables"
    )
    fills: Literal["default", "stock"] = Field(default="default", description="Our broker, or Backtrader's unchanged")
    engine: Literal["sparse", "dense"] = Field(default="sparse", description="Skip idle bars, or visit every bar")
    proof: Literal["none", "panel", "full"] = Field(default="panel", description="How much the run proves about itself")
    plugins: PluginFolders = Field(default=PluginFolders(), description="Folders of your own plug-ins")
    optimize: Optimize | None = Field(default=None, description="Parameter search of `btbot optimize`")
    walkforward: WalkForward | None = Field(default=None, description="Windows of `btbot walkforward`")

    _folder: Path = PrivateAttr(default_factory=Path.cwd)
    _source: str = PrivateAttr(default="<mapping>")
    _written: Document = PrivateAttr(default_factory=lambda: Document({}))  # the places alone

    @property
    def folder(self) -> Path:
        """Folder that relative paths are relative to: the file's, or the current one."""
        return self._folder

    @property
    def source(self) -> str:
        """Name of the file, or ``<mapping>``."""
        return self._source

    def where(self, *keys: str | int) -> str:
        """Return the beginning of a message about a key: ``trend.yml:12: feed.name``."""
        return self._written.where(keys)

    @property
    def start_ms(self) -> int | None:
        """Epoch milliseconds of `start`."""
        return _epoch_ms(self.start)

    @property
    def end_ms(self) -> int | None:
        """Epoch milliseconds of `end`."""
        return _epoch_ms(self.end)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, mask_url(value) if name == "database" else value


def _epoch_ms(moment: dt.datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
