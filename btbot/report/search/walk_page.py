"""``walkforward.html``: the whole walk-forward on one page that works offline."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from btbot.metrics.labels import LABELS
from btbot.report.layout import NOTHING, show
from btbot.report.page import (
    Cell,
    Html,
    bullets,
    chart,
    chooser,
    controls,
    facts,
    grid,
    packed,
    page,
    paragraph,
    read,
    section,
    table,
    tiles,
    titled,
)
from btbot.report.search.given import Dimension
from btbot.report.search.walk_given import Drift, Step, WalkForward
from btbot.report.search.walk_text import RIVALS, STEADINESS, contenders, moment, overview, span, steadiness
from btbot.report.search.words import label, shown, word
from btbot.report.series import curves, thin

POINTS = 6_000
_SCRIPT = Path(__file__).with_name("walk_page.js")
_TILES = ("total_return", "cagr", "sharpe", "max_drawdown", "total_trades")
_BARS = ("annual_return", "total_return", "sharpe", "max_drawdown")
_COLUMNS = {"annual_return": "Annual return", "sharpe": "Sharpe", "max_drawdown": "Drawdown"}


def render(result: WalkForward) -> str:
    """Return the whole page; it fetches nothing. The first line says SYNTHETIC if the candles were generated."""
    first, last = span(result)
    body = [
        _top(result),
        _equity(),
        _windows(),
        _parameters(result),
        section("Every window", table(_titles(result), [_row(result, step) for step in result.steps], sortable=True)),
        *([section("Notes", bullets(result.notes))] if result.notes else []),
    ]
    return page(
        title=result.run.name,
        lead=f"Traded from {first} to {last} UTC with what each window before had found; after costs.",
        body=body,
        data=drawing(result),
        script=read(_SCRIPT),
        synthetic=bool(result.run.metrics.get("synthetic")),
    )


def _top(result: WalkForward) -> Html:
    metrics = result.run.metrics
    figures = [(LABELS[name].text, shown(name, metrics.get(name))) for name in _TILES]
    kept = NOTHING if math.isnan(result.efficiency) else show(result.efficiency, "percent")
    figures += [("Efficiency", kept), ("Profitable windows", show(result.profitable, "percent"))]
    rows: list[list[Cell | str]] = [
        [name, *(_cell(one, values.get(one)) for one in RIVALS)] for name, values in contenders(result)
    ]
    note = (
        "All on the same out-of-sample span. The best in hindsight was searched on that very span: by the objective no "
        "setting of the space could have done better, and nobody could have known it."
    )
    return section(
        "Out of sample",
        tiles(figures),
        facts(overview(result)),
        titled("Against other ways to trade the same span", paragraph(note, "note")),
        table(["", *map(label, RIVALS)], rows),
    )


def _equity() -> Html:
    return section(
        "Equity",
        paragraph("One account through all test windows; lines down are their borders, where the parameters change."),
        controls(chooser("scale", "Scale", ["linear", "logarithmic"])),
        chart("equity", "Equity of the walk-forward and of everything that it is measured against"),
    )


def _windows() -> Html:
    note = "What the chosen setting had shown in its train window, and what it then did when it was traded."
    return section(
        "In sample and out of sample",
        paragraph(note),
        controls(chooser("figure", "Figure", [label(name) for name in _BARS])),
        chart("windows", "A figure of each window, in sample beside out of sample", "low"),
    )


def _parameters(result: WalkForward) -> Html:
    places = [
        titled(one.label, chart(f"parameter-{at}", f"{one.label}, window by window", "low"))
        for at, one in enumerate(result.drifts)
    ]
    note = "A parameter that jumps from end to end follows noise. Changes are shares of its range."
    rows = [list(row) for row in steadiness(result)]
    return section("Parameters over time", paragraph(note), grid(*places), table(list(STEADINESS), rows))


def _titles(result: WalkForward) -> list[str]:
    both = [f"{text} {part}" for text in _COLUMNS.values() for part in ("in", "out")]
    return ["", "Train", "Test", *(one.label for one in result.dimensions), *both, "Trades", "Efficiency"]


def _row(result: WalkForward, step: Step) -> list[Cell | str]:
    setting = step.choice.setting or {}
    spans = [Cell(" to ".join(moment(one)[:10] for one in part), part[0]) for part in (step.fold.train, step.fold.test)]
    figures = [_cell(name, part.get(name)) for name in _COLUMNS for part in (step.in_sample, step.out_of_sample)]
    return [
        Cell(str(step.fold.number), step.fold.number),
        *spans,
        *(_parameter(setting, one.key) for one in result.dimensions),
        *figures,
        _cell("total_trades", step.out_of_sample.get("total_trades")),
        Cell(show(step.efficiency, "percent"), None if math.isnan(step.efficiency) else step.efficiency),
    ]


def _cell(name: str, value: Any) -> Cell:
    return Cell(shown(name, value), value)


def _parameter(setting: Mapping[str, Any], key: str) -> Cell:
    value = setting.get(key)
    return Cell(NOTHING if value is None else word(value), _number(value))


def drawing(result: WalkForward) -> dict[str, Any]:
    """Return what the script of the page draws."""
    curve = curves(result.run)
    lines = [("Walk-forward", curve.equity), *((rival.text, rival.equity) for rival in result.rivals)]
    kept = [thin(values, POINTS) for _, values in lines]
    return {
        "lines": [
            {"name": name, "time": packed(curve.time[at]), "equity": packed(values[at])}
            for (name, values), at in zip(lines, kept, strict=True)
        ],
        "windows": [_span(step) for step in result.steps],
        "figures": [
            {
                "name": label(name),
                "percent": LABELS[name].kind == "percent",
                "before": [step.in_sample.get(name) for step in result.steps],
                "after": [step.out_of_sample.get(name) for step in result.steps],
            }
            for name in _BARS
        ],
        "parameters": [
            _levels(one, dimension) for one, dimension in zip(result.drifts, result.dimensions, strict=True)
        ],
    }


def _span(step: Step) -> dict[str, Any]:
    return {"number": step.fold.number, "start": step.fold.test[0], "end": step.fold.test[1]}


def _levels(one: Drift, dimension: Dimension) -> dict[str, Any]:
    """Return the values of a parameter by window, and its range, or all choices by name."""
    ends = [_number(value) for value in dimension.choices or (dimension.low, dimension.high)]
    named = None in ends
    return {
        "values": [word(value) if named and value is not None else _number(value) for value in one.chosen],
        "choices": [word(value) for value in dimension.choices] if named else None,
        "range": None if named else ends,
    }


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
