"""Which of the stored series are meant."""

from __future__ import annotations

from collections.abc import Sequence

from btbot.data.store import Series
from btbot.data.symbol import plain
from btbot.errors import ConfigError, DataError, did_you_mean
from btbot.timeframe import Timeframe


def choose(
    every: Sequence[Series],
    *,
    symbols: Sequence[str] = (),
    timeframe: Timeframe | None = None,
    exchange: str | None = None,
    market: str | None = None,
) -> list[Series]:
    """Return the series of some symbols, of one timeframe, exchange and market; without a word of all of them.

    Raises
    ------
    DataError
        If nothing is stored, or not what was named.
    ConfigError
        If an exchange, market or timeframe is named of which nothing is stored.
    """
    if not every:
        raise DataError("the store has no candles; fill it with btbot data download or btbot data import")
    for key, wanted, present in (
        ("exchange", exchange, [one.exchange for one in every]),
        ("market", market, [one.market for one in every]),
        ("timeframe", None if timeframe is None else str(timeframe), [str(one.timeframe) for one in every]),
    ):
        if wanted is not None and wanted not in present:
            there = ", ".join(dict.fromkeys(present))
            raise ConfigError(f"{key}: nothing of {wanted!r} is stored, only of {there}{did_you_mean(wanted, present)}")
    names = list(dict.fromkeys(one.symbol for one in every))
    wanted_names = [_spelled(symbol, names) for symbol in symbols]
    chosen = [
        one
        for one in every
        if (not wanted_names or one.symbol in wanted_names)
        and timeframe in (None, one.timeframe)
        and exchange in (None, one.exchange)
        and market in (None, one.market)
    ]
    if not chosen:
        words = [*symbols, *(str(word) for word in (timeframe, exchange, market) if word is not None)]
        raise DataError(f"no stored series is all of this: {', '.join(words)}; look at btbot data list")
    return chosen


def _spelled(symbol: str, names: Sequence[str]) -> str:
    """Return the stored spelling of a symbol."""
    alike = [name for name in names if name == symbol] or [name for name in names if plain(name) == plain(symbol)]
    if alike:
        return alike[0]
    hint = did_you_mean(symbol, names)
    raise DataError(
        f"{symbol}: the store has no candles of it{f'{hint} Look' if hint else '; look'} at btbot data list"
    )
