"""What the kernel reads and keeps: records and arrays, named as in the engine.

Every array over bars has the shape (symbols, m) on the time axis of all symbols, where a symbol without a bar carries
its last values. Sizes are in base currency, prices and money in quote currency.
"""

from __future__ import annotations

import numpy as np

from btbot.exits import FLAT_FOR_EVER

NONE, PERCENT, ATR, LEVEL = 0, 1, 2, 3  # how a distance is measured
SIZINGS = ("fixed_units", "fixed_cash", "percent", "fixed_risk", "volatility_target", "kelly", "optimal_f")
NEVER_LEFT = -FLAT_FOR_EVER  # own bar of the last exit, before there was one

TERMS = np.dtype(
    [
        ("capital", "f8"), ("maker_fee", "f8"), ("taker_fee", "f8"), ("slippage", "f8"),
        ("slippage_volatility", "f8"), ("impact", "f8"), ("max_volume_share", "f8"), ("latency_ms", "i8"),
        ("latency_bars", "i8"), ("borrow_rate", "f8"), ("leverage", "f8"), ("maintenance_margin", "f8"),
        ("max_drawdown", "f8"), ("max_daily_loss", "f8"), ("allow_short", "b1"), ("sizing", "i8"),
        ("size", "f8"), ("largest", "f8"), ("minimum_trades", "i8"), ("initial", "f8"),
        ("per_year", "f8"),
    ],
    align=True,
)  # fmt: skip
"""Costs, permissions and the sizing rule.

``slippage`` is a fraction; ``size`` is the first number of the sizing rule, ``largest`` its limit, ``initial`` the
share until ``minimum_trades``; ``per_year`` counts days. 0 means no limit.
"""

RULE = np.dtype(
    [
        ("targets", "b1"), ("band", "f8"), ("opposite", "b1"), ("max_hold", "i8"), ("cooldown", "i8"),
        ("stop_kind", "i8"), ("stop", "f8"), ("target_kind", "i8"), ("target", "f8"),
        ("trail_kind", "i8"), ("trail", "f8"), ("after_percent", "f8"), ("after_atr", "f8"),
        ("break_kind", "i8"), ("break_after", "f8"), ("break_offset", "f8"), ("protects", "b1"),
        ("step", "f8"), ("tick", "f8"), ("min_notional", "f8"), ("bar_ms", "i8"), ("strategy", "i8"),
    ],
    align=True,
)  # fmt: skip
"""Exits and units of one symbol; ``strategy`` numbers the record of closed trades that sizing looks at."""

BOOK = np.dtype(
    [
        ("held", "f8"), ("entry_bar", "i8"), ("exit_bar", "i8"), ("signal_at", "i8"), ("due", "i8"), ("barred", "f8"),
        # market order on its way: `rest` is what it still has to trade
        ("working", "b1"), ("reducing", "b1"), ("rest", "f8"), ("sent", "i8"), ("sent_at", "i8"), ("why", "i8"),
        ("inside", "f8"),
        # what volume left over of a liquidation
        ("forced", "b1"), ("forced_rest", "f8"),
        # protective orders
        ("stop_lives", "b1"), ("stop_rest", "f8"), ("stop_price", "f8"), ("stop_why", "i8"), ("triggered", "b1"),
        ("target_lives", "b1"), ("target_rest", "f8"), ("target_price", "f8"), ("born", "i8"), ("born_price", "f8"),
        ("stop_met", "i8"), ("forced_met", "i8"), ("market_met", "i8"), ("target_met", "i8"),
        # levels, carried from close to close
        ("guarded", "b1"), ("side", "i8"), ("entry", "f8"), ("best", "f8"), ("stop", "f8"), ("target", "f8"),
        ("trail", "f8"), ("even", "f8"), ("distance", "f8"), ("after", "f8"), ("trailing", "b1"),
        ("break_trigger", "f8"), ("break_offset", "f8"),
        # volume taken of a bar, and the close up to which interest is paid
        ("taken_bar", "i8"), ("taken", "f8"), ("borrow_bar", "i8"), ("borrow_close", "i8"),
        # the round trip
        ("size", "f8"), ("open_size", "f8"), ("cost", "f8"), ("entry_price", "f8"), ("profit", "f8"), ("fees", "f8"),
        ("trade_bar", "i8"), ("wish", "f8"),
    ],
    align=True,
)  # fmt: skip
"""State of one symbol."""
STOP, FORCED, MARKET, TARGET = 0, 1, 2, 3  # orders of a symbol, in the order in which equals are met

