"""Find strategies, feeds and analyzers by the name of their file.

A plug-in is one file in a folder. It is imported when it is asked for, alone, under a name of its own. No
folder is ever put on ``sys.path``, so a file called ``csv.py`` harms nobody; a broken file harms only
who names it.
"""

from __future__ import annotations

import inspect
import logging
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from btbot.errors import ConfigError, StrategyError, did_you_mean

log = logging.getLogger(__name__)

KINDS = {"strategies": "strategy", "feeds": "feed", "analyzers": "analyzer"}
_PACKAGE = "btbot_plugins"
_loaded: dict[Path, tuple[tuple[int, int], ModuleType]] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """A plug-in that has been seen, not imported.

    Parameters
    ----------
    name
        The file's name without ``.py``, or the entry point's.
    path
        The file; None for an entry point.
    hides
        Files of the same name in folders that are searched later.
    """

    name: str
    path: Path | None
    entry_point: EntryPoint | None = None
    hides: tuple[Path, ...] = ()

    @property
    def where(self) -> str:
        """The file, or the entry point's target, for messages."""
        return str(self.path) if self.path else f"entry point {self.entry_point.value if self.entry_point else ''}"


@dataclass(frozen=True, slots=True)
class Description:
    """What a listing shows of a plug-in.

    Parameters
    ----------
    summary
        First line of the class's docstring, or of its file's.
    params
        Name of each parameter to its default.
    """

    name: str
    summary: str
    params: dict[str, Any]
    where: str


def shipped(kind: str) -> Path:
    """Return the folder of the plug-ins that come with btbot: in the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    bundled = package / "_bundled" / kind
    return bundled if bundled.is_dir() else package.parent / kind


def search_folders(kind: str, config_folder: Path | None = None, configured: Iterable[str | Path] = ()) -> list[Path]:
    """Return the existing folders in the order in which they are searched.

    Parameters
    ----------
    kind
        ``strategies``, ``feeds`` or ``analyzers``.
    config_folder
        Folder of the configuration file, whose parent may hold plug-ins too; None without a file.
    configured
        Folders named in the configuration, relative to `config_folder`.

    Raises
    ------
    ConfigError
        If a configured folder does not exist.
    """
    origin = config_folder or Path.cwd()
    named = [origin / folder for folder in configured]
    for folder in named:
        if not folder.is_dir():
            raise ConfigError(f"plugins.{kind}: there is no folder {folder}; paths are relative to {origin}")
    beside = [config_folder.parent / kind] if config_folder else []
    places = [*named, Path.cwd() / kind, *beside, shipped(kind)]
    return list(dict.fromkeys(place.resolve() for place in places if place.is_dir()))


def available(kind: str, folders: Sequence[Path]) -> dict[str, Found]:
    """Return every plug-in by its name, without importing any; the first folder that has a name wins.

    Entry points of the group ``btbot.<kind>`` come after all folders but the shipped one.
    """
    found: dict[str, Found] = {}
    for candidate in _candidates(kind, folders):
        first = found.get(candidate.name)
        if first is None:
            found[candidate.name] = candidate
        elif candidate.path:
            found[candidate.name] = Found(first.name, first.path, first.entry_point, (*first.hides, candidate.path))
    return dict(sorted(found.items()))


def _candidates(kind: str, folders: Sequence[Path]) -> Iterator[Found]:
    last = shipped(kind)
    own = [folder for folder in folders if folder != last]
    for folder in own:
        yield from _files(folder)
    for entry in _entry_points(kind):
        yield Found(entry.name, None, entry)
    if len(own) < len(folders):
        yield from _files(last)


@cache
def _entry_points(kind: str) -> tuple[EntryPoint, ...]:
    """Return the plug-ins of installed packages; reading all their metadata takes longer than many a run."""
    return tuple(entry_points(group=f"btbot.{kind}"))


def _files(folder: Path) -> Iterator[Found]:
    for path in sorted(folder.glob("*.py")):
        if not path.name.startswith(("_", ".")):
            yield Found(path.stem, path)


def load(kind: str, name: str, *, base: type, folders: Sequence[Path], where: str | None = None) -> type:
    """Import one plug-in and return its class.

    Parameters
    ----------
    kind
        ``strategies``, ``feeds`` or ``analyzers``.
    name
        The file's name without ``.py``, or ``file:Class``.
    base
        The class must be a subclass of it, and be defined in that file.
    folders
        See `search_folders`.
    where
        Where the name was written, for messages; `kind` by default.

    Raises
    ------
    ConfigError
        If there is no plug-in of this name.
    StrategyError
        If the file defines no such class, or several and none bears the file's name.
    Exception
        Whatever the file itself raises while it is imported, with a note that names the file.
    """
    stem, _, wanted = name.partition(":")
    plugins = available(kind, folders)
    if stem not in plugins:
        raise ConfigError(f"{where or kind}: {_unknown(kind, stem, plugins, folders)}")
    found = plugins[stem]
    if found.hides:
        log.info("%s %s is %s, which hides %s", KINDS[kind], stem, found.where, ", ".join(map(str, found.hides)))
    if found.path is None:
        return _of_entry_point(kind, found, base)
    lacking = f"{where or kind}: {found.path} has no {KINDS[kind]}"
    return _class_of(_module(kind, found.path), found.path, base=base, wanted=wanted, lacking=lacking)


def _unknown(kind: str, stem: str, plugins: Iterable[str], folders: Sequence[Path]) -> str:
    looked = ", ".join(map(str, folders)) or "no folder, since none exists"
    known = f"; there are {', '.join(plugins)}" if kind == "feeds" and plugins else ""
    return f"there is no {KINDS[kind]} {stem!r}; looked in {looked}{did_you_mean(stem, plugins)}{known}"


def _of_entry_point(kind: str, found: Found, base: type) -> type:
    loaded = found.entry_point.load() if found.entry_point else None
    if isinstance(loaded, type) and issubclass(loaded, base):
        return loaded
    raise StrategyError(f"{kind}: {found.where} must be a subclass of {_title(base)}, was {loaded!r}")


class _Loader(SourceFileLoader):
    """Compile from source each time: bytecode is stamped in whole seconds, an edit may follow within one."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def _module(kind: str, path: Path) -> ModuleType:
    """Return the module of a file, imported again only if the file has changed."""
    stat = path.stat()
    stamp = (stat.st_mtime_ns, stat.st_size)
    if path in _loaded and _loaded[path][0] == stamp:
        return _loaded[path][1]
    name = f"{_PACKAGE}.{kind}.{path.stem}"
    if name in sys.modules and sys.modules[name].__file__ != str(path):
        name += f"_{zlib.crc32(str(path).encode()):08x}"
    loader = _Loader(name, str(path))
    spec = ModuleSpec(name, loader, origin=str(path))
    spec.has_location = True
    module = module_from_spec(spec)
    # Backtrader looks the module of a class up here while the class is made.
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        error.add_note(f"while loading the {KINDS[kind]} {path}")
        raise
    _loaded[path] = (stamp, module)
    return module


