"""The worker's side: from what it is sent to a workbench, built once and kept, on which jobs are done."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from btbot import engine
from btbot.bars import COLUMNS, Bars, FloatArray, IntArray
from btbot.config import RunConfig
from btbot.config.document import Document, Place
from btbot.config.load import checked, document_of
from btbot.engine.gather import plugin_folders
from btbot.errors import ConfigError
from btbot.plugins import shipped
from btbot.search.bench import Bench
from btbot.search.fingerprint import Sources

Packed = list[tuple[str, Any, IntArray, FloatArray]]
"""Bars of each symbol: name, timeframe, opens as int64 of shape (n,), prices and volume as float64 of shape (5, n)."""
_STAYS = ("exchange", "database", "retention", "report")
_KINDS = ("strategies", "analyzers")
_BENCHES_KEPT = 2
_benches: dict[str, Bench] = {}
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Brief:
    """What a worker is told about a search besides its bars: small, and without a class of a plug-in.

    Parameters
    ----------
    search
        Names the search; a worker keeps the workbench of each.
    values, folder, source
        The configuration as plain values, the folder that its relative paths mean, and its name for messages.
    folders
        Where plug-ins are, by kind, best first, absolute.
    window
        Where is traded.
    sources
        Digest of the code that the worker must have, too.
    """

    search: str
    values: Mapping[str, Any]
    folder: str
    source: str
    folders: Mapping[str, Sequence[str]]
    window: engine.Window | None
    sources: str

    @classmethod
    def of(cls, config: RunConfig, *, search: str, window: engine.Window | None, sources: Sources) -> Brief:
        """Tell what a configuration says; secrets, and where bars come from, stay here."""
        values = {key: value for key, value in document_of(config).data.items() if key not in _STAYS}
        values["feed"] = {"name": config.feed.name}
        values["optimize"] = {key: value for key, value in values["optimize"].items() if key != "storage"}
        folders = {
            kind: [str(folder) for folder in plugin_folders(config, kind) if folder != shipped(kind)] for kind in _KINDS
        }
        folder = str(config.folder.absolute())
        return cls(search, values, folder, config.source, folders, window, sources.digest)

    def config(self) -> RunConfig:
        """Return the configuration with the plug-in folders that exist on this machine."""
        found = {kind: [one for one in folders if Path(one).is_dir()] for kind, folders in self.folders.items()}
        place = Place(self.source, "environment")
        return checked(Document({**self.values, "plugins": found}, {(): place}), Path(self.folder), self.source)

    def bench(self, market: engine.Market) -> Bench:
        """Build the workbench.

        Raises
        ------
        ConfigError
            If this machine has other code: its trials would not be those of the others.
        """
        config = self.config()
        if Sources.of(config).digest != self.sources:
            raise ConfigError(
                f"the worker {socket.gethostname()}:{os.getpid()} has another btbot or another "
                f"{', '.join(entry.name for entry in config.strategies)} than the search began with; have the same "
                "files on all machines, start the workers anew, and search again: what has been done is kept"
            )
        return Bench(config, market, self.window)


def pack(market: engine.Market) -> Packed:
    """Return the bars of a market as plain arrays, which travel and are mapped into memory well."""
    return [
        (symbol, bars.timeframe, np.asarray(bars.time), np.stack([getattr(bars, name) for name in COLUMNS]))
        for symbol, bars in market.bars.items()
    ]


def unpack(packed: Packed) -> engine.Market:
    """Return the market of `pack`; arrays in read-only memory are not copied."""
    return engine.Market({symbol: Bars(symbol, timeframe, time, *rows) for symbol, timeframe, time, rows in packed})


def work(brief: Brief, bars: Packed | str, job: Any) -> Any:
    """Do a job of a search: what each worker is asked to call.

    Parameters
    ----------
    bars
        The bars, or the file that holds them.
    """
    # A workbench keeps what it computed last; threads of one worker take turns.
    with _one_at_a_time:
        if brief.search not in _benches:
            while len(_benches) >= _BENCHES_KEPT:
                del _benches[next(iter(_benches))]
            _benches[brief.search] = brief.bench(_mapped(bars) if isinstance(bars, str) else unpack(bars))
        return job.done(_benches[brief.search])


@lru_cache(maxsize=1)
def _mapped(path: str) -> engine.Market:
    import joblib

    return unpack(joblib.load(path, mmap_mode="r"))


def begin(parent: int) -> None:
    """Set a process up that works for another one of this machine.

    It leaves interruptions to the other one, ends when that has ended, however it did, and prints to standard error,
    because standard output may be JSON.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # until here they were held back
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.dup2(2, 1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)
