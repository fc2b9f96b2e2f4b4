"""What is stored, into files that other programs read, and that come in again as they went out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from btbot.data.candles import iso
from btbot.data.formats import binance_archive, cryptodatadownload, freqtrade_files, tables
from btbot.data.formats.rates import Rates
from btbot.data.formats.tape import Trades
from btbot.data.store.moment import EVER, milliseconds
from btbot.data.store.store import Store
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.timeframe import Timeframe

ALL = "all"
_SHOWN = 5
KINDS = ("candles", "funding", "trades")
_FREQTRADE = {"freqtrade": "feather", **{f"freqtrade-{kind}": kind for kind in freqtrade_files.KINDS[1:]}}
_PLAIN = {kind.removeprefix("."): kind for kind in tables.KINDS}
_CANDLES_ONLY = "cryptodatadownload"
FORMS = ("binance", _CANDLES_ONLY, *_FREQTRADE, *_PLAIN)
Files = Iterator[tuple[Path, int]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export.

    Parameters
    ----------
    symbols, timeframes
        One, several by commas, or ``all`` that are stored.
    kind
        ``candles``, ``funding`` or ``trades``.
    start, end
        Of ``[start, end)``, UTC; None is the beginning and the end of what is stored.
    exchange, market
        Where several have the symbol.
    """

    symbols: str
    timeframes: str = ALL
    kind: str = "candles"
    start: str | None = None
    end: str | None = None
    exchange: str | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """A market, and the names of its files."""

    exchange: str
    market: str
    symbol: str

    @property
    def names(self) -> dict[str, str]:
        return {"exchange": self.exchange, "market": self.market}

    @property
    def known(self) -> dict[str, str | None]:
        """What the store is asked for: it refuses what is not stored, or stored of several exchanges."""
        return {"exchange": self.exchange or None, "market": self.market or None}

    def file(self, path: Path, form: str | None, what: str) -> Path:
        """Return the file of a plain table: the path itself, or one in this folder."""
        return path if form is None else path / tables.file_name(self.symbol, what, **self.names, kind=_PLAIN[form])


def export_paths(store: Store, wanted: Wanted, path: Path, *, form: str | None = None) -> Files:
    """Write files, and yield each with its number of rows. A file is whole or absent, and never without rows.

    Parameters
    ----------
    path
        A file whose name says its form; with `form` a folder.
    form
        One of `FORMS`.

    Raises
    ------
    ConfigError
        If the form is not known or does not suit, one file cannot hold all that is wanted, or the end is not after
        the start.
    DataError
        If something is not stored, or not in the span; then whatever else is wanted has been written.
    """
    _check(wanted, path, form)
    if wanted.kind == "candles":
        yield from _candles(store, wanted, path, form)
        return
    held = (store.funding if wanted.kind == "funding" else store.tape).markets()
    ends = {_Place(one.exchange, one.market, one.symbol): (one.first, one.last) for one in held}
    places = _chosen(list(ends), wanted)
    _refuse_many(path, form, len(places))
    empty: list[str] = []
    for place in places:
        files = 0
        for written in (_funding if wanted.kind == "funding" else _trades)(store, wanted, place, path, form):
            files += 1
            yield written
        if not files:
            what = "funding rate" if wanted.kind == "funding" else "trade"
            empty.append(_nothing(place.symbol, what, wanted, *ends[place]))
    _refuse_empty(empty)


def _candles(store: Store, wanted: Wanted, path: Path, form: str | None) -> Files:
    series = store.series()
    stored: dict[_Place, list[Timeframe]] = {}
    for one in series:
        stored.setdefault(_Place(one.exchange, one.market, one.symbol), []).append(one.timeframe)
    jobs = [
        (place, timeframe)
        for place in _chosen(list(stored), wanted)
        for timeframe in (stored.get(place, []) if wanted.timeframes == ALL else _timeframes(wanted.timeframes))
    ]
    _refuse_many(path, form, len(jobs))
    empty: list[str] = []
    for place, timeframe in jobs:
        bars = store.get_bars(place.symbol, timeframe, wanted.start, wanted.end, **place.known)
        if not len(bars):
            ends = [store.ends(one) for one in series if _Place(one.exchange, one.market, one.symbol) == place]
            span = min(first for first, _ in ends), max(last for _, last in ends)
            empty.append(_nothing(f"{place.symbol} {timeframe}", f"finished {timeframe} bar", wanted, *span))
        elif form == "binance":
            _of_binance(place)
            yield from binance_archive.write_klines(bars, path, market=place.market)
        elif form == _CANDLES_ONLY:
            yield cryptodatadownload.write_candles(bars, path, **place.names), len(bars)
        elif form in _FREQTRADE:
            yield freqtrade_files.write_candles(bars, path, **place.names, kind=_FREQTRADE[form]), len(bars)
        else:
            file = place.file(path, form, str(timeframe))
            tables.write_frame(tables.of_bars(bars), file)
            yield file, len(bars)
    _refuse_empty(empty)


