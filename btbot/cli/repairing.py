"""The commands `data check` and `data repair`."""

from __future__ import annotations

from typing import Annotated

import typer

from btbot.cli import storing

Symbols = Annotated[list[str] | None, typer.Argument(metavar="SYMBOL", help="Such as BTC/USDT; all by default")]
Length = Annotated[str | None, typer.Option("--timeframe", metavar="TIMEFRAME", help="Such as 1h; all by default")]
Exchange = Annotated[str | None, typer.Option("--exchange", metavar="NAME", help="Of which; all by default")]
Calendar = Annotated[
    str, typer.Option(metavar="NAME", help="crypto, stocks, or auto: stocks are what never trades on a Saturday")
]
Tolerance = Annotated[
    float, typer.Option(metavar="SHARE", help="By how much closes of two exchanges may differ: 0.002 is 0.2 %")
]
Address = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="Where the exchange is asked, such as http://127.0.0.1:9001")
]


@storing.data.command("check")
def check(
    symbols: Symbols = None,
    timeframe: Length = None,
    exchange: Exchange = None,
    market: storing.Market = None,
    calendar: Calendar = "auto",
    against: Annotated[
        str | None,
        typer.Option(metavar="EXCHANGE", help="Compare with what is stored of it, or else with what it answers now"),
    ] = None,
    tolerance: Tolerance = 0.002,
    pages: Annotated[int, typer.Option(metavar="N", min=1, help="Questions a series when an exchange is asked")] = 10,
    gaps: Annotated[bool, typer.Option("--gaps", help="List every hole, not only those that nothing explains")] = False,
    years: Annotated[bool, typer.Option("--years", help="Say how much of each year is there")] = False,
    url: Address = None,
    database: storing.Url = storing.DEFAULT,
    as_json: storing.Json = False,
) -> None:
    """Judge every stored candle: errors, oddities, holes and why they are there; exit code 3 with errors."""
    from btbot.cli import judging, logs

    logs.set_up()
    chosen = judging.Chosen(tuple(symbols or ()), timeframe, exchange, market, calendar)
    compared = None if against is None else judging.Against(against, tolerance, pages, url)
    found, code = judging.check(database, chosen, compared)
    judging.show(found, gaps=gaps, years=years, as_json=as_json)
    raise typer.Exit(code)


@storing.data.command("repair")
def repair(
    symbols: Symbols = None,
    timeframe: Length = None,
    exchange: Exchange = None,
    market: storing.Market = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="finer (make them of a finer timeframe), download (ask the exchange again), or another exchange; "
            "may be given several times, the next one gets what is left; finer and download by default",
        ),
    ] = None,
    tolerance: Tolerance = 0.002,
    every: Annotated[
        bool, typer.Option("--all", help="Also holes at which the exchange stood still or nobody traded")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be filled, and write nothing")] = False,
    url: Address = None,
    database: storing.Url = storing.DEFAULT,
    as_json: storing.Json = False,
) -> None:
    """Fill holes with candles that somebody recorded, mark them, and say what could not be filled and why."""
    from btbot.cli import judging, logs, mending

    logs.set_up()
    chosen = judging.Chosen(tuple(symbols or ()), timeframe, exchange, market, "auto")
    plan = mending.Plan(tuple(sources or ("finer", "download")), tolerance, every, dry_run, url)
    found = mending.repair(database, chosen, plan)
    mending.show(found, as_json=as_json)
    raise typer.Exit(mending.exit_code(found))
