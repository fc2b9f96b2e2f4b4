"""Fills, compiled: how much of an order trades, what that does to account and position; the broker's again."""

from __future__ import annotations

import math

from btbot.kernel.compiling import part
from btbot.kernel.layout import FORCED, MARKET, NEVER_LEFT, STOP, TARGET
from btbot.kernel.protection import move, open_levels, to_tick
from btbot.kernel.reading import book_at, flag, number, record_at, rule_at, whole, write
from btbot.kernel.rules import (
    affordable,
    buying_power,
    fee,
    fillable,
    is_dust,
    meets_minimum,
    round_down,
    slipped_price,
    square_root_impact,
    volatility_fraction,
)
from btbot.kernel.trace import REASONS
from btbot.kernel.trades import enter_trade, reduce_trade

WHY_TARGET, WHY_TAKE_PROFIT = REASONS.index("target"), REASONS.index("take_profit")
WHY_LIQUIDATION = REASONS.index("liquidation")


@part
def rest_of(book, order):
    """Return what an order still has to trade, signed."""
    if order == STOP:
        return book.stop_rest
    if order == TARGET:
        return book.target_rest
    return book.forced_rest if order == FORCED else book.rest


@part
def set_rest(book, order, rest):
    """Set what an order still has to trade."""
    if order == STOP:
        book.stop_rest = rest
    elif order == TARGET:
        book.target_rest = rest
    elif order == FORCED:
        book.forced_rest = rest
    else:
        book.rest = rest


@part
def end(book, order):
    """Take an order out of the market."""
    if order == STOP:
        book.stop_lives = False
    elif order == TARGET:
        book.target_lives = False
    elif order == FORCED:
        book.forced = False
    else:
        book.working = False


@part
def why(book, order):
    """Return the reason of an order's fill."""
    if order == STOP:
        return book.stop_why
    if order == TARGET:
        return WHY_TAKE_PROFIT
    return WHY_LIQUIDATION if order == FORCED else book.why


@part
def slippage(terms, tape, sigmas, symbol, at, size, volume):
    """Return the slippage of a taking order as a fraction of the price."""
    fraction = terms.slippage
    if sigmas == 0:
        return fraction
    sigma = number(sigmas, tape.length, symbol, at)
    if sigma != sigma:
        return fraction
    fraction += volatility_fraction(terms.slippage_volatility, sigma)
    return fraction + square_root_impact(terms.impact, sigma, size, volume)


@part
def slipped(account, terms, tape, symbol, at, size, price):
    """Return the price of a taking order of `size` after slippage, and book the slippage."""
    fraction = slippage(terms, tape, tape.sigma_before, symbol, at, size, number(tape.volume, tape.length, symbol, at))
    after = slipped_price(price, 1 if size > 0.0 else -1, fraction)
    account.slippage += abs(after - price) * abs(size)
    return after


@part
def within_volume(book, rule, terms, tape, symbol, at, size):
    """Return the signed size that the volume of the bar lets an order trade."""
    if terms.max_volume_share <= 0.0:
        return size
    taken = book.taken if book.taken_bar == whole(tape.bar, tape.length, symbol, at) else 0.0
    room = max(0.0, fillable(math.inf, number(tape.volume, tape.length, symbol, at), terms.max_volume_share) - taken)
    return math.copysign(round_down(min(abs(size), room), rule.step), size)


@part
def allowed(books, rules, account, terms, tape, symbol, at, size, price):
    """Cut an entry to the buying power at its fill."""
    notional, equity = 0.0, account.cash
    for other in range(tape.symbols):
        held = book_at(books, other).held
        if held != 0.0:
            mark = (
                number(tape.open, tape.length, other, at)
                if flag(tape.fresh, tape.length, other, at)
                else number(tape.close, tape.length, other, at)
            )
            equity += held * mark
            notional += abs(held) * mark
    power = buying_power(equity, terms.leverage, notional, 0.0)
    opening = abs(size)
    cut = affordable(opening, price, terms.taker_fee, power)
    if cut == opening:
        return size
    cut = round_down(cut, rule_at(rules, symbol).step)
    if is_dust(cut, opening) or not meets_minimum(cut, price, rule_at(rules, symbol).min_notional):
        return 0.0
    return math.copysign(cut, size)


