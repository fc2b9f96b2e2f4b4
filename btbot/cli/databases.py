"""The commands `db`: look after the database."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from btbot.cli.storing import DEFAULT, Json, Url, db

if TYPE_CHECKING:
    from btbot.data.store.status import Status

_NOT_YET = "there is no such file yet; it is made when data comes in"
_CONFIG = "YAML file with database: and retention:"
MaybeUrl = Annotated[
    str | None, typer.Option("--database", metavar="URL", envvar="BTBOT__DATABASE", help="Address of the database")
]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help=_CONFIG)]


@db.command("upgrade")
def upgrade(database: Url = DEFAULT) -> None:
    """Bring the tables to the schema of this version; what is there stays."""
    from btbot.data.store import Database
    from btbot.data.store import upgrade as bring

    place = Database(database)
    before, after = bring(place)
    place.close()
    was = "" if before == after else f", was {before or 'empty'}"
    typer.echo(f"{place.shown}: schema {after}{was}")


@db.command("status")
def status(database: Url = DEFAULT, as_json: Json = False) -> None:
    """Show the size of the database, its schema, its rows and its last backup."""
    from btbot.cli import show
    from btbot.data.store import Database
    from btbot.data.store.status import status as look

    place = Database(database)
    found = look(place, rows=True)
    place.close()
    rows = [] if found is None else [{"what": what, "found": said} for what, said in lines(found)]
    show.table(rows, as_json=as_json, empty=f"{place.shown}: {_NOT_YET}")


@db.command("check")
def check(database: Url = DEFAULT, as_json: Json = False) -> None:
    """Check pages, references and counts; what the candles say is checked by btbot data check."""
    from dataclasses import asdict

    from btbot.cli import show
    from btbot.data.store import Database
    from btbot.data.store.integrity import problems
    from btbot.errors import DataError

    place = Database(database)
    there = place.file is None or place.file.is_file()
    found = problems(place) if there else []
    place.close()
    empty = f"{place.shown}: {'sound' if there else _NOT_YET}"
    show.table([asdict(one) for one in found], as_json=as_json, empty=empty)
    raise typer.Exit(DataError.exit_code if found else 0)


@db.command("backup")
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="Ends in .zip, or is a folder")] = Path(
        "var/backups"
    ),
    keep: Annotated[int | None, typer.Option(metavar="N", help="Remove all but the folder's newest N")] = None,
    config: Config = None,
    database: MaybeUrl = None,
    as_json: Json = False,
) -> None:
    """Write all tables into one file, as they are at one moment; writers need not stop."""
    from btbot.cli import show
    from btbot.data.store import Database
    from btbot.data.store.backup import back_up, is_folder

    given = _given(config)
    place = Database(database or given.database)
    kept = given.backups if is_folder(target) else None
    taken = back_up(place, target, keep=kept if keep is None else keep)
    place.close()
    rows = sum(taken.manifest.rows.values())
    if as_json:
        found = {"file": str(taken.path), "bytes": taken.bytes, "rows": rows, "schema": taken.manifest.schema}
        show.table([{**found, "removed": [str(one) for one in taken.removed]}], as_json=True, empty="")
        return
    typer.echo(f"{taken.path}: {rows:,} rows, {size(taken.bytes)}")
    for one in taken.removed:
        typer.echo(f"{one}: removed")


@db.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made by btbot db backup, of either kind of database")],
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds")] = False,
    database: Url = DEFAULT,
) -> None:
    """Replace the database by a backup, wholly or not at all."""
    from btbot.data.store import Database
    from btbot.data.store.backup import restore as put_back

    place = Database(database)
    manifest = put_back(place, file, force=force)
    place.close()
    typer.echo(f"{place.shown}: {sum(manifest.rows.values()):,} rows of {stamp(manifest.taken)}")


@db.command("prune")
def prune(
    config: Annotated[Path | None, typer.Argument(metavar="CONFIG", help=_CONFIG)] = None,
    tape_days: Annotated[float | None, typer.Option(metavar="DAYS", help="Keep trades of so many days")] = None,
    books_days: Annotated[float | None, typer.Option(metavar="DAYS", help="Keep order books of so many days")] = None,
    revisions_days: Annotated[
        float | None, typer.Option(metavar="DAYS", help="Keep what candles were before they changed")
    ] = None,
    compact: Annotated[bool, typer.Option("--compact", help="Give the space back to the disk (SQLite)")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed")] = False,
    database: MaybeUrl = None,
    as_json: Json = False,
) -> None:
    """Remove old trades, order books and replaced values of candles; candles themselves stay."""
    from btbot.cli import show
    from btbot.data.store import Database, retention
    from btbot.data.store.upgrade import require
    from btbot.errors import ConfigError

    given = _given(config)
    options = {"tape": tape_days, "books": books_days, "revisions": revisions_days}
    wanted = {kind: given.days[kind] if days is None else days for kind, days in options.items()}
    if all(days is None for days in wanted.values()) and not compact:
        raise ConfigError(
            "prune: say what stays: --tape-days 30, --books-days 7 or --revisions-days 365, or name a configuration "
            "with retention:"
        )
    place = Database(database or given.database)
    require(place)
    now = time.time_ns() // 1_000_000
    rows = [
        {"what": kind, "days": days, "removed": retention.prune(place, kind, days, now=now, dry_run=dry_run)}
        for kind, days in wanted.items()
        if days is not None
    ]
    if compact and not dry_run:
        rows.append({"what": "compact", "days": None, "removed": size(retention.compact(place))})
    place.close()
    show.table(rows, as_json=as_json, empty="")


@dataclass(frozen=True, slots=True)
class _Given:
    """What a configuration says of the database."""

    database: str
    days: dict[str, float | None]
    backups: int | None


def _given(config: Path | None) -> _Given:
    if config is None:
        return _Given(DEFAULT, dict.fromkeys(("tape", "books", "revisions")), None)
    from btbot.config import load_config
    from btbot.config.sections import Retention

    found = load_config(config)
    kept = found.retention or Retention()
    days = {"tape": kept.tape_days, "books": kept.books_days, "revisions": kept.revisions_days}
    return _Given(found.database, days, kept.backups)


def lines(found: Status) -> list[tuple[str, str]]:
    """Return a status as pairs of what and how much."""
    disk = [] if found.free_bytes is None else [("disk", f"{size(found.free_bytes)} free")]
    return [
        ("database", f"{found.shown} ({found.kind})"),
        ("schema", found.schema or "no tables yet"),
        ("size", size(found.bytes) + (f", of it {size(found.wal_bytes)} WAL" if found.wal_bytes else "")),
        *disk,
        ("last backup", last_backup(found)),
        ("candles", f"{found.candles:,}"),
        *((name.replace("_", " "), f"{count:,}") for name, count in found.rows.items() if count and name != "candles"),
    ]


def last_backup(found: Status) -> str:
    """Return when a database was backed up last, and whether the file is still there."""
    if found.backup is None:
        return "never"
    taken, detail = found.backup
    gone = "" if Path(detail["file"]).is_file() else " (which is not there any more)"
    return f"{stamp(taken)}, {detail['file']}{gone}"


def size(count: int) -> str:
    """Return a number of bytes as people say it.

    Examples
    --------
    >>> size(999), size(12_345_678), size(-1_500)
    ('999 B', '12.3 MB', '-1.5 kB')
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"


def stamp(time_ms: int) -> str:
    """Return epoch milliseconds as a UTC date and time to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time_ms / 1_000)) + " UTC"
