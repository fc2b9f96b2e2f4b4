"""Values of any kind as the plain ones that JSON knows, the same for the same run every time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def plain(value: Any) -> Any:
    """Return `value` as nested dicts, lists, text, numbers, booleans and None.

    NaN and infinity become None, times become ISO 8601 UTC text, a DataFrame or Series becomes
    ``{"table": {"columns": [...], "rows": [[...]]}}`` and anything unknown its ``str``. Applying it twice
    changes nothing, so what is read back from a file equals what was written.

    Examples
    --------
    >>> plain({"a": np.float64("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, pd.DataFrame | pd.Series):
        return {"table": _table(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple | set | frozenset):
        return [plain(one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, pd.Timestamp):
        return iso(value)
    return str(value)


def _table(value: pd.DataFrame | pd.Series) -> dict[str, Any]:
    frame = value.to_frame() if isinstance(value, pd.Series) else value
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index()
    columns = [frame.iloc[:, at].tolist() for at in range(frame.shape[1])]
    rows = [[_scalar(one) for one in row] for row in zip(*columns, strict=True)]
    return {"columns": [str(name) for name in frame.columns], "rows": rows}


def iso(stamp: pd.Timestamp) -> str:
    """Return a time as ISO 8601 UTC with ``Z``; a time without a zone is taken as UTC.

    Examples
    --------
    >>> iso(pd.Timestamp("2024-01-02 03:04", tz="UTC"))
    '2024-01-02T03:04:00Z'
    """
    aware = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return aware.isoformat().replace("+00:00", "Z")


def to_json(value: Any, *, sort_keys: bool = True) -> str:
    """Return indented JSON that ends with a line feed; sorted, it is byte-identical for equal values."""
    return json.dumps(plain(value), indent=2, sort_keys=sort_keys, allow_nan=False, ensure_ascii=False) + "\n"
