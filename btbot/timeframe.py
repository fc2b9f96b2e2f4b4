"""The length of a bar, and how many of them make a year."""

from __future__ import annotations

import re
from dataclasses import dataclass

from btbot.errors import ConfigError

_UNIT_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_MONDAY_MS = 4 * _UNIT_MS["d"]  # 1970-01-05, the first Monday after the epoch
_DAYS_PER_YEAR = {"crypto": 365.0, "stocks": 252.0}
_SESSION_MS = {"crypto": _UNIT_MS["d"], "stocks": int(6.5 * _UNIT_MS["h"])}


@dataclass(frozen=True, slots=True, order=True)
class Timeframe:
    """Length of a bar.

    Parameters
    ----------
    ms
        Milliseconds, positive.

    Examples
    --------
    >>> Timeframe.parse("15m").ms
    900000
    >>> str(Timeframe(3_600_000))
    '1h'
    """

    ms: int

    @classmethod
    def parse(cls, text: str | Timeframe) -> Timeframe:
        """Read ``15m``, ``1h``, ``4h``, ``1d``, ``1w``; raise `ConfigError` for anything else."""
        if isinstance(text, Timeframe):
            return text
        match = re.fullmatch(r"([1-9]\d{0,3})([smhdw])", str(text).strip())
        if not match:
            raise ConfigError(
                f"timeframe {text!r} is not understood; write a number and a unit out of "
                "s, m, h, d, w, such as 1m, 15m, 1h, 4h, 1d or 1w"
            )
        return cls(int(match[1]) * _UNIT_MS[match[2]])

    def __str__(self) -> str:
        for unit in ("w", "d", "h", "m", "s"):
            if self.ms % _UNIT_MS[unit] == 0:
                return f"{self.ms // _UNIT_MS[unit]}{unit}"
        return f"{self.ms}ms"

    @property
    def origin_ms(self) -> int:
        """Epoch milliseconds from which buckets of this length are counted: weeks begin on Monday."""
        return _MONDAY_MS if self.ms % _UNIT_MS["w"] == 0 else 0

    def floor(self, time_ms: int) -> int:
        """Return the open time of the bucket that contains `time_ms`."""
        return (time_ms - self.origin_ms) // self.ms * self.ms + self.origin_ms

    def per_year(self, market: str) -> float:
        """Return the number of bars in a year: 365 days of 24 h (crypto) or 252 sessions of 6.5 h (stocks).

        Examples
        --------
        >>> Timeframe.parse("1h").per_year("crypto")
        8760.0
        >>> Timeframe.parse("1d").per_year("stocks")
        252.0
        """
        days, session = _DAYS_PER_YEAR[market], _SESSION_MS[market]
        if self.ms >= _UNIT_MS["d"]:
            calendar_days = self.ms / _UNIT_MS["d"]
            return days / (calendar_days if market == "crypto" or calendar_days == 1 else calendar_days * 5 / 7)
        return days * session / self.ms
