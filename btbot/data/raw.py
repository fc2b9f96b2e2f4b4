"""The raw frame: candles as a source gave them, before anybody judged them.

Columns ``time`` (int64, epoch milliseconds UTC of the open), ``open high low close volume`` (float64, NaN
where the source has none), in the order of the source. ``attrs["source"]`` names the place for messages,
``attrs["lines"]`` is the line of each row where lines exist, ``attrs["notices"]`` tells what the reader did,
as pairs of kind and sentence, ``attrs["stored"]`` is true of candles out of the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from btbot.bars import COLUMNS

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def raw_frame(
    time: IntArray,
    values: Mapping[str, FloatArray],
    *,
    source: str,
    lines: IntArray | None = None,
    notices: Sequence[tuple[str, str]] = (),
    stored: bool = False,
) -> pd.DataFrame:
    """Build a raw frame from arrays of shape (n,)."""
    frame = pd.DataFrame({"time": time} | {name: values[name] for name in COLUMNS}, copy=False)
    frame.attrs["source"] = source
    if lines is not None:
        frame.attrs["lines"] = lines
    if notices:
        frame.attrs["notices"] = tuple(notices)
    if stored:
        frame.attrs["stored"] = True
    return frame
