"""The verdict on a search, in words: is the best setting more than luck?"""

from __future__ import annotations

from dataclasses import dataclass

from btbot.metrics.labels import Kind
from btbot.report.layout import show
from btbot.report.search.given import Overfit

_HEADLINES = {
    "skill": "More than luck, as far as these bars can tell",
    "unproven": "Not proven: it may be luck",
    "luck": "Probably luck",
}
_NOT_ASKED = "Not examined: how much of it is luck is unknown"
TONES = {"skill": "good", "unproven": "open", "luck": "bad"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure about overfitting: its name, how it is shown, and what it says in one line."""

    text: str
    kind: Kind
    meaning: str

    def show(self, value: float | None) -> str:
        """Return the figure as a reader wants it; None is one that is not defined."""
        return show(round(value) if self.kind == "count" and value is not None else value, self.kind)


MEASURES: dict[str, Measure] = {
    "luck_probability": Measure(
        "Chance of luck", "percent",
        "How often the best of so many settings without any edge looks as good: up to 5 % counts as skill.",
    ),
    "trials": Measure("Settings of this search", "count", "Each one is a ticket in the lottery."),
    "trials_before": Measure(
        "Settings tried earlier", "count", "On the same market with the same strategy, by the ledger of all searches."
    ),
    "effective_trials": Measure(
        "Independent settings", "ratio", "All of them leave as much room for luck as so many unrelated ones."
    ),
    "sharpe": Measure("Sharpe ratio of the best", "ratio", "Annual, on the days that it was chosen on."),
    "expected_max_sharpe": Measure(
        "Sharpe ratio by luck alone", "ratio", "What the best of so many settings without any edge is expected to show."
    ),
    "holding_sharpe": Measure("Sharpe ratio of holding", "ratio", "Of the market itself, over the same days."),
    "probabilistic_sharpe": Measure(
        "Probabilistic Sharpe ratio", "percent", "Chance of a true ratio above 0, had this been the only setting tried."
    ),
    "deflated_sharpe": Measure(
        "Deflated Sharpe ratio", "percent", "Chance of a true ratio above luck's: 95 % is the usual bar."
    ),
    "pbo": Measure(
        "Probability of overfitting", "percent",
        "How often the best of one half of the days is in the worse half on the others: 50 % is a coin toss.",
    ),
    "pbo_loss": Measure("Probability of loss", "percent", "How often that best setting loses money on the other days."),
    "pbo_slope": Measure(
        "What a better half promises", "ratio", "Sharpe ratio on the other days for each point more here."
    ),
    "spa_pvalue": Measure(
        "Superior predictive ability", "ratio", "Hansen's p-value for luck: 0.05 is the usual bar."
    ),
    "reality_check_pvalue": Measure("Reality check", "ratio", "The same by White's older test."),
    "minimum_backtest_days": Measure(
        "Minimum backtest length", "days", "On so many days or fewer this ratio is found by luck alone."
    ),
    "minimum_track_days": Measure(
        "Minimum track record", "days", "From so many days on this ratio is above 0 with 95 %, were it the only one."
    ),
    "days": Measure("Days of returns", "count", "What there is."),
    "plateau_ratio": Measure(
        "Lead that neighbours keep", "percent",
        "Over the median setting: near 100 % the best one stands on a plain, near 0 % on a peak.",
    ),
    "plateau_neighbours": Measure("Neighbours", "count", "Settings around the best one."),
}  # fmt: skip


def headline(overfit: Overfit | None) -> str:
    """Return the verdict in a few words."""
    return _NOT_ASKED if overfit is None else _HEADLINES.get(verdict(overfit), _NOT_ASKED)


def verdict(overfit: Overfit | None) -> str:
    """Return ``skill``, ``unproven`` or ``luck``; empty if nobody asked."""
    return "" if overfit is None else str(overfit.figures().get("verdict", ""))


def measures(overfit: Overfit) -> list[tuple[Measure, float | None]]:
    """Return every figure that there is, None where it is not defined."""
    figures = overfit.figures()
    return [(measure, figures[name]) for name, measure in MEASURES.items() if name in figures]


def sentences(overfit: Overfit | None) -> list[str]:
    """Return what the examination says in words."""
    return [] if overfit is None else [str(one) for one in overfit.sentences]
