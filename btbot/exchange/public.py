"""What an exchange makes public of a symbol, as it comes from a stream or a recording. Numbers are units of 1e-8."""

from __future__ import annotations

from typing import NamedTuple

Rows = tuple[tuple[int, int], ...]


class PublicTrade(NamedTuple):
    """A trade at another exchange."""

    time_ms: int
    price: int
    quantity: int
    buyer_is_maker: bool


class PublicBook(NamedTuple):
    """Levels of a book as (price, quantity): all of them, or those that changed (quantity 0 is gone).

    Attributes
    ----------
    first_id, last_id
        Update ids at the source; 0 where it gives none.
    """

    time_ms: int
    bids: Rows
    asks: Rows
    whole: bool
    first_id: int = 0
    last_id: int = 0


PublicEvent = PublicTrade | PublicBook
