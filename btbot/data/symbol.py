"""One market, many spellings: BTC/USDT, BTC-USDT, BTCUSDT, BTC_USDT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from btbot.errors import DataError

_DOLLARS = ("FDUSD", "TUSD", "BUSD")  # quotes that end in another quote
QUOTES = (
    *_DOLLARS, "USDT", "USDC", "USDP", "USDS", "USDD", "USD1", "USD", "DAI", "PAX", "VAI", "UST", "BTC", "XBT", "ETH",
    "BNB", "EUR", "GBP", "TRY", "BRL", "AUD", "CAD", "CHF", "JPY", "KRW", "RUB", "UAH", "NGN", "ZAR", "PLN", "RON",
    "CZK", "ARS", "MXN", "COP", "INR", "BIDR", "IDRT", "IDR", "BVND", "BKRW", "EURI", "AEUR", "TRX", "XRP", "DOGE",
    "DOT", "SOL", "KCS",
)  # fmt: skip
_FAMILIAR = {
    "BTC", "ETH", "BNB", "XRP", "SOL", "ADA", "DOGE", "DOT", "LTC", "TRX", "LINK", "AVAX", "BCH", "XLM", "ATOM",
}  # fmt: skip
_SAME = {"XBT": "BTC", "XDG": "DOGE"}


def plain(symbol: str) -> str:
    """Return the letters and digits of a symbol, without a settlement currency.

    Examples
    --------
    >>> plain("BTC/USDT:USDT"), plain("btc-usdt")
    ('BTCUSDT', 'BTCUSDT')
    """
    return re.sub(r"[^A-Z0-9]", "", symbol.upper().split(":")[0])


def spellings(symbol: str) -> list[str]:
    """Return how a file name may spell a symbol, the likeliest first.

    Examples
    --------
    >>> spellings("BTC/USDT")
    ['BTC/USDT', 'BTC-USDT', 'BTCUSDT', 'BTC_USDT']
    """
    bare = symbol.split(":")[0]
    parts = re.split(r"[/_-]", bare)
    forms = [symbol, "-".join(parts), "".join(parts), "_".join(parts)]
    return list(dict.fromkeys(forms))


def pair(text: str, *, exchange: str | None = None) -> str | None:
    """Return a market that is spelled in one of the usual ways as ``BASE/QUOTE``, None if it is not a pair.

    Parameters
    ----------
    text
        ``BTCUSDT``, ``BTC_USDT``, ``BTC-USD``, ``BTC/USDT:USDT`` and the like.
    exchange
        Where it is traded: decides whether ``BATUSD`` is BAT in dollars or BA in TUSD.

    Examples
    --------
    >>> pair("BTCUSDT"), pair("eth-btc"), pair("BTC/USDT:USDT"), pair("XBTUSD"), pair("AAPL")
    ('BTC/USDT', 'ETH/BTC', 'BTC/USDT', 'BTC/USD', None)
    """
    parts = re.split(r"[/_-]", text.upper().split(":")[0])
    if len(parts) == 1:
        parts = _split(parts[0], exchange)
    if len(parts) != 2 or not all(re.fullmatch(r"[A-Z0-9]+", part) for part in parts):
        return None
    return "/".join(_SAME.get(part, part) for part in parts)


def _split(text: str, exchange: str | None) -> list[str]:
    fitting = sorted((quote for quote in QUOTES if text.endswith(quote) and text != quote), key=len, reverse=True)
    if not fitting:
        return []
    quote = fitting[0]
    base = text.removesuffix(quote)
    if quote in _DOLLARS and exchange != "binance" and base not in _FAMILIAR:
        quote = "USD"
    return [text.removesuffix(quote), quote]


def choose(wanted: str | None, present: Sequence[str], source: str) -> str:
    """Return the entry of a ``symbol`` column that is the wanted market.

    Raises
    ------
    DataError
        If it is not there, or if several are and none was named exactly.
    """
    shown = ", ".join(sorted(present)[:6]) + (f", ... ({len(present)} in all)" if len(present) > 6 else "")
    if wanted is None:
        if len(present) == 1:
            return present[0]
        raise DataError(f"{source}: holds {len(present)} symbols ({shown}); say which one is wanted")
    if wanted in present:
        return wanted
    alike = [name for name in present if plain(name) == plain(wanted)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise DataError(f"{source}: {wanted} may be {' or '.join(alike)}; write one of them in symbols:")
    raise DataError(f"{source}: holds {shown}, not {wanted}; write one of them in symbols:")