def _funding(store: Store, wanted: Wanted, place: _Place, path: Path, form: str | None) -> Files:
    found = store.funding.get(place.symbol, wanted.start, wanted.end, **place.known)
    if not len(found):
        return
    if form == "binance":
        _of_binance(place)
        yield from binance_archive.write_funding(place.symbol, found.time, found.rate, path)
    elif form in _FREQTRADE:
        options = {"exchange": place.exchange, "kind": _FREQTRADE[form]}
        yield freqtrade_files.write_funding(place.symbol, found.time, found.rate, path, **options), len(found)
    else:
        file = place.file(path, form, "funding")
        tables.write_frame(tables.of_rates(Rates(found.time, found.rate, found.mark_price)), file, named=True)
        yield file, len(found)


def _trades(store: Store, wanted: Wanted, place: _Place, path: Path, form: str | None) -> Files:
    tape = store.tape.get(place.symbol, wanted.start, wanted.end, **place.known)
    found = Trades(tape.time, tape.trade, tape.price, tape.amount, tape.side)
    if form == "binance":
        raise ConfigError(
            "format: binance is not for trades, whose numbers of first and last trade are not stored; choose csv, "
            "parquet or freqtrade"
        )
    if not len(tape):
        return
    if form in _FREQTRADE:
        yield freqtrade_files.write_trades(place.symbol, found, path, **place.names, kind=_FREQTRADE[form]), len(tape)
    else:
        file = place.file(path, form, "trades")
        tables.write_frame(tables.of_trades(found), file, named=True)
        yield file, len(tape)


def _nothing(name: str, what: str, wanted: Wanted, first: int, last: int) -> str:
    start, end = wanted.start or "the beginning", wanted.end or "the end"
    return (
        f"{name}: no {what} from {start} until {end}; stored is from {iso(first)} until {iso(last)}, name a span in it"
    )


def _refuse_empty(empty: Sequence[str]) -> None:
    if empty:
        more = f"; and {len(empty) - _SHOWN} more" if len(empty) > _SHOWN else ""
        raise DataError(f"{'; '.join(empty[:_SHOWN])}{more}; no file was written of it")


def _check(wanted: Wanted, path: Path, form: str | None) -> None:
    if wanted.kind not in KINDS:
        raise ConfigError(
            f"kind: {wanted.kind!r} is not known; allowed are {', '.join(KINDS)}{did_you_mean(wanted.kind, KINDS)}"
        )
    start = milliseconds(wanted.start, otherwise=-EVER, name="--start")
    end = milliseconds(wanted.end, otherwise=EVER, name="--end")
    if start >= end:
        raise ConfigError(f"end: must be after start, {wanted.start}, was {wanted.end}; the end itself is not exported")
    if form is None:
        tables.kind_of(path)
    elif form not in FORMS:
        raise ConfigError(f"format: {form!r} is not known; allowed are {', '.join(FORMS)}{did_you_mean(form, FORMS)}")
    elif form == _CANDLES_ONLY and wanted.kind != "candles":
        raise ConfigError(f"format: {form} is for candles, not for {wanted.kind}; choose csv, parquet or freqtrade")
    elif path.is_file():
        raise ConfigError(f"{path}: is a file; with --format a folder is expected")


def _chosen(places: Sequence[_Place], wanted: Wanted) -> list[_Place]:
    """Return the wanted markets; what is missing or of several exchanges stays open for the store to refuse."""
    fitting = [one for one in places if wanted.exchange in (None, one.exchange) and wanted.market in (None, one.market)]
    if wanted.symbols == ALL:
        if not fitting:
            raise DataError(f"no {wanted.kind} are stored; bring some in with btbot data download or btbot data import")
        return fitting
    chosen = []
    for symbol in wanted.symbols.split(","):
        found = [one for one in fitting if one.symbol == symbol.strip()]
        chosen.append(
            found[0] if len(found) == 1 else _Place(wanted.exchange or "", wanted.market or "", symbol.strip())
        )
    return chosen


def _timeframes(text: str) -> list[Timeframe]:
    return [Timeframe.parse(one) for one in text.split(",")]


def _refuse_many(path: Path, form: str | None, count: int) -> None:
    if form is None and count > 1:
        raise ConfigError(f"{path}: one file cannot hold {count} series; name a folder and say --format csv")


def _of_binance(place: _Place) -> None:
    if place.exchange != "binance":
        raise ConfigError(
            f"format: binance is for data of binance, {place.symbol} is of {place.exchange}; choose csv, parquet or "
            "freqtrade"
        )
