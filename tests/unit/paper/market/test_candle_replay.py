"""Replayed candles: the same candles come out again, and users trade in them as they would have."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.data.gate import admit
from btbot.data.read import read_candles
from btbot.data.sample import generate
from btbot.errors import DataError
from btbot.exchange.commands import Place
from btbot.exchange.events import Event, OrderEvent
from btbot.exchange.order import Side
from btbot.exchange.symbols import Symbol, usual
from btbot.exchange.units import SCALE
from btbot.paper.market import CandleReplay
from btbot.paper.record import Record
from btbot.timeframe import Timeframe

Begin = Callable[..., Any]
MINUTE = 60_000
BEGIN = 1_704_067_200_000


def bars_of(rows: list[tuple[float, float, float, float, float]], minutes: int = 5) -> Bars:
    length = minutes * MINUTE
    columns = np.array(rows, dtype=np.float64).T
    return Bars("BTC/USDT", Timeframe(length), BEGIN + length * np.arange(len(rows)), *columns)


def sample(count: int = 300, text: str = "1h", seed: int = 3) -> Bars:
    frame = generate("BTC/USDT", Timeframe.parse(text), bars=count, seed=seed)
    return admit(frame, "BTC/USDT", timeframe=Timeframe.parse(text))[0]


def same_candles(record: Record, bars: Bars, start: int) -> None:
    made = record.candles(str(bars.timeframe), start_ms=int(bars.time[start]), limit=100_000)
    assert [candle.open_ms for candle in made] == bars.time[start:].tolist()
    for at, name in enumerate(("open", "high", "low", "close", "volume")):
        wanted = [round(float(value) * SCALE) for value in getattr(bars, name)[start:]]
        assert [candle[2 + at] for candle in made] == wanted, name


SYMBOL = usual("BTC/USDT", 30_000.0)


@pytest.mark.parametrize("text", ["1m", "1h", "1d"])
@pytest.mark.parametrize("seed", [0, 5])
def test_rebuilt_candles_equal_the_source(text: str, seed: int, begin: Begin) -> None:
    bars = sample(50, text)
    run = begin(CandleReplay(SYMBOL, bars, seed=seed, start=30))
    run.run()
    same_candles(run.record, bars, 30)
    assert run.market.next_ms() is None
    assert run.market.step(run.exchange) == []


def test_rebuilt_candles_equal_real_ones(data_dir: Path, begin: Begin) -> None:
    frame = read_candles(data_dir / "BTCUSDT-1h-binance.csv.gz", symbol="BTC/USDT")
    bars = admit(frame, "BTC/USDT")[0].between(1_517_700_000_000, 1_518_300_000_000)  # with a day of outage in it
    market = CandleReplay(usual("BTC/USDT", 10_000.0), bars, start=50)
    run = begin(market)
    run.run()
    assert market.holes
    same_candles(run.record, bars, 50)


def test_finer_candles_come_from_the_prints_and_add_up(begin: Begin) -> None:
    bars = sample(20)
    run = begin(CandleReplay(SYMBOL, bars, start=10))
    run.run()
    minutes = run.record.candles("1m", start_ms=run.market.start_ms, limit=10_000)
    first = minutes[:60]
    assert first[0].open == round(bars.open[10] * SCALE)
    assert max(candle.high for candle in first) == round(bars.high[10] * SCALE)
    assert sum(candle.volume for candle in first) == round(bars.volume[10] * SCALE)
    assert sum(candle.trades for candle in first) == 60


def test_the_same_seed_gives_the_same_market(begin: Begin) -> None:
    bars = sample(40)

    def events(seed: int) -> list[Event]:
        run = begin(CandleReplay(SYMBOL, bars, start=20, seed=seed))
        run.order("BUY", 1.0, 100_000.0)
        run.run()
        return run.trades

    first = events(1)
    assert events(1) == first
    assert events(2) != first


def test_the_book_is_quoted_around_the_last_price_and_never_crossed(begin: Begin) -> None:
    run = begin(CandleReplay(SYMBOL, sample(40), start=20))
    while run.market.next_ms() is not None:
        run.step()
        bids, asks = run.ladder("BUY"), run.ladder("SELL")
        assert len(bids) == len(asks) == 30
        assert bids[0][0] < asks[0][0]
        last = run.record.last_price / SCALE
        assert last in (bids[0][0], asks[0][0])


def test_the_book_does_not_know_what_its_bar_will_bring(begin: Begin) -> None:
    bars = sample(60)
    changed = Bars(bars.symbol, bars.timeframe, bars.time, bars.open, bars.high.copy(), bars.low, bars.close,
                   np.r_[bars.volume[:20], bars.volume[20:] * 50.0])  # fmt: skip
    first, second = (begin(CandleReplay(SYMBOL, one, start=20)) for one in (bars, changed))
    first.step()
    second.step()
    assert first.ladder("BUY") == second.ladder("BUY")


FALL = [(100.0, 100.0, 90.0, 90.0, 600.0)]
CALM = [(100.0, 100.5, 99.5, 100.0, 50.0)] * 20
PLAIN = Symbol(
    "BTCUSDT", "BTC", "USDT", max_quantity=10**6 * SCALE, tick=SCALE // 100, step=1_000, min_notional=5 * SCALE
)


def test_a_resting_order_is_filled_completely_when_the_price_goes_through(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of(CALM + FALL), start=20))
    run.step()
    order = run.order("BUY", 5_000.0, 95.0)
    run.run()
    assert order.status == "FILLED"
    assert order.spent == 475_000 * SCALE
    fills = [event for event in run.events if isinstance(event, OrderEvent) and event.change == "TRADE"]
    assert all(event.is_maker and event.price == 95 * SCALE for event in fills)


def test_a_resting_sale_is_filled_on_the_way_up(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of([*CALM, (100.0, 110.0, 100.0, 110.0, 50.0)]), start=20))
    run.step()
    order = run.order("SELL", 700.0, 105.0)
    run.run()
    assert order.status == "FILLED"


def test_an_order_beyond_the_extreme_is_not_touched(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of(CALM + FALL), start=20))
    run.step()
    order = run.order("BUY", 1.0, 89.99)
    run.run()
    assert order.executed == 0


def test_at_the_extreme_itself_the_queue_decides(begin: Begin) -> None:
    def executed(ahead: bool) -> float:
        run = begin(CandleReplay(PLAIN, bars_of(CALM + FALL), start=20, prints=12))
        if ahead:  # before the market has quoted anything, nobody stands before the order
            order = run.order("BUY", 10_000.0, 90.0)
        else:
            run.step()
            order = run.order("BUY", 10_000.0, 90.0)
        before = dict(run.ladder("BUY"))[90.0] - 10_000.0
        while run.market.next_ms() is not None:
            run.step()
        assert order.status == "PARTIALLY_FILLED"
        assert (before > 0) != ahead
        return order.executed / SCALE

    assert executed(ahead=False) < executed(ahead=True) < 600.0


def test_an_order_at_the_price_waits_for_the_quantity_before_it(begin: Begin) -> None:
    flat = [(100.0, 100.0, 100.0, 100.0, 12.0)]
    run = begin(CandleReplay(PLAIN, bars_of(CALM + flat), start=20, prints=12))
    run.step()
    best = run.ladder("BUY")[0][0]
    assert best == 100.0 or run.ladder("SELL")[0][0] == 100.0
    side: Side = "BUY" if best == 100.0 else "SELL"
    queue = run.ladder(side)[0][1]
    order = run.order(side, 3.0, 100.0)
    printed, filled = 0.0, []
    while run.market.next_ms() is not None:
        run.step()
        printed = run.record.day().volume / SCALE - 20 * 50.0
        filled.append((printed, order.executed / SCALE))
    first = run.market  # the whole bar of 12 is printed in twelve parts
    assert first.next_ms() is None
    begun = printed - filled[0][0]
    assert begun > 0
    for volume, executed in filled:
        assert executed <= max(0.0, volume - queue) + 1e-6
    assert filled[-1][1] == pytest.approx(min(3.0, 12.0 - queue), abs=1.5)


def test_a_market_order_moves_the_book_and_it_comes_back(begin: Begin) -> None:
    run = begin(CandleReplay(SYMBOL, sample(60), start=20, prints=60))
    run.step()
    asks = run.ladder("SELL")
    quantity = sum(size for _, size in asks[:5]) + asks[5][1] / 2
    order = run.order("BUY", round(quantity, 5))
    assert order.status == "FILLED"
    assert run.ladder("SELL")[0][0] == asks[5][0]
    average = order.spent / order.executed
    assert asks[0][0] < average < asks[5][0]


def test_what_was_taken_returns_by_halves(begin: Begin) -> None:
    flat = [(100.0, 100.0, 100.0, 100.0, 12.0)]
    run = begin(CandleReplay(PLAIN, bars_of(CALM + flat * 3, minutes=1), start=20, prints=30, half_life_ms=4_000))
    run.step()
    wanted = run.ladder("SELL")[9]
    run.order("BUY", round(sum(size for _, size in run.ladder("SELL", 10)), 5))
    seen = []
    for _ in range(12):
        run.step()
        seen.append(dict(run.ladder("SELL")).get(wanted[0], 0.0))
    assert seen == sorted(seen)
    assert 0 < seen[0] < wanted[1] * 0.6
    assert seen[-1] >= wanted[1] * 0.75


def test_stops_are_triggered_by_the_prints(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of(CALM + FALL), start=20))
    run.step()
    place = Place("ann", "BTCUSDT", "SELL", "STOP_LOSS", SCALE // 10, stop_price=95 * SCALE)
    order = run.exchange.execute(place, run.now_ms).orders[0]
    run.run()
    assert order.status == "FILLED"
    assert 90.0 < order.spent / order.executed <= 95.0


def test_a_halted_symbol_stands_still(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of(CALM + FALL * 3), start=20))
    run.step()
    order = run.order("BUY", 1.0, 95.0)
    halted = Symbol(**{name: getattr(PLAIN, name) for name in PLAIN.__slots__} | {"status": "HALT"})
    run.exchange.set_symbol(halted, run.now_ms)
    assert run.run(BEGIN + 21 * 5 * MINUTE) == []
    assert order.executed == 0
    run.exchange.set_symbol(PLAIN, run.now_ms)
    run.run()
    assert order.status == "FILLED"


def test_silent_bars_are_skipped_and_moved_ones_without_volume_print(begin: Begin) -> None:
    rows = [
        *CALM,
        (100.0, 100.0, 100.0, 100.0, 0.0),
        (100.0, 101.0, 99.0, 100.5, 0.0),
        (101.0, 101.0, 101.0, 101.0, 0.0),
    ]
    bars = bars_of(rows)
    run = begin(CandleReplay(PLAIN, bars, start=19))
    run.run()
    run.record.advance(int(bars.close_time[-1]) - 1)
    made = run.record.candles("5m", start_ms=int(bars.time[20]))
    assert [candle.trades for candle in made] == [0, 4, 1]
    assert [(candle.open, candle.high, candle.low, candle.close) for candle in made] == [
        tuple(round(value * SCALE) for value in row[:4]) for row in rows[20:]
    ]


def test_a_wrong_start_is_refused() -> None:
    with pytest.raises(DataError, match="BTCUSDT: the replay is to start at bar 9, there are 5"):
        CandleReplay(PLAIN, bars_of(CALM[:5]), start=9)
    with pytest.raises(DataError, match="BTCUSDT: there is no bar to replay"):
        CandleReplay(PLAIN, bars_of(CALM).slice(0, 0))


def test_a_step_is_fast(begin: Begin) -> None:
    bars = sample(200)
    run = begin(CandleReplay(SYMBOL, bars, start=100))
    run.run(until_ms=int(bars.time[150]))
    begun, prints = time.perf_counter(), 0
    while run.market.next_ms() is not None:
        prints += bool(run.market.step(run.exchange))
    assert prints == 3_000
    assert (time.perf_counter() - begun) / prints < 0.002


def test_a_restarted_replay_goes_on_in_the_middle_of_a_bar(begin: Begin) -> None:
    bars = sample(60)
    whole = begin(CandleReplay(SYMBOL, bars, start=20, seed=4))
    stop = int(bars.time[40]) + 25 * MINUTE
    whole.run(until_ms=stop + 1)
    whole.record.advance(stop + 1)
    market = CandleReplay(SYMBOL, bars, start=20, seed=4)
    market.skip_to(stop)
    again = begin(market)
    assert market.start_ms == stop + 1
    for interval in ("1m", "1h", "1d"):
        assert again.record.candles(interval)[-1][:7] == whole.record.candles(interval)[-1][:7], interval
    assert again.record.day().high == whole.record.day().high
    assert again.record.day().volume == whole.record.day().volume
    assert again.step() == []
    assert again.ladder("BUY")[0][0] == whole.record.last_price / SCALE
    rest = again.run()
    expected = whole.run()
    assert [(event.price, event.quantity, event.time_ms) for event in rest] == [
        (event.price, event.quantity, event.time_ms) for event in expected
    ]
    hours = again.record.candles("1h", start_ms=int(bars.time[20]), limit=1_000)
    assert [candle.volume for candle in hours] == [round(float(volume) * SCALE) for volume in bars.volume[20:]]


@pytest.mark.parametrize("late_ms", [0, 1, 3_599_999, 3_600_000, 3_600_001])
def test_a_restart_at_any_time_misses_no_print(begin: Begin, late_ms: int) -> None:
    bars = sample(45)
    stop = int(bars.time[30]) + late_ms
    market = CandleReplay(SYMBOL, bars, start=20)
    market.skip_to(stop)
    run = begin(market)
    run.run()
    hours = run.record.candles("1h", start_ms=int(bars.time[20]), limit=1_000)
    assert [candle.volume for candle in hours] == [round(float(volume) * SCALE) for volume in bars.volume[20:]]
    assert [candle.high for candle in hours] == [round(float(high) * SCALE) for high in bars.high[20:]]


def test_a_replay_restarted_after_its_end_only_quotes(begin: Begin) -> None:
    bars = sample(60)
    market = CandleReplay(SYMBOL, bars, start=20)
    market.skip_to(int(bars.close_time[-1]) + 5)
    run = begin(market)
    assert run.record.last_price == round(float(bars.close[-1]) * SCALE)
    run.run()
    assert run.ladder("BUY")[0][0] == bars.close[-1]
    assert run.trades == []
    assert len(market.history()[0]) == 60


def test_a_replay_restarted_in_a_hole_waits_for_the_next_bar(begin: Begin) -> None:
    bars = sample(60)
    keep = np.r_[0:40, 43:60]
    holed = Bars(bars.symbol, bars.timeframe, bars.time[keep],
                 *(getattr(bars, name)[keep] for name in ("open", "high", "low", "close", "volume")))  # fmt: skip
    market = CandleReplay(SYMBOL, holed, start=20)
    market.skip_to(int(bars.time[41]) + 7)
    run = begin(market)
    run.step()
    assert market.next_ms() == int(bars.time[43])
    run.run()
    assert [candle.open_ms for candle in run.record.candles("1h", start_ms=int(bars.time[38]), limit=4)] == [
        int(bars.time[at]) for at in (38, 39, 43, 44)
    ]


def test_a_print_at_a_users_price_meets_him_and_keeps_its_volume(begin: Begin) -> None:
    flat = [(100.0, 100.0, 100.0, 100.0, 12.0)]
    for side in ("BUY", "SELL"):
        run = begin(CandleReplay(PLAIN, bars_of(CALM + flat), start=20, prints=12))
        order = run.order(side, 5.0, 100.0)  # first in the queue
        run.run()
        assert order.status == "FILLED"
        assert run.record.candles("5m")[-1].volume == 12 * SCALE
        first = run.trades[0]
        assert first.buyer_is_maker == (side == "BUY")


def test_what_was_taken_returns_between_two_prints(begin: Begin) -> None:
    flat = [(100.0, 100.0, 100.0, 100.0, 12.0)]
    run = begin(CandleReplay(PLAIN, bars_of(CALM + flat, minutes=60), start=20, prints=4))
    run.step()
    asks = run.ladder("SELL", 9)
    run.order("BUY", round(sum(size for _, size in asks), 5))
    seen = []
    while run.step() == []:
        seen.append(dict(run.ladder("SELL")).get(asks[8][0], 0.0) / asks[8][1])
    assert len(seen) > 20  # every 15 seconds
    assert seen[0] == pytest.approx(1 - 0.5**0.5, abs=0.05)
    assert seen[1] == pytest.approx(0.5, abs=0.05)
    assert seen[-1] > 0.79


def test_a_symbol_that_was_listed_anew_is_quoted_again(begin: Begin) -> None:
    run = begin(CandleReplay(PLAIN, bars_of(CALM * 3), start=20))
    run.run(steps=20)
    for pause in (0, 20):
        before = sum(size for _, size in run.ladder("SELL"))
        run.exchange.remove_symbol("BTCUSDT", run.now_ms)
        assert run.run(steps=pause) == []
        run.exchange.set_symbol(PLAIN, run.now_ms)
        while run.step() == []:
            pass
        assert len(run.ladder("BUY")) > 20
        assert sum(size for _, size in run.ladder("SELL")) > before / 2
