"""The report as plain text, for a console and for ``report.txt``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from btbot.metrics.labels import LABELS
from btbot.metrics.monthly import MONTHS, monthly_table, yearly_returns
from btbot.records import Finding, RunResult
from btbot.report.layout import NOTHING, WIDTH, facts, heading, minutes, pairs, printable, show, table, wrapped
from btbot.report.plain import iso, plain
from btbot.report.sections import CAPITAL, COSTS, ELSEWHERE, RISK, TRADES
from btbot.report.series import curves

SYNTHETIC = "SYNTHETIC DATA: the candles of this run were generated; they are no market's history."

_SEVERITIES = ("error", "warning", "notice")


def render(result: RunResult) -> str:
    """Return the whole report: the same text for the same result, at most 100 columns, no colours.

    Parameters
    ----------
    result
        A finished run, from the engine or read back from a folder.

    Returns
    -------
    Lines ending with a line feed. The first one says SYNTHETIC if the candles were generated.
    """
    lines = [SYNTHETIC, ""] if result.metrics.get("synthetic") else []
    lines += [*wrapped(f"btbot report: {result.name}", indent=0), "=" * WIDTH]
    lines += result.preface
    lines += _overview(result)
    lines += _figures("Capital and returns", result, CAPITAL)
    lines += _figures("Risk", result, RISK)
    lines += _figures("Trades", result, TRADES)
    lines += _groups(result.trades)
    lines += _months(result)
    lines += _figures("Costs", result, COSTS)
    lines += _figures("Further figures", result, _unplaced(result.metrics))
    lines += _analyzers(result)
    lines += _quality(result.findings)
    lines += _notes(result.notes)
    lines += _reproduce(result)
    return "\n".join(lines) + "\n"


def _overview(result: RunResult) -> list[str]:
    equity = result.equity
    config = result.config
    items = [
        ("Strategies", ", ".join(_strategy(one) for one in config.get("strategies", [])) or NOTHING),
        ("Symbols", ", ".join(result.bars) or ", ".join(config.get("symbols", [])) or NOTHING),
        ("Timeframe", str(config.get("timeframe", NOTHING))),
    ]
    if len(equity):
        curve = curves(result)
        first, last = (pd.Timestamp(int(one), unit="ms") for one in (curve.open_time[0], curve.time[-1]))
        days = (last - first) / pd.Timedelta(days=1)
        items.append(("Period (UTC)", f"{minutes(str(first))} to {minutes(str(last))}, {days:,.1f} days"))
    for symbol, bars in result.bars.items():
        items.append((f"Bars {symbol}", f"{len(bars):,d} of {bars.timeframe}"))
    items.append(("Engine", str(result.metrics.get("engine", NOTHING))))
    return [*heading("Overview"), *facts([(printable(name), text) for name, text in items])]


def _strategy(entry: dict[str, Any]) -> str:
    params = ", ".join(f"{name}={show_exact(value)}" for name, value in (entry.get("params") or {}).items())
    return f"{entry.get('name', '?')}({params})" if params else str(entry.get("name", "?"))


def show_exact(value: Any) -> str:
    """Return a setting as it would stand in the config."""
    return str(plain(value))


def _figures(title: str, result: RunResult, names: Iterable[str]) -> list[str]:
    items = []
    for name in names:
        if name not in result.metrics:
            continue
        label = LABELS.get(name)
        text = label.text if label else printable(name.replace("_", " "))
        items.append((text, show(plain(result.metrics[name]), label.kind if label else None)))
    return [*heading(title), *pairs(items)] if items else []


def _unplaced(metrics: dict[str, Any]) -> list[str]:
    placed = {*CAPITAL, *RISK, *TRADES, *COSTS, *ELSEWHERE}
    return sorted(name for name, value in metrics.items() if name not in placed and not isinstance(value, dict | list))


def _groups(trades: pd.DataFrame) -> list[str]:
    if trades.empty:
        return ["", "  The run made no trade."]
    still_open = trades["exit_reason"] == "open"
    closed = trades[~still_open]
    lines = _grouped(closed, "exit_reason", "Exit") if len(closed) else []
    for column, title in (("side", "Side"), ("symbol", "Symbol"), ("strategy", "Strategy")):
        if len(closed[column].unique()) > 1:
            lines += _grouped(closed, column, title)
    held = [line for one in trades[still_open].itertuples() for line in _open_trade(one)]
    return [*lines, "", *held] if held else lines


def _open_trade(trade: Any) -> list[str]:
    since = minutes(iso(trade.entry_time))
    size, price, pnl = (show(float(one), "money") for one in (trade.size, trade.entry_price, trade.pnl))
    text = f"Open at the end: {trade.side} {size} {trade.symbol} since {since} at {price}, profit so far {pnl}"
    return wrapped(text)


def _grouped(trades: pd.DataFrame, column: str, title: str) -> list[str]:
    rows = []
    for name, part in trades.groupby(column, sort=True):
        pnl = part["pnl"].to_numpy(np.float64)
        won = float((pnl > 0).mean())
        best, worst = (show(float(one), "money") for one in (pnl.max(), pnl.min()))
        held = show(float(part["bars_held"].mean()), "ratio")
        total = show(float(pnl.sum()), "money")
        rows.append([str(name), str(len(part)), show(won, "percent"), total, best, worst, held])
    return ["", *table([title, "trades", "won", "profit", "best", "worst", "bars held"], rows)]


def _months(result: RunResult) -> list[str]:
    if result.equity.empty:
        return []
    curve = curves(result)
    months = monthly_table(curve.open_time, curve.equity, curve.capital)
    years = yearly_returns(curve.open_time, curve.equity, curve.capital)
    rows = [
        [str(year), *(_percent(value) for value in months.loc[year]), _percent(years.loc[year])]
        for year in months.index
    ]
    return [*heading("Returns by month, in percent"), *table(["Year", *MONTHS, "Year"], rows)]


def _percent(value: float) -> str:
    return NOTHING if math.isnan(value) else f"{value * 100:.1f}"


def _analyzers(result: RunResult) -> list[str]:
    if not result.figures:
        return []
    lines = heading("Analyzers")
    scalars, blocks = [], []
    for name, value in result.figures.items():
        label = result.labels.get(name, name)
        simple = plain(value)
        if isinstance(simple, dict):
            blocks += ["", f"  {printable(label)}", *_block(simple)]
        else:
            scalars.append((printable(label), show(simple)))
    return [*lines, *pairs(scalars), *(blocks if scalars else blocks[1:])]


def _block(value: dict[str, Any]) -> list[str]:
    if set(value) == {"table"}:
        content = value["table"]
        return table(content["columns"], [[show(cell) for cell in row] for row in content["rows"]])
    return pairs([(f"  {printable(name)}", show(one)) for name, one in value.items()])


def _quality(findings: list[Finding]) -> list[str]:
    lines = heading("Data quality")
    if not findings:
        return [*lines, "  The data gate found nothing to report."]
    order = sorted(findings, key=lambda one: (_rank(one.severity), one.symbol, one.kind))
    for one in order:
        places = ", ".join(minutes(place) for place in one.places)
        lines += wrapped(f"{one.severity}: {one.symbol}: {one.kind} ({one.count:,d}): {one.text}")
        lines += wrapped(f"first at {places}", indent=4) if places else []
    return lines


def _rank(severity: str) -> int:
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


def _notes(notes: list[str]) -> list[str]:
    return [*heading("Notes"), *(line for note in notes for line in wrapped(note))] if notes else []


def _reproduce(result: RunResult) -> list[str]:
    lines = heading("How to reproduce")
    items = [("Command", f"python -m btbot {result.command} config.yaml  (the config.yaml beside this report)")]
    fingerprint = result.metrics.get("data_fingerprint")
    if isinstance(fingerprint, str):
        items.append(("Data fingerprint", fingerprint))
    items.append(("Versions", "manifest.json has every version, fingerprint and finding"))
    return [*lines, *facts(items)]
