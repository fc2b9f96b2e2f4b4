"""Money as whole numbers: every price, quantity and balance is counted in units of 1e-8."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = 8
SCALE: int = 10**DIGITS
_PATTERN = re.compile(r"(\d{1,20})(?:\.(\d{1,20}))?")


def units(value: str | int | Decimal) -> int:
    """Count units of 1e-8 in a plain decimal number.

    Raises
    ------
    ValueError
        Where the text is no plain decimal number (no sign, no exponent) or has digits below 1e-8.

    Examples
    --------
    >>> units("0.00012300")
    12300
    """
    plain = f"{value:f}" if isinstance(value, Decimal) else str(value)
    match = _PATTERN.fullmatch(plain)
    if match is None:
        raise ValueError(f"not a plain decimal number: {value!r}")
    whole, fraction = match[1], match[2] or ""
    if fraction[DIGITS:].strip("0"):
        raise ValueError(f"more than {DIGITS} decimals: {value!r}")
    return int(whole) * SCALE + int(fraction[:DIGITS].ljust(DIGITS, "0"))


def text(value: int) -> str:
    """Write units of 1e-8 the way Binance writes numbers, with eight decimals.

    Examples
    --------
    >>> text(12300)
    '0.00012300'
    """
    sign, value = ("-", -value) if value < 0 else ("", value)
    return f"{sign}{value // SCALE}.{value % SCALE:08d}"


def decimal(value: int) -> Decimal:
    """Give units of 1e-8 as the exact decimal number."""
    return Decimal(value).scaleb(-DIGITS)


def amount(price: int, quantity: int) -> int:
    """Give the quote amount of a quantity at a price, rounded down to 1e-8 (the same for both sides of a trade)."""
    return price * quantity // SCALE
