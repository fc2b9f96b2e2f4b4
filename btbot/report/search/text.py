"""The report of a search as plain text, for a console and for ``report.txt``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from btbot.report.layout import NOTHING, WIDTH, facts, heading, minutes, pairs, printable, table, wrapped
from btbot.report.search import best, verdict
from btbot.report.search.finished import Finished, rank
from btbot.report.search.given import Dimension, Overfit, SearchResult
from btbot.report.search.importance import importance
from btbot.report.search.words import label, shown, word
from btbot.report.tables import iso_texts
from btbot.report.text import SYNTHETIC

IN_TABLE = 10
FIGURES = ("total_return", "sharpe", "max_drawdown", "total_trades", "win_rate", "profit_factor", "fees_paid")
_FAILURES = 10
_PAIRS = 3


def render(result: SearchResult, overfit: Overfit | None, *, folder: Path | None = None) -> str:
    """Return the whole report, at most 100 columns wide.

    Parameters
    ----------
    overfit
        What the examination for overfitting found; None says that there was none.
    folder
        Where the search was written, for the command that goes on; None in the folder's own report.

    Returns
    -------
    Lines ending with a line feed, the same ones for the same search. The first one says SYNTHETIC if the candles were
    generated.
    """
    lines = [SYNTHETIC, ""] if result.evaluator.market.synthetic else []
    lines += [*wrapped(f"btbot search: {result.name}", indent=0), "=" * WIDTH]
    said = verdict.sentences(overfit)[:1] or [f"{verdict.headline(overfit)}."]
    lines += [*heading("Verdict"), *(line for one in said for line in wrapped(one))]
    lines += _best(result)
    lines += [*heading("What was searched"), *facts(searched(result))]
    lines += _table(result)
    lines += [*heading("Check against Cerebro"), *(line for one in verification(result) for line in wrapped(one))]
    lines += _importance(result)
    lines += _overfit(overfit)
    lines += _failures(result)
    lines += [*heading("Notes"), *(line for one in result.notes for line in wrapped(one))] if result.notes else []
    lines += _next(result, folder)
    return "\n".join(lines) + "\n"


def _best(result: SearchResult) -> list[str]:
    trial = result.best_trial
    if trial is None:
        return []
    row = result.trials.frame(np.array([trial])).iloc[0]
    setting = [(printable(key), word(value)) for key, value in result.trials.setting(trial).items()]
    names = dict.fromkeys([*(name for name, _ in result.objectives), *FIGURES])
    figures = [(label(name), shown(name, float(row[name]))) for name in names if name in row]
    return [*heading(f"Best setting (rank {rank(result, trial)}, trial {trial})"), *facts(setting), "", *pairs(figures)]


def searched(result: SearchResult) -> list[tuple[str, str]]:
    """Return what was searched and how, as names and texts."""
    config = result.config
    section = result.loaded.optimize
    items = [
        ("Strategies", ", ".join(str(one.get("name", "?")) for one in config.get("strategies", [])) or NOTHING),
        ("Symbols", f"{', '.join(result.evaluator.market.bars)}, bars of {config.get('timeframe', NOTHING)}"),
        ("Period (UTC)", _period(result)),
        *((one.label, _range(one)) for one in result.trials.dimensions),
        ("Constraints", "; ".join(section.constraints) if section else ""),
        ("Sampler", f"{result.sampler}, seed {result.seed}"),
        ("Objective", goals(result)),
        ("Trials", counts(result)),
        ("Engine", result.obstacle or "the compiled kernel"),
    ]
    return [(name, text) for name, text in items if text]


def _period(result: SearchResult) -> str:
    opens = result.evaluator.open_time
    if not len(opens):
        return ""
    first, last = iso_texts(np.array([opens[0], result.evaluator.time[-1]]))
    return f"{minutes(str(first))} to {minutes(str(last))}, {len(opens):,d} bars"


def _range(dimension: Dimension) -> str:
    if dimension.kind == "choice":
        return ", ".join(word(one) for one in dimension.choices)
    scale = ", logarithmic" if dimension.log else f", step {word(float(dimension.step))}" if dimension.step else ""
    return f"{word(float(dimension.low))} to {word(float(dimension.high))}{scale}"


def goals(result: SearchResult) -> str:
    """Return the objectives in words.

    Examples
    --------
    ``Sharpe ratio (maximize), Max drawdown (minimize)``
    """
    return ", ".join(f"{label(name)} ({direction})" for name, direction in result.objectives)


def counts(result: SearchResult) -> str:
    """Return how many settings were tried and how they ended."""
    ends = ", ".join(f"{count:,d} {status}" for status, count in result.counts.items() if count)
    return f"{len(result.trials):,d} of {result.requested:,d} settings tried: {ends or 'none to the end'}"


def speed(result: SearchResult) -> str:
    """Return how many settings a second were evaluated; empty where all were known before."""
    seconds, done = result.timings.get("search", 0.0), result.timings.get("evaluated", len(result.trials))
    return f"{done / seconds:,.0f} settings a second" if seconds > 0 and done else ""


def _table(result: SearchResult) -> list[str]:
    numbers = Finished.of(result).numbers[:IN_TABLE]
    if not len(numbers):
        return []
    names = list(
        dict.fromkeys([*(name for name, _ in result.objectives), "total_return", "max_drawdown", "total_trades"])
    )
    frame = result.trials.frame(numbers)
    rows = []
    for at, number in enumerate(numbers):
        setting = result.trials.setting(int(number)).values()
        figures = [shown(name, float(frame[name].iloc[at])) for name in names if name in frame]
        rows.append([str(at + 1), str(number), *map(word, setting), *figures])
    titles = ["rank", "trial", *(one.label for one in result.trials.dimensions), *(label(name) for name in names)]
    return [*heading(f"The best {len(rows)}"), *table(titles, rows)]


def verification(result: SearchResult) -> list[str]:
    """Return what running some settings again through Cerebro showed, in sentences."""
    checks = result.verification
    if not checks:
        return ["No setting was run again through Cerebro (optimize.verify asks for none)."]
    best_ones = sum(one.rank is not None for one in checks)
    groups = [f"the best {best_ones}"] if best_ones else []
    groups += [f"{len(checks) - best_ones} others"] if len(checks) > best_ones else []
    who = " and ".join(groups)
    wrong = [one for one in checks if not one.ok]
    if wrong:
        told = [f"trial {one.trial}{_ranked(one.rank)}: {one.text}" for one in wrong[:_FAILURES]]
        return [f"WARNING: {who} were run again through Cerebro, and {len(wrong)} of them failed:", *told]
    if result.obstacle:
        return [f"Every setting went through Cerebro. The signals of {who} do not look ahead."]
    ahead = "and their signals do not look ahead"
    return [f"{who.capitalize()} were run again through Cerebro: fills and equity are equal to 1e-9, {ahead}."]


def _ranked(rank: int | None) -> str:
    return "" if rank is None else f" (rank {rank})"


def _importance(result: SearchResult) -> list[str]:
    finished = Finished.of(result)
    lines: list[str] = []
    for at, (name, _) in enumerate(result.objectives):
        found = importance(finished, at)
        if found is not None:
            shares = [(printable(one), f"{share * 100:.1f} %") for one, share in found.ranked() + found.pairs(_PAIRS)]
            lines += [*heading(f"What decides {label(name)}: share of its variance"), *pairs(shares)]
    return lines


def _overfit(overfit: Overfit | None) -> list[str]:
    if overfit is None:
        return []
    figures = [(one.text, one.show(value)) for one, value in verdict.measures(overfit)]
    told = [line for one in verdict.sentences(overfit)[1:] for line in wrapped(one)]
    return [*heading("Overfitting"), *told, "", *pairs(figures)]


def _failures(result: SearchResult) -> list[str]:
    count = result.counts.get("failed", 0)
    if not count:
        return []
    told = [f"trial {number}: {text}" for number, text in result.failures[:_FAILURES]]
    return [*heading(f"Settings that failed ({count:,d})"), *(line for one in told for line in wrapped(one))]


def _next(result: SearchResult, folder: Path | None) -> list[str]:
    lines = heading("What to do next")
    without = best.missing(result)
    if without:
        return [*lines, *wrapped(without)]
    where = "beside this report" if folder is None else "in the search's folder"
    path = Path("best.yml") if folder is None else folder / "best.yml"
    # Not wrapped: a command is copied whole.
    return [
        *lines,
        f"  python -m btbot run {printable(str(path))}",
        f"  (best.yml {where} is the best setting, ready to run)",
    ]
