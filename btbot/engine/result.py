"""From the books of a run to its result: tables, metrics, overlays."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import Bars
from btbot.config import RunConfig, settled
from btbot.engine.desk.book import Book
from btbot.engine.ledger import ORDER_COLUMNS, Ledger, Trade
from btbot.engine.market import Market
from btbot.engine.recorder import Recorder
from btbot.engine.timeline import Timeline
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.summary import summarize
from btbot.records import RunResult
from btbot.timeframe import Timeframe

TRADE_COLUMNS = (
    "strategy", "symbol", "side", "size", "entry_time", "entry_price", "exit_time", "exit_price", "pnl", "fees",
    "bars_held", "exit_reason",
)  # fmt: skip
_NO_TIME = np.iinfo(np.int64).min


def assemble(
    config: RunConfig,
    *,
    ledger: Ledger,
    recorder: Recorder,
    timeline: Timeline,
    market: Market,
    books: list[Book],
    engine: str,
    cuts: int,
    start_ms: int | None,
) -> RunResult:
    """Return the result of a finished run; it begins at `start_ms`."""
    first = 0 if start_ms is None else int(np.searchsorted(timeline.open_time, start_ms))
    equity, cash, open_positions = recorder.account()
    equity, cash, open_positions = equity[first:], cash[first:], open_positions[first:]
    open_time, time = timeline.open_time[first:], timeline.time[first:]
    bars = dict(market.bars)
    trades = trade_table(ledger, bars)
    benchmark = buy_and_hold(bars, time, config.capital)
    metrics = _metrics(config, ledger, open_time, equity, trades, open_positions, benchmark)
    metrics["engine"] = engine
    metrics["data_fingerprint"] = market.fingerprint
    metrics["synthetic"] = market.synthetic
    metrics["lookahead_cuts"] = cuts
    shown = settled(config)
    return RunResult(
        name=shown["name"],
        config=shown,
        metrics=metrics,
        trades=trades,
        orders=order_table(ledger, bars),
        equity=pd.DataFrame({"time": _utc(time), "equity": equity, "cash": cash}),
        bars={symbol: item.between(start_ms, None) for symbol, item in bars.items()},
        overlays={book.bars.symbol: _overlays(book, start_ms) for book in books},
        findings=market.findings,
        notes=ledger.notes,
    )


def _metrics(
    config: RunConfig,
    ledger: Ledger,
    open_time: npt.NDArray[np.int64],
    equity: npt.NDArray[np.float64],
    trades: pd.DataFrame,
    open_positions: npt.NDArray[np.int64],
    benchmark: npt.NDArray[np.float64],
) -> dict[str, Any]:
    return dict(
        summarize(
            open_time_ms=open_time, equity=equity, capital=config.capital, trades=trades,
            open_positions=open_positions, fees_paid=ledger.fees_paid, funding_paid=ledger.funding_paid,
            borrow_paid=ledger.borrow_paid, slippage_paid=ledger.slippage_paid,
            traded_notional=ledger.traded_notional, benchmark=benchmark,
            periods_per_year=Timeframe.parse("1d").per_year(config.calendar),
        )
    )  # fmt: skip


def _overlays(book: Book, start_ms: int | None) -> dict[str, Any]:
    first = 0 if start_ms is None else int(np.searchsorted(book.bars.time, start_ms))
    return {name: values[first:] for name, values in book.plan.plot.items()}


def _utc(time_ms: npt.NDArray[np.int64]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(time_ms.astype("datetime64[ms]")).tz_localize("UTC")


def trade_table(ledger: Ledger, bars: dict[str, Bars]) -> pd.DataFrame:
    """Return one row a round trip, open ones last, marked at the last close."""
    series = list(bars.values())
    rows = [_closed_row(trade, ledger.symbols, series) for trade in ledger.closed]
    rows += [_open_row(trade, ledger.symbols, series) for trade in ledger.open_trades]
    columns: dict[str, Any] = dict(zip(TRADE_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else {}
    table = pd.DataFrame({name: list(columns.get(name, ())) for name in TRADE_COLUMNS})
    for name in ("strategy", "symbol", "side", "exit_reason"):
        table[name] = pd.Series(columns.get(name, ()), dtype="str")
    for name in ("entry_time", "exit_time"):
        table[name] = _utc(np.array(columns.get(name, ()), dtype=np.int64))
    for name in ("size", "entry_price", "exit_price", "pnl", "fees"):
        table[name] = np.array(columns.get(name, ()), dtype=np.float64)
    table["bars_held"] = np.array(columns.get("bars_held", ()), dtype=np.int64)
    return table


def _closed_row(trade: Trade, symbols: list[str], series: list[Bars]) -> tuple[Any, ...]:
    number = int(trade.symbol)
    time = series[number].time
    return (
        trade.strategy, symbols[number], "long" if trade.side > 0 else "short", trade.size,
        int(time[trade.entry_bar]), trade.entry_price, int(time[trade.exit_bar]), trade.exit_price, trade.pnl,
        trade.fees, trade.exit_bar - trade.entry_bar, trade.reason,
    )  # fmt: skip


def _open_row(trade: Trade, symbols: list[str], series: list[Bars]) -> tuple[Any, ...]:
    number = int(trade.symbol)
    bars = series[number]
    marked = trade.side * trade.held * (float(bars.close[-1]) - trade.cost)
    return (
        trade.strategy, symbols[number], "long" if trade.side > 0 else "short", trade.held,
        int(bars.time[trade.entry_bar]), trade.entry_price, _NO_TIME, float("nan"), trade.pnl + marked, trade.fees,
        len(bars) - trade.entry_bar, "open",
    )  # fmt: skip


def order_table(ledger: Ledger, bars: dict[str, Bars]) -> pd.DataFrame:
    """Return one row an order, in the order of their ids.

    ``created_time`` is the close at which it was sent, ``fill_time`` the open of the bar of its (last) fill.
    """
    columns = dict(zip(ORDER_COLUMNS, zip(*sorted(ledger.orders), strict=True), strict=True)) if ledger.orders else {}
    numbers = np.array(columns.get("symbol", ()), dtype=np.int64)
    lengths = np.array([item.timeframe.ms for item in bars.values()], dtype=np.int64)
    columns["symbol"] = tuple(ledger.symbols[number] for number in numbers)
    table = pd.DataFrame({name: _column(name, columns.get(name, ())) for name in ORDER_COLUMNS})
    table["id"] = np.arange(1, len(table) + 1)  # Backtrader counts on from run to run
    table["created_time"] = _from_host(table["created_time"].to_numpy())
    table["fill_time"] = _from_host(table["fill_time"].to_numpy()) - pd.to_timedelta(lengths[numbers], unit="ms")
    return table


def _column(name: str, values: tuple[Any, ...]) -> pd.Series[Any]:
    """Return a column of orders with the type that it has in every run, orders or not."""
    if name == "id":
        return pd.Series(np.array(values, dtype=np.int64))
    if name in ("strategy", "symbol", "side", "type", "status", "reason"):
        return pd.Series(values, dtype="str")
    return pd.Series(np.array(values, dtype=np.float64))


def _from_host(days: npt.NDArray[np.float64]) -> pd.DatetimeIndex:
    """Return UTC times, to the millisecond, of Backtrader's day numbers; NaN gives NaT."""
    epoch = bt.date2num(pd.Timestamp(0).to_pydatetime())
    ms = np.full(len(days), _NO_TIME, dtype=np.int64)
    known = ~np.isnan(days)
    ms[known] = np.round((days[known] - epoch) * 86_400_000.0).astype(np.int64)
    return _utc(ms)
