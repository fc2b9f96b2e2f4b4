"""Candles as CryptoDataDownload gives them away: a banner, then the newest candle first."""

from __future__ import annotations

from pathlib import Path

from btbot.bars import Bars
from btbot.data.formats.whole_files import written
from btbot.data.symbol import plain

_BANNER = "exported by btbot"


def write_candles(bars: Bars, folder: Path, *, exchange: str, market: str) -> Path:
    """Write bars as ``Binance_BTCUSDT_1h.csv``, without the volume in quote currency, which is not stored."""
    words = (
        exchange.capitalize(),
        plain(bars.symbol),
        *(["perp"] if market == "perpetual" else []),
        str(bars.timeframe),
    )
    path = folder / f"{'_'.join(words)}.csv"
    frame = bars.frame.reset_index(names="date").assign(unix=bars.time, symbol=bars.symbol)
    base = bars.symbol.split("/")[0]
    frame = frame.rename(columns={"volume": f"Volume {base}"})
    columns = ["unix", "date", "symbol", "open", "high", "low", "close", f"Volume {base}"]
    with written(path) as unfinished:
        text = frame[columns][::-1].to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S")
        unfinished.write_text(f"{_BANNER}\n{text}", encoding="utf-8")
    return path
