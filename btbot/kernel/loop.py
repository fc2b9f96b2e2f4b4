"""One setting over the bars, compiled: visit what matters, skip the rest."""

from __future__ import annotations

from btbot.kernel.accounting import advance, equity_at
from btbot.kernel.carrying import carry
from btbot.kernel.compiling import entry, part
from btbot.kernel.deciding import close
from btbot.kernel.figures import FIGURES
from btbot.kernel.layout import NEVER_LEFT
from btbot.kernel.matching import match
from btbot.kernel.reading import account_at, book_at, numbers, outcome_at, plan_at, record_at, tape_at, terms_at
from btbot.kernel.summing import summarise
from btbot.kernel.waking import must_decide, next_visit


@part
def reset(books, symbols, account, records, strategies, terms, start):
    """Begin: cash, no position, nothing known."""
    for symbol in range(symbols + 1):
        book = book_at(books, symbol)
        book.held = book.open_size = book.barred = book.taken = 0.0
        book.working = book.forced = book.stop_lives = book.target_lives = book.triggered = book.guarded = False
        book.entry_bar = book.signal_at = book.due = book.born = book.taken_bar = -1
        book.exit_bar = book.borrow_bar = NEVER_LEFT
    account.cash = account.peak = account.day_first = account.top = terms.capital
    account.seen, account.halted_day, account.halted = start - 1, -1, False
    account.fees = account.slippage = account.funding = account.borrow = account.notional = account.drawdown = 0.0
    account.gross_profit = account.gross_loss = account.net = 0.0
    account.in_market = account.day = account.trades = account.wins = account.losses = 0
    account.bars_held = account.fills = 0
    for group in range(strategies):
        record = record_at(records, group)
        record.trades = record.wins = record.losses = record.known = 0
        record.won = record.lost = record.worst = record.optimal = 0.0


@entry
def run(tapes, plans, terms_of, accounts, outcomes, rules, books, records, strategies, start, end, days):
    """Trade the closes ``start:end`` and write what came of it; return how many fills there were.

    The first eight are the addresses of records, see `btbot.kernel.layout`; ``strategies`` is the number of the last,
    ``days`` that of the trading days of the span.
    """
    tape, plan, terms = tape_at(tapes, 0), plan_at(plans, 0), terms_at(terms_of, 0)
    account, outcome = account_at(accounts, 0), outcome_at(outcomes, 0)
    symbols = tape.symbols
    reset(books, symbols, account, records, strategies, terms, start)
    at = start - 1
    while True:
        visit = min(next_visit(books, rules, account, terms, tape, plan, at, end), end)
        if visit > at + 1:
            advance(books, account, tape, outcome, symbols, at + 1, visit)
        if visit >= end:
            break
        match(books, rules, account, records, terms, tape, plan, outcome, visit)
        carry(books, rules, account, records, terms, tape, plan, outcome, visit)
        advance(books, account, tape, outcome, symbols, visit, visit + 1)
        if must_decide(books, rules, terms, tape, plan, visit):
            close(books, rules, account, records, terms, tape, plan, outcome, visit)
        at = visit
    account.equity = equity_at(books, account, tape, symbols, end - 1)
    figures = numbers(outcome.figures, 0, len(FIGURES))
    summarise(books, account, terms, numbers(outcome.day_equity, 0, account.day), symbols, end - start, days, figures)
    return account.fills
