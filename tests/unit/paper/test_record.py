"""The memory of a market: candles of all intervals against ones added up naively, and its other figures."""

from __future__ import annotations

import datetime as dt
import itertools
from random import Random

import numpy as np
import pytest

from btbot.bars import Bars
from btbot.exchange.events import TradeEvent
from btbot.exchange.units import SCALE, amount
from btbot.paper.candles import INTERVALS, Candle, end_of, open_of
from btbot.paper.record import Record
from btbot.timeframe import Timeframe

BEGIN = 1_704_067_200_000  # Monday, 2024-01-01
HOUR = 3_600_000
_ids = itertools.count()


def trade(time_ms: int, price: int = 100 * SCALE, quantity: int = SCALE, *, maker: bool = False, number: int = -1,
          taker: int = -1) -> TradeEvent:  # fmt: skip
    number = next(_ids) if number < 0 else number
    ids = {"sell_order_id": taker} if maker else {"buy_order_id": taker}
    return TradeEvent("BTCUSDT", number, price, quantity, amount(price, quantity), time_ms, maker, **ids)


def trades(count: int, gap_ms: int, seed: int = 1, begin: int = BEGIN) -> list[TradeEvent]:
    random, now, made = Random(seed), begin, []
    for number in range(count):
        now += random.randrange(gap_ms)
        price, quantity = random.randrange(90, 110) * SCALE, random.randrange(1, 10**9)
        made.append(trade(now, price, quantity, maker=random.random() < 0.5, number=number))
    return made


def naive(interval: str, events: list[TradeEvent]) -> list[Candle]:
    """Add candles up the slow way; without silent ones."""
    made = []
    for open_ms, group in itertools.groupby(events, lambda event: open_of(interval, event.time_ms)):
        found = list(group)
        prices = [event.price for event in found]
        taken = [event for event in found if not event.buyer_is_maker]
        made.append(Candle(
            open_ms, end_of(interval, open_ms) - 1, prices[0], max(prices), min(prices), prices[-1],
            sum(event.quantity for event in found), sum(event.quote for event in found), len(found),
            sum(event.quantity for event in taken), sum(event.quote for event in taken),
        ))  # fmt: skip
    return made


def hours(count: int, begin: int = BEGIN, seed: int = 2) -> Bars:
    random = np.random.default_rng(seed)
    time = begin + HOUR * np.arange(count)
    opens, closes = random.uniform(95, 105, count).round(2), random.uniform(95, 105, count).round(2)
    high, low = np.maximum(opens, closes) + 1.0, np.minimum(opens, closes) - 1.0
    return Bars("BTC/USDT", Timeframe(HOUR), time, opens, high, low, closes, random.uniform(1, 9, count).round(5))


@pytest.mark.parametrize("interval", INTERVALS)
def test_every_interval_is_added_up_from_the_trades(interval: str) -> None:
    events = trades(3_000, 2_000 if interval in ("1s", "1m") else 4_000_000)
    record = Record("BTCUSDT", begin_ms=BEGIN, keep=10_000)
    for event in events:
        record.on_trade(event)
    expected = naive(interval, events)
    found = [candle for candle in record.candles(interval, limit=100_000) if candle.trades]
    assert found[-1] == expected[-1]._replace(closed=False)
    assert found[:-1] == expected[:-1]


def test_candles_begin_where_the_calendar_says() -> None:
    stamp = int(dt.datetime(2024, 2, 29, 13, 37, 11, tzinfo=dt.UTC).timestamp() * 1000) + 5
    opens = {
        "1s": (2024, 2, 29, 13, 37, 11), "3m": (2024, 2, 29, 13, 36), "8h": (2024, 2, 29, 8), "1d": (2024, 2, 29),
        "3d": (2024, 2, 29), "1w": (2024, 2, 26), "1M": (2024, 2, 1),
    }  # fmt: skip
    for interval, parts in opens.items():
        assert open_of(interval, stamp) == dt.datetime(*parts, tzinfo=dt.UTC).timestamp() * 1000, interval
    assert end_of("1M", open_of("1M", stamp)) == dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp() * 1000


