"""The quantstats tearsheet of a run, beside buy-and-hold, with the same annual factor as the metrics."""

from __future__ import annotations

import html
import logging
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from btbot.metrics.labels import LABELS
from btbot.records import RunResult
from btbot.report.layout import show
from btbot.report.series import Curves, curves
from btbot.report.tearsheet_page import SHEET, SHORT
from btbot.report.text import SYNTHETIC

log = logging.getLogger(__name__)

FEWEST_DAYS = 10
_TILES = ["total_return", "benchmark_return", "cagr", "volatility", "sharpe", "sortino", "max_drawdown", "total_trades"]
_NOT_DRAWABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
_DAILY = (
    "Sharpe, Sortino, volatility and CAGR are those of metrics.json. quantstats measures drawdown, and what is "
    "derived from it, on daily closes, and takes one that is still open for over at the last day; metrics.json "
    "measures at every bar. Value at risk is parametric here and historical there. Win rate, profit factor, payoff "
    "and time in market count days here and trades or bars there."
)


def render(result: RunResult) -> str:
    """Return the whole page; it fetches nothing.

    Where quantstats would fail or mislead (fewer than `FEWEST_DAYS` days, no change of equity, an account at
    zero or below), the page holds the figures alone and says why. Drawing changes matplotlib's global state:
    `btbot.report.process` does it in a process of its own.

    Parameters
    ----------
    result
        A finished run; of the bars only the benchmark is made.

    Returns
    -------
    HTML. The first line says SYNTHETIC if the candles were generated.
    """
    curve = curves(result)
    reason = _reason_against(curve)
    if not reason:
        try:
            return _filled(_drawn(curve), result, curve, _DAILY)
        except _NOT_DRAWABLE as error:
            log.warning("quantstats could not draw the tearsheet", exc_info=True)
            reason = f"quantstats could not draw this run: {type(error).__name__}: {error}"
    return _filled(SHORT, result, curve, reason)


def _reason_against(curve: Curves) -> str:
    _, daily, _ = curve.daily()
    if len(daily) < FEWEST_DAYS:
        return (
            f"The run has {len(daily)} days; the charts of daily returns need at least {FEWEST_DAYS}. "
            "Take a longer period."
        )
    if not daily.any():
        return "Equity never changed, so there is nothing to draw: the run made no trade that counted."
    if curve.equity.min() <= 0:
        return "The account fell to zero or below; from there on returns have no meaning."
    if _taken_for_prices(daily):
        return "No day lost and one gained more than 100 %: quantstats would read such returns as prices."
    return ""


def _taken_for_prices(daily: np.ndarray) -> bool:
    """Return whether quantstats' guess would fail: it takes values of 0 and more with one above 1 for prices."""
    return bool(daily.min() >= 0 and daily.max() > 1)


def _drawn(curve: Curves) -> str:
    days, own, held = curve.daily()
    index = pd.DatetimeIndex(days.astype("datetime64[ms]")).as_unit("ns")
    benchmark = pd.Series(held, index) if held.any() and not _taken_for_prices(held) else None
    with tempfile.TemporaryDirectory(prefix="btbot-") as folder, _quiet():
        from quantstats import reports

        template, page = Path(folder) / "template.html", Path(folder) / "page.html"
        template.write_text(SHEET, encoding="utf-8")
        reports.html(
            pd.Series(own, index),
            benchmark,
            output=str(page),
            periods_per_year=int(curve.periods_per_year),
            template_path=str(template),
            match_dates=False,  # else the days before the first trade vanish, and with them the equal Sharpe
            strategy_title="Strategy",
            benchmark_title="Buy and hold",
        )
        return _lean(page.read_text(encoding="utf-8"))


def _lean(page: str) -> str:
    """Drop what matplotlib writes for stand-alone SVG files (it holds the time), and a sign no font has."""
    lean = re.sub(r"<\?xml.*?\?>|<!DOCTYPE svg.*?>|<metadata>.*?</metadata>", "", page, flags=re.DOTALL)
    return lean.replace("CAGR\ufe6a", "CAGR")


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep quantstats' drawing free of noise, and its settings from outliving it."""
    import matplotlib as mpl

    with warnings.catch_warnings(), mpl.rc_context(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        import quantstats  # noqa: F401

        _stand_in_for_arial()
        mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "btbot"})
        yield


def _stand_in_for_arial() -> None:
    """Let DejaVu Sans answer to the name that quantstats hard-codes, where Arial is not installed."""
    from matplotlib import font_manager

    fonts = font_manager.fontManager.ttflist
    if not any(font.name == "Arial" for font in fonts):
        fonts += [replace(font, name="Arial") for font in fonts if font.name == "DejaVu Sans"]


def _filled(page: str, result: RunResult, curve: Curves, notes: str) -> str:
    synthetic = bool(result.metrics.get("synthetic"))
    parts = {
        "comment": "<!-- SYNTHETIC -->" if synthetic else "",
        "banner": f'<p class="synthetic">{SYNTHETIC}</p>' if synthetic else "",
        "title": html.escape(f"{'SYNTHETIC ' if synthetic else ''}{result.name}: tearsheet"),
        "name": html.escape(result.name),
        "period": html.escape(_period(result, curve)),
        "tiles": "".join(_tile(name, result) for name in _TILES if name in LABELS),
        "notes": html.escape(notes),
        "rows": "".join(
            f"<tr><td>{html.escape(label.text)}</td><td>{_shown(name, result)}</td></tr>"
            for name, label in LABELS.items()
            if name in result.metrics
        ),
    }
    return re.sub(r"@@(\w+)@@", lambda found: parts[found[1]], page)


def _tile(name: str, result: RunResult) -> str:
    return f"<div><span>{html.escape(LABELS[name].text)}</span><b>{_shown(name, result)}</b></div>"


def _shown(name: str, result: RunResult) -> str:
    return html.escape(show(result.metrics.get(name), LABELS[name].kind))


def _period(result: RunResult, curve: Curves) -> str:
    where = ", ".join(result.bars)
    if not len(curve.time):
        return where
    first, last = (np.datetime_as_string(np.datetime64(int(ms), "ms"), unit="D") for ms in _ends(curve))
    annual = f"annual figures count {curve.periods_per_year:.0f} days"
    return f"{where}, {first} to {last} UTC, daily returns after costs, {annual}"


def _ends(curve: Curves) -> tuple[int, int]:
    return int(curve.open_time[0]), int(curve.open_time[-1])
