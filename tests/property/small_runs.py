"""Small runs that hypothesis draws, so that one in which two hosts differ shrinks to a few bars and rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from random_runs import PLUGINS, PRICES, Case

SYMBOLS = ("A/USD", "B/USD")
STEP = 0.01  # a move, in natural logarithms
MOVES = st.integers(-4, 4) | st.sampled_from([0, 25, -25])
CANDLES = st.tuples(MOVES, MOVES, st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 1, 50, 10_000]))
STILL = (0, 0, 0, 0, 10_000)
SHARES = st.sampled_from([0.01, 0.03, 0.1])
MULTIPLES = st.sampled_from([0.5, 1.0, 3.0])
DISTANCES = (
    st.builds(lambda value: {"percent": value}, SHARES)
    | st.builds(lambda value: {"atr": value}, MULTIPLES)
    | st.just({"level": True})
)  # fmt: skip
AFTER = st.just({}) | st.just({"after_percent": 0.02}) | st.just({"after_atr": 1.0})
EXITS = st.fixed_dictionaries(
    {"atr_period": st.integers(2, 4)},
    optional={
        "stop": DISTANCES,
        "take_profit": DISTANCES,
        "trailing": st.builds(lambda distance, after: {**distance, **after}, DISTANCES, AFTER),
        "break_even": st.sampled_from([{"after_percent": 0.02}, {"after_atr": 1.0, "offset_percent": 0.002}]),
        "max_hold_bars": st.integers(1, 5),
        "cooldown_bars": st.integers(1, 5),
        "opposite": st.booleans(),
    },
)
COSTS = st.fixed_dictionaries(
    {"maker_fee": st.sampled_from([0.0, 0.001, -0.0002]), "taker_fee": st.sampled_from([0.0, 0.002]),
     "slippage_bps": st.sampled_from([0.0, 20.0])},
    optional={
        "max_volume_share": st.just(0.1), "latency_ms": st.sampled_from([60_000, 3_600_000, 9_000_000]),
        "latency_bars": st.integers(1, 2), "borrow_rate": st.just(5.0), "slippage_volatility": st.just(0.1),
        "impact": st.just(0.3),
    },
)  # fmt: skip
RISK = st.fixed_dictionaries({}, optional={"max_drawdown": SHARES, "max_daily_loss": SHARES})
LIMITS = st.just({}) | st.just({SYMBOLS[0]: {"step": 0.5, "tick": 0.25, "min_notional": 200}})


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw one or two symbols with up to 27 bars, and what is traded on which terms."""
    frames, entries = {}, []
    for symbol in SYMBOLS[: draw(st.integers(1, 2))]:
        frames[symbol] = draw(markets())
        entries.append({**draw(scripts(len(frames[symbol]))), "symbols": [symbol]})
    leverage, exits = draw(st.sampled_from([1.0, 3.0])), draw(EXITS)
    return Case(frames, {
        "symbols": list(frames), "timeframe": "1h", "feed": {"name": "frame", "frame": frames}, "capital": 10_000.0,
        "data": {"on_error": "warn"}, "allow_short": draw(st.booleans()), "leverage": leverage,
        "maintenance_margin": draw(st.sampled_from([0.0, 0.2])), "strategies": entries, "exits": exits,
        "sizing": draw(sizings(leverage, stop="stop" in exits)), "costs": draw(COSTS), "risk": draw(RISK),
        "instruments": draw(LIMITS), "report": [], "proof": "none", "plugins": {"strategies": [str(PLUGINS)]},
    })  # fmt: skip


@st.composite
def markets(draw: st.DrawFn) -> pd.DataFrame:
    """Draw candles by their steps; bars in which nothing moved, and missing ones, are among them."""
    candles = [STILL, STILL, *draw(st.lists(CANDLES, max_size=25))]  # two bars tell the timeframe
    missing = draw(st.sets(st.integers(2, 27), max_size=len(candles) // 5))
    rows, hours, price = [], [], 100.0
    for hour, candle in enumerate(candles):
        if hour in missing:
            continue
        gap, body, above, below, volume = candle
        opened = price * np.exp(STEP * gap)
        price = opened * np.exp(STEP * body)
        high, low = max(opened, price) * np.exp(STEP * above), min(opened, price) * np.exp(-STEP * below)
        rows.append((opened, high, low, price, volume))
        hours.append(hour)
    index = pd.Timestamp("2024-02-28T20:00Z") + pd.to_timedelta(hours, unit="h")
    return pd.DataFrame(rows, index=index, columns=[*PRICES, "volume"], dtype=float)


@st.composite
def scripts(draw: st.DrawFn, bars: int) -> dict[str, Any]:
    """Draw signals or targets by the number of the bar."""
    if draw(st.integers(0, 3)) == 0:
        exposure = st.sampled_from([0.0, 0.4, 1.0, -0.6, float("nan")])
        wanted = draw(st.lists(exposure, min_size=bars, max_size=bars))
        return {"name": "wanted", "params": {"exposure": wanted, "band": draw(st.sampled_from([0.0, 0.3]))}}
    flags = st.lists(st.integers(0, bars - 1), unique=True, max_size=bars).map(sorted)
    names = ("enter_long", "exit_long", "enter_short", "exit_short")
    params: dict[str, Any] = {name: draw(flags) for name in names}
    levels = st.lists(st.sampled_from([float("nan"), 80.0, 97.0, 103.0, 125.0]), min_size=bars, max_size=bars)
    shares = st.lists(st.sampled_from([1.0, 0.5, 0.0, float("nan")]), min_size=bars, max_size=bars)
    optional = {name: levels for name in ("stop_long", "stop_short", "target_long", "target_short")}
    return {
        "name": "scripted",
        "params": params | draw(st.fixed_dictionaries({}, optional={**optional, "confidence": shares})),
    }


def sizings(leverage: float, *, stop: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Return the sizing rules that are allowed."""
    rules = [
        {"name": "percent", "percent": leverage},
        {"name": "percent", "percent": 0.3},
        {"name": "fixed_units", "units": 7.0},
        {"name": "fixed_cash", "cash": 9_000.0},
        {"name": "volatility_target", "annual_volatility": 0.5, "lookback": 3, "max_exposure": leverage},
        {"name": "kelly", "minimum_trades": 1, "initial_percent": 0.5},
        {"name": "optimal_f", "minimum_trades": 1, "initial_percent": 0.5},
    ]
    return st.sampled_from(rules + [{"name": "fixed_risk", "risk": 0.02}] * stop)
