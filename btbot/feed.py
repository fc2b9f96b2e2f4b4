"""Where bars come from: the base of feed plug-ins, and the fast way of bars into Backtrader's lines."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

import backtrader as bt
import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS, Bars
from btbot.errors import StrategyError
from btbot.timeframe import Timeframe

_DAY_MS = 86_400_000
_EPOCH_ORDINAL = 719_163  # datetime.date(1970, 1, 1).toordinal()
_HOST_UNITS = (
    (7 * _DAY_MS, bt.TimeFrame.Weeks),
    (_DAY_MS, bt.TimeFrame.Days),
    (60_000, bt.TimeFrame.Minutes),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What the run wants of a feed.

    Parameters
    ----------
    symbol, timeframe
        Of the run; a feed may answer with a finer timeframe, the engine resamples.
    folder
        Relative paths of the configuration are relative to it.
    start_ms, end_ms
        Half-open span of bar opens, epoch milliseconds UTC; None is open-ended.
    database
        Address of the configuration's database.
    """

    symbol: str
    timeframe: Timeframe
    folder: Path
    start_ms: int | None = None
    end_ms: int | None = None
    database: str | None = None


def host_times(close_time_ms: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return Backtrader's day numbers, bit-equal to ``bt.date2num`` of whole seconds.

    Parameters
    ----------
    close_time_ms
        int64 of shape (n,), epoch milliseconds UTC.
    """
    days, rest = np.divmod(close_time_ms, _DAY_MS)
    return (days + _EPOCH_ORDINAL) + (rest * 1_000) / 86_400_000_000.0


class Feed(bt.feed.DataBase):
    """Base of feed plug-ins: one instance serves one symbol.

    A plug-in names its parameters as Backtrader ``params`` and implements `read`. Cerebro receives the instance
    itself once the engine has given it checked bars with `hold`.
    """

    synthetic = False  # True: every report of the run says SYNTHETIC

    def read(self, request: Request) -> pd.DataFrame:
        """Return raw candles in the order of the source.

        Columns ``time`` (int64, epoch milliseconds UTC of the open), ``open high low close volume`` (float64,
        NaN where unreadable). ``frame.attrs["source"]`` names the place for messages.
        """
        raise StrategyError(f"feed {type(self).__name__}: read(self, request) is missing; return a DataFrame")

    def hold(self, bars: Bars) -> None:
        """Take the checked bars that Cerebro will see; each carries its close time."""
        self.held = bars
        self._name = self._dataname = bars.symbol
        for unit_ms, unit in _HOST_UNITS:
            if bars.timeframe.ms % unit_ms == 0:
                self._timeframe, self._compression = unit, bars.timeframe.ms // unit_ms
                break
        else:
            self._timeframe, self._compression = bt.TimeFrame.Seconds, bars.timeframe.ms // 1_000
        self.p.timeframe, self.p.compression = self._timeframe, self._compression

    def preload(self) -> None:
        """Fill the lines from the arrays at once instead of bar by bar."""
        bars = self.held
        for name in COLUMNS:
            _fill(getattr(self.lines, name), getattr(bars, name))
        _fill(self.lines.openinterest, np.zeros(len(bars)))
        _fill(self.lines.datetime, host_times(bars.close_time))
        self.home()
        self._at = len(bars)  # nothing is left for `_load`

    def _load(self) -> bool:
        """Deliver one bar, for the loops of Cerebro that do not preload."""
        at = getattr(self, "_at", 0)
        bars = self.held
        if at >= len(bars):
            return False
        for name in COLUMNS:
            getattr(self.lines, name)[0] = getattr(bars, name)[at]
        self.lines.openinterest[0] = 0.0
        self.lines.datetime[0] = host_times(bars.close_time[at : at + 1])[0]
        self._at = at + 1
        return True

    def start(self) -> None:
        """Begin at the first bar."""
        super().start()
        self._at = 0


def _fill(line: bt.linebuffer.LineBuffer, values: npt.NDArray[np.float64]) -> None:
    filled = array("d")
    filled.frombytes(np.ascontiguousarray(values, dtype=np.float64).tobytes())
    line.array = filled
    line.idx = line.lencount = len(filled) - 1
