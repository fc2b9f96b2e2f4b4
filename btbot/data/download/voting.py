"""Which of several contradicting answers is believed: the one that comes twice, or that the store has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from btbot.data.download.page import Page
from btbot.data.store.columns import Columns

_ENOUGH = 2


def agreed(answers: Sequence[Page], stored: Columns) -> tuple[Page, list[int]]:
    """Return the candles of all answers, and the times at which no candle has two voices.

    A candle on which nobody contradicts needs one voice. The store has a voice too.

    Parameters
    ----------
    answers
        The oldest first.
    """
    whole = answers[0]
    for answer in answers[1:]:
        whole = whole.joined(answer)
    votes = _votes([*((one.time, one.values) for one in answers), (stored.time, stored.values)], whole.time.tolist())
    values, open_ = whole.values.copy(), []
    for row, at in enumerate(whole.time.tolist()):
        found = votes[at]
        if len(found) == 1:
            continue
        value, count = found.most_common(1)[0]
        if count < _ENOUGH:
            open_.append(at)
        values[row] = np.frombuffer(value)
    return Page(whole.slots, whole.time, values, odd=True), open_


def _votes(sources: list[tuple[np.ndarray, np.ndarray]], times: list[int]) -> dict[int, Counter[bytes]]:
    votes: dict[int, Counter[bytes]] = {at: Counter() for at in times}
    for time, values in sources:
        for at, row in zip(time.tolist(), values, strict=True):
            if at in votes:
                votes[at][(row + 0.0).tobytes()] += 1  # 0.0 and -0.0 are one number
    return votes
