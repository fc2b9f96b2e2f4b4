"""Figures of a finished run: what it earned, what it risked, what it cost.

Takes arrays of one value a bar (open times, equity) and the table of trades, gives plain numbers. A formula
returns NaN or infinity where it is not defined; `summarize` turns both into None. Nothing here reads a
clock, a file or a configuration, and ``periods_per_year`` (365 days for crypto, 252 for stocks) is always
an argument.
"""

from btbot.metrics.daily import daily_returns
from btbot.metrics.labels import LABELS, Label
from btbot.metrics.monthly import monthly_table
from btbot.metrics.summary import summarize

__all__ = ["LABELS", "Label", "daily_returns", "monthly_table", "summarize"]
