"""Which close must be looked at next, compiled. One too many changes nothing, one too few would."""

from __future__ import annotations

import math

import numpy as np

from btbot.kernel.accounting import equity_at, is_broken, watch
from btbot.kernel.carrying import under_water
from btbot.kernel.compiling import part
from btbot.kernel.protection import close_bar
from btbot.kernel.reading import book_at, flag, lowest_byte, number, rule_at, whole, word

_ALL = np.uint64(2**64 - 1)


@part
def next_visit(books, rules, account, terms, tape, plan, at, end):
    """Return the next close after `at` at which something can happen, `end` if there is none."""
    limited = terms.max_drawdown > 0.0 or terms.max_daily_loss > 0.0
    held = False
    for symbol in range(tape.symbols):
        book = book_at(books, symbol)
        if book.working or book.forced or book.triggered or book.due >= 0:
            return at + 1
        held = held or book.held != 0.0
    if limited and not held and account.halted:
        return end
    if tape.symbols > 1:
        return scan(books, rules, account, terms, tape, plan, at + 1, end)
    book, rule = book_at(books, 0), rule_at(rules, 0)
    if not held:
        return next_entry(book, rule, terms, plan, at + 1, end)
    if limited or rule.targets or book.held < 0.0 or account.cash < 0.0 or tape.funding != 0:
        return scan(books, rules, account, terms, tape, plan, at + 1, end)
    return next_exit(book, rule, plan, tape, at + 1, end)


@part
def next_entry(book, rule, terms, plan, start, stop):
    """Return the next close at which a flat book may enter."""
    if not rule.targets:
        second = plan.enter_short if terms.allow_short else plan.enter_long
        return next_flag(plan.enter_long, second, plan.length, start, stop)
    if book.barred != 0.0:
        return start
    for at in range(start, stop):
        exposure = number(plan.exposure, plan.length, 0, at)
        if exposure > 0.0 or (exposure < 0.0 and terms.allow_short):
            return at
    return stop


@part
def next_exit(book, rule, plan, tape, start, stop):
    """Return the next close of a long position at which a signal, the time limit or a level may end it."""
    second = plan.enter_short if rule.opposite else plan.exit_long
    stop = next_flag(plan.exit_long, second, plan.length, start, stop)
    if rule.max_hold > 0:
        stop = min(stop, max(start, book.entry_bar + rule.max_hold - 1))
    if not book.guarded:
        return stop
    target = book.target_price if book.target_lives else math.nan
    for at in range(start, stop):
        high, low = number(tape.high, tape.length, 0, at), number(tape.low, tape.length, 0, at)
        if (book.stop_lives and low <= book.stop_price) or high >= target:
            return at
        close_bar(book, rule, plan, 0, at, high, low)
    return stop


@part
def next_flag(one, other, length, start, stop):
    """Return the first bar in ``start:stop`` at which a flag of either row is set, `stop` if none is.

    Eight flags are read at a time, and four times eight where none is set, but none beyond the `length` of the rows.
    """
    if start >= stop:
        return stop
    words, column = length >> 3, start >> 3
    if column < words:
        bits = (word(one, 0, 0, column) | word(other, 0, 0, column)) & (_ALL << np.uint64((start & 7) * 8))
        while bits == 0:
            column += 1
            while column + 3 < words and not four(one, other, column):
                column += 4
            if column >= words or column * 8 >= stop:
                break
            bits = word(one, 0, 0, column) | word(other, 0, 0, column)
        if bits != 0:
            return min(column * 8 + lowest_byte(bits), stop)
        start = column * 8
    for at in range(start, stop):
        if flag(one, 0, 0, at) or flag(other, 0, 0, at):
            return at
    return stop


@part
def four(one, other, column):
    """Return the flags of both rows in the four words from a column on, laid over each other: 0 if none is set."""
    first = word(one, 0, 0, column) | word(other, 0, 0, column)
    second = word(one, 0, 0, column + 1) | word(other, 0, 0, column + 1)
    third = word(one, 0, 0, column + 2) | word(other, 0, 0, column + 2)
    return first | second | third | word(one, 0, 0, column + 3) | word(other, 0, 0, column + 3)


