"""What it costs to hold a position, compiled: liquidation, funding, interest; the twin of the broker's carry."""

from __future__ import annotations

from btbot.kernel.compiling import part
from btbot.kernel.filling import fill
from btbot.kernel.layout import FORCED, NEVER_LEFT
from btbot.kernel.reading import book_at, flag, number, rule_at, whole
from btbot.kernel.rules import interest, liquidated, payment


@part
def worst(tape, symbol, at, held):
    """Return the price of the bar that hurts a position most; the last close where there is no bar."""
    if not flag(tape.fresh, tape.length, symbol, at):
        return number(tape.close, tape.length, symbol, at)
    return number(tape.low, tape.length, symbol, at) if held > 0.0 else number(tape.high, tape.length, symbol, at)


@part
def any_short(books, symbols):
    """Return whether any position is short."""
    lowest = 0.0
    for symbol in range(symbols):
        lowest = min(lowest, book_at(books, symbol).held)
    return lowest < 0.0


@part
def under_water(books, account, terms, tape, symbols, at):
    """Return whether equity at the worst prices of the bar is below the maintenance margin."""
    if account.cash >= 0.0 and not any_short(books, symbols):
        return False
    equity, notional = account.cash, 0.0
    for symbol in range(symbols):
        held = book_at(books, symbol).held
        if held != 0.0:
            price = worst(tape, symbol, at, held)
            equity += held * price
            notional += abs(held) * price
    return liquidated(equity, terms.maintenance_margin, notional)


@part
def carry(books, rules, account, records, terms, tape, plan, outcome, at):
    """Liquidate if the margin is gone; book funding and interest on what is still held at the close."""
    symbols = tape.symbols
    if under_water(books, account, terms, tape, symbols, at):
        for symbol in range(symbols):
            book = book_at(books, symbol)
            if book.held != 0.0:
                book.stop_lives = book.target_lives = book.working = False
                book.forced, book.forced_rest = True, -book.held
                book.forced_met = whole(tape.bar, tape.length, symbol, at)
                price = worst(tape, symbol, at, book.held)
                fill(books, rules, account, records, terms, tape, plan, outcome, symbol, FORCED, at, price)
    if tape.funding != 0 or terms.borrow_rate > 0.0:
        for symbol in range(symbols):
            if book_at(books, symbol).held != 0.0 and flag(tape.fresh, tape.length, symbol, at):
                charge(book_at(books, symbol), rule_at(rules, symbol), account, terms, tape, symbol, at)


@part
def charge(book, rule, account, terms, tape, symbol, at):
    """Book funding and interest of one position at its close."""
    close = number(tape.close, tape.length, symbol, at)
    if tape.funding != 0 and number(tape.funding, tape.length, symbol, at) != 0.0:
        paid = payment(book.held, close, number(tape.funding, tape.length, symbol, at))
        account.cash -= paid
        account.funding += paid
    if book.held < 0.0 and terms.borrow_rate > 0.0:
        bar = whole(tape.bar, tape.length, symbol, at)
        elapsed = float(rule.bar_ms)
        if book.borrow_bar != NEVER_LEFT and book.borrow_bar == bar - 1:
            elapsed = float(whole(tape.time, 0, 0, at) - book.borrow_close)
        book.borrow_bar, book.borrow_close = bar, whole(tape.time, 0, 0, at)
        paid = interest(abs(book.held) * close, terms.borrow_rate, elapsed)
        account.cash -= paid
        account.borrow += paid
