"""The commands: each parses, calls one function and shows what it returns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from btbot.cli import exchange_options as given
from btbot.cli import storing

app = typer.Typer(
    name="btbot",
    help="One small strategy file, one YAML file, and a backtest whose figures can be checked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="YAML file, such as configs/trend.yml")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Override a key: costs.taker_fee=0.002")
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the run; results/<name>_<time> by default")]
Force = Annotated[bool, typer.Option("--force", help="Replace a folder that is not empty")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else")]
Open = Annotated[bool, typer.Option("--open", help="Show the tearsheet in the browser")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log everything, errors with traceback")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings only, print no report")]
LogJson = Annotated[bool, typer.Option("--log-json", help="Log as JSON lines")]
Results = Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder that holds the runs")]
RESULTS = Path("results")
RUN, SEARCH, TRADE, LOOK, MAKE = "Run", "Search", "Trade", "Look", "Make"
SearchOut = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder; results/<name>_<command>_<time> by default")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what an earlier run of the same search has done")]
OpenPage = Annotated[bool, typer.Option("--open", help="Show the page in the browser")]

check = typer.Typer(no_args_is_help=True, help="Ask how far a result can be trusted.")
app.add_typer(check, name="check", rich_help_panel=SEARCH)
storing.register(app, panel=LOOK)


def _version(wanted: bool) -> None:
    if wanted:
        from btbot.cli.doctor import version

        typer.echo(f"btbot {version('btbot')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit")
    ] = False,
) -> None:
    pass


@app.command(rich_help_panel=RUN)
def run(
    config: Config,
    overrides: Overrides = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    show: Open = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Do what the configuration's mode says, and write the run's folder."""
    from btbot.cli import running

    running.start(verbose=verbose, quiet=quiet, log_json=log_json)
    running.run(config, overrides or [], out=out, force=force, as_json=as_json, show=show, quiet=quiet)


