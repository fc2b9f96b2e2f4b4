"""The folder of a search: written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from btbot.config import as_yaml
from btbot.report.folder import whole
from btbot.report.plain import to_json
from btbot.report.search import best, page, summary, text
from btbot.report.search.given import Overfit, SearchResult
from btbot.report.search.trial_table import write_trials


def write(result: SearchResult, overfit: Overfit | None, folder: str | Path, *, force: bool = False) -> Path:
    """Write everything that a search leaves behind, under a temporary name that is changed at the end.

    Equal searches give byte-identical files: how long one took is said on the console alone.

    Parameters
    ----------
    result
        A finished search.
    overfit
        What the examination for overfitting found; None if there was none.
    force
        Replace a folder that is not empty.

    Raises
    ------
    ConfigError
        If the folder is not empty, is a file, or cannot be written.
    """
    with whole(target := Path(folder), force=force) as partial:
        (partial / "config.yaml").write_text(as_yaml(result.config), encoding="utf-8")
        if not best.missing(result):
            (partial / "best.yml").write_text(best.render(result, overfit), encoding="utf-8")
        write_trials(result.trials, result.order, partial)
        (partial / "search.json").write_text(to_json(summary.build(result, overfit)), encoding="utf-8")
        (partial / "report.txt").write_text(text.render(result, overfit), encoding="utf-8")
        (partial / "search.html").write_text(page.render(result, overfit), encoding="utf-8")
    return target
