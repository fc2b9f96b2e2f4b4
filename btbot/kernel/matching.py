"""How orders meet a bar, compiled; the twin of the broker's matching."""

from __future__ import annotations

import math

from btbot.kernel.compiling import part
from btbot.kernel.filling import fill, slipped
from btbot.kernel.layout import FORCED, MARKET, STOP, TARGET
from btbot.kernel.reading import book_at, flag, number, rule_at, whole
from btbot.kernel.rules import arrival, arrival_bar, breached, price_at, reached

NO_RANK = 9


@part
def rank(book, order, bar):
    """Return the place of an order within a bar: reducing market orders, other market orders, stops, limits."""
    if order == STOP:
        if not book.stop_lives or book.stop_met == bar:
            return NO_RANK
        return market_rank(book, book.stop_rest) if book.triggered else 2
    if order == TARGET:
        return 3 if book.target_lives and book.target_met != bar else NO_RANK
    if order == FORCED:
        return market_rank(book, book.forced_rest) if book.forced and book.forced_met != bar else NO_RANK
    return market_rank(book, book.rest) if book.working and book.market_met != bar and book.sent < bar else NO_RANK


@part
def market_rank(book, rest):
    """Return 0 for a market order that reduces a position, 1 for any other."""
    return 0 if book.held != 0.0 and (book.held > 0.0) != (rest > 0.0) else 1


@part
def first_rank(book, bar):
    """Return the lowest rank among the orders of a symbol that have not met this bar."""
    if not (book.working or book.stop_lives or book.target_lives or book.forced):
        return NO_RANK
    return min(
        min(rank(book, STOP, bar), rank(book, FORCED, bar)), min(rank(book, MARKET, bar), rank(book, TARGET, bar))
    )


@part
def match(books, rules, account, records, terms, tape, plan, outcome, at):
    """Match until no order is left that has not met this bar."""
    while True:
        first = NO_RANK
        for symbol in range(tape.symbols):
            if flag(tape.fresh, tape.length, symbol, at):
                first = min(first, first_rank(book_at(books, symbol), whole(tape.bar, tape.length, symbol, at)))
        if first == NO_RANK:
            return
        for symbol in range(tape.symbols):
            if flag(tape.fresh, tape.length, symbol, at):
                bar = whole(tape.bar, tape.length, symbol, at)
                for order in (STOP, FORCED, MARKET, TARGET):
                    if rank(book_at(books, symbol), order, bar) == first:
                        meet(books, rules, account, records, terms, tape, plan, outcome, symbol, order, at)


@part
def note_meeting(book, order, bar):
    """Note that an order has met a bar; it meets each only once."""
    if order == STOP:
        book.stop_met = bar
    elif order == TARGET:
        book.target_met = bar
    elif order == FORCED:
        book.forced_met = bar
    else:
        book.market_met = bar


@part
def meet(books, rules, account, records, terms, tape, plan, outcome, symbol, order, at):
    """Let one order meet the present bar of its symbol; find the price at which it trades, if it does."""
    book = book_at(books, symbol)
    bar = whole(tape.bar, tape.length, symbol, at)
    note_meeting(book, order, bar)
    opened, high, low = (
        number(tape.open, tape.length, symbol, at),
        number(tape.high, tape.length, symbol, at),
        number(tape.low, tape.length, symbol, at),
    )
    price = math.nan
    if order == TARGET:
        if book.born != bar:
            price = reached(-1 if book.target_rest > 0.0 else 1, book.target_price, opened, high, low)
    elif order == STOP and not book.triggered:
        begin = book.born_price if book.born == bar else opened
        price = breached(-1 if book.stop_rest > 0.0 else 1, book.stop_price, begin, high, low)
        if price == price:
            book.triggered = True
            price = slipped(account, terms, tape, symbol, at, book.stop_rest, price)
    else:
        price = opened
        if order == MARKET:
            price = arrive(book, rule_at(rules, symbol), terms, tape, symbol, at, bar)
        if price == price:
            rest = book.stop_rest if order == STOP else book.forced_rest if order == FORCED else book.rest
            price = slipped(account, terms, tape, symbol, at, rest, price)
    if price == price:
        fill(books, rules, account, records, terms, tape, plan, outcome, symbol, order, at, price)


@part
def arrive(book, rule, terms, tape, symbol, at, bar):
    """Return the price at which a market order meets this bar, NaN if it is still on its way."""
    book.inside = math.nan
    if terms.latency_bars > 0 and bar < arrival_bar(book.sent, terms.latency_bars):
        return math.nan
    if terms.latency_ms == 0:
        return number(tape.open, tape.length, symbol, at)
    began = whole(tape.time, 0, 0, at) - rule.bar_ms
    elapsed = arrival(whole(tape.time, 0, 0, book.sent_at), terms.latency_ms, began, rule.bar_ms)
    if elapsed < 0.0:
        return math.nan
    if elapsed == 0.0:
        return number(tape.open, tape.length, symbol, at)
    book.inside = price_at(
        number(tape.open, tape.length, symbol, at), number(tape.close, tape.length, symbol, at), elapsed
    )
    return book.inside
