"""What a trade costs: rates by account and symbol, taken from what is received or in the discount asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from btbot.exchange.order import Side
from btbot.exchange.symbols import Symbol
from btbot.exchange.units import SCALE

USUAL = 100_000


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Rates in units of 1e-8 of a fraction: 100 000 is 0.1 %.

    Attributes
    ----------
    discount
        The part of the fee that is charged when it is paid in the discount asset, as Binance states it (0.75 for a
        quarter off, 75 000 000 here); 0 where the account does not pay in that asset.
    """

    maker: int = USUAL
    taker: int = USUAL
    discount: int = 0
    discount_asset: str = "BNB"


class Fees:
    """The rates of all accounts, and the commission of a fill.

    Parameters
    ----------
    discount_asset
        Such as BNB.
    symbols, last_price
        By name; kept by the exchange, read here to value the discount asset.
    """

    def __init__(self, discount_asset: str, symbols: Mapping[str, Symbol], last_price: Mapping[str, int]) -> None:
        self.discount_asset = discount_asset
        self._usual = FeeRates(discount_asset=discount_asset)
        self._rates: dict[tuple[str, str], FeeRates] = {}
        self._symbols = symbols
        self._last_price = last_price

    def set(self, account: str, maker: int, taker: int, discount: int, symbol: str | None) -> None:
        """Set the rates of an account, for one symbol or for all that have none of their own."""
        self._rates[account, symbol or ""] = FeeRates(maker, taker, discount, self.discount_asset)

    def rates(self, account: str, symbol: str) -> FeeRates:
        rates = self._rates
        return rates.get((account, symbol)) or rates.get((account, "")) or self._usual

    def commission(
        self, rates: FeeRates, rate: int, symbol: Symbol, side: Side, quantity: int, quote: int, wealth: int
    ) -> tuple[int, str]:
        """Give the commission of a fill and its asset.

        Parameters
        ----------
        rate
            The maker's or the taker's.
        quantity, quote
            Of the fill.
        wealth
            What the account has free of the discount asset: where that is less than the fee, the fee is taken from
            what is received.
        """
        if rates.discount and rate:
            value = self._in_discount_asset(symbol, quantity, quote)
            fee = value * rate * rates.discount // (SCALE * SCALE)
            if value and fee <= wealth:
                return fee, self.discount_asset
        if side == "BUY":
            return quantity * rate // SCALE, symbol.base
        return quote * rate // SCALE, symbol.quote

    def _in_discount_asset(self, symbol: Symbol, quantity: int, quote: int) -> int:
        """Value a fill in the discount asset; 0 where no price tells how."""
        asset = self.discount_asset
        if symbol.quote == asset:
            return quote
        if symbol.base == asset:
            return quantity
        last = self._last_price
        if price := last.get(f"{asset}{symbol.quote}"):
            return quote * SCALE // price
        if price := last.get(f"{symbol.quote}{asset}"):
            return quote * price // SCALE
        if price := last.get(f"{asset}{symbol.base}"):
            return quantity * SCALE // price
        if price := last.get(f"{symbol.base}{asset}"):
            return quantity * price // SCALE
        return 0
