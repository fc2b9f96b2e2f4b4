"""The SMA cross in nautilus_trader; runs in an environment of its own, on arrays from a file.

A market order sent in `on_bar` fills at the close of that bar there, so its equity is compared with the
arithmetic of fills at the close, not with the other contestants.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import bench_worker
import nautilus_trader
import numpy as np
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, TraderId, Venue
from nautilus_trader.model.instruments import CurrencyPair
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("SIM")
FEE = Decimal("0.001")
INSTRUMENT = CurrencyPair(
    instrument_id=InstrumentId(Symbol("BTCUSDT"), VENUE),
    raw_symbol=Symbol("BTCUSDT"),
    base_currency=BTC,
    quote_currency=USDT,
    price_precision=2,
    size_precision=6,
    price_increment=Price.from_str("0.01"),
    size_increment=Quantity.from_str("0.000001"),
    ts_event=0,
    ts_init=0,
    maker_fee=FEE,
    taker_fee=FEE,
    margin_init=Decimal(0),
    margin_maint=Decimal(0),
)


class Cross(Strategy):
    """One unit, long only."""

    def __init__(self, bars: BarType) -> None:
        super().__init__()
        self.bars = bars
        self.fast, self.slow = SimpleMovingAverage(20), SimpleMovingAverage(50)
        self.before: float | None = None
        self.held = False
        self.fills = 0

    def on_start(self) -> None:
        self.register_indicator_for_bars(self.bars, self.fast)
        self.register_indicator_for_bars(self.bars, self.slow)
        self.subscribe_bars(self.bars)

    def on_bar(self, bar: Any) -> None:
        if not self.slow.initialized:
            return
        now = self.fast.value - self.slow.value
        before, self.before = self.before, now
        if before is None:
            return
        if (before <= 0 < now and not self.held) or (before >= 0 > now and self.held):
            side = OrderSide.SELL if self.held else OrderSide.BUY
            self.held, self.fills = not self.held, self.fills + 1
            self.submit_order(self.order_factory.market(INSTRUMENT.id, side, INSTRUMENT.make_qty(1)))


def main(path: str) -> None:
    arrays = np.load(path)
    index = pd.to_datetime(arrays["time"], unit="ms", utc=True)
    names = ("open", "high", "low", "close", "volume")
    frame = pd.DataFrame({name: arrays[name] for name in names}, index=index)
    minutes = int((index[1] - index[0]).total_seconds() // 60)
    kind = BarType.from_str(f"BTCUSDT.SIM-{minutes}-MINUTE-LAST-EXTERNAL")
    last = float(frame["close"].iloc[-1])

    def once() -> dict[str, float]:
        # The wrangler's bars are made inside the timing, as every other contestant reads its arrays there.
        bars = BarDataWrangler(kind, INSTRUMENT).process(frame)
        quiet = LoggingConfig(bypass_logging=True)
        engine = BacktestEngine(BacktestEngineConfig(trader_id=TraderId("BENCH-001"), logging=quiet))
        engine.add_venue(VENUE, OmsType.NETTING, AccountType.CASH, [Money(1_000_000, USDT), Money(1, BTC)])
        engine.add_instrument(INSTRUMENT)
        engine.add_data(bars)
        strategy = Cross(kind)
        engine.add_strategy(strategy)
        engine.run()
        engine.get_result()
        account = engine.portfolio.account(VENUE)
        held = account.balance_total(BTC).as_double() - 1.0
        equity = account.balance_total(USDT).as_double() + held * last
        engine.dispose()
        return {"equity": equity, "fills": strategy.fills}

    bench_worker.serve(once, nautilus_trader.__version__)


if __name__ == "__main__":
    main(sys.argv[1])
