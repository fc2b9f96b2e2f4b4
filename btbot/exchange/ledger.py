"""Who owns what, in double entry: what one party gains another one loses.

Accounts trade with the market as if it were one counterparty; where two accounts meet, its sides cancel out. Deposits
come from the world outside, fees go to the exchange. So the sum over all parties is 0 for every asset, at any time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from btbot.exchange.events import OrderEvent


@dataclass(slots=True)
class Balance:
    """Money of one account in one asset, in units of 1e-8."""

    free: int = 0
    locked: int = 0

    @property
    def total(self) -> int:
        return self.free + self.locked


class Ledger:
    """All balances.

    Attributes
    ----------
    accounts
        By account and asset.
    outside, market, fees
        What the world, the counterparty of all trades and the exchange own: negative where they gave.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, dict[str, Balance]] = {}
        self.outside: defaultdict[str, int] = defaultdict(int)
        self.market: defaultdict[str, int] = defaultdict(int)
        self.fees: defaultdict[str, int] = defaultdict(int)

    def open(self, account: str) -> None:
        """Begin an account without money; one that is there stays as it is."""
        self.accounts.setdefault(account, {})

    def balance(self, account: str, asset: str) -> Balance:
        """Give the balance itself, made where it is not there."""
        try:
            return self.accounts[account][asset]
        except KeyError:
            return self.accounts.setdefault(account, {}).setdefault(asset, Balance())

    def free(self, account: str, asset: str) -> int:
        """Give what may be spent, without making a balance."""
        balance = self.accounts.get(account, {}).get(asset)
        return 0 if balance is None else balance.free

    def deposit(self, account: str, asset: str, amount: int) -> None:
        """Move money in from outside, or out where `amount` is negative."""
        self.balance(account, asset).free += amount
        self.outside[asset] -= amount

    def lock(self, account: str, asset: str, amount: int) -> None:
        """Set free money aside; a negative amount frees it."""
        balance = self.balance(account, asset)
        balance.free -= amount
        balance.locked += amount

    def settle(self, event: OrderEvent, base: str, quote: str, released: int) -> None:
        """Book one fill of one order; `released` is what its hold shrinks by."""
        order = event.order
        quantity, paid, commission = event.quantity, event.quote, event.commission
        market = self.market
        balances = self.accounts[order.account]
        if order.side == "BUY":
            given = balances.get(quote) or self.balance(order.account, quote)
            taken = balances.get(base) or self.balance(order.account, base)
            given.free += released - paid
            taken.free += quantity
            market[quote] += paid
            market[base] -= quantity
        else:
            given = balances.get(base) or self.balance(order.account, base)
            taken = balances.get(quote) or self.balance(order.account, quote)
            given.free += released - quantity
            taken.free += paid
            market[base] += quantity
            market[quote] -= paid
        given.locked -= released
        if commission:
            asset = event.commission_asset
            self.balance(order.account, asset).free -= commission
            self.fees[asset] += commission

    def totals(self) -> dict[str, int]:
        """Sum each asset over all parties: every sum is 0 unless the ledger is broken."""
        sums: defaultdict[str, int] = defaultdict(int)
        for balances in self.accounts.values():
            for asset, balance in balances.items():
                sums[asset] += balance.free + balance.locked
        for party in (self.outside, self.market, self.fees):
            for asset, amount in party.items():
                sums[asset] += amount
        return dict(sums)
