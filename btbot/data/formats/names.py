"""What the path of a file says about its content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from btbot.data.symbol import QUOTES, pair
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

KINDS = ("candles", "funding", "trades")
SUFFIXES = (".csv", ".csv.gz", ".tsv", ".txt", ".zip", ".parquet", ".feather", ".json", ".json.gz")
UNREAD = (".h5", ".hdf5")  # said to be so, not passed over
EXCHANGES = (
    "binance", "binanceus", "bitfinex", "bitget", "bithumb", "bitmart", "bitmex", "bitstamp", "bittrex", "bybit",
    "cexio", "coinbase", "deribit", "exmo", "gateio", "gemini", "hitbtc", "htx", "huobi", "hyperliquid", "kraken",
    "kucoin", "mexc", "okcoin", "okx", "poloniex", "upbit", "woo",
)  # fmt: skip
PERPETUAL = ("perp", "perpetual", "futures", "future", "swap", "um", "usdm")
_ALIASES = {"gate": "gateio", "coinbasepro": "coinbase", "gdax": "coinbase", "cex": "cexio", "binanceusdm": "binance"}
_ARCHIVE = re.compile(
    r"(?P<spot>spot-)?(?:klines-)?(?P<symbol>[^\W_]+(?:_[A-Z0-9]+)?)-(?P<what>[A-Za-z]+|\d+[a-z]+)-\d{4}-\d\d(?:-\d\d)?\.(?:zip|csv)"
)
_FREQTRADE = re.compile(
    r"(?P<pair>[A-Za-z0-9]+_[A-Za-z0-9]+(?P<settled>_[A-Za-z0-9]+)?)-(?P<what>trades|\d+[A-Za-z]{1,2})"
    r"(?:-(?P<kind>[A-Za-z_]+))?\.(?:feather|json|json\.gz|parquet|h5|hdf5)"
)
_ARCHIVED = {"klines": "candles", "aggTrades": "trades", "trades": "trades", "fundingRate": "funding"}
_UNKEPT = (
    "markPriceKlines", "indexPriceKlines", "premiumIndexKlines", "bookDepth", "bookTicker", "metrics",
    "liquidationSnapshot", "BVOLIndex", "EOHSummary",
)  # fmt: skip
_WORDS = {
    "d": "1d", "day": "1d", "daily": "1d", "1day": "1d", "h": "1h", "hour": "1h", "hourly": "1h", "1hour": "1h",
    "4hour": "4h", "60min": "1h", "30min": "30m", "15min": "15m", "5min": "5m", "1min": "1m", "m": "1m", "min": "1m",
    "minute": "1m",
}  # fmt: skip
_CLEAR_QUOTES = ("USDT", "USDC", "BUSD", "USD", "BTC")  # in small letters other words end in the others: country, dot


@dataclass(frozen=True, slots=True)
class Name:
    """What a path says; None where it says nothing.

    Parameters
    ----------
    kind
        ``candles``, ``funding`` or ``trades``.
    exchange, market, symbol, timeframe
        Of its content; symbol as ``BASE/QUOTE``.
    single
        Whether its trades are single ones of a source that also has aggregated ones.
    unkept
        Why nothing of it can be stored; empty if something can.
    folder
        The folder by whose name the exchange is guessed; empty where the file's own name or, as freqtrade's, the
        layout of its folders tells it.
    """

    kind: str | None = None
    exchange: str | None = None
    market: str | None = None
    symbol: str | None = None
    timeframe: Timeframe | None = None
    single: bool = False
    unkept: str = ""
    folder: str = ""


def read(path: Path) -> Name:
    """Return what the name of a file and of its folders say.

    Examples
    --------
    >>> name = read(Path("data/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip"))
    >>> name.exchange, name.market, name.symbol, str(name.timeframe)
    ('binance', 'perpetual', 'BTC/USDT', '1h')
    """
    if match := _ARCHIVE.fullmatch(path.name):
        return _archived(path, match)
    if match := _FREQTRADE.fullmatch(path.name):
        return _freqtraded(path, match)
    return _free(path)


def _archived(path: Path, match: re.Match[str]) -> Name:
    """Read ``data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.zip`` of data.binance.vision."""
    folders = path.absolute().parts[:-1]
    place = next((at for at, part in enumerate(folders) if part in (*_ARCHIVED, *_UNKEPT)), None)
    above = folders[max((place or 0) - 4, 0) : place] if place is not None else ()
    what = match["what"] if match["what"] in (*_ARCHIVED, *_UNKEPT) else "klines"
    what = folders[place] if place is not None and what == "klines" else what
    market = (
        "perpetual" if "um" in above or what == "fundingRate" else "spot" if "spot" in above or match["spot"] else None
    )
    symbol = pair(match["symbol"], exchange="binance")
    unkept = ""
    if "cm" in above or match["symbol"].endswith("_PERP"):
        unkept = "coin-margined contracts are not stored, because their volume counts contracts"
    elif "option" in above:
        unkept = "options are not stored"
    elif what in _UNKEPT:
        unkept = f"{what} is not stored, which is of candles, aggTrades, trades and funding rates"
    elif "_" in match["symbol"]:
        unkept = "futures with a date of delivery are not stored, perpetuals are"
    timeframe, problem = _timeframe(match["what"]) if what == "klines" else (None, "")
    kind = _ARCHIVED.get(what)
    return Name(kind, "binance", market, symbol, timeframe, what == "trades", unkept or problem)


def _freqtraded(path: Path, match: re.Match[str]) -> Name:
    """Read ``binance/BTC_USDT-1h.feather`` and ``binance/futures/BTC_USDT_USDT-1h-futures.feather``."""
    exchange, _ = _of_folders(path)
    kind = {None: "candles", "spot": "candles", "futures": "candles", "funding_rate": "funding"}.get(match["kind"])
    settled, unkept = match["settled"], ""
    parts = match["pair"].upper().split("_")
    if settled and parts[1] != parts[2]:
        unkept = "coin-margined contracts are not stored, because their volume counts contracts"
    elif kind is None:
        unkept = f"{match['kind']} prices are not stored, which is of candles, trades and funding rates"
    elif path.name.endswith(("h5", "hdf5")):
        unkept = "HDF5 is not read; let freqtrade convert it: freqtrade convert-data --format-to feather"
    timeframe, problem = (None, "") if match["what"] == "trades" else _timeframe(match["what"])
    if match["what"] == "trades":
        kind = "trades"
    timeframe, problem = (None, "") if kind != "candles" else (timeframe, problem)
    below = path.absolute().parent.name.lower()
    market = "perpetual" if settled or below == "futures" or kind == "funding" else "spot"
    symbol = pair("/".join(parts[:2]), exchange=exchange)
    return Name(kind, exchange, market, symbol, timeframe, unkept=unkept or problem)


def _free(path: Path) -> Name:
    """Read ``Binance_BTCUSDT_1h.csv``, ``BTCUSDT-perp-5m-binance.csv.gz`` and the like word by word."""
    stem = path.name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        stem = stem.removesuffix(suffix)
    words = [word for word in re.split(r"[^A-Za-z0-9]+", stem) if word]
    small = [word.lower() for word in words]
    exchange, folder = next((found for word in small if (found := _exchange(word))), None), ""
    if exchange is None:
        exchange, folder = _of_folders(path)
    timeframe = next((length for word in words if (length := _length(word)) is not None), None)
    kind, single = None, False
    if any(word in ("funding", "fundingrate", "fundingrates") for word in small):
        kind, timeframe = "funding", None
    elif any(word in ("trades", "aggtrades", "tape") for word in small):
        kind, timeframe = "trades", None
    market = "perpetual" if kind == "funding" or set(small) & set(PERPETUAL) else "spot" if "spot" in small else None
    return Name(kind, exchange, market, _symbol(words, exchange), timeframe, single, folder=folder)


def _symbol(words: list[str], exchange: str | None) -> str | None:
    for first, second in pairwise(words):
        if second in QUOTES and first.isupper():
            return pair(f"{first}/{second}")
    for word in words:
        found = pair(word, exchange=exchange)
        if found and (word.isupper() or found.endswith(tuple(f"/{quote}" for quote in _CLEAR_QUOTES))):
            return found
    return None


def _of_folders(path: Path) -> tuple[str | None, str]:
    """Return the exchange after which one of the two folders above a file is named, and that folder."""
    for folder in reversed(path.absolute().parts[-3:-1]):
        if (found := _exchange(folder.lower())) is not None:
            return found, folder
    return None, ""


def _exchange(word: str) -> str | None:
    name = _ALIASES.get(word, word)
    return name if name in EXCHANGES else None


def _length(word: str) -> Timeframe | None:
    text = _WORDS.get(word.lower(), word)
    return Timeframe.parse(text) if re.fullmatch(r"[1-9]\d{0,2}[smhdw]", text) else None


def _timeframe(text: str) -> tuple[Timeframe | None, str]:
    try:
        return Timeframe.parse(text), ""
    except ConfigError:
        return None, f"candles of {text} are not stored, since months differ in length; s, m, h, d and w are"
