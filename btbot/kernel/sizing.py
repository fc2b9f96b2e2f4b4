"""The size of full exposure at a close, compiled: which rule, with which numbers."""

from __future__ import annotations

import math

from btbot.kernel.compiling import part
from btbot.kernel.layout import SIZINGS
from btbot.kernel.protection import stop_distance, value
from btbot.kernel.reading import book_at, number, numbers
from btbot.kernel.rules import (
    fixed_cash,
    fixed_risk,
    fixed_units,
    kelly_percent,
    optimal_f,
    optimal_f_percent,
    percent,
    volatility_target,
)

UNITS, CASH, PERCENT, RISK, VOLATILITY, KELLY, OPTIMAL = range(len(SIZINGS))


@part
def unit(books, rule, record, outcome, terms, tape, plan, symbol, at, equity, side):
    """Return the size of full exposure, before steps and buying power."""
    close = number(tape.close, tape.length, symbol, at)
    kind, size = terms.sizing, 0.0
    if kind == PERCENT:
        size = percent(equity, close, terms.size)
    elif kind == UNITS:
        size = fixed_units(terms.size)
    elif kind == CASH:
        size = fixed_cash(terms.size, close)
    elif kind == RISK:
        scratch = book_at(books, tape.symbols)
        size = fixed_risk(equity, terms.size, stop_distance(scratch, rule, plan, symbol, side, close, at))
    elif kind == VOLATILITY:
        size = volatility_target(
            equity, close, terms.size, value(plan.realized, plan.length, symbol, at), terms.largest
        )
    else:
        size = percent(equity, close, from_trades(record, outcome, rule.strategy, terms))
    return size if size > 0.0 else 0.0


@part
def from_trades(record, outcome, group, terms):
    """Return the share of equity by Kelly or Vince, from the closed trades of the strategy."""
    if terms.sizing == KELLY:
        return kelly_percent(
            record.wins, record.losses, record.won, record.lost, terms.size, terms.largest, terms.minimum_trades,
            terms.initial,
        )  # fmt: skip
    if record.known != record.trades:
        record.known = record.trades
        first = group * outcome.length
        record.optimal = optimal_f(numbers(outcome.returns, first, first + record.trades))
    return optimal_f_percent(
        record.optimal, min(record.worst, 0.0), record.trades, terms.size, terms.largest, terms.minimum_trades,
        terms.initial,
    )  # fmt: skip


@part
def confidence(plan, symbol, at):
    """Return the factor on the size of an entry."""
    factor = value(plan.confidence, plan.length, symbol, at)
    return 1.0 if math.isnan(factor) else factor
