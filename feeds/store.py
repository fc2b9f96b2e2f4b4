"""Candles from the database of btbot: what `btbot data import` brought in."""

from __future__ import annotations

import pandas as pd

from btbot.data.raw import raw_frame
from btbot.data.store import open_store
from btbot.errors import ConfigError, DataError
from btbot.feed import Feed, Request


class Stored(Feed):
    """Serve stored candles; a timeframe that is not stored is made of the finest stored one.

    ``database`` is the configuration's unless it is given here. ``exchange`` and ``market`` are needed only where
    several have the symbol. Long series are kept in files too, which the next run maps; ``cache: false`` keeps none.
    """

    params = (("database", None), ("exchange", None), ("market", None), ("cache", True))

    def read(self, request: Request) -> pd.DataFrame:
        """Return the symbol's candles of the run's span."""
        url = self.p.database or request.database
        if url is None:
            raise ConfigError("feed.database: is missing; name it, such as sqlite:///var/btbot.db")
        store = open_store(url, mapped=bool(self.p.cache))
        bars = store.get_bars(
            request.symbol,
            request.timeframe,
            request.start_ms,
            request.end_ms,
            exchange=self.p.exchange,
            market=self.p.market,
        )
        if not len(bars):
            raise DataError(
                f"{request.symbol}: the store has bars of it, but no finished {request.timeframe} bar between "
                "start and end; look at btbot data list, and widen start and end"
            )
        values = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
        return raw_frame(bars.time, values, source=f"{store.database.shown} [{request.symbol}]", stored=True)