def test_a_silent_time_gives_flat_candles_at_the_last_price() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN)
    record.on_trade(trade(BEGIN + 500, 101 * SCALE))
    record.advance(BEGIN + 200_000)
    made = record.candles("1m")
    assert [candle.open_ms for candle in made] == [BEGIN + minute * 60_000 for minute in range(4)]
    assert [candle.close for candle in made] == [101 * SCALE] * 4
    assert [candle.volume for candle in made] == [SCALE, 0, 0, 0]
    assert [candle.closed for candle in made] == [True, True, True, False]
    assert made[1].close_ms == BEGIN + 119_999
    assert len(record.candles("1s")) == 201


def test_a_hole_of_the_source_stays_one() -> None:
    hole = (BEGIN + 60_000, BEGIN + 240_000)
    record = Record("BTCUSDT", begin_ms=BEGIN, holes=[hole])
    record.on_trade(trade(BEGIN))
    record.on_trade(trade(BEGIN + 240_000))
    assert [(candle.open_ms - BEGIN) // 60_000 for candle in record.candles("1m")] == [0, 4]
    assert [(candle.open_ms - BEGIN) // 60_000 for candle in record.candles("1m", start_ms=BEGIN)] == [0, 4]
    assert [(candle.open_ms - BEGIN) // 60_000 for candle in record.candles("3m")] == [0, 3]


def test_windows_are_chosen_as_binance_does() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN)
    for minute in range(10):
        record.on_trade(trade(BEGIN + minute * 60_000))

    def minutes(**window: int) -> list[int]:
        return [(candle.open_ms - BEGIN) // 60_000 for candle in record.candles("1m", **window)]

    assert minutes(limit=3) == [7, 8, 9]
    assert minutes(start_ms=BEGIN + 60_000, limit=3) == [1, 2, 3]
    assert minutes(start_ms=BEGIN + 60_001, limit=2) == [2, 3]
    assert minutes(end_ms=BEGIN + 180_000, limit=2) == [2, 3]
    assert minutes(start_ms=BEGIN + 60_000, end_ms=BEGIN + 180_000) == [1, 2, 3]
    assert minutes(start_ms=BEGIN + 3_600_000) == []
    assert minutes(end_ms=BEGIN - 1) == []


def test_history_comes_first_and_the_begun_candle_goes_on() -> None:
    bars = hours(30)
    begin = BEGIN + 30 * HOUR
    record = Record("BTCUSDT", history=[bars], begin_ms=begin)
    assert record.last_price == round(bars.close[-1] * SCALE)
    record.on_trade(trade(begin, 200 * SCALE))
    daily = record.candles("1d")
    assert [candle.open_ms for candle in daily] == [BEGIN, BEGIN + 24 * HOUR]
    assert daily[0].high == round(bars.high[:24].max() * SCALE)
    assert daily[0].volume == sum(round(float(volume) * SCALE) for volume in bars.volume[:24])
    assert daily[1].open == round(bars.open[24] * SCALE)
    assert daily[1].high == 200 * SCALE
    assert daily[1].volume == sum(round(float(volume) * SCALE) for volume in bars.volume[24:]) + SCALE
    hourly = record.candles("1h", limit=1000)
    assert len(hourly) == 31
    assert hourly[3].close == round(bars.close[3] * SCALE)
    assert [candle.open_ms for candle in record.candles("1h", start_ms=begin - HOUR)] == [begin - HOUR, begin]
    assert [candle.open_ms for candle in record.candles("1h", end_ms=begin - 1, limit=1)] == [begin - HOUR]
    assert record.candles("1m", limit=5)[0].open_ms == begin
    assert [candle.open_ms for candle in record.candles("1M")] == [BEGIN]


def test_history_of_huge_volumes_is_counted_without_overflow() -> None:
    bars = hours(30)
    huge = Bars(bars.symbol, bars.timeframe, bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume * 1e12)
    record = Record("PEPEUSDT", history=[huge])
    assert record.candles("1d", end_ms=BEGIN)[0].volume == pytest.approx(huge.volume[:24].sum() * SCALE, rel=1e-12)


def test_trades_are_found_by_id_and_bounded() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN, keep_trades=50)
    for event in trades(120, 1_000):
        record.on_trade(event)
    assert [event.id for event in record.trades(3)] == [117, 118, 119]
    assert [event.id for event in record.trades(2, from_id=80)] == [80, 81]
    assert [event.id for event in record.trades(1, from_id=3)] == [70]
    assert record.trades(5, from_id=500) == []
    assert len(record.trades(1_000)) == 50


def test_fills_of_one_taker_at_one_price_are_one_aggregate() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN)
    for number, (time_ms, price, taker) in enumerate([(5, 100, 7), (5, 100, 7), (5, 101, 7), (5, 101, 8), (6, 101, 8)]):
        record.on_trade(trade(BEGIN + time_ms, price * SCALE, number=number, taker=taker))
    made = record.aggregates()
    assert [(one.id, one.first_id, one.last_id, one.quantity // SCALE) for one in made] == [
        (0, 0, 1, 2), (1, 2, 2, 1), (2, 3, 3, 1), (3, 4, 4, 1),
    ]  # fmt: skip
    again = Record("BTCUSDT", begin_ms=BEGIN)
    for number in (700, 701):
        again.on_trade(trade(BEGIN + number, number=number))
    assert [one.id for one in again.aggregates()] == [700, 701]
    assert [one.id for one in record.aggregates(from_id=2)] == [2, 3]
    assert [one.id for one in record.aggregates(start_ms=BEGIN + 6)] == [3]
    assert [one.id for one in record.aggregates(end_ms=BEGIN + 5, limit=2)] == [1, 2]
    assert [one.id for one in record.aggregates(start_ms=BEGIN, end_ms=BEGIN + 5, limit=2)] == [0, 1]


def test_average_price_weighs_the_last_minutes() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN)
    record.on_trade(trade(BEGIN, 50 * SCALE))
    record.on_trade(trade(BEGIN + 300_000, 100 * SCALE, SCALE))
    record.on_trade(trade(BEGIN + 301_000, 130 * SCALE, 2 * SCALE))
    assert record.average_price(5) == 120 * SCALE
    record.advance(BEGIN + 900_000)
    assert record.average_price(5) == 130 * SCALE


def test_day_rolls_over_24_hours() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN)
    for hour in range(30):
        record.on_trade(trade(BEGIN + hour * HOUR, (100 + hour) * SCALE, number=hour))
    day = record.day()
    assert (day.open, day.high, day.low, day.last) == (105 * SCALE, 129 * SCALE, 105 * SCALE, 129 * SCALE)
    assert (day.volume, day.trades, day.first_id, day.last_id) == (25 * SCALE, 25, 5, 29)
    assert day.average == 117 * SCALE
    assert day.previous_close == 104 * SCALE
    assert (day.open_ms, day.close_ms) == (BEGIN + 5 * HOUR, BEGIN + 29 * HOUR)


def test_day_reaches_back_into_the_history() -> None:
    bars = hours(30)
    begin = BEGIN + 30 * HOUR
    record = Record("BTCUSDT", history=[bars], begin_ms=begin)
    record.on_trade(trade(begin + 1, 100 * SCALE, number=0))
    day = record.day()
    assert day.open == round(bars.open[7] * SCALE)
    assert day.high == round(bars.high[7:].max() * SCALE)
    assert day.volume == sum(round(float(volume) * SCALE) for volume in bars.volume[7:]) + SCALE


def test_nothing_known_gives_nothing() -> None:
    record = Record("BTCUSDT")
    assert record.candles("1h") == record.trades() == record.aggregates() == []
    assert record.average_price() == record.day().last == 0
    assert record.day().first_id == -1


def test_memory_is_bounded() -> None:
    record = Record("BTCUSDT", begin_ms=BEGIN, keep=20, keep_trades=20)
    for number in range(5_000):
        record.on_trade(trade(BEGIN + number * 1_000, number=number))
    made = record.candles("1s", limit=100)
    assert len(made) == 21
    assert made[0].open_ms == BEGIN + 4_979_000
    assert len(record.aggregates(limit=100)) == 20