@app.command(rich_help_panel=RUN)
def backtest(
    config: Config,
    overrides: Overrides = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    show: Open = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Run a backtest, whatever the configuration's mode."""
    run(config, [*(overrides or []), "mode=backtest"], out, force, as_json, show, verbose, quiet, log_json)


@app.command(rich_help_panel=SEARCH)
def optimize(
    config: Config,
    overrides: Overrides = None,
    out: SearchOut = None,
    force: Force = False,
    fresh: Fresh = False,
    as_json: Json = False,
    show: OpenPage = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Search the parameters that the configuration names under optimize:, and say how likely luck is."""
    from btbot.cli import optimizing, running

    running.start(verbose=verbose, quiet=quiet, log_json=log_json)
    optimizing.optimize(
        config, overrides or [], out=out, force=force, fresh=fresh, as_json=as_json, show=show, quiet=quiet
    )


@app.command(rich_help_panel=SEARCH)
def walkforward(
    config: Config,
    overrides: Overrides = None,
    out: SearchOut = None,
    force: Force = False,
    fresh: Fresh = False,
    as_json: Json = False,
    show: OpenPage = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Search in one window, trade the next, move on; report what was traded."""
    from btbot.cli import running, walking

    running.start(verbose=verbose, quiet=quiet, log_json=log_json)
    walking.walkforward(
        config, overrides or [], out=out, force=force, fresh=fresh, as_json=as_json, show=show, quiet=quiet
    )


@app.command(rich_help_panel=SEARCH)
def compare(
    sources: Annotated[list[str], typer.Argument(metavar="CONFIG_OR_RUN...", help="Two or more files or run folders")],
    sort: Annotated[str, typer.Option(metavar="METRIC", help="Metric that ranks them")] = "sharpe",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for table and page; none by default")] = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Rank configurations and finished runs side by side."""
    from btbot.cli import comparing, running

    running.start(verbose=verbose, quiet=quiet)
    comparing.compare(sources, sort=sort, out=out, force=force, as_json=as_json)


@check.command("overfit")
def check_overfit(
    source: Annotated[str, typer.Argument(metavar="CONFIG_OR_SEARCH", help="YAML file, or the folder of a search")],
    overrides: Overrides = None,
    as_json: Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Say how likely the best setting of a search is luck."""
    from btbot.cli import overfitting, running

    running.start(verbose=verbose, quiet=quiet)
    overfitting.check_overfit(source, overrides or [], as_json=as_json)


@app.command(rich_help_panel=TRADE)
def exchange(
    symbols: given.Symbols,
    replays: given.Replays = None,
    timeframes: given.Timeframes = None,
    synthetic: given.Synthetic = False,
    live: given.Live = False,
    empty: given.Empty = False,
    prices: given.Prices = None,
    balances: given.Balances = None,
    speed: given.Speed = "1",
    paused: given.Paused = False,
    start: given.Start = None,
    faults: given.FaultFile = None,
    seed: given.Seed = 0,
    no_limits: given.NoLimits = False,
    host: given.Host = "127.0.0.1",
    port: given.Port = 9001,
    admin: given.Admin = "9002",
    name: given.Name = "paper",
    state: given.State = None,
    reset: given.Reset = False,
    as_json: given.Json = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
    log_json: LogJson = False,
) -> None:
    """Run a local exchange that any Binance client can trade at."""
    from btbot.cli import exchanging, running

    running.start(verbose=verbose, quiet=quiet, log_json=log_json)
    options = given.Options(
        symbols, replays or [], timeframes or [], synthetic, live, empty, prices or [], balances or [], speed, paused,
        start, faults, seed, no_limits, host, port, admin, name, state, reset, as_json,
    )  # fmt: skip
    exchanging.exchange(options)


@app.command(rich_help_panel=RUN)
def report(
    run_: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, or its name under results/")],
    show: Open = False,
    results: Results = RESULTS,
    verbose: Verbose = False,
) -> None:
    """Write the reports of a finished run again, from its folder."""
    from btbot.cli import running

    running.start(verbose=verbose)
    running.rebuild(run_, results=results, show=show)


@app.command(rich_help_panel=LOOK)
def runs(results: Results = RESULTS, as_json: Json = False) -> None:
    """List the runs under results/."""
    from btbot.cli import listing, show

    show.table(listing.runs(results), as_json=as_json, empty=f"no runs in {results}")


@app.command(rich_help_panel=LOOK)
def validate(config: Config, overrides: Overrides = None) -> None:
    """Check a configuration, and that its plug-ins exist."""
    from btbot.cli import checking

    typer.echo(checking.validate(config, overrides or []))


@app.command("show-config", rich_help_panel=LOOK)
def show_config(config: Config, overrides: Overrides = None, as_json: Json = False) -> None:
    """Print a configuration complete and merged, secrets masked."""
    from btbot.cli import show
    from btbot.config import load_config, to_dict, to_yaml

    loaded = load_config(config, overrides=overrides or [])
    typer.echo(show.json_text(to_dict(loaded)) if as_json else to_yaml(loaded), nl=as_json)


@app.command(rich_help_panel=LOOK)
def schema() -> None:
    """Print the JSON schema of configurations, for editors."""
    from btbot.cli import show
    from btbot.config import schema as config_schema

    typer.echo(show.json_text(config_schema()))


@app.command("list-strategies", rich_help_panel=LOOK)
def list_strategies(as_json: Json = False) -> None:
    """List strategies: what they do, their parameters, where they are."""
    from btbot.cli import listing, show

    show.table(listing.strategies(), as_json=as_json, empty="no strategies")


@app.command("list-indicators", rich_help_panel=LOOK)
def list_indicators(as_json: Json = False) -> None:
    """List the indicators of btbot.ta."""
    from btbot.cli import listing, show

    show.table(listing.indicators(), as_json=as_json, empty="no indicators")


@app.command("new-strategy", rich_help_panel=MAKE)
def new_strategy(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Such as my_idea")],
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder to write to")] = Path("strategies"),
) -> None:
    """Write a small working strategy to start from."""
    from btbot.cli import making

    typer.echo(making.new_strategy(name, folder))


@app.command("new-config", rich_help_panel=MAKE)
def new_config(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Such as my_run")] = "my_run",
    strategy: Annotated[str, typer.Option(metavar="NAME", help="Strategy that it runs")] = "ma_cross",
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder to write to")] = Path("configs"),
) -> None:
    """Write a commented configuration that runs."""
    from btbot.cli import making

    typer.echo(making.new_config(name, folder, strategy=strategy))


@app.command(rich_help_panel=LOOK)
def doctor(as_json: Json = False) -> None:
    """Check Python, packages, folders and disk."""
    from btbot.cli import doctor as checks
    from btbot.cli import show

    found = checks.examine(Path.cwd())
    show.table(found, as_json=as_json, empty="")
    raise typer.Exit(checks.exit_code(found))
