"""The account at every close, compiled: equity, deepest drawdown, time in the market, limits on losses."""

from __future__ import annotations

from btbot.kernel.compiling import part
from btbot.kernel.layout import BLOCK
from btbot.kernel.reading import book_at, number, whole, write
from btbot.kernel.rules import daily_loss_breached, drawdown_breached

_NEARLY_ONE = 1.0 + 1e-12


@part
def equity_at(books, account, tape, symbols, at):
    """Return cash plus the value of all positions at a close."""
    equity = account.cash
    for symbol in range(symbols):
        held = book_at(books, symbol).held
        if held != 0.0:
            equity += held * number(tape.close, tape.length, symbol, at)
    return equity


@part
def count(account, equity):
    """Take the equity of one close into account."""
    if equity > account.top:
        account.top = equity
    elif equity < account.top * (_NEARLY_ONE - account.drawdown):
        account.drawdown = max(account.drawdown, 1.0 - equity / account.top)


@part
def advance(books, account, tape, outcome, symbols, start, stop):
    """Take the closes ``start:stop`` into account, during which cash and sizes do not change."""
    holding = 0
    single = -1
    for symbol in range(symbols):
        if book_at(books, symbol).held != 0.0:
            holding += 1
            single = symbol
    if holding > 0:
        account.in_market += stop - start
    if holding == 1:
        advance_one(account, tape, single, book_at(books, single).held, start, stop)
    elif holding > 1:
        for at in range(start, stop):
            count(account, equity_at(books, account, tape, symbols, at))
    else:
        count(account, account.cash)
    while account.day < tape.trading_days and whole(tape.days, 0, 0, account.day) < stop:
        last = whole(tape.days, 0, 0, account.day)
        write(outcome.day_equity, account.day, equity_at(books, account, tape, symbols, last))
        account.day += 1
    if outcome.equity != 0:
        for at in range(start, stop):
            write(outcome.equity, at, equity_at(books, account, tape, symbols, at))
            write(outcome.cash, at, account.cash)


@part
def advance_one(account, tape, symbol, held, start, stop):
    """Do what `count` does for one position, with the division only where the drawdown may become deeper.

    Of a block of closes the highest and the lowest suffice as long as they change nothing: cash plus value never falls
    while the close rises (of a short position, while it falls), rounded or not.
    """
    cash, top, drawdown = account.cash, account.top, account.drawdown
    floor = top * (_NEARLY_ONE - drawdown)
    most, least = (tape.block_high, tape.block_low) if held > 0.0 else (tape.block_low, tape.block_high)
    at = start
    while at < stop:
        if at % BLOCK == 0 and at + BLOCK <= stop:
            block = at // BLOCK
            highest = cash + held * number(most, tape.blocks, symbol, block)
            if highest <= top and cash + held * number(least, tape.blocks, symbol, block) >= floor:
                at += BLOCK
                continue
        equity = cash + held * number(tape.close, tape.length, symbol, at)
        if equity > top:
            top = equity
            floor = top * (_NEARLY_ONE - drawdown)
        elif equity < floor:
            drawdown = max(drawdown, 1.0 - equity / top)
            floor = top * (_NEARLY_ONE - drawdown)
        at += 1
    account.top, account.drawdown = top, drawdown


@part
def watch(account, tape, at, equity):
    """Take a close into the peak of equity and the first equity of its UTC day."""
    if at == 0 or whole(tape.day, 0, 0, at) != whole(tape.day, 0, 0, at - 1):
        account.day_first = equity
    elif account.seen < at - 1 and (
        account.seen < 0 or whole(tape.day, 0, 0, account.seen) != whole(tape.day, 0, 0, at)
    ):
        account.day_first = account.cash  # only closes without a position are skipped
    account.peak = max(account.peak, equity)
    account.seen = at


@part
def is_broken(account, terms, equity):
    """Return whether the close that `watch` saw last breaks a limit."""
    return drawdown_breached(account.peak, equity, terms.max_drawdown) or daily_loss_breached(
        account.day_first, equity, terms.max_daily_loss
    )


@part
def may_enter(account, tape, at):
    """Return whether no limit has ended entries."""
    return not account.halted and account.halted_day != whole(tape.day, 0, 0, at)
