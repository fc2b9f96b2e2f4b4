"""From the checked configuration to the records that the kernel reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from btbot.config import RunConfig
from btbot.costs import bps_fraction
from btbot.engine.broker.terms import Lot
from btbot.exits import Exits
from btbot.kernel.layout import ATR, LEVEL, NONE, PERCENT, RULE, SIZINGS, TERMS
from btbot.timeframe import Timeframe

_KINDS = {"percent": PERCENT, "atr": ATR, "level": LEVEL}
_SIZES = ("units", "cash", "percent", "risk", "annual_volatility", "fraction", "fraction")  # in the order of SIZINGS


def encode_terms(config: RunConfig) -> npt.NDArray[Any]:
    """Return costs, permissions and sizing as an array of one `TERMS`."""
    terms = np.zeros(1, dtype=TERMS)
    row, costs, sizing = terms[0], config.costs, config.sizing
    row["capital"], row["allow_short"] = config.capital, config.allow_short
    row["maker_fee"], row["taker_fee"] = costs.maker_fee, costs.taker_fee
    row["slippage"] = bps_fraction(costs.slippage_bps)
    row["slippage_volatility"], row["impact"] = costs.slippage_volatility, costs.impact
    row["max_volume_share"] = costs.max_volume_share or 0.0
    row["latency_ms"], row["latency_bars"] = costs.latency_ms, costs.latency_bars
    row["borrow_rate"], row["leverage"] = costs.borrow_rate, config.leverage
    row["maintenance_margin"] = config.maintenance_margin
    row["max_drawdown"], row["max_daily_loss"] = config.risk.max_drawdown or 0.0, config.risk.max_daily_loss or 0.0
    kind = SIZINGS.index(sizing.name)
    row["sizing"], row["size"] = kind, getattr(sizing, _SIZES[kind])
    row["largest"] = getattr(sizing, "max_exposure", getattr(sizing, "max_percent", 0.0))
    row["minimum_trades"] = getattr(sizing, "minimum_trades", 0)
    row["initial"] = getattr(sizing, "initial_percent", 0.0)
    row["per_year"] = Timeframe.parse("1d").per_year(config.calendar)
    return terms


def encode_rule(exits: Exits, lot: Lot, *, bar_ms: int, strategy: int, band: float | None) -> Any:
    """Return exits and units of one symbol as a `RULE`; `band` is None unless the strategy gives targets."""
    row = np.zeros(1, dtype=RULE)[0]
    row["targets"], row["band"] = band is not None, band or 0.0
    row["opposite"] = exits.opposite is not False
    row["max_hold"], row["cooldown"] = exits.max_hold_bars or 0, exits.cooldown_bars or 0
    for kind, place in (("stop", "stop"), ("take_profit", "target"), ("trailing", "trail")):
        row[f"{place}_kind"], row[place] = _distance(getattr(exits, kind) or {})
    trailing, even = exits.trailing or {}, exits.break_even or {}
    row["after_percent"], row["after_atr"] = trailing.get("after_percent", 0.0), trailing.get("after_atr", 0.0)
    row["break_kind"] = ATR if "after_atr" in even else PERCENT if even else NONE
    row["break_after"] = even.get("after_atr", even.get("after_percent", 0.0))
    row["break_offset"] = even.get("offset_percent", 0.0)
    row["protects"] = bool(exits.stop or exits.take_profit or exits.trailing or exits.break_even)
    row["step"], row["tick"], row["min_notional"] = lot.step, lot.tick, lot.min_notional
    row["bar_ms"], row["strategy"] = bar_ms, strategy
    return row


def _distance(rule: Mapping[str, Any]) -> tuple[int, float]:
    for name, kind in _KINDS.items():
        if name in rule:
            return kind, float(rule[name])
    return NONE, 0.0
