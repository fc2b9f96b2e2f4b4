"""What a check says about one series."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from btbot.data.check.holes import Holes, IntArray
from btbot.data.store import Series
from btbot.records import Finding


@dataclass(frozen=True, slots=True)
class Year:
    """How much of a year is stored: its candles, and those of a market without holes.

    Parameters
    ----------
    year
        In UTC.
    bars, expected
        Candles there, and those between the series' first and last one; None where nights are natural, so that
        nobody knows.
    """

    year: int
    bars: int
    expected: int | None

    @property
    def share(self) -> float | None:
        """Share of the expected candles, in [0, 1]."""
        return self.bars / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class Repaired:
    """Candles that did not come from the exchange itself.

    Parameters
    ----------
    source
        What they were made of.
    start, end
        Span ``[start, end)`` in which they are, epoch milliseconds UTC.
    bars
        How many they are.
    """

    source: str
    start: int
    end: int
    bars: int


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """What is known of a series after its check.

    Parameters
    ----------
    of
        The series.
    first, last
        Opens of its first and last candle, epoch milliseconds UTC.
    calendar
        ``crypto`` or ``stocks``: which holes are natural.
    fingerprint
        SHA-256 of its content.
    findings
        Errors first, then warnings, then notices.
    holes
        Where candles are missing, and why.
    flawed
        int64 of shape (n,), times of candles that contradict themselves.
    years
        How much of each year is there.
    repaired
        What was repaired, and how.
    """

    of: Series
    first: int
    last: int
    calendar: str
    fingerprint: str
    findings: list[Finding]
    holes: Holes
    flawed: IntArray
    years: list[Year]
    repaired: list[Repaired] = field(default_factory=list)

    @property
    def errors(self) -> list[Finding]:
        """What must not stay as it is."""
        return [finding for finding in self.findings if finding.severity == "error"]

    def with_findings(self, more: Iterable[Finding]) -> Checked:
        """Return the report with more findings."""
        return replace(self, findings=in_order([*self.findings, *more]))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings, errors first, then warnings, then notices."""
    return sorted(findings, key=lambda one: ("error", "warning", "notice").index(one.severity))
