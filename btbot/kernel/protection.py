"""Protective levels of a position, compiled; the twin of `btbot.engine.desk.protection`, on the same rules."""

from __future__ import annotations

import math

from btbot.kernel.compiling import part
from btbot.kernel.layout import ATR, LEVEL, NONE, PERCENT
from btbot.kernel.reading import number
from btbot.kernel.rules import distance_level, moved_to_break_even, round_price, tighter, trailed
from btbot.kernel.trace import REASONS

WHY_STOP, WHY_TRAILING = REASONS.index("stop"), REASONS.index("trailing")
WHY_BREAK_EVEN = REASONS.index("break_even")


@part
def value(numbers, stride, symbol, at):
    """Return a number of a symbol at a bar, NaN where there are no numbers or no bar."""
    return number(numbers, stride, symbol, at) if at >= 0 and numbers != 0 else math.nan


@part
def level_at(kind, amount, entry, direction, plan, prices, symbol, at):
    """Return a stop or target of a position entered at `entry` upon the signal of bar `at`."""
    if kind == NONE:
        return math.nan
    if kind == LEVEL:
        return value(prices, plan.length, symbol, at)
    distance = entry * amount if kind == PERCENT else amount * value(plan.atr, plan.length, symbol, at)
    return distance_level(entry, direction, distance)


@part
def trail_at(book, rule, plan, symbol, at):
    """Move the trailing level by what is known at the close of bar `at`, once the favourable move was made."""
    side = book.side
    if not book.trailing:
        after = rule.after_atr * value(plan.atr, plan.length, symbol, at) if rule.after_atr != 0.0 else book.after
        book.trailing = side * (book.best - book.entry) >= after
    if not book.trailing:
        return
    if rule.trail_kind == LEVEL:
        prices = plan.stop_long if side > 0 else plan.stop_short
        book.trail = tighter(side, book.trail, value(prices, plan.length, symbol, at))
    elif rule.trail_kind == PERCENT:
        book.trail = trailed(side, book.trail, book.best, book.distance)
    elif rule.trail_kind == ATR:
        book.trail = trailed(side, book.trail, book.best, rule.trail * value(plan.atr, plan.length, symbol, at))


@part
def open_levels(book, rule, plan, symbol, side, entry, at):
    """Set the levels of a position that was entered at `entry` upon the signal of bar `at`."""
    book.side, book.entry, book.best = side, entry, entry
    stops = plan.stop_long if side > 0 else plan.stop_short
    targets = plan.target_long if side > 0 else plan.target_short
    book.stop = level_at(rule.stop_kind, rule.stop, entry, -side, plan, stops, symbol, at)
    book.target = level_at(rule.target_kind, rule.target, entry, side, plan, targets, symbol, at)
    book.even = book.trail = book.break_trigger = math.nan
    book.trailing = False
    if rule.break_kind == ATR:
        book.break_trigger = rule.break_after * value(plan.atr, plan.length, symbol, at)
    elif rule.break_kind == PERCENT:
        book.break_trigger = entry * rule.break_after
    book.break_offset = entry * rule.break_offset
    if rule.trail_kind != NONE:
        book.after = entry * rule.after_percent
        book.distance = entry * rule.trail
        trail_at(book, rule, plan, symbol, at)
    may_stop = rule.trail_kind != NONE or not (math.isnan(book.stop) and math.isnan(book.break_trigger))
    book.guarded = may_stop or not math.isnan(book.target)
    return may_stop


@part
def level(book):
    """Return the stop that counts now: the tightest of all."""
    return tighter(book.side, tighter(book.side, book.stop, book.trail), book.even)


@part
def to_tick(price, tick):
    """Round a level to the tick; NaN, the level that does not exist yet, stays."""
    return round_price(price, tick) if tick > 0.0 and price == price else price


@part
def move(book, rule):
    """Bring the stop that rests to the level which the next bar meets."""
    if not book.stop_lives or book.triggered:
        return
    price = level(book)
    book.stop_why = WHY_STOP if price == book.stop else WHY_TRAILING if price == book.trail else WHY_BREAK_EVEN
    book.stop_price = to_tick(price, rule.tick)


@part
def close_bar(book, rule, plan, symbol, at, high, low):
    """Take the close of bar `at` into account: the levels are then those that the next bar meets."""
    book.best = max(book.best, high) if book.side > 0 else min(book.best, low)
    if rule.trail_kind != NONE:
        trail_at(book, rule, plan, symbol, at)
    if not math.isnan(book.break_trigger):
        book.even = moved_to_break_even(
            book.side, book.even, book.entry, book.best, book.break_trigger, book.break_offset
        )
    if rule.trail_kind != NONE or not math.isnan(book.break_trigger):
        move(book, rule)


@part
def stop_distance(scratch, rule, plan, symbol, side, close, at):
    """Return how far the stop of an entry at this close would lie from it; NaN without one."""
    open_levels(scratch, rule, plan, symbol, side, close, at)
    return side * (close - level(scratch))
