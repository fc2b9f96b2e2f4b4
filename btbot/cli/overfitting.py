"""Say how likely the best setting of a search is luck."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from btbot.cli.optimizing import interruptible
from btbot.cli.progress import search_bar

if TYPE_CHECKING:
    from btbot.trust.overfit import Overfit


def check_overfit(
    source: str, overrides: Sequence[str], *, as_json: bool, fresh: bool = False, results: Path = Path("results")
) -> None:
    """Print the verdict on a search in words and figures; as JSON the figures and the sentences.

    Parameters
    ----------
    source
        A configuration, or the folder of a finished search, also by its name under `results`.
    """
    from btbot.report.plain import to_json
    from btbot.runner import overfit

    folder = results / source
    # What a strategy prints must not spoil the JSON.
    aside = contextlib.redirect_stdout(sys.stderr) if as_json else contextlib.nullcontext()
    with interruptible(), search_bar() as progress, aside:
        found = overfit.check_overfit(
            folder if folder.is_dir() and not Path(source).exists() else source,
            overrides=overrides, fresh=fresh, progress=progress,
        )  # fmt: skip
    if as_json:
        typer.echo(to_json({**found.figures(), "sentences": found.sentences}, sort_keys=False), nl=False)
    else:
        typer.echo(render(found), nl=False)


def render(overfit: Overfit) -> str:
    """Return the verdict, what was measured in sentences, and every figure; at most 100 columns."""
    from btbot.report.layout import heading, pairs, wrapped
    from btbot.report.search import verdict

    headline = verdict.headline(overfit)
    lines = [headline, "=" * len(headline), ""]
    lines += [line for one in verdict.sentences(overfit) for line in wrapped(one)]
    lines += [*heading("Figures"), *pairs([(one.text, one.show(value)) for one, value in verdict.measures(overfit)])]
    return "\n".join(lines) + "\n"
