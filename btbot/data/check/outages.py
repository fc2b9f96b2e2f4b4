"""Times at which an exchange is known to have stood still, and exchanges that leave out what nobody traded.

The table ``outages.csv`` was made of recorded candles: every hole of BTC/USDT in Binance's hourly candles from 2017 to
2024 is in it, and so are halts that are shorter than an hour. Each was found again in public, and its row says where:
lists of the seconds and minutes that Binance's own archive lacks, which give the ends, announcements of the exchange,
and reports of the press. Those of August and November 2019 were not found announced; the archive lacks them of all
symbols. Its maintainers call such gaps system maintenance: https://github.com/binance/binance-public-data/issues/169
On 2023-03-24 trading halted at 11:27, and candles without volume went on until 12:39. The two of Bitfinex are recorded
minutes of one day on which it was attacked.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from btbot.data.check.holes import OUTAGE, Holes, IntArray
from btbot.timeframe import Timeframe

# No candle where nobody traded, by their own word. Of the others the candles themselves are asked.
LEAVE_OUT = {
    "bitfinex": "https://github.com/bitfinexcom/bitfinex-api-py/issues/198",
    "bitvavo": "https://docs.bitvavo.com/docs/rest-api/get-candlestick-data",
    "coinbase": "https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-candles",
    "coinbaseexchange": "https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-candles",
    "kraken": "https://support.kraken.com/hc/en-us/articles/360047124832",
}


@dataclass(frozen=True, slots=True, eq=False)
class Outages:
    """Spans ``[start, end)`` without trading, in the order of time: int64 arrays, epoch milliseconds UTC."""

    start: IntArray
    end: IntArray
    source: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.start)


@cache
def known(exchange: str, market: str) -> Outages:
    """Return the known outages of an exchange, none for most.

    Examples
    --------
    >>> len(known("binance", "spot"))
    35
    """
    text = resources.files("btbot.data.check").joinpath("outages.csv").read_text(encoding="utf-8")
    found = [row for row in csv.DictReader(text.splitlines()) if (row["exchange"], row["market"]) == (exchange, market)]
    return Outages(_times(found, "start"), _times(found, "end"), tuple(row["source"] for row in found))


def mark(holes: Holes, outages: Outages, timeframe: Timeframe) -> Holes:
    """Return holes of which those that lie in an outage are marked; a hole that only begins or ends in one is cut.

    A candle may be missing if the exchange stood still for a part of it.
    """
    for at, source in enumerate(outages.source):
        begin, end = int(outages.start[at]), int(outages.end[at])
        touched = np.flatnonzero((holes.start < end) & (holes.end > begin))
        for number in touched[::-1].tolist():
            holes = _cut(holes, number, begin, end, timeframe)
        inside = np.flatnonzero((holes.start < end) & (holes.end > begin))
        holes = holes.marked(inside, OUTAGE, dict.fromkeys(inside.tolist(), f"known: {source}"))
    return holes


def _cut(holes: Holes, at: int, begin: int, end: int, timeframe: Timeframe) -> Holes:
    """Cut a hole at the first and behind the last of its candles that an outage touches."""
    start, stop, length = int(holes.start[at]), int(holes.end[at]), timeframe.ms
    first = start + max((begin - start) // length, 0) * length
    last = min(start + -(-(end - start) // length) * length, stop)
    edges = [edge for edge in (start, first, last, stop) if start <= edge <= stop]
    edges = sorted(set(edges))
    if len(edges) == 2:
        return holes
    starts, ends = np.array(edges[:-1], np.int64), np.array(edges[1:], np.int64)
    bars = np.maximum((ends - starts + length // 2) // length, 1)

    def put(column: IntArray, parts: IntArray) -> IntArray:
        return np.concatenate([column[:at], parts, column[at + 1 :]])

    kind = np.concatenate([holes.kind[:at], np.repeat(holes.kind[at], len(starts)), holes.kind[at + 1 :]])
    more = len(starts) - 1
    notes = {number + more * (number > at): note for number, note in holes.notes.items()}
    return Holes(put(holes.start, starts), put(holes.end, ends), put(holes.bars, bars), kind, notes)


def _times(rows: Sequence[Mapping[str, str]], name: str) -> IntArray:
    return np.array([row[name].removesuffix("Z") for row in rows], "datetime64[ms]").astype(np.int64)
