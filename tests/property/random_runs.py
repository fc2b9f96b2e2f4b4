"""Random markets, signals and terms, drawn from a seed, for runs with the default fills."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from btbot import engine
from btbot.config import load_config
from btbot.records import RunResult

PLUGINS = Path(__file__).resolve().parents[1] / "plugins" / "strategies"
START = pd.Timestamp("2024-02-27T19:00Z")
HOUR_MS = 3_600_000
PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True)
class Case:
    """One run, ready for `trade`; `rates` holds (time in ms, rate) of the funding file."""

    frames: dict[str, pd.DataFrame]
    config: dict[str, Any]
    rates: list[tuple[int, float]] = field(default_factory=list)

    def with_frames(self, frames: dict[str, pd.DataFrame]) -> Case:
        """Return the same case over other candles."""
        config = copy.copy(self.config)
        config["feed"] = {"name": "frame", "frame": frames}
        return replace(self, frames=frames, config=config)

    def changed(self, **config: Any) -> Case:
        """Return the case with top-level keys replaced."""
        return replace(self, config={**self.config, **config})


def trade(case: Case, *, loop: str) -> tuple[RunResult, list[tuple[Any, ...]]]:
    """Run a case in one loop; return the result and the fills as the broker booked them."""
    hosts: list[Any] = []
    result = engine.run(load_config({**case.config, "engine": loop}), prepare=hosts.append)
    return result, hosts[0].ledger.fills


def draw(seed: int, folder: Path) -> Case:
    """Draw a case; the funding file, if there is one, goes into `folder`."""
    rng = np.random.default_rng(seed)
    symbols = [f"{name}/USD" for name in "ABC"[: int(rng.choice([1, 1, 2, 3]))]]
    bars = int(rng.integers(60, 150))
    frames = {symbol: _market(rng, bars) for symbol in symbols}
    if len(symbols) > 1 or rng.random() < 0.3:
        frames = {symbol: _with_holes(rng, frame) for symbol, frame in frames.items()}
    leverage = float(rng.choice([1, 1, 2, 5]))
    exits, sizing = _exits(rng), _sizing(rng, leverage)
    if sizing["name"] == "fixed_risk" and "stop" not in exits:
        exits["stop"] = {"percent": 0.03}
    rates = _rates(rng, bars)
    costs = _costs(rng)
    if rates:
        path = folder / f"funding_{seed}.csv"
        path.write_text("timestamp,funding_rate\n" + "".join(f"{time},{rate!r}\n" for time, rate in rates))
        costs["funding"] = str(path)
    config = {
        "symbols": symbols, "timeframe": "1h", "feed": {"name": "frame", "frame": frames}, "capital": 10_000.0,
        "data": {"on_error": "warn"}, "allow_short": bool(rng.random() < 0.7), "leverage": leverage,
        "maintenance_margin": float(rng.choice([0.0, 0.005, 0.05])), "strategies": _strategies(rng, frames),
        "sizing": sizing, "exits": exits, "costs": costs, "risk": _limits(rng), "report": [], "proof": "none",
        "plugins": {"strategies": [str(PLUGINS)]}, "instruments": _instruments(rng, frames),
    }  # fmt: skip
    if rng.random() < 0.12:
        config |= _gamble(rng)
    elif rng.random() < 0.3:
        config |= _plain(rng, config)
        rates = []
    return Case(config["feed"]["frame"], config, rates)


def scaled(case: Case, factor: float) -> Case:
    """Return the case with all prices and all amounts of money multiplied; steps and minima are left out."""
    frames = {}
    for symbol, frame in case.frames.items():
        frames[symbol] = frame.copy()
        frames[symbol][list(PRICES)] *= factor
    case = case.with_frames(frames)
    sizing = dict(case.config["sizing"])
    if "cash" in sizing:
        sizing["cash"] *= factor
    strategies = copy.deepcopy(case.config["strategies"])
    for entry in strategies:
        for name, values in entry["params"].items():
            if name.startswith(("stop_", "target_")) and values is not None:
                entry["params"][name] = [value * factor for value in values]
    return case.changed(capital=case.config["capital"] * factor, sizing=sizing, strategies=strategies, instruments={})


def _market(rng: np.random.Generator, bars: int) -> pd.DataFrame:
    """Draw hourly candles with gaps, limit moves, still stretches, flat and quiet bars and a few violent moves."""
    noise = float(rng.choice([0.004, 0.012, 0.03]))
    step = noise * rng.standard_t(3, bars).clip(-8, 8)
    gap = np.where(rng.random(bars) < 0.1, rng.normal(0, 0.02, bars), 0.0)
    close = float(rng.choice([0.02, 10.0, 300.0])) * np.exp(np.cumsum(step + gap))
    opened = np.r_[close[0], close[:-1]] * np.exp(gap)
    wick = np.abs(rng.normal(0, noise, (2, bars)))
    high, low = np.maximum(opened, close) * np.exp(wick[0]), np.minimum(opened, close) * np.exp(-wick[1])
    volume = rng.lognormal(2, 1.5, bars) * (rng.random(bars) > 0.05) * 10_000 / close[0] / 10
    table = np.column_stack([opened, high, low, close, volume])
    for at in rng.integers(1, bars, 4):
        table[at, :4] = table[at - 1, 3]
    if rng.random() < 0.25:
        _limit_moves(rng, table)
    if rng.random() < 0.15:
        begin = int(rng.integers(1, bars - 20))
        table[begin : begin + int(rng.integers(5, 20)), :4] = table[begin - 1, 3]
    index = pd.date_range(START, periods=bars, freq="1h", name="time")
    return pd.DataFrame(table, index=index, columns=[*PRICES, "volume"])


def _limit_moves(rng: np.random.Generator, table: np.ndarray) -> None:
    """Let the market jump to another price, trade there alone for some bars, if at all, and go on from there."""
    for at in rng.integers(1, len(table) - 4, 2):
        limit = table[at - 1, 3] * float(rng.choice([0.7, 0.9, 1.1, 1.4]))
        after = at + int(rng.integers(1, 4))
        table[after:, :4] *= limit / table[after, 0]
        table[at:after, :4] = limit
        table[at:after, 4] *= float(rng.choice([0.0, 1.0]))


def _with_holes(rng: np.random.Generator, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave bars out: a late start, an early end, single bars and a stretch."""
    kept = rng.random(len(frame)) > float(rng.choice([0.0, 0.1, 0.3]))
    hole = int(rng.integers(5, len(frame) - 12))
    kept[hole : hole + int(rng.integers(1, 10))] = False
    kept[: int(rng.choice([0, 0, 15]))] = False
    kept[len(frame) - int(rng.choice([0, 0, 10])) :] = False
    return frame[kept]


