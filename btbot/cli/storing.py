"""The commands `data` and `db`: what the store holds, in and out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from btbot.data.store import Series, Store

DEFAULT = "sqlite:///var/btbot.db"
data = typer.Typer(no_args_is_help=True, help="Bring candles into the store, look at them, take them out.")
db = typer.Typer(no_args_is_help=True, help="Look after the database.")


def register(app: typer.Typer, *, panel: str) -> None:
    """Add the commands to the program."""
    app.add_typer(data, name="data", rich_help_panel=panel)
    app.add_typer(db, name="db", rich_help_panel=panel)


Url = Annotated[
    str, typer.Option("--database", metavar="URL", envvar="BTBOT__DATABASE", help="Address of the database")
]
Exchange = Annotated[str | None, typer.Option("--exchange", metavar="NAME", help="Where several have the symbol")]
Market = Annotated[str | None, typer.Option("--market", metavar="KIND", help="spot or perpetual")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")]


@data.command("list")
def list_(
    database: Url = DEFAULT,
    years: Annotated[
        bool, typer.Option("--years", help="One row a year, with the share of bars that is there")
    ] = False,
    fingerprints: Annotated[bool, typer.Option("--fingerprints", help="The hash of each series' content")] = False,
    as_json: Json = False,
) -> None:
    """List what is stored."""
    from btbot.cli import show

    with _opened(database) as store:
        rows = [
            row
            for one in store.series()
            for row in (_years(store, one) if years else [_whole(store, one, fingerprints=fingerprints)])
        ]
    show.table(rows, as_json=as_json, empty="the store is empty; bring candles in with btbot data import")


@data.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="csv, csv.gz, zip, parquet or feather")],
    exchange: Annotated[str, typer.Option("--exchange", metavar="NAME", help="Where the candles are from")],
    symbols: Annotated[
        list[str] | None,
        typer.Option("--symbol", metavar="SYMBOL", help="Of the file; needed if it has no column of it"),
    ] = None,
    market: Annotated[str, typer.Option("--market", metavar="KIND", help="spot or perpetual")] = "spot",
    calendar: Annotated[str, typer.Option(help="crypto or stocks: which holes are natural")] = "crypto",
    on_error: Annotated[str, typer.Option(help="stop refuses flawed candles; warn drops exact duplicates")] = "stop",
    database: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Write the candles of a file into the store; the same file again changes nothing."""
    from btbot.cli import show
    from btbot.data.store.importing import import_file

    with _opened(database) as store:
        found = import_file(
            store, file, symbols=symbols or [], exchange=exchange, market=market, calendar=calendar, on_error=on_error
        )
        rows = [
            {
                "symbol": one.symbol,
                "timeframe": str(one.timeframe),
                "inserted": one.written.inserted,
                "changed": one.written.changed,
                "unchanged": one.written.unchanged,
                "findings": len(one.findings),
            }
            for one in found
        ]
    show.table(rows, as_json=as_json, empty="no candles")


@data.command("export")
def export(
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="Such as BTC/USDT")],
    timeframe: Annotated[str, typer.Argument(metavar="TIMEFRAME", help="Such as 1h; made of a finer one if need be")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Ends in .csv, .csv.gz, .parquet or .feather")],
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First bar, UTC")] = None,
    end: Annotated[str | None, typer.Option(metavar="DATE", help="Bars before it, UTC")] = None,
    exchange: Exchange = None,
    market: Market = None,
    database: Url = DEFAULT,
) -> None:
    """Write stored candles into a file."""
    from btbot.data.store.exporting import export_file

    with _opened(database) as store:
        bars = store.get_bars(symbol, timeframe, start, end, exchange=exchange, market=market)
        export_file(bars, file)
    typer.echo(f"{file}: {len(bars)} bars")


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


@contextmanager
def _opened(database: str) -> Iterator[Store]:
    from btbot.data.store import Store

    store = Store(database)
    try:
        yield store
    finally:
        store.close()


def _whole(store: Store, one: Series, *, fingerprints: bool) -> dict[str, Any]:
    first, last = store.ends(one)
    row = {**_names(one), "bars": one.rows, "first": _stamp(first), "last": _stamp(last)}
    return {**row, "fingerprint": store.fingerprint(one)} if fingerprints else row


def _years(store: Store, one: Series) -> list[dict[str, Any]]:
    return [
        {**_names(one), "year": year.year, "bars": year.bars, "expected": year.expected, "share": f"{year.share:.2%}"}
        for year in store.coverage(one)
    ]


def _names(one: Series) -> dict[str, Any]:
    return {"exchange": one.exchange, "market": one.market, "symbol": one.symbol, "timeframe": str(one.timeframe)}


def _stamp(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).strftime("%Y-%m-%d %H:%M")
