"""A journal gives back exactly the exchange that wrote it."""

import random
import sqlite3
from dataclasses import replace

import pytest

from btbot.errors import ConfigError, DataError
from btbot.exchange.commands import Adjust, Amend, Cancel, CancelAll, Place, PlaceList, Replace
from btbot.exchange.events import TradeEvent
from btbot.exchange.matching import Exchange
from btbot.exchange.refused import Refused
from btbot.exchange.symbols import usual
from btbot.exchange.units import SCALE
from btbot.paper.journal import Journal

ACCOUNTS = ("alice", "bob")
SYMBOL = "BTCUSDT"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state/journal.sqlite"


@pytest.fixture
def journal(path):
    made = Journal(path)
    made.open()
    yield made
    made.close()


def opened(journal):
    exchange = Exchange()
    journal.append(exchange.set_symbol(usual("BTC/USDT", 100.0), 1))
    for name in ACCOUNTS:
        exchange.open_account(name)
        for asset in ("BTC", "USDT"):
            journal.append(exchange.execute(Adjust(name, asset, 10**6 * SCALE), 1).events)
    return exchange


def kept(exchange):
    """All of the state but the market's own trades: their ids may be skipped, the last price may be an earlier one."""
    state = exchange.state()
    state.pop("last_price")
    state["counters"].pop("trade")
    return state


def rebuilt(path):
    journal = Journal(path)
    journal.open()
    exchange = Exchange()
    journal.replay(exchange)
    journal._file.close()  # without the last words of a close in peace
    return exchange


def price(rng):
    return rng.randrange(9_900, 10_100) * SCALE // 100


