"""Pictures of a run: equity against buy-and-hold, drawdown, returns by month."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btbot.bars import FloatArray, IntArray
from btbot.metrics.drawdown import drawdown_curve, drawdown_table
from btbot.metrics.monthly import MONTHS, monthly_table, yearly_returns
from btbot.records import RunResult
from btbot.report.palette import BENCHMARK, GAIN, GRID, INK, LOSS, MUTED, PAPER, STRATEGY, WARNING
from btbot.report.series import Curves, curves, thin

POINTS = 3000
_DPI = 150
_LOG_FROM = 5.0  # a range of this factor hides the early years on a linear axis
_SECONDS = "datetime64[s]"


def write_plots(result: RunResult, folder: Path) -> None:
    """Write ``equity.png``, ``drawdown.png`` and ``monthly_returns.png`` into an existing folder.

    Nothing global is touched, so that several runs may be drawn at once in threads.
    """
    curve = curves(result)
    for name, draw in (("equity", equity), ("drawdown", drawdown), ("monthly_returns", monthly_returns)):
        draw(result, curve).savefig(folder / f"{name}.png", dpi=_DPI, facecolor=PAPER)


def equity(result: RunResult, curve: Curves) -> Any:
    """Return a Figure: equity and buy-and-hold above, both drawdowns below, on one time axis."""
    figure = _figure(11, 6.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    figure.subplots_adjust(left=0.075, right=0.86, top=0.86, bottom=0.07, hspace=0.08)
    _title(figure, result, "Equity", _headline(result))
    ends = []
    for values, colour, width, name in (
        (curve.benchmark, BENCHMARK, 1.2, "Buy and hold"),
        (curve.equity, STRATEGY, 1.6, "Strategy"),
    ):
        _line(upper, curve.time, values, color=colour, linewidth=width)
        if len(values):
            ends.append((float(values[-1]), f"{name}\n{_percent(values[-1] / curve.capital - 1)}", colour))
    upper.axhline(curve.capital, color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    _value_axis(upper, np.concatenate([curve.equity, curve.benchmark]))
    _end_labels(upper, ends)
    under = -drawdown_curve(curve.equity, curve.capital)
    held = -drawdown_curve(curve.benchmark, curve.capital)
    _line(lower, curve.time, held, color=BENCHMARK, linewidth=0.9)
    _area(lower, curve.time, under)
    lower.set_ylim(-1.05 * max(-_lowest(under), -_lowest(held), 0.001), 0)
    _percent_axis(lower)
    lower.text(1.012, 0.5, "Drawdown", transform=lower.transAxes, va="center", size=9.5, color=LOSS, weight="bold")
    for axes in (upper, lower):
        _plain(axes)
    _dates(lower, curve)
    return figure


def drawdown(result: RunResult, curve: Curves) -> Any:
    """Return a Figure: the distance below the last peak, its five deepest stretches named."""
    figure = _figure(11, 4.6)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.075, right=0.86, top=0.80, bottom=0.1)
    depth = float(result.metrics.get("max_drawdown") or 0.0)
    _title(figure, result, "Drawdown", f"Distance from the last peak at bar closes, deepest {_percent(-depth)}")
    fall = drawdown_curve(curve.equity, curve.capital)
    held = drawdown_curve(curve.benchmark, curve.capital)
    _line(axes, curve.time, -held, color=BENCHMARK, linewidth=0.9)
    _area(axes, curve.time, -fall)
    axes.set_ylim(-1.18 * max(float(fall.max(initial=0.0)), float(held.max(initial=0.0)), 0.001), 0)
    _percent_axis(axes)
    _plain(axes)
    _dates(axes, curve)
    _name_valleys(axes, drawdown_table(curve.open_time, fall, count=5))
    if len(fall):
        ends = [(-float(held[-1]), "Buy and hold", BENCHMARK), (-float(fall[-1]), "Strategy", LOSS)]
        _end_labels(axes, ends)
    return figure


def _name_valleys(axes: Any, deepest: pd.DataFrame) -> None:
    from matplotlib.dates import date2num

    taken: list[tuple[float, float]] = []
    for row in deepest.to_dict("records"):
        depth, days = float(row["depth"]), float(row["days"])
        at = row["valley"].tz_localize(None).to_datetime64()
        x, y = axes.transAxes.inverted().transform(axes.transData.transform((date2num(at), -depth)))
        near = any(abs(x - a) < 0.17 and abs(y - b) < 0.12 for a, b in taken)
        if near or depth < 0.2 * deepest["depth"].max():
            continue
        taken.append((x, y))
        axes.annotate(
            f"{_percent(-depth)}, {days:,.{0 if days >= 10 else 1}f} days",
            (at, -depth),
            (0, -6),
            textcoords="offset points",
            ha="left" if x < 0.08 else "right" if x > 0.92 else "center",
            va="top",
            size=8.5,
            color=INK,
            bbox={"facecolor": PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
        )


def monthly_returns(result: RunResult, curve: Curves) -> Any:
    """Return a Figure: one cell a month, orange to blue, the year's return at the right."""
    months = monthly_table(curve.open_time, curve.equity, curve.capital)
    years = yearly_returns(curve.open_time, curve.equity, curve.capital)
    rows = max(len(months), 1)
    height = 1.5 + 0.42 * rows
    figure = _figure(11, height)
    axes = figure.add_axes((0.06, 0.25 / height, 0.92, 0.42 * rows / height))
    _title(figure, result, "Returns by month", "Percent, UTC months, first and last may be incomplete")
    values = np.column_stack([months.to_numpy(np.float64), years.to_numpy(np.float64)])
    limit = float(np.nanpercentile(np.abs(values[:, :12]), 95)) if len(months) else 0.0
    _cells(axes, values, limit or 0.01)
    axes.set_xlim(-0.5, 12.75)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xticks([*range(12), 12.25], [*MONTHS, "Year"], color=MUTED)
    axes.set_yticks(range(len(months)), [str(year) for year in months.index], color=MUTED)
    axes.tick_params(length=0, labelsize=9.5, top=False, labeltop=True, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


def _cells(axes: Any, values: FloatArray, limit: float) -> None:
    from matplotlib.patches import Rectangle

    for row, column in np.ndindex(*values.shape):
        value = float(values[row, column])
        if math.isnan(value):
            continue
        strength = min(abs(value) / limit, 1.0) if column < 12 else 0.0
        x = column + 0.25 * (column == 12)
        colour = _blend(GAIN if value > 0 else LOSS, 0.85 * strength)
        axes.add_patch(Rectangle((x - 0.47, row - 0.45), 0.94, 0.9, facecolor=colour))
        text = f"{value * 100:+.1f}" if abs(value) < 10 else f"{value * 100:+,.0f}"
        ink = PAPER if strength > 0.6 else INK
        weight = "bold" if column == 12 else "normal"
        axes.text(x, row, text, ha="center", va="center", size=9, color=ink, weight=weight)


def _blend(colour: str, strength: float) -> tuple[float, ...]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(0.965 + (part - 0.965) * strength for part in parts)


def _figure(width: float, height: float) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _title(figure: Any, result: RunResult, subject: str, below: str) -> None:
    inch = 1 / figure.get_figheight()
    start = ""
    if result.metrics.get("synthetic"):
        start = "SYNTHETIC   "
        figure.text(0.985, 1 - 0.38 * inch, "generated candles", ha="right", size=9.5, color=WARNING)
    name = _literal(f"{start}{subject}: {result.name}, {', '.join(result.bars)}")
    figure.text(0.02, 1 - 0.38 * inch, _shorten(name, 90), size=14, weight="bold", color=INK)
    figure.text(0.02, 1 - 0.66 * inch, below, size=9.5, color=MUTED)


def _literal(text: str) -> str:
    """Return the text with ``$`` escaped: matplotlib reads what stands between two of them as a formula."""
    return "".join(one if one.isprintable() else "?" for one in text).replace("$", r"\$")


def _shorten(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip(chr(92))}…"


def _headline(result: RunResult) -> str:
    figures = result.metrics
    parts = []
    for name, text in (("cagr", "CAGR"), ("max_drawdown", "max drawdown"), ("exposure", "exposure")):
        if figures.get(name) is not None and math.isfinite(figures[name]):
            parts.append(f"{text} {figures[name] * 100:,.1f} %")
    if figures.get("sharpe") is not None and math.isfinite(figures["sharpe"]):
        parts.append(f"Sharpe {figures['sharpe']:.2f}")
    return ",  ".join([*parts, f"{figures.get('total_trades', 0):,d} closed trades", "costs included"])


def _line(axes: Any, time: IntArray, values: FloatArray, **style: Any) -> None:
    at = thin(values, POINTS)
    marker = "o" if len(at) == 1 else None
    axes.plot((time[at] // 1000).astype(_SECONDS), values[at], marker=marker, solid_joinstyle="round", **style)


def _area(axes: Any, time: IntArray, under: FloatArray) -> None:
    at = thin(under, POINTS)
    moments = (time[at] // 1000).astype(_SECONDS)
    axes.fill_between(moments, under[at], 0, color=LOSS, alpha=0.22, linewidth=0)
    axes.plot(moments, under[at], color=LOSS, linewidth=0.9)


def _value_axis(axes: Any, values: FloatArray) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    if low > 0 and high / low > _LOG_FROM:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))


def _percent_axis(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:.6g} %"))


def _end_labels(axes: Any, ends: list[tuple[float, str, str]]) -> None:
    """Write names at the right end of their curves, moved apart where they would touch."""
    to_axes = axes.transData + axes.transAxes.inverted()
    places = sorted((float(to_axes.transform((0, value))[1]), text, colour) for value, text, colour in ends)
    if len(places) == 2 and places[1][0] - places[0][0] < 0.12:
        middle = (places[0][0] + places[1][0]) / 2
        places = [(middle + shift, *one[1:]) for shift, one in zip((-0.06, 0.06), places, strict=True)]
    for y, text, colour in places:
        ink = MUTED if colour == BENCHMARK else colour
        axes.text(1.012, y, text, transform=axes.transAxes, va="center", size=9.5, color=ink, weight="bold")


def _plain(axes: Any) -> None:
    axes.grid(visible=True, axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=9, labelcolor=MUTED)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)


def _dates(axes: Any, curve: Curves) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    if len(curve.time):
        pad = max(int(curve.time[-1] - curve.open_time[0]) // 100, 1000)
        edges = np.array([curve.open_time[0] - pad, curve.time[-1] + pad]) // 1000
        axes.set_xlim(edges.astype(_SECONDS))
    locator = AutoDateLocator(minticks=3, maxticks=9, tz="UTC")
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz="UTC"))
    axes.xaxis.get_offset_text().set_color(MUTED)


def _percent(value: float) -> str:
    return f"{value * 100:+,.1f} %" if abs(value) < 1000 else f"{value:+.3g} times"


def _lowest(values: FloatArray) -> float:
    return float(values.min()) if len(values) else 0.0
