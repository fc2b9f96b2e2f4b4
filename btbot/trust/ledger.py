"""The ledger of trials: every setting that was ever tried on a market, across sessions.

A search that finds nothing and is begun again a week later, with other values, has had two chances; the ledger counts
both. Trials were made on the same data if a plug-in of the same name traded a common symbol in an overlapping span of
time: one more day of candles, another timeframe of the same market, or an edited strategy file is no fresh start. The
same trials entered again, as by a search that is repeated, are there once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.trust.database import BLOBS, Execute, dialect, transaction
from btbot.trust.identity import VERSION, Hashes

_CREATE = """\
CREATE TABLE IF NOT EXISTS optimisation_trials (
    id VARCHAR(32) PRIMARY KEY,
    version INTEGER NOT NULL,
    recorded VARCHAR(32) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    strategies TEXT NOT NULL,
    symbols TEXT NOT NULL,
    timeframe VARCHAR(16) NOT NULL,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL,
    trials INTEGER NOT NULL,
    settings {blob} NOT NULL,
    sharpes {blob} NOT NULL
)"""
_INSERT = """\
INSERT INTO optimisation_trials
    (id, version, recorded, kind, strategies, symbols, timeframe, start_ms, end_ms, trials, settings, sharpes)
VALUES (
    :id, :version, :recorded, :kind, :strategies, :symbols, :timeframe, :start_ms, :end_ms, :trials, :settings, :sharpes
)
ON CONFLICT (id) DO NOTHING"""
_OVERLAPPING = """\
SELECT id, strategies, symbols FROM optimisation_trials
WHERE version = :version AND start_ms < :end_ms AND end_ms > :start_ms AND id <> :id"""
_TRIALS = "SELECT settings, sharpes FROM optimisation_trials WHERE id = :id"


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """Settings that were tried on one market.

    Parameters
    ----------
    kind
        ``run``, ``optimize``, ...: for the reader of the table.
    strategies, symbols
        Names of the plug-ins, and what they traded.
    timeframe
        Of the bars.
    start_ms, end_ms
        Half-open span of bar opens, epoch milliseconds UTC.
    settings
        uint64 of shape (n,), from `setting_hashes`.
    sharpes
        Shape (n,), annual Sharpe ratio of each; NaN where there is none.
    """

    kind: str
    strategies: tuple[str, ...]
    symbols: tuple[str, ...]
    timeframe: str
    start_ms: int
    end_ms: int
    settings: Hashes
    sharpes: npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What other sessions tried on the same market.

    Parameters
    ----------
    sessions
        Number of sessions.
    trials
        Distinct settings that were not tried in this session as well.
    best_sharpe
        The best annual Sharpe ratio of these settings; NaN without one.
    """

    sessions: int = 0
    trials: int = 0
    best_sharpe: float = math.nan


class Ledger:
    """All trials in a database.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://...``. Sessions at the same time do not disturb each other.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def record(self, session: Session) -> None:
        """Write a session, unless the same one is there.

        Raises
        ------
        ConfigError
            If the database cannot be written.
        """
        row = _row(session)
        self._create()
        with transaction(self.url) as execute:
            execute(_INSERT, {**row, "recorded": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")})

    def earlier(self, session: Session) -> Earlier:
        """Return what was tried on the same market, apart from the settings of this session.

        Raises
        ------
        ConfigError
            If the database cannot be read.
        """
        row = _row(session)
        span = {name: row[name] for name in ("id", "version", "start_ms", "end_ms")}
        self._create()
        with transaction(self.url) as execute:
            ids = [
                row[0]
                for row in execute(_OVERLAPPING, span)
                if _common(row[1], session.strategies) and _common(row[2], session.symbols)
            ]
            settings, sharpes = _trials(execute, ids)
        settings, first = np.unique(settings, return_index=True)
        sharpes = sharpes[first][~np.isin(settings, session.settings)]
        known = sharpes[np.isfinite(sharpes)]
        return Earlier(len(ids), len(sharpes), float(known.max()) if len(known) else math.nan)

    def _create(self) -> None:
        """Create the table if it is not there, in a transaction of its own."""
        with transaction(self.url) as execute:
            execute(_CREATE.format(blob=BLOBS[dialect(self.url)]), {})


def _row(session: Session) -> dict[str, Any]:
    """Return a session as a row: a setting that was tried twice is there once, and equal sessions have equal ids."""
    settings, first = np.unique(session.settings, return_index=True)
    row: dict[str, Any] = {
        "version": VERSION, "kind": session.kind, "strategies": json.dumps(sorted(set(session.strategies))),
        "symbols": json.dumps(sorted(set(session.symbols))), "timeframe": session.timeframe,
        "start_ms": session.start_ms, "end_ms": session.end_ms, "trials": len(settings),
    }  # fmt: skip
    blobs = {"settings": settings.astype("<u8").tobytes(), "sharpes": session.sharpes[first].astype("<f4").tobytes()}
    content = json.dumps(row).encode() + blobs["settings"]
    return {**row, **blobs, "id": hashlib.blake2b(content, digest_size=16).hexdigest()}


def _common(listed: str, names: Iterable[str]) -> bool:
    return not set(json.loads(listed)).isdisjoint(names)


def _trials(execute: Execute, ids: list[str]) -> tuple[Hashes, npt.NDArray[np.float32]]:
    rows = [execute(_TRIALS, {"id": one})[0] for one in ids]
    settings = [np.frombuffer(row[0], "<u8").astype(np.uint64) for row in rows]
    sharpes = [np.frombuffer(row[1], "<f4").astype(np.float32) for row in rows]
    return (
        np.concatenate([np.empty(0, np.uint64), *settings]),
        np.concatenate([np.empty(0, np.float32), *sharpes]),
    )