def command(rng, exchange, step):
    account = rng.choice(ACCOUNTS)
    mine = exchange.open_orders(account, SYMBOL)
    kind = rng.random()
    if kind < 0.65:
        return place(rng, account)
    if kind < 0.75:
        return place_list(rng, account)
    if not mine or kind < 0.77:
        return Adjust(account, "USDT", rng.randrange(1, 10**9))
    order = rng.choice(mine)
    if kind < 0.85:
        return Cancel(account, SYMBOL, order_id=order.id)
    if kind < 0.9:
        return Amend(account, SYMBOL, max(order.quantity // 2, 1), order_id=order.id, new_client_id=f"n{step}")
    if kind < 0.99:
        return Replace(Cancel(account, SYMBOL, order_id=order.id), place(rng, account), "ALLOW_FAILURE")
    return CancelAll(account, SYMBOL)


def place(rng, account):
    quantity, at = rng.randrange(1, 50) * SCALE, price(rng)
    common = {"account": account, "symbol": SYMBOL, "side": rng.choice(("BUY", "SELL"))}
    common["prevention"] = rng.choice((None, "NONE", "EXPIRE_TAKER", "EXPIRE_BOTH", "DECREMENT"))
    return rng.choice(
        [
            Place(**common, kind="LIMIT", quantity=quantity, price=at, time_in_force="GTC"),
            Place(**common, kind="LIMIT", quantity=quantity, price=at, time_in_force="GTC"),
            Place(**common, kind="LIMIT", quantity=quantity, price=at, time_in_force=rng.choice(("IOC", "FOK"))),
            Place(**common, kind="LIMIT_MAKER", quantity=quantity, price=at),
            Place(
                **common, kind="LIMIT", quantity=quantity, price=at, time_in_force="GTC", iceberg_quantity=quantity // 4
            ),
            Place(**common, kind="MARKET", quantity=quantity),
            Place(**common, kind="MARKET", quote_quantity=quantity * 50),
            Place(**common, kind="STOP_LOSS", quantity=quantity, stop_price=at),
            Place(**common, kind="STOP_LOSS", quantity=quantity, stop_price=at, trailing_delta=50),
            Place(**common, kind="TAKE_PROFIT_LIMIT", quantity=quantity, stop_price=at, price=at, time_in_force="GTC"),
        ]
    )


def place_list(rng, account):
    quantity, at, apart = rng.randrange(1, 50) * SCALE, price(rng), 3 * SCALE
    above = Place(account, SYMBOL, "SELL", "LIMIT_MAKER", quantity, price=at + apart)
    below = Place(account, SYMBOL, "SELL", "STOP_LOSS", quantity, stop_price=at - apart)
    working = Place(account, SYMBOL, "BUY", "LIMIT", quantity, price=at, time_in_force="GTC")
    form, orders = rng.choice([("OCO", (above, below)), ("OTO", (working, above)), ("OTOCO", (working, above, below))])
    return PlaceList(account, SYMBOL, form, orders)


def trade(exchange, journal, *, seed, steps):
    """Let accounts and the market act at random; journal as the venue does."""
    rng = random.Random(seed)
    done = 0
    for step in range(steps):
        now_ms = 1_000 + step
        try:
            if rng.random() < 0.15:
                events = market(rng, exchange, now_ms)
            else:
                events = exchange.execute(command(rng, exchange, step), now_ms).events
        except Refused:
            continue
        done += 1
        if any(map(exchange.matters, events)):
            journal.append(events, request={"step": step})
        journal.seen(events)
    return done


def market(rng, exchange, now_ms):
    if rng.random() < 0.05:
        symbol = exchange.symbols[SYMBOL]
        return exchange.set_symbol(replace(symbol, status="HALT" if symbol.status == "TRADING" else "TRADING"), now_ms)
    if rng.random() < 0.5:
        return exchange.sweep(SYMBOL, rng.choice(("BUY", "SELL")), price(rng), rng.randrange(1, 40) * SCALE, now_ms)
    return exchange.print_trade(SYMBOL, price(rng), SCALE, rng.random() < 0.5, now_ms)


@pytest.mark.parametrize("seed", range(6))
def test_an_exchange_is_rebuilt_to_the_last_digit(path, journal, seed):
    exchange = opened(journal)
    assert trade(exchange, journal, seed=seed, steps=400) > 200
    assert kept(rebuilt(path)) == kept(exchange)  # as after kill -9
    journal.close()
    again = rebuilt(path)
    assert again.state() == exchange.state()
    for account in ACCOUNTS:
        fills = exchange.fills(account, SYMBOL, limit=1000)
        assert [(one.trade_id, one.price, one.quantity, one.order.id, one.order.side) for one in fills] == [
            (one.trade_id, one.price, one.quantity, one.order.id, one.order.side)
            for one in again.fills(account, SYMBOL, limit=1000)
        ]


def test_a_rebuilt_exchange_goes_on_as_the_first_would(path, journal):
    exchange = opened(journal)
    trade(exchange, journal, seed=1, steps=200)
    second = Journal(path)
    second.open()
    again = Exchange()
    second.replay(again)
    trade(exchange, journal, seed=2, steps=1)  # leaves both journals in use: only the first one's exchange counts
    third = rebuilt(path)
    assert kept(third) == kept(exchange)
    second._file.close()


def test_several_lives_are_one_history(path):
    exchange = Exchange()
    for life in range(4):
        journal = Journal(path)
        journal.open()
        if life:
            exchange = Exchange()
            assert journal.replay(exchange) > 0
        else:
            exchange = opened(journal)
        trade(exchange, journal, seed=life, steps=120)
        if life % 2:
            journal.close()
        else:  # as after kill -9
            journal._file.close()
    assert kept(rebuilt(path)) == kept(exchange)


def test_trade_ids_that_somebody_may_have_seen_are_not_given_again(path):
    journal = Journal(path)
    journal.open()
    opened(journal)
    journal.seen(
        [TradeEvent(SYMBOL, number, 100 * SCALE, SCALE, SCALE, 5, buyer_is_maker=False) for number in range(3)]
    )
    journal._file.close()  # kill -9
    assert rebuilt(path).counters()[f"trade:{SYMBOL}"] >= 2
    again = Journal(path)
    again.open()
    exchange = Exchange()
    again.replay(exchange)
    first = exchange.print_trade(SYMBOL, 100 * SCALE, SCALE, True, 6)
    again.seen(first)
    again.close()  # in peace: goes on with the very next id
    (last,) = [event for event in first if isinstance(event, TradeEvent)]
    (following,) = rebuilt(path).print_trade(SYMBOL, 100 * SCALE, SCALE, True, 7)
    assert following.id == last.id + 1


def test_the_last_price_is_that_of_the_last_note_or_of_a_later_entry(path, journal):
    exchange = opened(journal)
    journal.seen(exchange.print_trade(SYMBOL, 103 * SCALE, SCALE, True, 5))
    journal.note_time(5)
    assert rebuilt(path).last_price == {SYMBOL: 103 * SCALE}
    journal.append(exchange.print_trade(SYMBOL, 107 * SCALE, SCALE, True, 6))
    assert rebuilt(path).last_price == {SYMBOL: 107 * SCALE}


def test_numbers_beyond_64_bits_are_kept(path, journal):
    exchange = opened(journal)
    journal.append(exchange.execute(Adjust("alice", "PEPE", 10**25), 2).events)
    assert rebuilt(path).balances("alice")["PEPE"].free == 10**25


def test_market_time_is_kept(path, journal):
    assert journal.market_ms() is None
    journal.note_time(5)
    journal.note_time(6)
    journal.close()
    again = Journal(path)
    again.open()
    assert again.market_ms() == 6
    again.close()


def test_requests_can_be_read_with_any_sqlite_tool(path, journal):
    exchange = opened(journal)
    journal.append(exchange.execute(Adjust("bob", "USDT", 5), 2).events, request={"method": "POST"})
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT request FROM entries ORDER BY n DESC LIMIT 1").fetchall()
    connection.close()
    assert rows == [('{"method":"POST"}',)]


@pytest.mark.parametrize(
    "content", [b"this is no database, but long enough to be one" * 50, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_of_something_else_is_refused(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"journal.sqlite: is no journal of the exchange \(.*\); start with --reset"):
        Journal(path).open()


@pytest.mark.parametrize("name", ["version", "layout"])
def test_a_journal_of_another_version_is_refused(path, journal, name):
    journal.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE about SET value = 'other' WHERE name = ?", (name,))
    connection.commit()
    connection.close()
    with pytest.raises(ConfigError, match="was written by another version of btbot, which alone can go on with it"):
        Journal(path).open()


def test_an_entry_that_cannot_be_read_is_named(path, journal):
    opened(journal)
    journal.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE entries SET events = '[[9]' WHERE n = 3")
    connection.commit()
    connection.close()
    with pytest.raises(DataError, match=r"journal.sqlite: entry 3: cannot be read"):
        rebuilt(path)


def test_one_failed_write_stops_all_further_ones(path, journal):
    exchange = opened(journal)
    journal._file.execute("PRAGMA query_only=1")
    events = exchange.execute(Adjust("bob", "USDT", 5), 2).events
    with pytest.raises(DataError, match=r"cannot be written or read: .*; the exchange has to stop"):
        journal.append(events)
    journal._file.execute("PRAGMA query_only=0")
    with pytest.raises(DataError, match="the exchange has to stop"):
        journal.append(events)
    assert isinstance(journal.failed, DataError)


def test_a_closed_journal_says_so(path):
    with pytest.raises(DataError, match="the journal is closed"):
        Journal(path).append([])
