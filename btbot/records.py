"""Plain facts that pass between the rooms. Nothing here computes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Instrument:
    """What may be traded of a symbol, in which units.

    Parameters
    ----------
    symbol
        Name such as ``BTC/USDT``.
    step, tick, min_notional
        Smallest size (base), price step (quote) and order value (quote); 0 means no limit.
    """

    symbol: str
    step: Decimal = Decimal(0)
    tick: Decimal = Decimal(0)
    min_notional: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of blemish that the data gate saw in one symbol's bars.

    Parameters
    ----------
    symbol, kind
        For example ``BTC/USDT`` and ``missing``.
    severity
        ``error`` stops the run, ``warning`` is reported, ``notice`` is a fact worth knowing.
    count
        How many bars (or gaps) show it.
    places
        The first few, as ISO 8601 UTC times or line numbers.
    text
        One sentence: what was found, and what to do about it.
    """

    symbol: str
    kind: str
    severity: str
    count: int
    places: tuple[str, ...]
    text: str


@dataclass(slots=True)
class RunResult:
    """What a run leaves behind.

    Attributes
    ----------
    metrics
        Content of ``metrics.json``: no wall-clock time, duration or path in it.
    trades, orders
        One row a round trip, one row an order.
    equity
        Columns ``time`` (UTC Timestamp, the bar's close), ``equity``, ``cash``.
    figures
        Name of each configured analyzer to its value: a number, a dict or a DataFrame.
    bars, overlays
        `Bars` by symbol, and the lines that the strategy wants drawn on their chart.
    notes
        What the run had to say for itself: sizes that were cut, limits that were reached.
    command
        The command of btbot that makes it again from its ``config.yaml``.
    preface
        Lines that stand before everything else in its report.
    started, folder
        When it began (UTC) and where its artifacts are; None for a run that was only computed.
    """

    name: str
    config: dict[str, Any]
    metrics: dict[str, Any]
    trades: pd.DataFrame
    orders: pd.DataFrame
    equity: pd.DataFrame
    bars: dict[str, Any] = field(default_factory=dict)
    overlays: dict[str, dict[str, Any]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    command: str = "run"
    preface: list[str] = field(default_factory=list)
    started: dt.datetime | None = None
    folder: str | None = None
