"""What is to be asked for: what is not stored, what was left out once, what was changed, and the seam."""

from __future__ import annotations

from sqlalchemy import Connection

from btbot.data.download import present
from btbot.data.download.spans import Span, clipped, joined, without
from btbot.data.store.downloads import Channel
from btbot.data.store.store import Store
from btbot.timeframe import Timeframe

ANSWERS = 2  # an exchange that leaves something out is asked once more, by the next call


def plan(
    store: Store, channel: Channel, timeframe: Timeframe, wanted: Span, *, source: str, seam: int, gap: int
) -> tuple[list[Span], int]:
    """Return the spans of candles to ask for, and the end of what is stored (0 without any).

    Parameters
    ----------
    channel, timeframe
        Which candles.
    wanted
        The span that is to be complete, on the grid of the timeframe.
    source
        Whose answers count; what others brought (files, repairs) counts where candles are stored.
    seam
        Milliseconds at the end of what is stored that are compared with the exchange anew.
    gap
        Spans that lie at most so many milliseconds apart are asked for as one.
    """
    with store.reading() as connection:
        answered = [one for one in store.downloads.spans(channel, connection=connection) if one.source == source]
        settled = [(one.start, one.end) for one in answered if one.is_settled(ANSWERS)]
        again = [(one.start, one.end) for one in answered if not one.is_settled(ANSWERS)]
        unknown = without([wanted], [*settled, *again])
        stored_end = 0
        series_id = present.series_of(connection, channel)
        if series_id is not None:
            unknown = without(unknown, _stored(connection, series_id, timeframe, unknown))
            last = present.last_before(connection, series_id, wanted[1])
            if last is not None:
                stored_end = timeframe.floor(last) + timeframe.ms
                again.append((stored_end - seam, stored_end))  # what an exchange changes, it changes there
    return joined([*unknown, *clipped(again, *wanted)], gap=gap), stored_end


def _stored(connection: Connection, series_id: int, timeframe: Timeframe, spans: list[Span]) -> list[Span]:
    return [run for start, end in spans for run in present.runs(connection, series_id, timeframe, start, end)]


def open_holes(store: Store, channel: Channel, first: int, *, source: str) -> int:
    """Return the number of spans behind the `first` stored row for which an exchange had nothing, but too few times."""
    return sum(
        one.source == source and one.empty and one.start > first and not one.is_settled(ANSWERS)
        for one in store.downloads.spans(channel)
    )


def unanswered(store: Store, channel: Channel, wanted: Span, *, source: str) -> list[Span]:
    """Return the parts of a span of trades or funding rates to ask for: there is no grid that tells what is missing."""
    answered = [one for one in store.downloads.spans(channel) if one.source == source and one.is_settled(ANSWERS)]
    return without([wanted], [(one.start, one.end) for one in answered])
