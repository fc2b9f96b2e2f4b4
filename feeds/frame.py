"""Candles from a DataFrame of a Python program."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from btbot.data.frame import from_frame
from btbot.errors import ConfigError, did_you_mean
from btbot.feed import Feed, Request


class Frame(Feed):
    """Serve a DataFrame, or one for each symbol: ``feed={"name": "frame", "frame": {"BTC/USDT": frame}}``."""

    params = (("frame", None),)

    def read(self, request: Request) -> pd.DataFrame:
        """Return the symbol's candles."""
        frame = self.p.frame
        if frame is None:
            raise ConfigError("feed.frame: is missing; pass a DataFrame, or {symbol: DataFrame}, from Python")
        if not isinstance(frame, Mapping):
            return from_frame(frame, source="feed.frame")
        if request.symbol not in frame:
            names = [str(name) for name in frame]
            raise ConfigError(
                f"feed.frame: has no {request.symbol}, only {', '.join(names) or 'nothing'}"
                f"{did_you_mean(request.symbol, names)}"
            )
        return from_frame(frame[request.symbol], source=f"feed.frame[{request.symbol!r}]")
