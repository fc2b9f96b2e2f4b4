"""What became of the files of an import."""

from __future__ import annotations

from dataclasses import dataclass, field

from btbot.data.store.merge import Written
from btbot.data.store.targets import Target
from btbot.records import Finding
from btbot.timeframe import Timeframe


@dataclass(slots=True)
class Imported:
    """What became of one series.

    Parameters
    ----------
    target, timeframe
        Where its rows went; no timeframe of funding rates and trades.
    files, rows
        How many files had rows of it, and how many rows.
    inserted, changed, unchanged
        As `Written`.
    findings
        Of the gate.
    """

    target: Target
    timeframe: Timeframe | None
    files: int = 0
    rows: int = 0
    inserted: int = 0
    changed: int = 0
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, written: Written) -> None:
        """Count what a write did."""
        self.inserted += written.inserted
        self.changed += written.changed
        self.unchanged += written.unchanged


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was left out, and why."""

    file: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an import did.

    Parameters
    ----------
    series
        What was written.
    refused
        Files that cannot be right or be understood.
    skipped
        Files that are well but hold what is not stored or not wanted.
    assumed
        What was neither said by the user nor by the files, and by what it was guessed, with the files.
    verified
        How many files had a checksum beside them.
    others
        How many files in the folders were of other kinds.
    """

    series: list[Imported] = field(default_factory=list)
    refused: list[Left] = field(default_factory=list)
    skipped: list[Left] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    verified: int = 0
    others: int = 0

    def of(self, target: Target, timeframe: Timeframe | None) -> Imported:
        """Return the entry of a series, which is made if it is not there."""
        for one in self.series:
            if one.target == target and one.timeframe == timeframe:
                return one
        self.series.append(Imported(target, timeframe))
        return self.series[-1]
