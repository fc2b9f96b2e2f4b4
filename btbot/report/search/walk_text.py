"""The walk-forward as plain text: what stands before the report of its stitched run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from btbot.report.layout import facts, heading, minutes, show, table, wrapped
from btbot.report.search.walk_given import WalkForward
from btbot.report.search.words import shown, word
from btbot.report.tables import iso_texts

_LENGTHS = ("train", "test", "step", "purge", "embargo")
RIVALS = ("total_return", "cagr", "sharpe", "max_drawdown", "total_trades")
_RIVAL_TITLES = ("return", "CAGR", "Sharpe", "drawdown", "trades")


def render(result: WalkForward) -> list[str]:
    """Return the lines: what it came to, against what, window by window, and how steady the parameters were."""
    return [
        *heading("Walk-forward, out of sample"),
        *facts(overview(result)),
        *heading("Against other ways to trade the same span"),
        *table(["", *_RIVAL_TITLES], [[name, *_figures(metrics)] for name, metrics in contenders(result)]),
        *heading("Windows"),
        *_windows(result),
        *heading("Steadiness of the parameters"),
        *table(list(STEADINESS), steadiness(result)),
        *(line for note in result.notes for line in wrapped(note)),
    ]


def introduce(result: WalkForward) -> None:
    """Give the stitched run its preface, and the command that makes it again."""
    result.run.preface = render(result)
    result.run.command = "walkforward"


def overview(result: WalkForward) -> list[tuple[str, str]]:
    """Return names and texts of what a reader wants to know first."""
    section = result.run.config["walkforward"]
    lengths = [f"{name} {_length(section[name])}" for name in _LENGTHS if section.get(name)]
    first, last = span(result)
    before, after = (show(one, "percent") for one in (result.in_sample_return, result.out_of_sample_return))
    verified = sum(step.choice.verified for step in result.steps)
    won = round(result.profitable * len(result.steps))
    kept = f"{result.efficiency * 100:,.0f} %: out of sample over in sample; Pardo asks for at least 50 %"
    if math.isnan(result.efficiency):
        kept = "not defined, because the in-sample return is not positive"
    return [
        ("Windows", f"{len(result.steps)}, {section['kind']}: {', '.join(lengths)}"),
        ("Traded (UTC)", f"{first} to {last}"),
        ("Settings tried", f"{result.trials:,d} in all windows"),
        ("Annual return", f"{before} in sample, {after} out of sample (not compounded)"),
        ("Efficiency", kept),
        (
            "Verified",
            f"{verified} of {len(result.steps)} settings, by running their train window through Cerebro again",
        ),
        ("Profitable", f"{won} of {len(result.steps)} windows ({show(result.profitable, 'percent')})"),
    ]


def _length(value: int | str) -> str:
    return f"{value:,d} bars" if isinstance(value, int) else value


def span(result: WalkForward) -> tuple[str, str]:
    """Return beginning and end of the out-of-sample span."""
    return moment(result.steps[0].fold.test[0]), moment(result.steps[-1].fold.test[1])


def moment(time_ms: int) -> str:
    """Return a time as a reader wants it.

    Examples
    --------
    >>> moment(1_640_995_200_000)
    '2022-01-01 00:00'
    """
    return minutes(str(iso_texts(np.array([time_ms]))[0]))


def contenders(result: WalkForward) -> list[tuple[str, Mapping[str, Any]]]:
    """Return name and figures of the walk-forward and of everything that it is measured against."""
    return [("Walk-forward", result.run.metrics), *((rival.text, rival.metrics) for rival in result.rivals)]


def _figures(metrics: Mapping[str, Any]) -> list[str]:
    return [shown(name, metrics.get(name)) for name in RIVALS]


def _windows(result: WalkForward) -> list[str]:
    labels = [one.label for one in result.dimensions]
    titles = ["", "traded from", *labels, "return in", "out", "Sharpe in", "out", "trades"]
    rows = []
    for step in result.steps:
        setting = step.choice.setting or {}
        returns = [shown("total_return", part.get("total_return")) for part in (step.in_sample, step.out_of_sample)]
        sharpes = [shown("sharpe", part.get("sharpe")) for part in (step.in_sample, step.out_of_sample)]
        values = [word(setting[one.key]) if setting else "-" for one in result.dimensions]
        trades = shown("total_trades", step.out_of_sample.get("total_trades"))
        rows.append([str(step.fold.number), moment(step.fold.test[0]), *values, *returns, *sharpes, trades])
    return table(titles, rows)


STEADINESS = ("parameter", "most often", "kept", "mean change", "largest change")


def steadiness(result: WalkForward) -> list[list[str]]:
    """Return one row a parameter, under `STEADINESS`; changes are shares of the parameter's range."""
    rows = []
    for one in result.drifts:
        often = ", ".join(f"{word(value)} ({count})" for value, count in one.counts[:3])
        rows.append(
            [one.label, often, *(show(value, "percent") for value in (one.kept, one.mean_change, one.largest_change))]
        )
    return rows
