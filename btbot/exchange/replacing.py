"""Cancel-replace: one order goes, another comes, with or without each other."""

from __future__ import annotations

from btbot.exchange import filters
from btbot.exchange.cancelling import cancel
from btbot.exchange.commands import Replace
from btbot.exchange.live import Live
from btbot.exchange.placing import check_figures, open_symbol, place, reference
from btbot.exchange.refused import Refused
from btbot.exchange.state import State

Half = tuple[Live | None, Refused | None]


def cancel_first(state: State, command: Replace, now_ms: int) -> Half:
    """Check the new order against the filters, then cancel the old one; give that, or why it is not cancelled.

    Raises
    ------
    Refused
        For a filter or a closed market; then nothing has changed.
    """
    new = command.place
    symbol = open_symbol(state, new.symbol)
    page = state.shelf(new.account).page(new.symbol)
    check_figures(symbol, new)
    filters.check_place(symbol, new, reference(state, symbol, page, new, now_ms))
    try:
        return cancel(state, command.cancel, now_ms), None
    except Refused as refused:
        return None, refused


def place_then(state: State, command: Replace, now_ms: int) -> Half:
    """Place the new order; give that, or why it is not placed."""
    try:
        return place(state, command.place, now_ms), None
    except Refused as refused:
        return None, refused