@part
def scan(books, rules, account, terms, tape, plan, start, end):
    """Go from close to close until one must be visited; carry levels and limits along."""
    symbols = tape.symbols
    limited = terms.max_drawdown > 0.0 or terms.max_daily_loss > 0.0
    for at in range(start, end):
        if needs_visit(books, rules, account, terms, tape, plan, symbols, at):
            return at
        if limited:
            peak, day_first, seen = account.peak, account.day_first, account.seen
            equity = equity_at(books, account, tape, symbols, at)
            watch(account, tape, at, equity)
            if is_broken(account, terms, equity):
                account.peak, account.day_first, account.seen = peak, day_first, seen
                return at
        for symbol in range(symbols):
            book = book_at(books, symbol)
            if book.guarded and flag(tape.fresh, tape.length, symbol, at):
                close_bar(
                    book,
                    rule_at(rules, symbol),
                    plan,
                    symbol,
                    at,
                    number(tape.high, tape.length, symbol, at),
                    number(tape.low, tape.length, symbol, at),
                )
    return end


@part
def needs_visit(books, rules, account, terms, tape, plan, symbols, at):
    """Return whether any symbol has something to do in this bar or at its close."""
    held = False
    for symbol in range(symbols):
        book = book_at(books, symbol)
        held = held or book.held != 0.0
        if flag(tape.fresh, tape.length, symbol, at) and symbol_needs_visit(
            book, rule_at(rules, symbol), terms, tape, plan, symbol, at
        ):
            return True
    return held and under_water(books, account, terms, tape, symbols, at)


@part
def symbol_needs_visit(book, rule, terms, tape, plan, symbol, at):
    """Return whether a signal, a level, a time limit or a payment falls on this bar."""
    if rule.targets:
        exposure = number(plan.exposure, plan.length, symbol, at)
        return book.held != 0.0 or book.barred != 0.0 or exposure > 0.0 or exposure < 0.0
    if book.held == 0.0:
        return flag(plan.enter_long, plan.length, symbol, at) or (
            terms.allow_short and flag(plan.enter_short, plan.length, symbol, at)
        )
    long = book.held > 0.0
    if flag(plan.exit_long, plan.length, symbol, at) if long else flag(plan.exit_short, plan.length, symbol, at):
        return True
    if rule.opposite and (
        flag(plan.enter_short, plan.length, symbol, at) if long else flag(plan.enter_long, plan.length, symbol, at)
    ):
        return True
    if rule.max_hold > 0 and whole(tape.bar, tape.length, symbol, at) - book.entry_bar + 1 >= rule.max_hold:
        return True
    if book.guarded and touches(
        book, number(tape.high, tape.length, symbol, at), number(tape.low, tape.length, symbol, at)
    ):
        return True
    paying = terms.borrow_rate > 0.0 and not long
    return paying or (tape.funding != 0 and number(tape.funding, tape.length, symbol, at) != 0.0)


@part
def must_decide(books, rules, terms, tape, plan, at):
    """Return whether a close that was visited may ask for an order or move a level."""
    if terms.max_drawdown > 0.0 or terms.max_daily_loss > 0.0:
        return True
    for symbol in range(tape.symbols):
        if flag(tape.fresh, tape.length, symbol, at):
            book = book_at(books, symbol)
            if book.working or book.triggered or book.guarded or book.due >= 0:
                return True
            if symbol_needs_visit(book, rule_at(rules, symbol), terms, tape, plan, symbol, at):
                return True
    return False


@part
def touches(book, high, low):
    """Return whether a bar comes to the stop or the target."""
    above, below = (book.target_price, book.stop_price) if book.side > 0 else (book.stop_price, book.target_price)
    rests_above, rests_below = (
        (book.target_lives, book.stop_lives) if book.side > 0 else (book.stop_lives, book.target_lives)
    )
    return (rests_below and low <= below) or (rests_above and high >= above)