def _strategies(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Give every symbol a script of its own, since their bars differ."""
    return [
        {**(_targets if rng.random() < 0.25 else _signals)(rng, frame), "symbols": [symbol]}
        for symbol, frame in frames.items()
    ]


def _signals(rng: np.random.Generator, frame: pd.DataFrame) -> dict[str, Any]:
    n, often = len(frame), float(rng.choice([0.02, 0.1, 0.5]))
    close = frame["close"].to_numpy()
    entries, exits = ("enter_long", "enter_short"), ("exit_long", "exit_short")
    params: dict[str, Any] = {name: np.flatnonzero(rng.random(n) < often).tolist() for name in entries}
    rarer = often * float(rng.choice([0.0, 0.1, 1.0]))  # many positions must live until something else ends them
    params |= {name: np.flatnonzero(rng.random(n) < rarer).tolist() for name in exits}
    for name, direction in (("stop_long", -1), ("stop_short", 1), ("target_long", 1), ("target_short", -1)):
        if rng.random() < 0.2:
            level = close * (1 + direction * rng.uniform(0.001, 0.05, n))
            params[name] = np.where(rng.random(n) < 0.3, np.nan, level).tolist()
    if rng.random() < 0.3:
        sure = np.where(rng.random(n) < 0.1, rng.choice([0.0, 1.0, np.nan], n), rng.random(n).round(2))
        params["confidence"] = sure.tolist()
    return {"name": "scripted", "params": params}


def _targets(rng: np.random.Generator, frame: pd.DataFrame) -> dict[str, Any]:
    n = len(frame)
    exposure = np.clip(np.repeat(rng.normal(0, 0.7, n), int(rng.integers(1, 9)))[:n], -1, 1).round(3)
    exposure[np.abs(exposure) < 0.2] = 0.0
    exposure[rng.random(n) < 0.2] = np.nan
    return {"name": "wanted", "params": {"exposure": exposure.tolist(), "band": float(rng.choice([0.0, 0.137, 0.31]))}}


def _sizing(rng: np.random.Generator, leverage: float) -> dict[str, Any]:
    return [
        {"name": "fixed_units", "units": float(rng.choice([1, 30, 400]))},
        {"name": "fixed_cash", "cash": float(rng.uniform(500, 20_000))},
        {"name": "percent", "percent": float(rng.uniform(0.1, leverage))},
        {"name": "percent", "percent": leverage},
        {"name": "fixed_risk", "risk": float(rng.uniform(0.002, 0.05))},
        {"name": "volatility_target", "annual_volatility": 0.5, "lookback": 10, "max_exposure": leverage},
        {"name": "kelly", "minimum_trades": 2, **_shares(rng, leverage)},
        {"name": "optimal_f", "minimum_trades": 2, **_shares(rng, leverage)},
    ][int(rng.integers(0, 8))]


def _shares(rng: np.random.Generator, leverage: float) -> dict[str, float]:
    """Draw what Kelly and Vince may be told; on this random ground they see a loss in most trades."""
    if rng.random() < 0.5:
        return {}
    return {"fraction": float(rng.choice([0.2, 1.0])), "max_percent": leverage, "initial_percent": 0.3}


def _gamble(rng: np.random.Generator) -> dict[str, Any]:
    """Draw terms under which most positions end by liquidation."""
    return {
        "leverage": 20.0, "maintenance_margin": float(rng.choice([0.005, 0.04])), "risk": {}, "allow_short": True,
        "sizing": {"name": "percent", "percent": float(rng.choice([8.0, 20.0]))},
        "exits": [{}, {"take_profit": {"percent": 0.05}}, {"stop": {"percent": 0.2}}][int(rng.integers(0, 3))],
    }  # fmt: skip


def _plain(rng: np.random.Generator, config: dict[str, Any]) -> dict[str, Any]:
    """Return what most runs are: one symbol, long, without limits and leverage, where the loops skip most."""
    symbol = config["symbols"][0]
    frame = config["feed"]["frame"][symbol]
    script = _signals(rng, frame)
    script["params"]["enter_long"] = np.flatnonzero(rng.random(len(frame)) < 0.15).tolist()
    script["params"]["exit_long"] = np.flatnonzero(rng.random(len(frame)) < 0.04).tolist()
    costs = {name: value for name, value in config["costs"].items() if name.endswith(("fee", "bps", "volatility"))}
    exits = {**config["exits"], "opposite": False, "take_profit": _distance(rng)}
    if rng.random() < 0.5:
        exits["max_hold_bars"] = int(rng.integers(2, 12))
    return {
        "symbols": [symbol], "feed": {"name": "frame", "frame": {symbol: frame}}, "allow_short": False, "leverage": 1.0,
        "strategies": [{**script, "symbols": [symbol]}], "sizing": {"name": "percent", "percent": 0.9}, "exits": exits,
        "costs": costs, "risk": {}, "instruments": {},
    }  # fmt: skip


def _distance(rng: np.random.Generator) -> dict[str, float]:
    if rng.random() < 0.5:
        return {"percent": float(rng.uniform(0.005, 0.05))}
    return {"atr": float(rng.uniform(0.5, 4.0))}


def _exits(rng: np.random.Generator) -> dict[str, Any]:
    exits: dict[str, Any] = {}
    for kind in ("stop", "take_profit", "trailing"):
        if rng.random() < 0.35:
            exits[kind] = {"level": True} if rng.random() < 0.15 else _distance(rng)
    if "trailing" in exits and rng.random() < 0.5:
        after, most = [("after_percent", 0.03), ("after_atr", 2.0)][int(rng.integers(0, 2))]
        exits["trailing"][after] = float(rng.uniform(0, most))
    if rng.random() < 0.25:
        exits["break_even"] = {"after_percent": 0.01} if rng.random() < 0.5 else {"after_atr": 1.0}
        exits["break_even"]["offset_percent"] = float(rng.choice([0.0, 0.002]))
    if rng.random() < 0.3:
        exits["max_hold_bars"] = int(rng.integers(1, 25))
    if rng.random() < 0.3:
        exits["cooldown_bars"] = int(rng.integers(1, 12))
    if rng.random() < 0.2:
        exits["opposite"] = False
    if rng.random() < 0.5:
        exits["atr_period"] = int(rng.integers(2, 12))
    return exits


def _costs(rng: np.random.Generator) -> dict[str, Any]:
    costs: dict[str, Any] = {
        "maker_fee": float(rng.choice([0.0, 0.0005])), "taker_fee": float(rng.choice([0.0, 0.001])),
        "slippage_bps": float(rng.choice([0.0, 10.0])),
    }  # fmt: skip
    extras = {
        "slippage_volatility": 0.1, "impact": 0.3, "max_volume_share": 0.05,
        "latency_ms": int(rng.choice([400_000, HOUR_MS, 5_000_000])),
        "latency_bars": int(rng.integers(2, 4)), "borrow_rate": 0.5,
    }  # fmt: skip
    costs.update({name: value for name, value in extras.items() if rng.random() < 0.2})
    return costs


def _rates(rng: np.random.Generator, bars: int) -> list[tuple[int, float]]:
    if rng.random() > 0.25:
        return []
    first = START.value // 1_000_000 // (8 * HOUR_MS) * 8 * HOUR_MS
    return [(first + number * 8 * HOUR_MS, round(float(rng.normal(0, 0.002)), 6)) for number in range(bars // 8 + 2)]


def _limits(rng: np.random.Generator) -> dict[str, float]:
    limits = {"max_drawdown": float(rng.uniform(0.01, 0.1)), "max_daily_loss": float(rng.uniform(0.01, 0.06))}
    return {name: value for name, value in limits.items() if rng.random() < 0.4}


def _instruments(rng: np.random.Generator, frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    limits = {}
    for symbol, frame in frames.items():
        price = float(frame["close"].iloc[0])
        if rng.random() < 0.25:
            limits[symbol] = {"step": round(50 / price, 6), "tick": round(price / 5_000, 6), "min_notional": 200.0}
    return limits
