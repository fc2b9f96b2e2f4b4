"""A synthetic market: no file, no network, the same candles for the same seed."""

from __future__ import annotations

import pandas as pd

from btbot.data.sample import generate
from btbot.errors import ConfigError
from btbot.feed import Feed, Request


class Sample(Feed):
    """Invent candles; every report of such a run says SYNTHETIC.

    The market of a seed begins at `start`, so that two runs over different spans see the same candles where
    the spans overlap. A run that begins earlier gets a market of its own that begins with it.
    """

    synthetic = True
    params = (("seed", 7), ("bars", 20_000), ("price", None), ("gaps", 0.0), ("start", "2021-01-01"))

    def read(self, request: Request) -> pd.DataFrame:
        """Return `bars` candles from the start of the run on, or those up to its end."""
        if isinstance(self.p.bars, bool) or not isinstance(self.p.bars, int) or self.p.bars < 2:
            raise ConfigError(f"feed.bars: must be a whole number >= 2, was {self.p.bars!r}")
        step = request.timeframe.ms
        origin = self._origin_ms()
        if request.start_ms is not None and request.start_ms < origin:
            origin = request.start_ms
        origin = request.timeframe.floor(origin)
        first = origin if request.start_ms is None else request.start_ms
        end = first + self.p.bars * step if request.end_ms is None else request.end_ms
        return generate(
            request.symbol,
            request.timeframe,
            bars=max(-(-(end - origin) // step), 1),
            seed=self.p.seed,
            start_ms=origin,
            price=self.p.price,
            gaps=self.p.gaps,
        )

    def _origin_ms(self) -> int:
        start = pd.to_datetime(str(self.p.start), utc=True, errors="coerce")
        if pd.isna(start):
            raise ConfigError(f"feed.start: a date such as 2021-01-01 is expected, was {self.p.start!r}")
        return round(start.timestamp() * 1_000)
