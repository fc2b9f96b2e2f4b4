"""The bases of analyzer plug-ins: one figure or table a file, in every report by its name.

An analyzer of btbot looks at a finished run, so it costs nothing while bars pass. A plain ``bt.Analyzer``
is a plug-in too: Cerebro hosts it bar by bar and its ``get_analysis()`` becomes the figure.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import backtrader as bt
import numpy as np
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.errors import StrategyError
from btbot.metrics.trades import closed_trades
from btbot.records import RunResult
from btbot.timeframe import Timeframe

Plain = float | int | str | None


class _Hostless(bt.analyzer.MetaAnalyzer):
    """Lets an analyzer be created without a strategy around it; Backtrader's own metaclass cannot."""

    def donew(cls, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:  # noqa: N805
        if bt.metabase.findowner(None, bt.Strategy) is not None:
            hosted: tuple[Any, Any, Any] = super().donew(*args, **kwargs)
            return hosted
        analyzer, args, kwargs = super(bt.analyzer.MetaAnalyzer, cls).donew(*args, **kwargs)
        analyzer.strategy, analyzer.datas = None, []
        analyzer._parent, analyzer._children = None, []
        analyzer.create_analysis()
        return analyzer, args, kwargs


class Analyzer(bt.Analyzer, metaclass=_Hostless):
    """Base of analyzers that look at a finished run: implement ``compute(self, result)``.

    Name parameters in ``params`` as Backtrader does and read them from ``self.p``. The figure's name is
    that of the file; the first line of the docstring is its label.

    Attributes
    ----------
    every_bar
        False: created after the run, outside of Cerebro. A subclass with its own ``next`` or ``notify_trade``
        sets it to True; then Cerebro hosts it and `compute` is asked at the end.
    """

    every_bar = False

    def compute(self, result: Any) -> Any:
        """Return the figure: a number, a text, None, a dict of these, or a DataFrame.

        Parameters
        ----------
        result
            The `btbot.records.RunResult`; a subclass may hand over something else, see `material`.
        """
        raise StrategyError(
            f"analyzer {type(self).__name__}: compute is missing; define it and return a number, a dict or a DataFrame"
        )

    def material(self, result: RunResult) -> Any:
        """Return what `compute` is given."""
        return result


class EquityAnalyzer(Analyzer):
    """Base of analyzers that look at the equity: implement ``compute(self, equity)``.

    `equity` is a Series, account value at each bar's close. Its UTC index ``time`` holds the bars'
    **opens**, so that ``equity.resample("D").last()`` groups as every report does.
    """

    def material(self, result: RunResult) -> pd.Series[float]:
        """Return the equity as a Series."""
        book = account(result)
        index = pd.DatetimeIndex(book.open_time_ms.astype("datetime64[ms]"), name="time").tz_localize("UTC")
        return pd.Series(book.equity, index=index, name="equity")


class TradesAnalyzer(Analyzer):
    """Base of analyzers that look at the trades: implement ``compute(self, trades)``.

    `trades` is a DataFrame of the closed trades in the order of their exits, columns as in ``trades.csv``. A
    trade still open at the end is in ``result.trades`` of an `Analyzer` only.
    """

    def material(self, result: RunResult) -> pd.DataFrame:
        """Return the closed trades."""
        return closed_trades(result.trades)


@dataclass(frozen=True, slots=True)
class Account:
    """What the formulas of `btbot.metrics` want to know of a run.

    Parameters
    ----------
    open_time_ms
        int64 of shape (n,), epoch milliseconds UTC of each bar's open.
    equity
        float64 of shape (n,), account value at each bar's close.
    capital
        Starting capital.
    periods_per_year
        Trading days of a year: 365 (crypto) or 252 (stocks).
    """

    open_time_ms: IntArray
    equity: FloatArray
    capital: float
    periods_per_year: float


def account(result: RunResult) -> Account:
    """Return the account of a run as arrays."""
    lengths = [bars.timeframe.ms for bars in result.bars.values()]
    bar_ms = min(lengths) if lengths else Timeframe.parse(result.config["timeframe"]).ms
    return Account(
        open_time_ms=pd.DatetimeIndex(result.equity["time"]).as_unit("ms").asi8 - bar_ms,
        equity=result.equity["equity"].to_numpy(np.float64),
        capital=float(result.config["capital"]),
        periods_per_year=Timeframe.parse("1d").per_year(result.config.get("calendar", "crypto")),
    )


def figure(analyzer: bt.Analyzer, result: RunResult, *, name: str | None = None) -> Any:
    """Return what an analyzer has to say about a run, ready for a report or JSON.

    Parameters
    ----------
    analyzer
        An `Analyzer`, or a ``bt.Analyzer`` that Cerebro has hosted.
    result
        The finished run.
    name
        The plug-in's name, for messages; the class name if it is not given.

    Returns
    -------
    A number, text or None (NaN and infinity become None), a flat dict of these, or a DataFrame.

    Raises
    ------
    StrategyError
        If the value is none of these. An exception of the analyzer's own code comes out as it is, with a note
        that names the analyzer.
    """
    called = name or type(analyzer).__name__
    try:
        if isinstance(analyzer, Analyzer):
            value = analyzer.compute(analyzer.material(result))
        else:
            value = analyzer.get_analysis()
    except Exception as error:
        error.add_note(f"in analyzer {called}")
        raise
    if isinstance(value, pd.DataFrame):
        return value
    if isinstance(value, Mapping | pd.Series):
        return flatten(dict(value.items()))
    if value is None or isinstance(value, str | int | float | np.generic | date):
        return _plain(value)
    raise StrategyError(
        f"analyzer {called}: the figure is a {type(value).__name__}; return a number, a text, a dict or a DataFrame"
    )


def flatten(analysis: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return a nested analysis as one level; names joined by dots, times ISO 8601 (naive means UTC).

    Examples
    --------
    >>> flatten({"won": {"total": 3}, "pnl": [1.5, float("nan")]})
    {'won.total': 3, 'pnl.0': 1.5, 'pnl.1': None}
    """
    flat: dict[str, Plain] = {}
    for key, value in analysis.items():
        name = str(_plain(key))
        inner = dict(enumerate(value)) if isinstance(value, list | tuple | np.ndarray) else value
        if isinstance(inner, Mapping | pd.Series | pd.DataFrame):
            flat.update({f"{name}.{below}": plain for below, plain in flatten(dict(inner.items())).items()})
        else:
            flat[name] = _plain(value)
    return flat


def label(analyzer: bt.Analyzer | type[bt.Analyzer]) -> str:
    """Return the first line of the docstring of the class, else of its file, else the class name."""
    kind = analyzer if isinstance(analyzer, type) else type(analyzer)
    module = sys.modules.get(kind.__module__)
    text = kind.__dict__.get("__doc__") or (module and module.__doc__) or kind.__name__
    return str(text).strip().splitlines()[0].strip().rstrip(".")


def _plain(value: Any) -> Plain:
    """Return a value that JSON can hold; what is neither number nor time becomes text."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    elif isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return aware.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)
