"""The commands `data` and `db`: what the store holds, in and out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from btbot.data.store import Series, Store

DEFAULT = "sqlite:///var/btbot.db"
data = typer.Typer(no_args_is_help=True, help="Bring candles into the store, look at them, take them out.")
db = typer.Typer(no_args_is_help=True, help="Look after the database.")


def register(app: typer.Typer, *, panel: str) -> None:
    """Add the commands to the program."""
    from btbot.cli import databases, downloading, importing, repairing  # noqa: F401 - they register their commands here

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

    with opened(database) as store:
        rows = [
            row
            for one in store.series()
            for row in (_years(store, one) if years else [_whole(store, one, fingerprints=fingerprints)])
        ]
        if not years:
            rows += _beside(store, fingerprints=fingerprints)
    show.table(
        rows,
        as_json=as_json,
        empty="the store is empty; bring candles in with btbot data download or btbot data import",
    )


@contextmanager
def opened(database: str) -> Iterator[Store]:
    """Give the store of an address, and close it at the end."""
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


def _beside(store: Store, *, fingerprints: bool) -> list[dict[str, Any]]:
    """Return a row for each market that there are funding rates, trades or order books of."""
    more = {"fingerprint": None} if fingerprints else {}
    kinds = {"funding": store.funding.markets(), "trades": store.tape.markets(), "books": store.books.markets()}
    return [
        {
            "exchange": one.exchange, "market": one.market, "symbol": one.symbol, "timeframe": kind, "bars": one.rows,
            "first": _stamp(one.first), "last": _stamp(one.last), **more,
        }
        for kind, held in kinds.items()
        for one in held
    ]  # fmt: skip


def _names(one: Series) -> dict[str, Any]:
    return {"exchange": one.exchange, "market": one.market, "symbol": one.symbol, "timeframe": str(one.timeframe)}


def _stamp(time_ms: int) -> str:
    return dt.datetime.fromtimestamp(time_ms / 1_000, dt.UTC).strftime("%Y-%m-%d %H:%M")
