"""The parts of the search page that say how far the search can be trusted."""

from __future__ import annotations

from typing import Any

from btbot.report.page import Cell, Html, bullets, chart, grid, paragraph, section, table, titled
from btbot.report.search import text, verdict
from btbot.report.search.given import Overfit, SearchResult
from btbot.report.search.words import word

_LUCK = (
    ("sharpes", "Sharpe ratios of all settings", "What counts is how far the best stands to the right of luck."),
    ("logits", "Best on half of the days, ranked on the others", "Left of 0 it came out in the worse half of all."),
    ("halves", "Sharpe ratio of that best on both halves", "With an edge, points lie above 0 and rise to the right."),
    ("neighbours", "Settings around the best one", "On a plain they stay near it; around a peak they fall off."),
)


def overfitting(overfit: Overfit | None, content: dict[str, Any]) -> list[Html]:
    """Return the panel of overfitting: every figure with what it says, and its charts."""
    if overfit is None:
        return []
    rows: list[list[Cell | str]] = [
        [one.text, Cell(one.show(value), value), one.meaning] for one, value in verdict.measures(overfit)
    ]
    drawn = content.get("luck") or {}
    charts = [
        titled(title, paragraph(note, "note"), chart(f"luck-{name}", title, "low"))
        for name, title, note in _LUCK
        if drawn.get(name)
    ]
    told = bullets(verdict.sentences(overfit)[1:])
    return [section("Is it luck?", told, grid(*charts, kind="two"), table(["Figure", "Value", "What it says"], rows))]


def checked(result: SearchResult) -> Html:
    """Return which settings were run again through Cerebro, and what came of it."""
    said = [paragraph(one) for one in text.verification(result)]
    rows = [
        ["" if one.rank is None else f"{one.rank}", f"{one.trial}", "equal" if one.ok else "FAILED",
         f"{one.fills:,d}", word(float(one.worst_difference)), one.text]
        for one in result.verification
    ]  # fmt: skip
    columns = ["Rank", "Trial", "Result", "Fills", "Largest difference", "Remark"]
    return section("Checked against Cerebro", *said, *([table(columns, rows)] if rows else []))


def failures(result: SearchResult) -> list[Html]:
    """Return the settings that raised, each with its error."""
    count = result.counts.get("failed", 0)
    if not count:
        return []
    rows = [[f"{number}", said] for number, said in result.failures]
    note = f"{count:,d} settings raised an error; they took part in nothing else. The first {len(rows):,d}:"
    return [section("Settings that failed", paragraph(note), table(["Trial", "Error"], rows))]


def notes(result: SearchResult) -> list[Html]:
    """Return what the search had to say for itself."""
    return [section("Notes", bullets(list(result.notes)))] if result.notes else []