def _class_of(module: ModuleType, path: Path, *, base: type, wanted: str, lacking: str) -> type:
    own = [one for one in vars(module).values() if isinstance(one, type) and one.__module__ == module.__name__]
    fitting = {one.__name__: one for one in own if issubclass(one, base) and not one.__name__.startswith("_")}
    if wanted:
        return _named(fitting, wanted, lacking)
    if len(fitting) == 1:
        return next(iter(fitting.values()))
    for name, one in fitting.items():
        if name.lower() == path.stem.replace("_", "").lower():
            return one
    if fitting:
        first = next(iter(fitting))
        raise StrategyError(
            f"{path}: defines {len(fitting)} of {_title(base)} ({', '.join(fitting)}), none named like it; "
            f"choose one with 'name: {path.stem}:{first}'"
        )
    others = f", found {', '.join(one.__name__ for one in own)}" if own else ""
    raise StrategyError(f"{path}: must define one subclass of {_title(base)}{others}")


def _named(fitting: dict[str, type], wanted: str, lacking: str) -> type:
    if wanted in fitting:
        return fitting[wanted]
    names = ", ".join(fitting) or "none"
    raise ConfigError(f"{lacking} {wanted!r}; it defines {names}{did_you_mean(wanted, fitting)}")


def _title(base: type) -> str:
    return f"{base.__module__.partition('.')[0]}.{base.__name__}"


def describe(cls: type, *, base: type | None = None) -> Description:
    """Return the first docstring line, the parameters with their defaults, and the file of a plug-in.

    Parameters
    ----------
    cls
        A class that `load` returned.
    base
        Parameters that it inherits from this class are left out.
    """
    module = sys.modules.get(cls.__module__)
    text = cls.__dict__.get("__doc__") or getattr(module, "__doc__", None) or ""
    inherited = _params(base) if base else {}
    params = {key: value for key, value in _params(cls).items() if key not in inherited}
    return Description(
        name=cls.__name__,
        summary=next(iter(inspect.cleandoc(text).splitlines()), ""),
        params=params,
        where=str(getattr(module, "__file__", "") or ""),
    )


def _params(cls: type) -> dict[str, Any]:
    """Return the Backtrader parameters of a class; a class without any has no such attribute."""
    pairs = getattr(getattr(cls, "params", None), "_getpairs", dict)
    return dict(pairs())
