"""Candles from files: csv, csv.gz, zip, parquet or feather, in any common layout."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from btbot.data.read import read_candles
from btbot.data.symbol import spellings
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.feed import Feed, Request


class OhlcvCsv(Feed):
    """Read one file a symbol, or one file of several symbols.

    ``path`` may contain ``{symbol}``: BTC/USDT is looked for as BTC/USDT, BTC-USDT, BTCUSDT and BTC_USDT.
    ``paths`` names a file for each symbol. ``columns``, ``unit`` and ``timezone`` describe a layout that is
    not recognised.
    """

    params = (("path", None), ("paths", None), ("columns", None), ("unit", None), ("timezone", None))

    def read(self, request: Request) -> pd.DataFrame:
        """Return the candles of the file that serves the symbol."""
        return read_candles(
            self._file(request),
            symbol=request.symbol,
            columns=self.p.columns,
            unit=self.p.unit,
            timezone=self.p.timezone,
        )

    def _file(self, request: Request) -> Path:
        wanted = self._wanted(request.symbol)
        names = [wanted.replace("{symbol}", spelling) for spelling in spellings(request.symbol)]
        files = [request.folder / Path(name).expanduser() for name in dict.fromkeys(names)]
        for file in files:
            if file.is_file():
                return file
        folder = files[0].parent if len(files) == 1 else files[1].parent
        raise DataError(
            f"{request.symbol}: no file {' or '.join(file.name for file in files[-3:])} in {folder}"
            f"{_neighbours(folder, files[-1].name)}; correct feed.path"
        )

    def _wanted(self, symbol: str) -> str:
        if (self.p.path is None) == (self.p.paths is None):
            raise ConfigError("feed: ohlcv_csv needs either path: FILE or paths: {SYMBOL: FILE}, not both")
        if self.p.paths is None:
            return str(self.p.path)
        if symbol not in self.p.paths:
            raise ConfigError(
                f"feed.paths: has no {symbol}, only {', '.join(self.p.paths)}{did_you_mean(symbol, self.p.paths)}"
            )
        return str(self.p.paths[symbol])


def _neighbours(folder: Path, name: str) -> str:
    if not folder.is_dir():
        return ", which is no folder"
    present = sorted(file.name for file in folder.iterdir() if file.is_file())
    close = get_close_matches(name, present, n=3, cutoff=0.4) or present[:3]
    return f", where there is {', '.join(close)}" if close else ", which is empty"
