"""What decides the outcome of a search, in one number: by it a search is found again, and workers are compared."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from numbers import Number
from pathlib import Path
from typing import Any

import joblib

import btbot
from btbot import engine
from btbot.config import RunConfig, settled
from btbot.config.load import document_of
from btbot.config.sections import STORED_FUNDING
from btbot.engine import funding
from btbot.engine.attach import load_analyzers
from btbot.engine.build import host_strategies
from btbot.errors import ConfigError
from btbot.timeframe import Timeframe

# They show, judge or start what has been computed.
_AFTERWARDS = ("cli", "report", "runner", "trust")
# Whose content is fingerprinted itself, or which only says where and how often the work is done.
_WITHOUT_EFFECT = (
    "name", "mode", "feed", "data", "start", "end", "plugins", "database", "retention", "exchange", "report", "proof",
)  # fmt: skip
_WORK = ("workers", "verify", "storage")


@dataclass(frozen=True, slots=True)
class Sources:
    """The code behind a search: the framework and the plug-ins that the configuration names.

    Parameters
    ----------
    digest
        SHA-256 over all of it, as hexadecimal text; equal on machines that compute the same.
    stamps
        Time and size of each plug-in file.
    """

    digest: str
    stamps: Mapping[Path, tuple[int, int]]

    @classmethod
    def of(cls, config: RunConfig) -> Sources:
        """Read the sources of a configuration."""
        files = plugin_files(config)
        digest = hashlib.sha256(_framework().encode())
        for path in files:
            digest.update(path.name.encode() + b"\n" + path.read_bytes())
        return cls(digest.hexdigest(), {path: _stamp(path) for path in files})

    def check_unchanged(self) -> None:
        """Raise `ConfigError` if a file was written since: half of the trials would be those of another strategy."""
        for path, stamp in self.stamps.items():
            if not path.is_file() or _stamp(path) != stamp:
                raise ConfigError(
                    f"{path} was changed while its search ran; what was done before the change is kept for the old "
                    "file: start again to search with the new one"
                )


def plugin_files(config: RunConfig) -> list[Path]:
    """Return the files of strategies, and of analyzers that are objectives, in the order of the configuration."""
    classes = [host.cls for host in host_strategies(config)]
    if config.optimize is not None:
        wanted = {goal.analyzer for goal in config.optimize.objectives}
        classes += [chosen.cls for chosen in load_analyzers(config) if chosen.name in wanted]
    return list(dict.fromkeys(Path(inspect.getfile(cls)) for cls in classes))


def identity(
    config: RunConfig, market: engine.Market, sources: Sources, *, window: engine.Window | None = None
) -> dict[str, Any]:
    """Return everything that decides which trials a search has and what becomes of them, as plain values.

    Where the bars came from, how many workers there are and what is reported afterwards is left out; the bars
    themselves and the sources are in it.
    """
    shown = {
        key: value for key, value in settled(config).items() if key not in _WITHOUT_EFFECT and key != "walkforward"
    }
    section = {key: value for key, value in shown.get("optimize", {}).items() if key not in _WORK}
    section["space"] = list(section.get("space", {}).items())  # its order numbers the trials
    return {
        "version": btbot.__version__,
        "sources": sources.digest,
        "data": market.fingerprint,
        "window": asdict(window or engine.Window()),
        "config": {**shown, "optimize": section},
        "objects": [joblib.hash(found) for found in _objects(document_of(config).data["strategies"])],
        "files": {str(path): _digest([path]) for path in _rate_files(config)},
        **_stored_rates(config, market),
    }


def short(values: Mapping[str, Any]) -> str:
    """Return 12 hexadecimal digits for nested plain values.

    Examples
    --------
    >>> short({"a": 1, "b": [2.5]}) == short({"b": [2.5], "a": 1})
    True
    """
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _objects(value: Any) -> Iterator[Any]:
    """Yield what only Python can hold, of which the configuration shows the kind alone."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _objects(entry)
    elif not isinstance(value, str | Number | Timeframe | None):
        yield value


def _rate_files(config: RunConfig) -> list[Path]:
    """Return the files of funding rates, which are read anew for each setting."""
    source = config.costs.funding
    names = source.values() if isinstance(source, dict) else [source] if source else []
    return [config.folder / name for name in names if name != STORED_FUNDING]


def _stored_rates(config: RunConfig, market: engine.Market) -> dict[str, Any]:
    """Return the content of the funding rates that come from the store."""
    stored = [symbol for symbol in market.bars if funding.source(config, symbol) == STORED_FUNDING]
    return (
        {"funding": {name: joblib.hash(funding.rates(config, market.bars[name])) for name in stored}} if stored else {}
    )


@cache
def _framework() -> str:
    """Return the digest of every module of this package that has a say in a figure."""
    package = Path(btbot.__file__).parent
    paths = sorted(path.relative_to(package) for path in package.rglob("*.py"))
    return _digest([package / path for path in paths if path.parts[0] not in (*_AFTERWARDS, "_bundled")])


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_mtime_ns, stat.st_size