@part
def fill(books, rules, account, records, terms, tape, plan, outcome, symbol, order, at, price):
    """Trade an order at `price`, slippage included, as far as volume and buying power allow."""
    book, rule = book_at(books, symbol), rule_at(rules, symbol)
    rest = rest_of(book, order)
    reduces = order != MARKET or book.reducing
    if reduces:
        if book.held == 0.0 or (book.held > 0.0) == (rest > 0.0):
            end(book, order)
            return
        if abs(rest) > abs(book.held) or (order != MARKET and order != FORCED):
            rest = -book.held
            set_rest(book, order, rest)
    size = within_volume(book, rule, terms, tape, symbol, at, rest)
    if size == 0.0:
        return
    if not reduces:
        cut = allowed(books, rules, account, terms, tape, symbol, at, size, price)
        if cut == 0.0:
            end(book, order)
            return
        if cut != size:
            set_rest(book, order, cut)
        size = cut
    rate = terms.maker_fee if order == TARGET else terms.taker_fee
    trade(book, rule, account, records, tape, outcome, symbol, order, at, size, price, fee(size * price, rate))
    filled(book, rule, plan, tape, symbol, order, at, size, price)


@part
def trade(book, rule, account, records, tape, outcome, symbol, order, at, size, price, paid):
    """Move cash and position, and book the fill."""
    bar = whole(tape.bar, tape.length, symbol, at)
    book.taken = abs(size) + (book.taken if book.taken_bar == bar else 0.0)
    book.taken_bar = bar
    before = book.held
    book.held += size
    if is_dust(abs(book.held), abs(size)):
        book.held = 0.0
    account.cash -= size * price + paid
    account.fees += paid
    account.notional += abs(size) * price
    rest = rest_of(book, order) - size
    if is_dust(abs(rest), abs(size)):
        end(book, order)
        rest = 0.0
    set_rest(book, order, rest)
    if account.fills < outcome.room:
        write_fill(outcome, account.fills, symbol, bar, size, price, paid, why(book, order))
    account.fills += 1
    if before != 0.0 and (before > 0.0) != (size > 0.0):
        group = rule.strategy
        side = 1.0 if before > 0.0 else -1.0
        reduce_trade(book, account, record_at(records, group), outcome, group, side, bar, size, price, paid)
    else:
        enter_trade(book, bar, size, price, paid)


@part
def write_fill(outcome, at, symbol, bar, size, price, paid, reason):
    """Write a fill down; see `btbot.kernel.trace.FILL`."""
    first = at * 6
    write(outcome.fills, first, float(symbol))
    write(outcome.fills, first + 1, float(bar))
    write(outcome.fills, first + 2, size)
    write(outcome.fills, first + 3, price)
    write(outcome.fills, first + 4, paid)
    write(outcome.fills, first + 5, float(reason))


@part
def filled(book, rule, plan, tape, symbol, order, at, size, price):
    """Take note of a fill: begin or end the protection of the position."""
    bar = whole(tape.bar, tape.length, symbol, at)
    if book.held == 0.0:
        if book.working and not book.reducing:
            book.working = False  # the rest of an entry whose position is already over
        reason = why(book, order)
        book.stop_lives = book.target_lives = book.triggered = book.guarded = False
        book.exit_bar = bar
        book.due = -1
        if rule.targets and reason != WHY_TARGET:
            book.barred = -1.0 if size > 0.0 else 1.0
    elif abs(book.held) <= abs(size) and (book.held > 0.0) == (size > 0.0):
        book.entry_bar = bar
        if rule.protects:
            guard(book, rule, plan, symbol, bar, price)


@part
def guard(book, rule, plan, symbol, bar, price):
    """Put the protective orders of a new position into the market."""
    side = 1 if book.held > 0.0 else -1
    may_stop = open_levels(book, rule, plan, symbol, side, price, book.signal_at)
    if not book.guarded:
        return
    book.born = -1
    if book.inside == book.inside:
        book.born, book.born_price = bar, book.inside
    if may_stop:
        book.stop_lives, book.triggered, book.stop_rest = True, False, -book.held
        book.stop_met = NEVER_LEFT
        move(book, rule)
    if book.target == book.target:
        book.target_lives, book.target_rest = True, -book.held
        book.target_met = NEVER_LEFT
        book.target_price = to_tick(book.target, rule.tick)
