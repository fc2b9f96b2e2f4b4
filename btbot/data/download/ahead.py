"""Where an exchange's candles go on, found by asking for longer ones: a year is one request, not five hundred."""

from __future__ import annotations

from collections.abc import Sequence

from btbot.data.download.session import Session
from btbot.data.store.columns import IntArray
from btbot.timeframe import Timeframe

_USUAL = ("1d", "1w")
_NEVER = 2**62


async def look_ahead(session: Session, symbol: str, timeframe: Timeframe, start: int, now: int) -> int | None:
    """Return the first candle behind `start`, where the exchange has just had nothing, twice; None if there is none.

    Parameters
    ----------
    start, now
        Epoch milliseconds UTC; behind `now` there is nothing.
    """
    limit = session.client.candle_limit(timeframe)
    window = limit * timeframe.ms  # some exchanges answer for so much time only
    coarse = longer(await session.ask(session.client.timeframes), timeframe)
    at = start
    while at < now:
        if coarse is None:
            at += window
        else:
            target = await _target(session, symbol, coarse, at, now, window)
            if target is None:
                return None
            at = timeframe.floor(target)
        if at < now:
            found = await _asked_twice(session, symbol, timeframe, at, limit)
            if len(found):
                return timeframe.floor(int(found[0]))
    return None


def longer(offered: Sequence[Timeframe], timeframe: Timeframe) -> Timeframe | None:
    """Return the length of candle by which to look ahead; None where none is offered.

    Examples
    --------
    >>> offered = [Timeframe.parse(text) for text in ("1m", "1h", "1d", "1w")]
    >>> str(longer(offered, offered[0])), str(longer(offered, offered[2])), longer(offered, offered[3])
    ('1d', '1w', None)
    """
    fitting = [one for one in offered if one.ms > timeframe.ms and one.ms % timeframe.ms == 0]
    usual = [one for one in fitting if str(one) in _USUAL]
    return min(usual, default=None) or max(fitting, default=None)


async def _target(session: Session, symbol: str, coarse: Timeframe, start: int, now: int, window: int) -> int | None:
    """Return where the next candles may begin."""
    limit = session.client.candle_limit(coarse)
    at = max(coarse.floor(start) - coarse.ms, 0)  # days do not begin at midnight everywhere
    while at < now:
        times = await _asked_twice(session, symbol, coarse, at, limit)
        # One that began before may go on behind the window that had nothing.
        cut = start + window if ((times <= start) & (times + coarse.ms > start + window)).any() else _NEVER
        later = times[times > start]
        if len(later) or cut < _NEVER:
            return min(cut, int(later[0]) if len(later) else _NEVER)
        at = max(at, int(times[-1])) + coarse.ms if len(times) else at + limit * coarse.ms
    return None


async def _asked_twice(session: Session, symbol: str, timeframe: Timeframe, start: int, limit: int) -> IntArray:
    for _ in range(2):
        answer = await session.ask(lambda: session.client.candles(symbol, timeframe, start, limit))
        if len(answer):
            break
    return answer.time
