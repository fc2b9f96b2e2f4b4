"""``search.html``: the whole search on one page that works offline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from btbot.report.page import (
    Cell,
    Html,
    chart,
    chooser,
    command,
    controls,
    facts,
    grid,
    page,
    panel,
    paragraph,
    read,
    section,
    table,
    tiles,
    titled,
)
from btbot.report.search import best, panels, text, verdict
from btbot.report.search.drawing import LINES, MAPPED, POINTS, drawing
from btbot.report.search.finished import Finished, rank
from btbot.report.search.given import Overfit, SearchResult
from btbot.report.search.importance import METHOD
from btbot.report.search.words import label, shown, word

ROWS = 200
_SCRIPT = Path(__file__).with_name("page.js")
_TILES = ("total_return", "sharpe", "max_drawdown", "total_trades")
_COLUMNS = (*_TILES, "win_rate", "profit_factor", "exposure", "fees_paid")
_NO_OBJECTIVE = Html("")


def render(result: SearchResult, overfit: Overfit | None) -> str:
    """Return the whole page; it fetches nothing.

    Parameters
    ----------
    result
        A finished search of any size, also one in which every setting failed.
    overfit
        What the examination for overfitting found; None says that there was none.

    Returns
    -------
    HTML. The first line says SYNTHETIC if the candles were generated.
    """
    content = drawing(result, overfit)
    body = [_top(result, overfit), *_ranked(result), *panels.overfitting(overfit, content)]
    if "levels" in content:
        body += [*_importance(content), *_heat(content), _slices(content), *_parallel(content), *_front(content)]
    body += [panels.checked(result), *panels.failures(result), *panels.notes(result)]
    body.append(section("What was searched", facts(text.searched(result))))
    return page(
        title=f"{result.name}: search",
        lead=f"{text.counts(result)}. Objective: {text.goals(result)}.",
        body=body,
        data=content,
        script=read(_SCRIPT),
        synthetic=bool(result.evaluator.market.synthetic),
    )


def _top(result: SearchResult, overfit: Overfit | None) -> Html:
    said = [paragraph(verdict.headline(overfit), "verdict"), *map(paragraph, verdict.sentences(overfit)[:1])]
    banner = panel(*said, kind=verdict.TONES.get(verdict.verdict(overfit), ""))
    trial = result.best_trial
    if trial is None:
        return section("No best setting", banner, paragraph(best.missing(result)))
    row = result.trials.frame(np.array([trial])).iloc[0]
    names = [name for name in _figures(result, _TILES) if name in row]
    figures = [(label(name), shown(name, float(row[name]))) for name in names]
    setting = [(key, word(value)) for key, value in result.trials.setting(trial).items()]
    without = best.missing(result)
    todo = paragraph(without) if without else command("Run it:", "python -m btbot run best.yml", "in this folder.")
    title = f"Best setting: rank {rank(result, trial)}, trial {trial:,d}"
    return section(title, banner, tiles(figures), facts(setting), todo)


def _figures(result: SearchResult, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*(name for name, _ in result.objectives), *names]))


def _ranked(result: SearchResult) -> list[Html]:
    numbers = Finished.of(result).numbers[:ROWS]
    if not len(numbers):
        return []
    frame = result.trials.frame(numbers)
    names = [name for name in _figures(result, _COLUMNS) if name in frame]
    rows = []
    for at, number in enumerate(numbers):
        setting = [_cell(value) for value in result.trials.setting(int(number)).values()]
        figures = [_figure(name, float(frame[name].iloc[at])) for name in names]
        rows.append([_cell(at + 1), _cell(int(number)), *setting, *figures])
    titles = ["Rank", "Trial", *(one.label for one in result.trials.dimensions), *(label(name) for name in names)]
    note = (
        f"The best {len(rows):,d} of {len(result.trials):,d}. A click on a name sorts. "
        "More are in trials.csv, all in trials.parquet."
    )
    return [section("Ranked settings", paragraph(note), table(titles, rows, sortable=True))]


def _cell(value: Any) -> Cell:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(word(value), float(value) if is_number else None)


def _figure(name: str, value: float) -> Cell:
    return Cell(shown(name, value), None if math.isnan(value) else value)


def _objective(content: dict[str, Any], name: str) -> Html:
    """Return a chooser between several objectives; nothing where there is one."""
    texts = [one["text"] for one in content["objectives"]]
    return chooser(name, "Objective", texts) if len(texts) > 1 else _NO_OBJECTIVE


def _importance(content: dict[str, Any]) -> list[Html]:
    if not any(content["importance"]):
        return []
    choice = controls(_objective(content, "importance-objective"))
    place = chart("importance", "Share of the variance of the objective that each parameter explains", "low")
    return [section("What decides", paragraph(METHOD), choice, place)]


def _heat(content: dict[str, Any]) -> list[Html]:
    if not content["heat"]:
        return []
    names, mapped = content["dimensions"], sorted(content["order"][:MAPPED])
    note = (
        "A cell holds all settings with these two values: it shows the best of them, or their median. Empty cells "
        "were not tried or gave no number. The ring is the best setting."
    )
    if len(mapped) < len(names):
        note += f" There are maps of the {MAPPED} parameters that decide most."
    texts = [names[one] for one in mapped]
    across, up = (mapped.index(one) for one in content["order"][:2])
    row = controls(
        chooser("heat-x", "Across", texts, across),
        chooser("heat-y", "Up", texts, up),
        chooser("heat-what", "Show", ["best", "median", "number of settings"]),
        _objective(content, "heat-objective"),
    )
    place = chart("heat", "Heat map of the objective over two parameters", "tall")
    return [section("The surface over two parameters", paragraph(note), row, place)]


def _slices(content: dict[str, Any]) -> Html:
    note = (
        "One parameter changes, the others stay at the best setting: filled points are exactly that; open ones are the "
        "nearest settings that were tried, which differ in other parameters too and say less. The band reaches from "
        "the best to the worst value over all other parameters, the dotted line is their median. A setting to trust "
        "stands on a plain: its neighbours are nearly as good."
    )
    names = content["dimensions"]
    places = [
        titled(names[at], chart(f"slice-{at}", f"Objective against {names[at]}", "low")) for at in content["order"]
    ]
    choice = controls(_objective(content, "slice-objective"))
    return section("Slices through the best setting", paragraph(note), choice, grid(*places))


def _parallel(content: dict[str, Any]) -> list[Html]:
    if len(content["dimensions"]) < 2:
        return []
    note = (
        "Every line is a setting: pale where the objective is poor, strong where it is good, orange the best twelfth. "
        "Where strong lines run together, the parameter decides; where they fan out, it does not."
    )
    row = controls(
        chooser("parallel-what", "Show", ["best 50", "best 200", f"best {LINES:,d}", f"{LINES:,d} over all ranks"], 3),
        _objective(content, "parallel-objective"),
    )
    place = chart("parallel", "Parallel coordinates of the settings", "wide")
    return [section("Settings as lines", paragraph(note), row, place)]


def _front(content: dict[str, Any]) -> list[Html]:
    if not content["front"]:
        return []
    texts = [one["text"] for one in content["objectives"]]
    note = (
        "On the line, nothing gets better in one objective without getting worse in another. Grey are others, "
        f"{POINTS:,d} at most, evenly over the ranks."
    )
    row = controls(chooser("front-x", "Across", texts, 0), chooser("front-y", "Up", texts, 1))
    place = chart("front", "Settings by two objectives, the Pareto front among them", "tall")
    return [section("Pareto front", paragraph(note), row, place)]
