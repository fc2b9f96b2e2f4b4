"""Files into the store: candles through the data gate, funding rates and trades through checks of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from btbot.data.advice import for_import
from btbot.data.formats import checksum, folders, header
from btbot.data.read import symbols_of
from btbot.data.store.besides import Besides
from btbot.data.store.candle_files import read_bars
from btbot.data.store.incoming import Incoming
from btbot.data.store.reports import Left, Report
from btbot.data.store.store import Store
from btbot.data.store.targets import Origin, Registry, Wishes
from btbot.data.symbol import pair
from btbot.errors import DataError

Progress = Callable[[int, int], None]


def import_paths(
    store: Store,
    paths: Sequence[Path],
    wishes: Wishes | None = None,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    report: Report | None = None,
) -> Report:
    """Write the candles, funding rates and trades of files and folders into the store.

    What a file is of is told by the user, its folders, its name and its columns, in this order. A bad file is
    reported and the others are written; the same files again change nothing, and complete what was interrupted.
    Memory is bounded by the largest file of candles.

    Parameters
    ----------
    paths
        Files, and folders at any depth.
    wishes
        What the user says of them.
    dry_run
        Judge everything, write nothing.
    progress
        Told how many files are done, and of how many.
    report
        Filled as files are done, for callers who are interrupted; a new one by default.

    Raises
    ------
    ConfigError
        If a path does not exist, or the database cannot be used.
    DataError
        If the database fails.
    """
    wishes, report = wishes or Wishes(), report or Report()
    found = folders.find(paths)
    report.others = found.others
    report.refused += [_orphan(path, paths) for path in found.orphans]
    registry = Registry.of(wishes, store.series())
    origins = _origins(found.files)
    target = None if dry_run else store
    job = _Import(registry, report, Incoming(target, report), Besides(target, report))
    for done, origin in enumerate(origins):
        if progress is not None:
            progress(done, len(origins))
        job.take(origin)
    job.incoming.flush()
    report.assumed += [_assumption(what, files) for what, files in registry.assumed.items() if files]
    return report


@dataclass(slots=True)
class _Import:
    registry: Registry
    report: Report
    incoming: Incoming
    besides: Besides

    def take(self, origin: Origin) -> None:
        """Bring in one file, or say why not."""
        if origin.name.unkept or self.registry.unwanted(origin.name):
            reason = origin.name.unkept or f"is of {origin.name.symbol}, which --symbol does not name"
            self.report.skipped.append(Left(origin.shown, reason))
            return
        try:
            self.report.verified += checksum.verify(origin.path)
            found = header.look(origin.path, kind=origin.name.kind)
        except DataError as error:
            self._refuse(origin, error)
            return
        if found.kind == "candles":
            self._candles(origin, has_symbols=found.has_symbols)
        else:
            self.incoming.flush()
            self.besides.take(origin, found, self.registry)

    def _candles(self, origin: Origin, *, has_symbols: bool) -> None:
        try:
            spellings = self._spellings(origin) if has_symbols else [None]
        except DataError as error:
            self._refuse(origin, error)
            return
        verbatim = any(pair(symbol) is None for symbol in spellings if symbol is not None)
        for spelling in spellings:
            try:
                target = self.registry.target(origin, "candles", spelling, verbatim=verbatim)
                bars, findings = read_bars(origin, target.symbol, self.registry.wishes, spelling=spelling)
            except DataError as error:
                self._refuse(origin, error)
                continue
            findings = [replace(one, text=origin.tell(for_import(one.text))) for one in findings]
            holes = self.registry.wishes.calendar == "crypto"
            self.incoming.add(target, bars, findings, source=origin.source, holes=holes)

    def _refuse(self, origin: Origin, error: DataError) -> None:
        self.report.refused.append(Left(origin.shown, origin.tell(for_import(str(error)))))

    def _spellings(self, origin: Origin) -> list[str | None]:
        """Return the wanted symbols of a file's column, as the file spells them."""
        present = symbols_of(origin.path)
        wanted = self.registry.wanted(present)
        if not wanted:
            names = ", ".join(present[:6]) + (", ..." if len(present) > 6 else "")
            raise DataError(
                f"{origin.path.name}: holds {names}, not {', '.join(self.registry.wishes.symbols)}; "
                "name one of them by --symbol"
            )
        return list(wanted)


def _origins(files: Mapping[Path, Path]) -> list[Origin]:
    """Return the files in the order in which they come in, each under a name of its own."""
    found = [Origin.of(path, asked) for path, asked in files.items()]
    named = Counter(origin.shown for origin in found)
    distinct = [replace(one, shown=str(one.path)) if named[one.shown] > 1 else one for one in found]
    return sorted(distinct, key=lambda origin: origin.order)


def _orphan(path: Path, paths: Sequence[Path]) -> Left:
    asked = next(one for one in paths if one == path or one in path.parents)
    name = Origin.of(path, asked).shown
    return Left(name, f"{name}: its archive is not beside it; download it")


def _assumption(what: str, files: Sequence[str]) -> str:
    return f"{what}: {files[0]}" + (f" and {len(files) - 1} more" if len(files) > 1 else "")
