"""The commands `data import` and `data export`: files into the store and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from btbot.cli import storing

if TYPE_CHECKING:
    from btbot.data.store.reports import Imported, Report

_REFUSED = 3
_SHOWN = 20
_FINDINGS = 5

Symbols = Annotated[
    list[str] | None,
    typer.Option("--symbol", metavar="SYMBOL", help="Of files that do not say theirs; of those that do, only this one"),
]


@storing.data.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, and folders at any depth")],
    exchange: Annotated[
        str | None, typer.Option("--exchange", metavar="NAME", help="Where the data are from, if names do not say it")
    ] = None,
    symbols: Symbols = None,
    market: Annotated[str | None, typer.Option("--market", metavar="KIND", help="spot or perpetual")] = None,
    timeframe: Annotated[
        str | None, typer.Option("--timeframe", metavar="TF", help="Of the candles, if names are wrong")
    ] = None,
    calendar: Annotated[str, typer.Option(help="crypto or stocks: which holes are natural")] = "crypto",
    on_error: Annotated[str, typer.Option(help="stop refuses flawed candles; warn drops exact duplicates")] = "stop",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge everything, write nothing")] = False,
    database: storing.Url = storing.DEFAULT,
    as_json: storing.Json = False,
) -> None:
    """Write candles, funding rates and trades of files into the store; the same files again change nothing.

    Read are Binance's archives with their checksums, CryptoDataDownload, freqtrade, csv, JSON, parquet and feather,
    plain, gzipped or zipped.
    """
    from btbot.cli.progress import progress_bar
    from btbot.data.store.importing import import_paths
    from btbot.data.store.reports import Report
    from btbot.data.store.targets import Wishes
    from btbot.timeframe import Timeframe

    _doubt(exchange, calendar)
    length = None if timeframe is None else Timeframe.parse(timeframe)
    wishes = Wishes(tuple(symbols or ()), exchange, market, length, calendar, on_error)
    report = Report()
    with storing.opened(database) as store, progress_bar() as progress:
        try:
            import_paths(store, paths, wishes, dry_run=dry_run, progress=progress, report=report)
        except KeyboardInterrupt:
            typer.echo("interrupted: whole files are stored; the same command again brings in the rest", err=True)
            raise
    _refuse_alone(report, paths)
    _show(report, paths, as_json=as_json, dry_run=dry_run)
    raise typer.Exit(_REFUSED if report.refused or not report.series else 0)


def _doubt(exchange: str | None, calendar: str) -> None:
    """Say on stderr that an exchange is not known: archives may be of any, so it is no error."""
    from btbot.data.formats.names import EXCHANGES
    from btbot.errors import did_you_mean
    from btbot.exchange.ccxt_names import exchange_names

    known = exchange_names()
    if exchange is not None and calendar == "crypto" and exchange not in (*known, *EXCHANGES):
        typer.echo(
            f"warning: --exchange: ccxt knows no {exchange!r}, what is stored under this name can be neither "
            f"continued nor repaired by a download{did_you_mean(exchange, known)}",
            err=True,
        )


def _refuse_alone(report: Report, paths: list[Path]) -> None:
    """Raise what is wrong with the one file that was named."""
    from btbot.errors import DataError

    if len(report.refused) == 1 and not report.series and len(paths) == 1 and paths[0].is_file():
        raise DataError(report.refused[0].reason)


def _show(report: Report, paths: list[Path], *, as_json: bool, dry_run: bool) -> None:
    from btbot.cli import show

    rows = [_row(one, dry_run=dry_run) for one in report.series]
    if as_json:
        left = {
            "refused": [{"file": one.file, "reason": one.reason} for one in report.refused],
            "skipped": [{"file": one.file, "reason": one.reason} for one in report.skipped],
            "assumed": report.assumed,
            "verified": report.verified,
            "others": report.others,
        }
        notes = [[finding.text for finding in one.findings] for one in report.series]
        series = [{**row, "notes": found} for row, found in zip(rows, notes, strict=True)]
        typer.echo(show.json_text({"series": series, **left}))
        return
    show.table(rows, as_json=False, empty=_nothing(report, paths))
    for line in _lines(report, dry_run=dry_run):
        typer.echo(line)


def _nothing(report: Report, paths: list[Path]) -> str:
    from btbot.data.formats.names import SUFFIXES

    if report.refused or report.skipped:
        return "nothing was brought in"
    where = ", ".join(map(str, paths))
    return f"nothing was brought in: {where} holds no file of data, whose name ends in {', '.join(SUFFIXES)}"


def _row(one: Imported, *, dry_run: bool) -> dict[str, Any]:
    return {
        "exchange": one.target.exchange,
        "market": one.target.market,
        "symbol": one.target.symbol,
        "kind": one.target.kind,
        "timeframe": "" if one.timeframe is None else str(one.timeframe),
        "files": one.files,
        "rows": one.rows,
        "inserted": None if dry_run else one.inserted,
        "changed": None if dry_run else one.changed,
        "unchanged": None if dry_run else one.unchanged,
        "findings": len(one.findings),
    }


def _lines(report: Report, *, dry_run: bool) -> list[str]:
    lines = [
        f"{one.target.symbol} {one.timeframe or one.target.kind}: {finding.text}"
        for one in report.series
        for finding in one.findings[:_FINDINGS]
    ]
    lines = lines[:_SHOWN] + ([f"... and {len(lines) - _SHOWN} more findings"] if len(lines) > _SHOWN else [])
    lines += [f"assumed {text}" for text in report.assumed]
    for what, left in (("refused", report.refused), ("skipped", report.skipped)):
        lines += [f"{what}: {_named(one.file, one.reason)}" for one in left[:_SHOWN]]
        if len(left) > _SHOWN:
            lines.append(f"... and {len(left) - _SHOWN} more {what}; --json lists them")
    if report.verified:
        lines.append(f"right checksums: {report.verified}")
    if report.others:
        lines.append(f"files of other kinds, passed over: {report.others}")
    return [*lines, *(["dry run: nothing was written"] if dry_run else [])]


def _named(file: str, reason: str) -> str:
    return reason if reason.startswith(file) else f"{file}: {reason}"


@storing.data.command("export")
def export(
    symbols: Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC/USDT; several by commas, or all")],
    timeframes: Annotated[
        str, typer.Argument(metavar="TIMEFRAME", help="Such as 1h, made of a finer one if need be; several, or all")
    ],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="A file that ends in .csv, .csv.gz, .parquet, .feather or .json")
    ],
    form: Annotated[
        str | None, typer.Option("--format", metavar="NAME", help="binance, freqtrade, csv ...: PATH is a folder")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="candles, funding or trades")] = "candles",
    start: Annotated[str | None, typer.Option(metavar="DATE", help="From this moment on, UTC")] = None,
    end: Annotated[str | None, typer.Option(metavar="DATE", help="Before this moment, UTC")] = None,
    exchange: storing.Exchange = None,
    market: storing.Market = None,
    database: storing.Url = storing.DEFAULT,
) -> None:
    """Write what is stored into files."""
    from btbot.data.store.exporting import Wanted, export_paths

    wanted = Wanted(symbols, timeframes, kind, start, end, exchange, market)
    with storing.opened(database) as store:
        for file, rows in export_paths(store, wanted, path, form=form):
            typer.echo(f"{file}: {rows} {'bars' if kind == 'candles' else 'rows'}")
