"""Round trips, compiled: what fills make of profits, and what sizing remembers of them; the ledger again."""

from __future__ import annotations

from btbot.kernel.compiling import part
from btbot.kernel.reading import write
from btbot.kernel.rules import is_dust


@part
def enter_trade(book, bar, size, price, fee):
    """Book a fill that opens or enlarges a position."""
    amount = abs(size)
    if book.open_size == 0.0:
        book.size = book.cost = book.entry_price = book.profit = book.fees = 0.0
        book.trade_bar = bar
    book.cost = (book.cost * book.open_size + price * amount) / (book.open_size + amount)
    book.entry_price = (book.entry_price * book.size + price * amount) / (book.size + amount)
    book.open_size += amount
    book.size += amount
    book.fees += fee


@part
def reduce_trade(book, account, record, outcome, group, side, bar, size, price, fee):
    """Book a fill that reduces a position; the last one closes the trade."""
    amount = abs(size)
    book.profit += side * amount * (price - book.cost)
    book.fees += fee
    beyond = amount - book.open_size
    book.open_size -= amount
    if not is_dust(beyond, size):
        return
    book.open_size = 0.0
    pnl = book.profit - book.fees
    account.trades += 1
    account.net += pnl
    account.bars_held += bar - book.trade_bar
    if pnl > 0.0:
        account.wins += 1
        account.gross_profit += pnl
    elif pnl < 0.0:
        account.losses += 1
        account.gross_loss += pnl
    remember(record, outcome, group, pnl / (book.size * book.entry_price))


@part
def remember(record, outcome, group, earned):
    """Add the result of a closed trade, as a fraction of what was entered, to the record of its strategy."""
    if outcome.returns != 0:
        write(outcome.returns, group * outcome.length + record.trades, earned)
    record.trades += 1
    if earned > 0.0:
        record.wins += 1
        record.won += earned
    else:
        record.losses += 1
        record.lost += earned
    record.worst = min(record.worst, earned)
