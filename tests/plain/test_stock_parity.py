"""Plain Backtrader strategies run unmodified, to the results that stock Cerebro gives."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markets import market
from stock_host import run_stock

from btbot.config import load_config
from btbot.engine import run

FOLDER = Path(__file__).parent / "strategies"
FILES = sorted(FOLDER.glob("*.py"))
STEP = pd.Timedelta("1h")
COSTS = {"capital": 50_000.0, "fee": 0.001, "slippage": 0.0007}


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(5)
    tables = {symbol: market(rng, 700) for symbol in ("BTC/USDT", "ETH/USDT")}
    # Prices near 100, so that the stake of one unit of Backtrader's own sizer can be afforded.
    return {
        symbol: table.assign(**{c: table[c] * 100.0 / table["close"].iloc[0] for c in ("open", "high", "low", "close")})
        for symbol, table in tables.items()
    }


def run_btbot(path, frames):
    config = {
        "version": 1,
        "symbols": list(frames),
        "timeframe": "1h",
        "feed": {"name": "frame", "frame": frames},
        "capital": COSTS["capital"],
        "strategies": [{"name": path.stem}],
        "costs": {
            "maker_fee": COSTS["fee"],
            "taker_fee": COSTS["fee"],
            "slippage_bps": COSTS["slippage"] * 10_000,
        },
        "fills": "stock",
        "report": [],
        "proof": "none",
        "plugins": {"strategies": [str(FOLDER)]},
    }
    return run(load_config(config))


def close(left, right, scale=0.0):
    left, right = np.asarray(left, float), np.asarray(right, float)
    bound = 1e-9 * np.maximum(np.maximum(np.abs(left), np.abs(right)), scale)
    return (np.abs(left - right) <= bound) | (np.isnan(left) & np.isnan(right))


def same_orders(stock, orders):
    assert len(orders) == len(stock)
    for name in ("symbol", "side"):
        assert list(orders[name]) == list(stock[name]), name
    for name in ("type", "status"):
        assert list(orders[name]) == [text.lower() for text in stock[name]], name
    times = pd.to_datetime(orders["fill_time"], utc=True)
    assert [str(value) for value in times] == [str(value) for value in stock["fill_time"]]
    for name in ("size", "filled", "fill_price", "fee"):
        found, wanted = orders[name].astype(float).abs(), stock[name]
        assert close(found.fillna(0) if name != "fill_price" else found, wanted).all(), name


def same_trades(stock, trades, capital):
    stock = stock.sort_values(["entry_time", "symbol", "side", "pnl"]).reset_index(drop=True)
    closed = stock[~stock["open"]].sort_values(["exit_time", "symbol", "pnl"]).reset_index(drop=True)
    finished = trades[trades["exit_reason"] != "open"]
    finished = finished.sort_values(["exit_time", "symbol", "pnl"]).reset_index(drop=True)
    assert len(finished) == len(closed)
    for name in ("symbol", "side"):
        assert list(finished[name]) == list(closed[name]), name
    for name in ("entry_time", "exit_time"):
        assert [str(v) for v in pd.to_datetime(finished[name], utc=True)] == [str(v) for v in closed[name]], name
    for name in ("pnl", "fees"):
        assert close(finished[name], closed[name], scale=capital * 1e-3).all(), name
    assert (trades["exit_reason"] == "open").sum() == stock["open"].sum()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_plain_strategy_gives_what_stock_cerebro_gives(path, frames):
    used = frames if path.stem == "pair_spread" else {"BTC/USDT": frames["BTC/USDT"]}
    stock = run_stock(path, used, STEP, COSTS)
    assert len(stock.trades) >= 5, "a strategy that hardly trades shows nothing"
    result = run_btbot(path, used)
    same_orders(stock.orders, result.orders)
    same_trades(stock.trades, result.trades, COSTS["capital"])
    scale = COSTS["capital"]
    rows = result.equity.iloc[-len(stock.equity) :]
    for name in ("equity", "cash"):
        assert close(rows[name], stock.equity[name], scale).all(), name
    assert close(result.metrics["final_equity"], stock.equity["equity"].iloc[-1], scale).all()


def test_every_feature_is_present():
    text = "\n".join(path.read_text() for path in FILES)
    for feature in (
        "buy_bracket", "oco=", "datas[1]", "add_timer", "notify_trade", "Sizer", "next_open", "StopTrail,",
        "StopTrailLimit", "StopLimit", "valid=", "order_target_percent", "SignalStrategy", "self.cancel(",
        "Order.Close", "tradeid", "prenext",
    ):  # fmt: skip
        assert feature in text, feature
    assert len(FILES) >= 10
