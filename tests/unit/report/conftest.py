"""A run as the engine leaves it, made from a random walk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from btbot.bars import Bars
from btbot.metrics.benchmark import buy_and_hold
from btbot.metrics.summary import summarize
from btbot.records import Finding, RunResult
from btbot.timeframe import Timeframe

START_MS = 1_672_531_200_000  # 2023-01-01


def walk(symbol, n, seed, timeframe="1h", price=20_000.0):
    rng = np.random.default_rng(seed)
    step = Timeframe.parse(timeframe).ms
    close = price * np.exp(np.cumsum(rng.standard_t(4, n) * 0.004 + 0.00005))
    open_ = np.r_[price, close[:-1]]
    spread = np.abs(rng.normal(0, 0.002, (2, n)))
    high = np.maximum(open_, close) * (1 + spread[0])
    low = np.minimum(open_, close) * (1 - spread[1])
    volume = rng.lognormal(3, 1, n)
    time = START_MS + step * np.arange(n, dtype=np.int64)
    return Bars(symbol, Timeframe.parse(timeframe), time, open_, high, low, close, volume)


def stamps(ms):
    return pd.DatetimeIndex(np.asarray(ms, dtype=np.int64).astype("datetime64[ms]")).tz_localize("UTC")


def positions(bars, count, rng):
    """Entry and exit positions of `count` round trips that do not overlap."""
    cuts = np.sort(rng.choice(np.arange(1, len(bars)), 2 * count, replace=False))
    return cuts[::2], cuts[1::2]


def round_trips(bars, count, seed, strategy, capital):
    rng = np.random.default_rng(seed)
    enter, leave = positions(bars, count, rng)
    rows, orders = [], []
    for number, (i, j) in enumerate(zip(enter, leave, strict=True)):
        side = 1 if rng.random() < 0.7 else -1
        size = 0.9 * capital / bars.open[i]
        last = number == count - 1
        fees = 0.001 * size * (bars.open[i] + (0 if last else bars.open[j]))
        out = bars.close[-1] if last else bars.open[j]
        rows.append(
            {
                "strategy": strategy,
                "symbol": bars.symbol,
                "side": "long" if side > 0 else "short",
                "size": size,
                "entry_time": bars.time[i],
                "entry_price": bars.open[i],
                "exit_time": -1 if last else bars.time[j],
                "exit_price": np.nan if last else bars.open[j],
                "pnl": side * size * (out - bars.open[i]) - fees,
                "fees": fees,
                "bars_held": int(j - i),
                "exit_reason": "open" if last else ["signal", "stop", "trailing", "take_profit"][number % 4],
            }
        )
        for at, sign in ((i, side), (j, -side))[: 1 if last else 2]:
            orders.append((at, sign, size))
    return rows, orders


def order_rows(bars, orders, strategy):
    return [
        {
            "id": number + 1,
            "strategy": strategy,
            "symbol": bars.symbol,
            "side": "buy" if sign > 0 else "sell",
            "type": "market",
            "size": size,
            "created_time": bars.time[at - 1],
            "price": np.nan,
            "status": "completed",
            "filled": size,
            "fill_price": bars.open[at],
            "fill_time": bars.time[at],
            "fee": 0.001 * size * bars.open[at],
            "reason": "signal",
        }
        for number, (at, sign, size) in enumerate(orders)
    ]


def marked(all_bars, trades, capital):
    """Equity and cash at every close of the first symbol, marking each trade at its closes."""
    first = next(iter(all_bars.values()))
    equity = np.full(len(first), capital)
    held = np.zeros(len(first))
    for _, trade in trades.iterrows():
        bars = all_bars[trade["symbol"]]
        sign = 1 if trade["side"] == "long" else -1
        i = int(np.searchsorted(bars.time, trade["entry_time"]))
        j = len(bars) if trade["exit_time"] < 0 else int(np.searchsorted(bars.time, trade["exit_time"]))
        equity[i:j] += sign * trade["size"] * (bars.close[i:j] - trade["entry_price"])
        held[i:j] += sign * trade["size"] * bars.close[i:j]
        if j < len(bars):
            equity[j:] += trade["pnl"]
    return equity, equity - held


TRADES = [
    "strategy",
    "symbol",
    "side",
    "size",
    "entry_time",
    "entry_price",
    "exit_time",
    "exit_price",
    "pnl",
    "fees",
    "bars_held",
    "exit_reason",
]
ORDERS = [
    "id",
    "strategy",
    "symbol",
    "side",
    "type",
    "size",
    "created_time",
    "price",
    "status",
    "filled",
    "fill_price",
    "fill_time",
    "fee",
    "reason",
]


def times(frame, names):
    for name in names:
        values = frame[name].to_numpy(np.int64)
        column = pd.Series(stamps(np.maximum(values, 0)), index=frame.index)
        frame[name] = column.where(values >= 0)
    return frame


def build(
    bars=2000,
    trades=30,
    symbols=("BTC/USDT",),
    timeframe="1h",
    seed=7,
    synthetic=False,
    name="trend",
    strategy="trend_following",
    capital=10_000.0,
):
    all_bars = {s: walk(s, bars, seed + k, timeframe, 20_000.0 / (1 + 10 * k)) for k, s in enumerate(symbols)}
    rows, orders = [], []
    for k, one in enumerate(all_bars.values()):
        if trades:
            more, sent = round_trips(one, trades, seed + 10 + k, strategy, capital / len(symbols))
            rows += more
            orders += order_rows(one, sent, strategy)
    trade_frame = pd.DataFrame(rows, columns=TRADES)
    equity, cash = marked(all_bars, trade_frame, capital)
    first = next(iter(all_bars.values()))
    frame = pd.DataFrame({"time": stamps(first.close_time), "equity": equity, "cash": cash})
    overlays = {
        s: {"sma 20": pd.Series(b.close).rolling(20).mean().to_numpy(), "adx": 25 + 10 * np.sin(np.arange(bars) / 50)}
        for s, b in all_bars.items()
    }
    return RunResult(
        name=name,
        config={
            "version": 1,
            "symbols": list(symbols),
            "timeframe": timeframe,
            "calendar": "crypto",
            "capital": capital,
            "exchange": {"name": "binance", "api_key": "**********"},
            "strategies": [{"name": strategy, "params": {"ma_fast": 20}}],
        },
        metrics=figures(equity, trade_frame, capital, all_bars, synthetic),
        trades=times(trade_frame, ("entry_time", "exit_time")),
        orders=times(pd.DataFrame(orders, columns=ORDERS), ("created_time", "fill_time")),
        equity=frame,
        bars=all_bars,
        overlays=overlays,
        findings=[
            Finding(
                symbols[0],
                "missing",
                "warning",
                3,
                ("2023-01-05T04:00:00Z", "2023-01-05T05:00:00Z"),
                "3 bars are missing; the run goes on without them",
            )
        ],
        figures={
            "longest_wait": 12.5,
            "by_side": {"long": 3, "short": 4.25},
            "by_month": pd.DataFrame({"month": ["2023-01", "2023-02"], "pnl": [12.345678, -3.5], "trades": [3, 4]}),
        },
        labels={"longest_wait": "Longest wait (days)"},
        notes=["2 entries were cut to the buying power"],
        timings={"data": 0.1, "signals": 0.02, "engine": 0.3},
    )


def figures(equity, trades, capital, all_bars, synthetic):
    first = next(iter(all_bars.values()))
    exits = trades["exit_time"].to_numpy(np.int64, copy=True)
    exits[exits < 0] = np.iinfo(np.int64).max
    held = [((trades["entry_time"] <= t) & (exits > t)).sum() for t in first.time[:: max(len(first) // 50, 1)]]
    return {
        **summarize(
            open_time_ms=first.time,
            equity=equity,
            capital=capital,
            trades=trades,
            open_positions=np.array(held, dtype=np.int64),
            fees_paid=float(trades["fees"].sum()),
            funding_paid=0.0,
            borrow_paid=0.0,
            slippage_paid=12.25,
            traded_notional=float((trades["size"] * trades["entry_price"]).sum()),
            benchmark=buy_and_hold(all_bars, first.close_time, capital),
            periods_per_year=365.0,
        ),
        "engine": "sparse",
        "data_fingerprint": first.fingerprint,
        "synthetic": synthetic,
    }


@pytest.fixture(scope="session")
def make_result():
    """Build a plausible RunResult; see `build` for what may be chosen."""
    return build
