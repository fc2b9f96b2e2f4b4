"""One market, many spellings: BTC/USDT, BTC-USDT, BTCUSDT, BTC_USDT."""

from __future__ import annotations

import re
from collections.abc import Sequence

from btbot.errors import DataError


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
