"""What is put together at a start, and at a second one."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from btbot.exchange.commands import Place
from btbot.exchange.units import SCALE, decimal
from btbot.paper.assembly import assemble
from btbot.paper.clock import VirtualClock
from btbot.paper.settings import Deposit, MarketSettings, ServerSettings, deposits

NOW = 1_700_000_000_000


@pytest.fixture
def settings(tmp_path):
    return ServerSettings(
        (MarketSettings("BTC/USDT", "empty", price=100.0),),
        state=tmp_path / "state",
        deposits=deposits(["USDT=1000", "bob:BTC=2"]),
    )


@pytest.fixture
def opened():
    made = []

    def start(settings, now_ms=NOW, **keys):
        made.append(assemble(settings, VirtualClock(now_ms), **keys))
        return made[-1]

    yield start
    for one in made:
        one.close()


def test_first_start_lists_symbols_opens_accounts_and_pays_in(opened, settings):
    whole = opened(settings)
    assert not whole.resumed
    assert whole.accounts.names() == ["default", "bob"]
    assert whole.venue.exchange.balances("bob")["BTC"].free == 2 * SCALE
    assert list(whole.venue.exchange.symbols) == ["BTCUSDT"]
    assert whole.venue.market_ms() == NOW
    assert [entry["what"] for entry in whole.history.entries()] == [
        "symbol",
        "transfer",
        "transfer",
        "balance",
        "balance",
    ]


def test_without_a_folder_nothing_is_kept(opened, settings, tmp_path):
    opened(replace(settings, state=None))
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_was_cut_short_begins_anew(opened, settings):
    """Symbols and deposits are one entry: with none of it on disk, all of it is made again."""
    first = opened(settings)
    first.close()
    entries = first.journal
    entries.open()
    entries._file.execute("DELETE FROM entries")
    entries.close()
    whole = opened(settings)
    assert not whole.resumed
    assert whole.venue.exchange.balances("default")["USDT"].free == 1000 * SCALE


def test_a_later_start_adds_symbols_and_accounts_and_pays_in_nothing(opened, settings):
    opened(settings).close()
    more = replace(
        settings,
        markets=(*settings.markets, MarketSettings("ETH/USDT", "empty")),
        deposits=(*settings.deposits, Deposit("carol", "BTC", SCALE)),
    )
    whole = opened(more)
    assert whole.resumed
    assert list(whole.venue.exchange.symbols) == ["BTCUSDT", "ETHUSDT"]
    assert whole.accounts.names() == ["default", "bob", "carol"]
    assert not whole.venue.exchange.balances("carol").get("BTC")
    assert whole.venue.exchange.balances("default")["USDT"].free == 1000 * SCALE


def test_what_an_operator_changed_stays_changed(opened, settings):
    first = opened(settings)
    symbol = first.venue.exchange.symbols["BTCUSDT"]
    first.venue.set_symbol(replace(symbol, tick=7 * symbol.tick, status="HALT"))
    first.accounts.add_account("bob", {"maker": 0, "taker": 5})
    first.close()
    second = opened(settings)
    assert second.venue.exchange.symbols["BTCUSDT"] == replace(symbol, tick=7 * symbol.tick, status="HALT")
    rates = second.venue.exchange.fee_rates("bob", "BTCUSDT")
    assert (rates.maker, rates.taker) == (0, 5)


def test_a_trailing_order_remembers_prices_that_nobody_else_traded_at(opened, settings):
    first = opened(settings)
    exchange, venue = first.venue.exchange, first.venue
    exchange.print_trade("BTCUSDT", 100 * SCALE, SCALE, True, NOW)
    order = Place("bob", "BTCUSDT", "SELL", "STOP_LOSS", SCALE, trailing_delta=500)
    (placed,) = venue.execute(order).orders
    venue._tell(exchange.print_trade("BTCUSDT", 120 * SCALE, SCALE, True, NOW), None, NOW)
    assert placed.peak == 120 * SCALE
    state = exchange.state()
    first.close()
    second = opened(settings)
    assert second.venue.exchange.order("bob", "BTCUSDT", order_id=placed.id).peak == 120 * SCALE
    assert second.venue.exchange.state() == state


def candles(path, first, count, price):
    rows = [f"{first + k * 3_600_000},{price},{price + 1},{price - 1},{price},5" for k in range(count)]
    path.write_text("\n".join(["time,open,high,low,close,volume", *rows]))
    return path


def test_replays_begin_together_where_the_last_one_does(opened, tmp_path):
    hour = NOW // 3_600_000 * 3_600_000
    settings = ServerSettings(
        (
            MarketSettings("BTC/USDT", "replay", candles(tmp_path / "a.csv", hour, 100, 30_000)),
            MarketSettings("ETH/USDT", "replay", candles(tmp_path / "b.csv", hour + 40 * 3_600_000, 100, 2_000)),
        ),
        paused=True,
    )
    whole = opened(settings)
    assert whole.venue.market_ms() == hour + 60 * 3_600_000
    asyncio.run(whole.pace.move(3_600_000))
    for name, price in (("BTCUSDT", 30_000), ("ETHUSDT", 2_000)):
        assert abs(decimal(whole.venue.exchange.last_price[name]) - Decimal(price)) <= 1
        candle = whole.venue.records[name].candles("1h", limit=2)[0]
        assert (candle.open_ms, decimal(candle.volume)) == (hour + 60 * 3_600_000, 5)


def test_a_synthetic_market_goes_on_at_its_last_price(opened, tmp_path):
    settings = ServerSettings(
        (MarketSettings("BTC/USDT", "synthetic", price=500.0),), state=tmp_path / "state", paused=True,
        deposits=deposits(["USDT=1000"]),
    )  # fmt: skip
    first = opened(settings)
    asyncio.run(first.pace.move(3_600_000))
    first.venue.execute(Place("default", "BTCUSDT", "BUY", "MARKET", quote_quantity=100 * SCALE))
    last, stopped = first.venue.exchange.last_price["BTCUSDT"], first.venue.market_ms()
    first.note()
    first.close()
    second = opened(settings)
    assert second.venue.market_ms() == stopped
    asyncio.run(second.pace.move(1_000))
    bid, ask = (second.venue.exchange.books["BTCUSDT"].best(side) for side in ("BUY", "SELL"))
    assert 0.98 < bid / last < ask / last < 1.02
