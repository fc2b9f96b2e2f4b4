"""The desk at a close, compiled: what each symbol wants, and the orders that are sent; the engine's desk again."""

from __future__ import annotations

import math

from btbot.kernel.accounting import equity_at, is_broken, may_enter, watch
from btbot.kernel.compiling import part
from btbot.kernel.filling import slippage
from btbot.kernel.layout import NEVER_LEFT
from btbot.kernel.protection import close_bar
from btbot.kernel.reading import book_at, flag, number, record_at, rule_at, whole
from btbot.kernel.rules import (
    affordable,
    buying_power,
    decide,
    drawdown_breached,
    exit_reason,
    is_dust,
    meets_minimum,
    rebalance,
    round_down,
    slipped_price,
)
from btbot.kernel.sizing import confidence, unit
from btbot.kernel.trace import REASONS

WHY_SIGNAL, WHY_TARGET = REASONS.index("signal"), REASONS.index("target")
WHY_OPPOSITE, WHY_MAX_HOLD = REASONS.index("opposite"), REASONS.index("max_hold")
WHY_DRAWDOWN, WHY_DAILY_LOSS = REASONS.index("max_drawdown"), REASONS.index("max_daily_loss")


@part
def busy(book):
    """Return whether a market order is on its way, or a stop that was triggered has not traded in full."""
    return book.working or book.triggered


@part
def decision(book, rule, plan, tape, terms, symbol, at):
    """Return the side that the signals want after a close, and why a position ends if it does."""
    bar = whole(tape.bar, tape.length, symbol, at)
    enters = book.held == 0.0 or rule.opposite
    enter_long = enters and flag(plan.enter_long, plan.length, symbol, at)
    enter_short = enters and flag(plan.enter_short, plan.length, symbol, at)
    exit_long, exit_short = (
        flag(plan.exit_long, plan.length, symbol, at),
        flag(plan.exit_short, plan.length, symbol, at),
    )
    side = 1 if book.held > 0.0 else -1 if book.held < 0.0 else 0
    held = bar - book.entry_bar + 1
    wanted = decide(
        side, held, bar - book.exit_bar + 1, enter_long, exit_long, enter_short, exit_short, terms.allow_short,
        rule.max_hold, rule.cooldown,
    )  # fmt: skip
    if side == 0 or wanted != 0:
        return wanted, WHY_SIGNAL
    reason = exit_reason(side, held, enter_long, exit_long, enter_short, exit_short, rule.max_hold)
    return wanted, WHY_OPPOSITE if reason == 2 else WHY_MAX_HOLD if reason == 3 else WHY_SIGNAL


@part
def towards_target(book, rule, plan, tape, terms, symbol, at, size):
    """Return the signed size to trade towards the target at this close, and why."""
    bar, held = whole(tape.bar, tape.length, symbol, at), book.held
    exposure = number(plan.exposure, plan.length, symbol, at)
    if exposure < 0.0 and not terms.allow_short:
        exposure = 0.0
    if held != 0.0 and rule.max_hold > 0 and bar - book.entry_bar + 1 >= rule.max_hold:
        return -held, WHY_MAX_HOLD
    if book.barred != 0.0 and not math.isnan(exposure):
        rested = rule.cooldown > 0 and bar - book.exit_bar + 1 >= rule.cooldown
        if rested or exposure * book.barred <= 0.0:
            book.barred = 0.0
    if book.barred != 0.0 and held == 0.0:
        return 0.0, WHY_TARGET
    return rebalance(exposure, held, size, rule.band), WHY_TARGET


@part
def send(book, tape, symbol, at, size, why, reduces):
    """Send a market order; it is first matched on the symbol's next bar."""
    book.working, book.reducing, book.rest, book.why = True, reduces, size, why
    book.sent, book.sent_at = whole(tape.bar, tape.length, symbol, at), at
    book.market_met = NEVER_LEFT


@part
def halt(books, rules, tape, account, terms, symbols, at, equity):
    """End every position at its symbol's next open if this close broke a limit, and entries on their way."""
    if drawdown_breached(account.peak, equity, terms.max_drawdown):
        account.halted = True
        reason = WHY_DRAWDOWN
    else:
        account.halted_day = whole(tape.day, 0, 0, at)
        reason = WHY_DAILY_LOSS
    for symbol in range(symbols):
        book = book_at(books, symbol)
        if book.working and not book.reducing:
            book.working = False
        if book.held != 0.0:
            book.due = reason
            if not flag(tape.fresh, tape.length, symbol, at) and not busy(book):
                last = at  # an order bears the symbol's own last close
                while last > 0 and not flag(tape.fresh, tape.length, symbol, last):
                    last -= 1
                send(book, tape, symbol, last, -book.held, reason, True)


