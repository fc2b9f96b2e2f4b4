"""The interactive chart: price, indicators, trades and equity in one page that needs no network."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np
import pandas as pd

from btbot.bars import Bars, FloatArray
from btbot.records import RunResult
from btbot.report.chart_page import PAGE
from btbot.report.page import for_script, packed
from btbot.report.series import Curves, curves, epoch_ms, thin
from btbot.report.text import SYNTHETIC

CANDLES = 20_000
ALL_CANDLES = 60_000
TRADES = 4_000
CURVE_POINTS = 16_000


def render(result: RunResult) -> str:
    """Return the whole page.

    At most `CANDLES` candles a symbol (and about `ALL_CANDLES` in all) and `TRADES` trades a symbol are drawn;
    where there are more, neighbouring bars are put together, the trades with the largest profit or loss are
    kept, and the page says so. Names out of the data are shown as text, never read as markup.

    Parameters
    ----------
    result
        A finished run with `bars`; overlays are optional.

    Returns
    -------
    HTML with plotly.js inside. The first line says SYNTHETIC if the candles were generated.
    """
    from plotly.offline import get_plotlyjs

    synthetic = bool(result.metrics.get("synthetic"))
    cap = max(min(CANDLES, ALL_CANDLES // max(len(result.bars), 1)), 100)
    data = {
        "symbols": [_symbol(result, symbol, cap) for symbol in result.bars],
        "equity": _equity(curves(result)),
    }
    parts = {
        "comment": "<!-- SYNTHETIC -->" if synthetic else "",
        "banner": f'<p class="synthetic">{SYNTHETIC}</p>' if synthetic else "",
        "title": html.escape(f"{'SYNTHETIC ' if synthetic else ''}{result.name}: trades"),
        "name": html.escape(result.name),
        "summary": html.escape(_summary(result)),
        "data": for_script(data),
        "plotly": get_plotlyjs(),
    }
    return "".join(parts[piece] if at % 2 else piece for at, piece in enumerate(PAGE.split("@@")))


def _summary(result: RunResult) -> str:
    figures = result.metrics
    parts = [f"{figures.get('total_trades', 0):,d} closed trades"]
    shares = {"total_return": "return", "max_drawdown": "max drawdown", "win_rate": "won"}
    for name, text in shares.items():
        value = figures.get(name)
        if value is not None and math.isfinite(value):
            parts.append(f"{text} {value * 100:,.1f} %")
    return ", ".join(parts)


def _symbol(result: RunResult, symbol: str, cap: int) -> dict[str, Any]:
    bars: Bars = result.bars[symbol]
    overlays = result.overlays.get(symbol, {})
    together = max(-(-len(bars) // cap), 1)
    first = np.arange(0, len(bars), together)
    last = np.minimum(first + together, len(bars)) - 1
    notes = [f"one candle shows {together} bars of {bars.timeframe}"] if together > 1 else []
    trades = result.trades[result.trades["symbol"] == symbol]
    if len(trades) > TRADES:
        notes.append(f"{TRADES:,d} of {len(trades):,d} trades: those with the largest profit or loss")
        trades = trades.loc[trades["pnl"].abs().nlargest(TRADES).index.sort_values()]
    return {
        "name": symbol,
        "timeframe": str(bars.timeframe),
        "notes": notes,
        "candle_ms": bars.timeframe.ms * together,
        "time": packed(bars.time[first]),
        "open": packed(bars.open[first]),
        "high": packed(np.maximum.reduceat(bars.high, first) if len(bars) else bars.high),
        "low": packed(np.minimum.reduceat(bars.low, first) if len(bars) else bars.low),
        "close": packed(bars.close[last]),
        "volume": packed(np.add.reduceat(bars.volume, first) if len(bars) else bars.volume),
        "overlays": [_overlay(name, np.asarray(values, np.float64), bars, last) for name, values in overlays.items()],
        "trades": _trades(trades),
    }


def _overlay(name: str, values: FloatArray, bars: Bars, last: Any) -> dict[str, Any]:
    return {"name": html.escape(name), "values": packed(values[last]), "on_price": _near_price(values, bars)}


def _near_price(values: FloatArray, bars: Bars) -> bool:
    """Return whether an indicator is a price (drawn over the candles) or has a scale of its own."""
    known = values[np.isfinite(values)]
    if not len(known) or not len(bars):
        return True
    low, high = float(bars.low.min()), float(bars.high.max())
    return low / 1.5 <= float(np.median(known)) <= high * 1.5


def _trades(trades: pd.DataFrame) -> dict[str, Any]:
    def texts(name: str) -> list[str]:
        return [html.escape(str(one)) for one in trades[name]]

    def times(name: str) -> list[int | None]:
        known = trades[name].notna().to_numpy()
        stamps = np.zeros(len(trades), np.int64)
        stamps[known] = epoch_ms(trades.loc[known, name])
        return [int(one) if is_known else None for one, is_known in zip(stamps, known, strict=True)]

    def numbers(name: str) -> list[float | None]:
        return [float(one) if math.isfinite(one) else None for one in trades[name]]

    floats = ("size", "entry_price", "exit_price", "pnl", "fees", "bars_held")
    return {
        **{name: texts(name) for name in ("strategy", "side", "exit_reason")},
        **{name: times(name) for name in ("entry_time", "exit_time")},
        **{name: numbers(name) for name in floats},
    }


def _equity(curve: Curves) -> dict[str, Any]:
    at = np.union1d(thin(curve.equity, CURVE_POINTS // 2), thin(curve.benchmark, CURVE_POINTS // 2))
    if not len(curve.time):
        at = np.zeros(0, np.int64)
    return {
        "time": packed(curve.time[at]),
        "equity": packed(curve.equity[at]),
        "benchmark": packed(curve.benchmark[at]),
    }
