"""How large a chunk should be: large enough to be worth sending, small enough to be soon on disk."""

from __future__ import annotations

_WANTED_SECONDS, _LEAST_SECONDS = 0.5, 0.02
_LARGEST = 1024


class Pace:
    """How long a setting takes, as it was last seen; the very first time, which may compile, counts for little.

    Attributes
    ----------
    seconds
        Of one setting; None before the first.
    steady
        Whether more than the first chunk has been seen.
    """

    def __init__(self) -> None:
        self.seconds: float | None = None
        self.steady = False

    def saw(self, settings: int, seconds: float) -> None:
        """Take note of a chunk that has been done."""
        self.steady = self.seconds is not None
        self.seconds = seconds / settings

    def size(self, left: int, workers: int) -> int:
        """Return how many of the settings that are left the next chunk should have.

        Towards the end chunks become smaller, so that all workers end together.

        Examples
        --------
        >>> pace = Pace()
        >>> pace.size(1000, 2)
        1
        >>> pace.saw(1, 0.005)
        >>> pace.size(1000, 2), pace.size(40, 2), pace.size(3, 2)
        (100, 10, 3)
        """
        if self.seconds is None:
            return 1
        seconds = max(self.seconds, 1e-9)
        wanted = max(min(_WANTED_SECONDS / seconds, left / (2 * workers)), _LEAST_SECONDS / seconds)
        return max(1, min(int(wanted), left, _LARGEST))
