"""One run out of the test windows of a walk-forward, as if they had been traded one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from btbot import engine
from btbot.analyzer import figure, label
from btbot.bars import FloatArray
from btbot.config import RunConfig, settled
from btbot.engine.attach import load_analyzers
from btbot.engine.timeline import IntArray, Timeline
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.summary import summarize
from btbot.records import RunResult
from btbot.timeframe import Timeframe

_SUMS = ("fees_paid", "funding_paid", "borrow_paid", "slippage_paid", "traded_notional")
_LONGEST_NAME = 40


def stitch(
    config: RunConfig, market: engine.Market, window: engine.Window, parts: Sequence[tuple[int, RunResult]]
) -> RunResult:
    """Return one result over the whole out-of-sample span.

    Equity, trades and orders are those of the parts; where no part has a bar the account rests in cash. The figures
    are computed anew over the whole. Analyzers that Cerebro must host bar by bar saw only single windows and are left
    out with a note.

    Parameters
    ----------
    config
        The configuration of the walk-forward; its capital is that of the first part.
    market
        Bars of every symbol, at least those of the span.
    window
        The span, its ends not open.
    parts
        Number and result of each window that was traded, in the order of time; each began with the final equity of
        the one before.
    """
    seen = market.until(window.end_ms)
    timeline = Timeline(list(seen.bars.values()))
    inside = timeline.open_time >= (window.start_ms or 0)
    open_time, time = timeline.open_time[inside], timeline.time[inside]
    equity, cash = _account(time, [part for _, part in parts], config.capital)
    result = RunResult(
        name=f"{settled(config)['name']}: walk-forward",
        config=settled(config),
        metrics={},
        trades=pd.concat([part.trades for _, part in parts], ignore_index=True),
        orders=_orders([part for _, part in parts]),
        equity=pd.DataFrame({"time": _utc(time), "equity": equity, "cash": cash}),
        bars={symbol: bars.between(window.start_ms, None) for symbol, bars in seen.bars.items()},
        findings=market.findings,
        notes=[f"window {number}: {note}" for number, part in parts for note in part.notes],
    )
    result.overlays = {symbol: _overlays(result, symbol, [part for _, part in parts]) for symbol in result.bars}
    benchmark = buy_and_hold(seen.bars, time, config.capital)
    result.metrics = {
        **_metrics(config, result, open_time, benchmark, [part for _, part in parts]),
        "data_fingerprint": seen.fingerprint,
        "synthetic": market.synthetic,
    }
    _analyze(config, result)
    return result


def _account(time: IntArray, parts: list[RunResult], capital: float) -> tuple[FloatArray, FloatArray]:
    """Return equity and cash at every close, each carried forward where nobody traded."""
    closes = np.concatenate([_epoch_ms(part.equity["time"]) for part in parts])
    row = np.searchsorted(closes, time, side="right") - 1
    known = [np.concatenate([part.equity[name].to_numpy(np.float64) for part in parts]) for name in ("equity", "cash")]
    equity, cash = (np.where(row >= 0, values[np.maximum(row, 0)], capital) for values in known)
    return equity, cash


def _metrics(
    config: RunConfig, result: RunResult, open_time: IntArray, benchmark: FloatArray, parts: list[RunResult]
) -> dict[str, Any]:
    totals = {name: float(sum(part.metrics[name] for part in parts)) for name in _SUMS}
    bars = len(open_time)
    metrics = summarize(
        open_time_ms=open_time, equity=result.equity["equity"].to_numpy(np.float64), capital=config.capital,
        trades=result.trades, open_positions=np.zeros(bars, np.int64), benchmark=benchmark,
        periods_per_year=Timeframe.parse("1d").per_year(config.calendar), **totals,
    )  # fmt: skip
    # Positions bar by bar are known to each part alone, which has counted them.
    metrics["exposure"] = sum(part.metrics["exposure"] * part.metrics["bars"] for part in parts) / bars
    metrics["max_concurrent_positions"] = max(part.metrics["max_concurrent_positions"] for part in parts)
    return {
        **metrics,
        "engine": parts[-1].metrics["engine"],
        "lookahead_cuts": sum(part.metrics["lookahead_cuts"] for part in parts),
    }


def _orders(parts: list[RunResult]) -> pd.DataFrame:
    orders = pd.concat([part.orders for part in parts], ignore_index=True)
    orders["id"] = np.arange(1, len(orders) + 1)
    return orders


def _overlays(result: RunResult, symbol: str, parts: list[RunResult]) -> dict[str, FloatArray]:
    """Return the lines of the chart: what each window drew first is one line, and so on."""
    bars = result.bars[symbol]
    drawn = [(part.bars[symbol], list(part.overlays.get(symbol, {}).items())) for part in parts]
    lines: dict[str, FloatArray] = {}
    for place in range(max((len(items) for _, items in drawn), default=0)):
        values = np.full(len(bars), np.nan)
        names: dict[str, None] = {}
        for piece, items in drawn:
            if place < len(items):
                names[items[place][0]] = None
                values[np.searchsorted(bars.time, piece.time)] = items[place][1]
        name = _joined(list(names))
        lines[name if name not in lines else f"{name} ({place + 1})"] = values
    return lines


def _joined(names: list[str]) -> str:
    """Return one name for a line that had several, shortened.

    Examples
    --------
    >>> _joined(["SMA 20", "SMA 50"])
    'SMA 20, SMA 50'
    """
    text = ", ".join(names)
    return text if len(text) <= _LONGEST_NAME else f"{names[0]} and {len(names) - 1} others"


def _analyze(config: RunConfig, result: RunResult) -> None:
    for item in load_analyzers(config):
        if item.hosted:
            result.notes.append(f"analyzer {item.name} looks at bars while they pass and is left out here")
            continue
        result.figures[item.name] = figure(item.cls(**item.params), result, name=item.name)
        result.labels[item.name] = label(item.cls)


def _epoch_ms(times: pd.Series[Any]) -> IntArray:
    return pd.DatetimeIndex(times).as_unit("ms").asi8


def _utc(time_ms: IntArray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(time_ms.astype("datetime64[ms]")).tz_localize("UTC")