ACCOUNT = np.dtype(
    [
        ("cash", "f8"), ("peak", "f8"), ("day_first", "f8"), ("seen", "i8"), ("halted", "b1"), ("halted_day", "i8"),
        ("fees", "f8"), ("slippage", "f8"), ("funding", "f8"), ("borrow", "f8"), ("notional", "f8"),
        ("top", "f8"), ("drawdown", "f8"), ("in_market", "i8"), ("day", "i8"), ("equity", "f8"),
        ("trades", "i8"), ("wins", "i8"), ("losses", "i8"), ("gross_profit", "f8"), ("gross_loss", "f8"),
        ("net", "f8"), ("bars_held", "i8"), ("fills", "i8"),
    ],
    align=True,
)  # fmt: skip
"""State of the account, and the sums behind the figures."""

RECORD = np.dtype(
    [("trades", "i8"), ("wins", "i8"), ("losses", "i8"), ("won", "f8"), ("lost", "f8"), ("worst", "f8"),
     ("known", "i8"), ("optimal", "f8")],
    align=True,
)  # fmt: skip
"""Closed trades of one strategy, as sizing by Kelly and Vince asks for them."""


TAPE = np.dtype(
    [
        ("length", "i8"), ("symbols", "i8"), ("trading_days", "i8"), ("open", "i8"), ("high", "i8"), ("low", "i8"),
        ("close", "i8"), ("block_high", "i8"), ("block_low", "i8"), ("blocks", "i8"),
        ("volume", "i8"), ("bar", "i8"), ("fresh", "i8"), ("time", "i8"), ("day", "i8"), ("days", "i8"),
        ("sigma", "i8"), ("sigma_before", "i8"), ("funding", "i8"),
    ],
    align=True,
)  # fmt: skip
"""Addresses of what happened in the market; `length` is m.

``bar`` is the symbol's own bar at each time (-1 before its first), ``fresh`` says whether it closes there; ``time`` and
``day`` are the closes and their UTC days, ``days`` the last close of each of the ``trading_days``. ``sigma`` is the
volatility that slippage is measured in, ``sigma_before`` that of the symbol's bar before. ``block_high`` and
``block_low``, rows of ``blocks``, are the highest and lowest close of every `BLOCK` closes. 0 stands for an array that
nothing needs.
"""
BLOCK = 16

PLAN = np.dtype(
    [
        ("length", "i8"), ("enter_long", "i8"), ("exit_long", "i8"), ("enter_short", "i8"), ("exit_short", "i8"),
        ("stop_long", "i8"), ("stop_short", "i8"),
        ("target_long", "i8"), ("target_short", "i8"), ("confidence", "i8"), ("exposure", "i8"), ("atr", "i8"),
        ("realized", "i8"),
    ],
    align=True,
)  # fmt: skip
"""Addresses of what the strategies want, 0 where they say nothing.

Flags, one byte each, begin at a multiple of 8, so that they can be read eight at a time where there is one symbol.
"""

OUTCOME = np.dtype(
    [("length", "i8"), ("room", "i8"), ("figures", "i8"), ("day_equity", "i8"), ("returns", "i8"), ("equity", "i8"),
     ("cash", "i8"), ("fills", "i8")],
    align=True,
)  # fmt: skip
"""Addresses of what a run writes.

The figures, equity of each day, returns of trades (rows of ``length``), and unless they are 0 equity and cash at each
close and ``room`` fills of six numbers.
"""