@part
def wish(books, rules, records, outcome, terms, tape, plan, symbol, at, equity, entering):
    """Return the signed size that a symbol wants to trade at a close (0 for nothing), why, and whether it reduces."""
    book, rule = book_at(books, symbol), rule_at(rules, symbol)
    held = book.held
    if busy(book):
        return wish_while_busy(book, rule, plan, tape, terms, symbol, at)
    if held != 0.0 and book.due >= 0:
        return -held, book.due, True
    record = record_at(records, rule.strategy)
    if rule.targets:
        side = 1 if number(plan.exposure, plan.length, symbol, at) >= 0.0 else -1
        size = unit(books, rule, record, outcome, terms, tape, plan, symbol, at, equity, side)
        return wish_target(book, rule, plan, tape, terms, symbol, at, size, entering)
    side, why = decision(book, rule, plan, tape, terms, symbol, at)
    if held != 0.0:
        return (0.0, why, True) if side != 0 else (-held, why, True)
    if side == 0 or not entering:
        return 0.0, why, False
    size = unit(books, rule, record, outcome, terms, tape, plan, symbol, at, equity, side)
    return side * size * confidence(plan, symbol, at), why, False


@part
def wish_while_busy(book, rule, plan, tape, terms, symbol, at):
    """Stop an entry that is still trading when its position should already end."""
    if book.held == 0.0 or not book.working or book.reducing or rule.targets:
        return 0.0, 0, False
    side, why = decision(book, rule, plan, tape, terms, symbol, at)
    if side != 0:
        return 0.0, why, False
    book.working = False
    return -book.held, why, True


@part
def wish_target(book, rule, plan, tape, terms, symbol, at, full, entering):
    """Return what a target wants."""
    held = book.held
    size, why = towards_target(book, rule, plan, tape, terms, symbol, at, full)
    reduces = held != 0.0 and (held > 0.0) != (size > 0.0)
    if size != 0.0 and reduces and abs(size) < abs(held):
        size = math.copysign(round_down(abs(size), rule.step), size)
    if not reduces and not entering:
        size = 0.0
    return size, why, reduces


@part
def close(books, rules, account, records, terms, tape, plan, outcome, at):
    """Decide at a close for every symbol that has a bar there; reductions are sent at once, entries after them."""
    symbols = tape.symbols
    equity = equity_at(books, account, tape, symbols, at)
    entering = True
    if terms.max_drawdown > 0.0 or terms.max_daily_loss > 0.0:
        watch(account, tape, at, equity)
        if is_broken(account, terms, equity):
            halt(books, rules, tape, account, terms, symbols, at, equity)
        entering = may_enter(account, tape, at)
    entries = 0
    for symbol in range(symbols):
        book_at(books, symbol).wish = 0.0
        if not flag(tape.fresh, tape.length, symbol, at):
            continue
        book = book_at(books, symbol)
        size, why, reduces = wish(books, rules, records, outcome, terms, tape, plan, symbol, at, equity, entering)
        if book.guarded:
            close_bar(
                book,
                rule_at(rules, symbol),
                plan,
                symbol,
                at,
                number(tape.high, tape.length, symbol, at),
                number(tape.low, tape.length, symbol, at),
            )
        if size != 0.0 and reduces:
            send(book, tape, symbol, at, size, why, True)
        elif size != 0.0:
            book.wish = size
            book.why = why
            entries += 1
    if entries > 0:
        enter(books, rules, terms, tape, symbols, at, equity)


@part
def enter(books, rules, terms, tape, symbols, at, equity):
    """Send entries in the order of the symbols, each within the buying power that the others leave."""
    positions = 0.0
    for symbol in range(symbols):
        positions += (
            abs(book_at(books, symbol).held) * number(tape.close, tape.length, symbol, at)
            if book_at(books, symbol).held != 0.0
            else 0.0
        )
    for symbol in range(symbols):
        if book_at(books, symbol).wish == 0.0:
            continue
        pending = 0.0
        for other in range(symbols):
            if book_at(books, other).working and not book_at(books, other).reducing:
                pending += abs(book_at(books, other).rest) * number(tape.close, tape.length, other, at)
        power = buying_power(equity, terms.leverage, positions, pending)
        size = within_power(rule_at(rules, symbol), terms, tape, symbol, at, book_at(books, symbol).wish, power)
        if size != 0.0:
            book_at(books, symbol).signal_at = at
            send(book_at(books, symbol), tape, symbol, at, size, book_at(books, symbol).why, False)


@part
def within_power(rule, terms, tape, symbol, at, wanted, power):
    """Cut an entry to buying power and step; 0.0 if too little is left."""
    close_price, direction = number(tape.close, tape.length, symbol, at), 1 if wanted > 0.0 else -1
    fraction = slippage(terms, tape, tape.sigma, symbol, at, abs(wanted), number(tape.volume, tape.length, symbol, at))
    size = affordable(abs(wanted), slipped_price(close_price, direction, fraction), terms.taker_fee, power)
    size = round_down(size, rule.step)
    if size == 0.0 or is_dust(size, abs(wanted)) or not meets_minimum(size, close_price, rule.min_notional):
        return 0.0
    return direction * size
